import type { Event, EventError, LastError } from '../events.js'

/** What became of the connections to an endpoint; of all of them, where a socket has one. */
export class Account {
  readonly endpoint: string
  reconnects = 0
  handshakeFailures = 0
  lastError: LastError | undefined
  readonly #socket: Account | undefined
  #opened = false
  #retries = false

  constructor(endpoint = '', socket?: Account) {
    this.endpoint = endpoint
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

  /** Something happened. */
  note(event: Event): void {
    if (event.type === 'connect:retry') this.#retries = true
    if (event.type.startsWith('handshake:error')) this.handshakeFailures++
    const { error } = event as Partial<EventError>
    if (error !== undefined) this.lastError = { at: Date.now(), error }
  }
}
