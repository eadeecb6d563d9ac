import type { DropEvent, Event, EventError, LastError } from '../events.js'

/** What went wrong with connections. */
export class Failures {
  /** Connections that ended before the handshake was done. */
  handshakeFailures = 0
  lastError: LastError | undefined

  /** Something happened. */
  note(event: Event | DropEvent): void {
    if (event.type.startsWith('handshake:error')) this.handshakeFailures++
    const { error } = event as Partial<EventError>
    if (error !== undefined) this.lastError = { at: Date.now(), error }
  }
}
