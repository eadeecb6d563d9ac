import { randomU32, toLatin1 } from '../util/bytes.js'
import type { Pipe } from './pipe.js'

/** A route: the name of a peer and the pipe to it. */
export interface Route {
  readonly id: Uint8Array
  readonly pipe: Pipe
}

/**
 * Peers by their routing id (RFC 28). Those that chose none get five bytes, `00` and a number that
 * begins at random, so that nobody can guess the names of others.
 */
export class RoutingTable {
  readonly #byId = new Map<string, Route>()
  readonly #byPipe = new Map<Pipe, Route>()
  #next = randomU32()

  find(id: Uint8Array): Route | undefined {
    return this.#byId.get(toLatin1(id))
  }

  idOf(pipe: Pipe): Uint8Array | undefined {
    return this.#byPipe.get(pipe)?.id
  }

  /** Names a pipe; whoever had the name has it no more. */
  set(pipe: Pipe, id: Uint8Array): void {
    this.delete(pipe)
    const route = { id, pipe }
    this.#byId.set(toLatin1(id), route)
    this.#byPipe.set(pipe, route)
  }

  delete(pipe: Pipe): void {
    const route = this.#byPipe.get(pipe)
    if (route === undefined) return
    this.#byPipe.delete(pipe)
    const key = toLatin1(route.id)
    if (this.#byId.get(key) === route) this.#byId.delete(key)
  }

  /** A name that nobody has. */
  newId(): Uint8Array {
    for (;;) {
      const id = new Uint8Array(5)
      new DataView(id.buffer).setUint32(1, (this.#next = (this.#next + 1) >>> 0))
      if (this.find(id) === undefined) return id
    }
  }
}
