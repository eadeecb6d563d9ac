import { randomU32 } from '../util/bytes.js'
import type { Pipe } from './pipe.js'

/** Peers by numbers of ours (RFC 41, 51), never zero, which begin at random so that nobody can guess those of others. */
export class NumberTable {
  readonly #pipes = new Map<number, Pipe>()
  /** Of those too that have left, for their messages that are still unread. */
  readonly #ids = new WeakMap<Pipe, number>()
  #next = randomU32()

  find(id: number): Pipe | undefined {
    return this.#pipes.get(id)
  }

  /** The number of a pipe that was added, whether it has been deleted or not. */
  idOf(pipe: Pipe): number {
    return this.#ids.get(pipe) ?? 0
  }

  add(pipe: Pipe, id: number): void {
    this.#pipes.set(id, pipe)
    this.#ids.set(pipe, id)
  }

  delete(pipe: Pipe): void {
    this.#pipes.delete(this.idOf(pipe))
  }

  /** A number that nobody has. */
  newId(): number {
    do this.#next = (this.#next + 1) >>> 0
    while (this.#next === 0 || this.#pipes.has(this.#next))
    return this.#next
  }
}
