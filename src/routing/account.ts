import type { Event } from '../events.js'
import { Failures } from './failures.js'

/** What became of the connections to an endpoint. */
export class Account extends Failures {
  reconnects = 0
  /** Counts for all its endpoints together. */
  readonly #socket: { reconnects: number } | undefined
  #opened = false
  #retries = false

  constructor(socket?: { reconnects: number }) {
    super()
    this.#socket = socket
  }

  /** A session begins. @param again on a pipe that had one before; where pipes end with their sessions, events tell. */
  opened(again: boolean): void {
    if (again || (this.#opened && this.#retries)) {
      this.reconnects++
      if (this.#socket !== undefined) this.#socket.reconnects++
    }
    this.#opened = true
    this.#retries = false
  }

  override note(event: Event): void {
    if (event.type === 'connect:retry') this.#retries = true
    super.note(event)
  }
}
