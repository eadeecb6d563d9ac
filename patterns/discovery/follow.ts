import { Observer, type Socket } from 'zerowire'
import { ZmqError } from 'zerowire/extra'
import { systemClock, type Clock, type Timer } from '../clock/index.js'
import { atLeastOne } from './directory.js'
import type { Discovery, Watch } from './discovery.js'

/** An event about an endpoint. */
export interface EventAt<T extends string> {
  /** What happens to the endpoint. */
  readonly type: T
  /** The endpoint, as the discovery has it. */
  readonly endpoint: string
}

/** An event about something that went wrong. */
export interface Trouble<T extends string> {
  /** What went wrong. */
  readonly type: T
  /** What was thrown, or what the discovery told. */
  readonly error: unknown
}

/** What happens while a socket follows. */
export type FollowEvent =
  /** The socket connects to the endpoint, or no longer does. */
  | EventAt<'connect' | 'disconnect'>
  /** There is no room: it is connected to when another one goes. */
  | EventAt<'waiting'>
  /** The socket cannot connect there: no address, or none for this type of socket. */
  | (EventAt<'bad'> & Trouble<'bad'>)
  /** There is no room even to remember the endpoint. */
  | EventAt<'dropped'>
  /** The discovery is in trouble, and goes on by itself. */
  | Trouble<'failed'>

/** What `follow()` may be told. */
export interface FollowOptions {
  /** What the peers offer. @default '' */
  readonly service?: string
  /** Endpoints that are our own, beside those that the socket is bound to from now on, and last was. @default [] */
  readonly own?: readonly string[]
  /** Peers to be connected to at a time; others wait. @default 100 */
  readonly maxPeers?: number
  /** Endpoints to remember, connected or not; more are dropped. @default 10000 */
  readonly maxKnown?: number
  /** Is called with what happens. Not called by default: `stats` counts what could not be done. */
  readonly onEvent?: (event: FollowEvent) => void
  /** The time that it lives by; a test gives a `ManualClock`. @default systemClock */
  readonly clock?: Clock
}

/** Counts of what a socket that follows could not do. */
export interface FollowStats {
  /** Endpoints that it cannot connect to. */
  readonly bad: number
  /** Endpoints that there was no room to remember. */
  readonly dropped: number
  /** Troubles of the discovery. */
  readonly failed: number
}

/** Milliseconds until a socket that is busy, as while it is being bound, is asked again. */
const BUSY_MS = 20

/** A socket whose connects follow a discovery, as `follow()` makes it. */
export class Following {
  /** When what was there in the beginning is connected to, or the end has come before. Never rejects. */
  readonly ready: Promise<void>
  readonly #socket: Socket
  readonly #maxPeers: number
  readonly #maxKnown: number
  readonly #onEvent: (event: FollowEvent) => void
  readonly #clock: Clock
  readonly #own: Set<string>
  readonly #observer: Observer
  readonly #watch: Watch
  readonly #known = new Set<string>()
  readonly #connected = new Set<string>()
  /** Neither is told of, or tried, again and again. */
  readonly #waiting = new Set<string>()
  readonly #bad = new Set<string>()
  readonly #stats = { bad: 0, dropped: 0, failed: 0 }
  #pending = false
  #complete = false
  #closed = false
  #retry: Timer | undefined
  #isReady: () => void = () => undefined

  /** @throws RangeError when a bound is no whole number from 1 on. */
  constructor(socket: Socket, discovery: Discovery, options: FollowOptions = {}) {
    const { service = '', own = [], maxPeers = 100, maxKnown = 10_000 } = options
    this.#maxPeers = atLeastOne('maxPeers', maxPeers)
    this.#maxKnown = atLeastOne('maxKnown', maxKnown)
    this.#onEvent = options.onEvent ?? (() => undefined)
    this.#clock = options.clock ?? systemClock
    this.#socket = socket
    this.#own = new Set(own)
    if (socket.lastEndpoint !== null) this.#own.add(socket.lastEndpoint)
    this.ready = new Promise((resolve) => {
      this.#isReady = resolve
    })
    this.#observer = new Observer(socket)
    this.#observer.on('end', () => this.#end())
    this.#observer.on('bind', ({ address }) => {
      this.#own.add(address)
      this.#settle()
    })
    this.#watch = discovery.watch(service, {
      added: (endpoint) => this.#added(endpoint),
      removed: (endpoint) => {
        this.#known.delete(endpoint)
        this.#settle()
      },
      ready: () => {
        this.#complete = true
        this.#settle()
      },
      failed: (error) => {
        this.#stats.failed++
        this.#onEvent({ type: 'failed', error })
      },
    })
  }

  /** The endpoints that the socket is connected to, in order. */
  get peers(): string[] {
    return [...this.#connected].sort()
  }

  /** The endpoints that wait for room, in order. */
  get waiting(): string[] {
    return [...this.#waiting].sort()
  }

  /** What could not be done so far. */
  get stats(): FollowStats {
    return { ...this.#stats }
  }

  /** Whether it has ended, with `close()` or with the socket. */
  get closed(): boolean {
    return this.#closed
  }

  /** Follows no longer. The socket keeps its connections. */
  close(): Promise<void> {
    // With the socket the observer ends by itself.
    if (!this.#closed && !this.#socket.closed) this.#observer.close()
    this.#end()
    return Promise.resolve()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #end(): void {
    if (this.#closed) return
    this.#closed = true
    this.#watch.close()
    this.#retry?.cancel()
    this.#isReady()
  }

  #added(endpoint: string): void {
    if (this.#known.size < this.#maxKnown) {
      this.#known.add(endpoint)
      this.#settle()
    } else if (!this.#known.has(endpoint)) {
      this.#stats.dropped++
      this.#onEvent({ type: 'dropped', endpoint })
    }
  }

  /** Makes the socket's connections what they should be, once for all changes of this moment. */
  #settle(): void {
    if (this.#pending) return
    this.#pending = true
    queueMicrotask(() => {
      this.#pending = false
      if (this.#closed) return
      if (this.#socket.closed) this.#end()
      else this.#reconcile()
    })
  }

  #reconcile(): void {
    this.#retry?.cancel()
    try {
      for (const endpoint of this.#connected) if (!this.#wants(endpoint)) this.#disconnect(endpoint)
      for (const set of [this.#waiting, this.#bad]) {
        for (const endpoint of set) if (!this.#wants(endpoint)) set.delete(endpoint)
      }
      for (const endpoint of [...this.#known].sort()) {
        if (this.#wants(endpoint) && !this.#connected.has(endpoint)) this.#connect(endpoint)
      }
    } catch (error) {
      if (!isBusy(error)) throw error
      this.#retry = this.#clock.after(BUSY_MS, () => this.#settle())
      return
    }
    if (this.#complete) this.#isReady()
  }

  #wants(endpoint: string): boolean {
    return this.#known.has(endpoint) && !this.#own.has(endpoint)
  }

  #connect(endpoint: string): void {
    if (this.#bad.has(endpoint)) return
    if (this.#connected.size >= this.#maxPeers) {
      if (this.#waiting.has(endpoint)) return
      this.#waiting.add(endpoint)
      this.#onEvent({ type: 'waiting', endpoint })
      return
    }
    try {
      this.#socket.connect(endpoint)
    } catch (error) {
      if (isBusy(error)) throw error
      this.#waiting.delete(endpoint)
      this.#bad.add(endpoint)
      this.#stats.bad++
      this.#onEvent({ type: 'bad', endpoint, error })
      return
    }
    this.#waiting.delete(endpoint)
    this.#connected.add(endpoint)
    this.#onEvent({ type: 'connect', endpoint })
  }

  #disconnect(endpoint: string): void {
    try {
      // What is bound there as well would end with it: that is ours, and stays.
      if (!this.#own.has(endpoint)) this.#socket.disconnect(endpoint)
    } catch (error) {
      if (isBusy(error)) throw error
      // Somebody else has disconnected it: the connection is gone, which is all that matters.
    }
    this.#connected.delete(endpoint)
    this.#onEvent({ type: 'disconnect', endpoint })
  }
}

/**
 * Lets the connects of a socket follow as peers come and go: it connects to each endpoint of a service,
 * and disconnects when it is no longer there. Ends with the socket, or with `close()`, and keeps the
 * process alive until then.
 *
 * ```ts
 * const push = new Push()
 * follow(push, discovery, { service: 'orders' })
 * ```
 * @throws RangeError when a bound is no whole number from 1 on.
 */
export function follow(socket: Socket, discovery: Discovery, options?: FollowOptions): Following {
  return new Following(socket, discovery, options)
}

/** Whether the socket is being bound, or lent to a Proxy. */
function isBusy(error: unknown): boolean {
  return error instanceof ZmqError && error.code === 'EBUSY'
}
