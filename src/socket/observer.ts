import { showAll } from '#inspect'
import { busy, ZmqError } from '../errors.js'
import type { DropEvent, Event, EventOfType, EventSubscriber, EventType } from '../events.js'
import { deferred, type Deferred } from '../util/deferred.js'
import { Deque } from '../util/deque.js'
import type { Holder } from './waiting.js'

/** Events that are kept for `receive()`; beyond it the oldest are forgotten. */
const MOST_UNREAD = 10_000

type Listener = (event: Event | DropEvent) => void

/** What an {@link Observer} can be made of: any socket. */
export interface Observable {
  /** An observer of the same socket. */
  readonly events: Observer
  /** @internal */
  attachObserver(observer: Observer): Holder
}

/**
 * The events of one socket: read them one by one with `receive()` or `for await`, or have them
 * called out with `on()`. Calling `on()` decides for good. At most 10,000 unread events are kept.
 */
export class Observer implements EventSubscriber {
  readonly #unread = new Deque<Event>()
  #listeners: Map<EventType | 'drop', Set<Listener>> | undefined
  #waiting: Deferred<Event> | undefined
  #closed = false
  readonly #process: Holder

  /**
   * Observes a socket from now on, beside `socket.events` and any other observer.
   * @throws TypeError when it is no socket.
   * @throws ZmqError `ENOTSOCK` when it is closed.
   */
  constructor(socket: Observable) {
    if (typeof (socket as Partial<Observable> | null | undefined)?.attachObserver !== 'function') {
      throw new TypeError('Socket must be a socket object')
    }
    this.#process = socket.attachObserver(this)
  }

  /** Whether the observer has ended: its socket was closed, or `close()` was called. */
  get closed(): boolean {
    return this.#closed && this.#unread.length === 0
  }

  /**
   * The next event.
   * @throws ZmqError `EBUSY` when another `receive()` waits, `EBADF` after the last event.
   * @throws Error after `on()` was called.
   */
  receive(): Promise<Event> {
    if (this.#listeners !== undefined) {
      throw new Error(
        'Observer is in event emitter mode. After a call to events.on() it is not possible to read events with events.receive().',
      )
    }
    if (this.#waiting !== undefined) {
      throw busy('Observer', 'reading', 'receive')
    }
    const event = this.#unread.shift()
    if (event !== undefined) return Promise.resolve(event)
    if (this.#closed) throw new ZmqError('EBADF')
    this.#waiting = deferred<Event>()
    this.#process.hold()
    return this.#waiting.promise
  }

  /** Calls `listener` whenever messages were dropped, from now on. `receive()` does not give these events. */
  on(type: 'drop', listener: (event: DropEvent) => void): this
  /**
   * Calls `listener` with every event of a type from now on, and with those not yet read. From then
   * on the process lives on until the socket or the observer is closed.
   */
  on<E extends EventType>(type: E, listener: (event: EventOfType<E>) => void): this
  on(type: EventType | 'drop', listener: (event: never) => void): this {
    if (this.#listeners === undefined) {
      this.#listeners = new Map()
      // As the reference does, whatever listeners come and go.
      if (!this.#closed) this.#process.hold()
    }
    const listeners = this.#listeners.get(type) ?? new Set()
    this.#listeners.set(type, listeners.add(listener as Listener))
    // Listeners added in the same turn shall all see what came before them.
    queueMicrotask(() => {
      for (let event = this.#unread.shift(); event !== undefined; event = this.#unread.shift()) {
        this.#call(event)
      }
    })
    return this
  }

  /** Undoes `on()`: that listener hears no more of that type. A listener that was never added is left alone. */
  off(type: 'drop', listener: (event: DropEvent) => void): this
  off<E extends EventType>(type: E, listener: (event: EventOfType<E>) => void): this
  off(type: EventType | 'drop', listener: (event: never) => void): this {
    this.#listeners?.get(type)?.delete(listener as Listener)
    return this
  }

  /** Ends the observation, and a waiting `receive()` with `EAGAIN`; the socket goes on. What is unread can still be read. */
  close(): void {
    if (this.#closed) return
    this.#end()
    this.#settle()?.reject(new ZmqError('EAGAIN'))
  }

  /**
   * The events until the socket is closed; the last is `end`.
   * @throws ZmqError `EBUSY`, Error, as `receive()`, from the iterator.
   */
  [Symbol.asyncIterator](): AsyncIterator<Event, undefined> {
    return {
      next: async () => {
        try {
          if (!this.closed) return { done: false, value: await this.receive() }
        } catch (error) {
          if (!this.closed) throw error
        }
        return { done: true, value: undefined }
      },
    }
  }

  /** @internal */
  emit(plain: Event | DropEvent): void {
    if (this.#closed) return
    const event = withHiddenFacts(plain)
    // The reference has no such event: who does not ask for it must not meet it.
    if (event.type === 'drop') {
      this.#call(event)
      return
    }
    const waiting = this.#settle()
    waiting?.resolve(event)
    if (this.#listeners !== undefined && this.#unread.length === 0) this.#call(event)
    else if (waiting === undefined) {
      this.#unread.push(event)
      if (this.#unread.length > MOST_UNREAD) this.#unread.shift()
    }
    if (event.type === 'end') this.#end()
  }

  #end(): void {
    // A listener of the last event may have closed it already.
    if (this.#closed) return
    this.#closed = true
    if (this.#listeners !== undefined) this.#process.release()
  }

  #settle(): Deferred<Event> | undefined {
    const waiting = this.#waiting
    if (waiting !== undefined) this.#process.release()
    this.#waiting = undefined
    return waiting
  }

  #call(event: Event | DropEvent): void {
    for (const listener of this.#listeners?.get(event.type) ?? []) {
      try {
        listener(event)
      } catch (error) {
        // The observer's fault must not become the connection's.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}

/** What the reference's events have; programs and tests compare them as a whole. */
const SHOWN: ReadonlySet<string> = new Set([
  'type',
  'address',
  'interval',
  'error',
  'reason',
  'count',
])

/** Keeps our additional facts out of comparisons and loops, though not out of what is printed. */
function withHiddenFacts<E extends Event | DropEvent>(event: E): E {
  const shaped = {}
  for (const [name, value] of Object.entries(event)) {
    Object.defineProperty(shaped, name, { value, enumerable: SHOWN.has(name) })
  }
  showAll(shaped, event)
  return shaped as E
}
