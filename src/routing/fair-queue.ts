import type { Parts } from '../message.js'
import { Deque } from '../util/deque.js'
import type { Pipe } from './pipe.js'

/**
 * Fair queuing in: one message from each pipe that has any, in turn (RFC 28, 29, 30). It knows only
 * pipes with something to read, so its cost does not grow with the number of peers.
 */
export class FairQueue {
  readonly #ready = new Deque<Pipe>()
  #source: Pipe | undefined

  get isEmpty(): boolean {
    return this.#ready.length === 0
  }

  /** The pipe that the last message came from. */
  get source(): Pipe | undefined {
    return this.#source
  }

  /** The pipe has something to read. */
  add(pipe: Pipe): void {
    if (pipe.listed) return
    pipe.listed = true
    this.#ready.push(pipe)
  }

  next(): Parts | undefined {
    for (let pipe = this.#ready.shift(); pipe !== undefined; pipe = this.#ready.shift()) {
      const message = pipe.read()
      if (pipe.incoming > 0) this.#ready.push(pipe)
      else pipe.listed = false
      if (message === undefined) continue
      this.#source = pipe
      return message
    }
    return undefined
  }
}
