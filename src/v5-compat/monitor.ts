import type { EventEmitter } from 'node:events'
import type { Event, EventType } from '../events.js'
import { Observer, type Observable } from '../socket/observer.js'
import { tick } from './program-code.js'

/** The names that events have in zeromq 5; it knows no others. */
const NAMES: Partial<Record<EventType, string>> = {
  connect: 'connect',
  'connect:delay': 'connect_delay',
  'connect:retry': 'connect_retry',
  bind: 'listen',
  'bind:error': 'bind_error',
  accept: 'accept',
  'accept:error': 'accept_error',
  close: 'close',
  'close:error': 'close_error',
  disconnect: 'disconnect',
}

/** Where zeromq 5 had the number of a descriptor. */
const NO_CONNECTION = -1

/** Emits the events of a socket from now on, as zeromq 5 did. */
export class Monitor {
  readonly #observer: Observer
  #closed = false

  constructor(socket: Observable, emitter: EventEmitter) {
    this.#observer = new Observer(socket)
    void this.#follow(emitter)
  }

  close(): void {
    this.#closed = true
    this.#observer.close()
  }

  async #follow(emitter: EventEmitter): Promise<void> {
    for await (const event of this.#observer) {
      const name = NAMES[event.type]
      if (this.#closed) break
      if (name !== undefined) await tick(() => emitter.emit(name, ...argumentsOf(event)))
    }
  }
}

/**
 * A number (the interval of a retry, the `errno` of an error, else that of the connection, which is
 * no descriptor), the endpoint, and of errors the error.
 */
function argumentsOf(event: Event): unknown[] {
  if (!('address' in event)) return []
  const { address } = event
  if ('interval' in event) return [event.interval, address, undefined]
  if (event.type.endsWith(':error') && 'error' in event) {
    return [event.error?.errno, address, event.error]
  }
  return ['connection' in event ? event.connection : NO_CONNECTION, address, undefined]
}
