import { ZmqError } from '../errors.js'
import type { DropReason } from '../events.js'
import type { Parts } from '../message.js'
import { keep } from '../util/transfer.js'
import type { Pipe } from './pipe.js'

/** The socket, as a fan-out sees it. */
export interface FanOutHost {
  drop(reason: DropReason, count: number): void
}

/**
 * One message to many pipes (RFC 29): each gets it once, and one that is full misses it, which is
 * counted. A pipe that has room again takes part from the next message on.
 */
export class FanOut {
  readonly #pipes = new Set<Pipe>()
  readonly #host: FanOutHost
  readonly #targets: Pipe[] = []
  #mark = 0

  constructor(host: FanOutHost) {
    this.#host = host
  }

  add(pipe: Pipe): void {
    this.#pipes.add(pipe)
  }

  remove(pipe: Pipe): void {
    this.#pipes.delete(pipe)
  }

  has(pipe: Pipe): boolean {
    return this.#pipes.has(pipe)
  }

  /** Begins a selection for the next message. */
  begin(): void {
    this.#mark++
    this.#targets.length = 0
  }

  /** Selects a pipe; a second time is the same as once. */
  select(pipe: Pipe): void {
    if (pipe.mark === this.#mark) return
    pipe.mark = this.#mark
    this.#targets.push(pipe)
  }

  selectAll(): void {
    for (const pipe of this.#pipes) this.select(pipe)
  }

  /** Selects those that are not selected, and the other way round. */
  invert(): void {
    const mark = this.#mark
    this.begin()
    for (const pipe of this.#pipes) if (pipe.mark !== mark) this.#targets.push(pipe)
  }

  /** Whether every selected pipe has room; if not, the full ones will tell when they have. */
  get hasRoom(): boolean {
    let room = true
    for (const pipe of this.#targets) {
      if (!pipe.expectRoom()) room = false
    }
    return room
  }

  /** Sends to the selected pipes. */
  send(message: Parts): void {
    const { length } = this.#targets
    if (length === 0) this.#host.drop('unsubscribed', 1)
    if (length > 1) keep(message)
    for (const pipe of this.#targets) this.#give(pipe, message, length > 1)
  }

  /** What one peer cannot take is nothing to the others. */
  #give(pipe: Pipe, message: Parts, shared: boolean): void {
    try {
      if (!pipe.write(message, shared)) pipe.discarded('full')
    } catch (error) {
      if (!(error instanceof ZmqError) || error.code !== 'EMSGSIZE') throw error
      pipe.discarded('oversize')
    }
  }
}
