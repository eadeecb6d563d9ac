import type { Dealer, SocketOptions } from 'zerowire'
import type { Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { milliseconds } from '../common/checks.js'
import { Desk } from '../common/desk.js'
import { isText } from '../common/frames.js'
import { Handling } from '../common/handling.js'
import { Life } from '../common/life.js'
import { Liveness } from '../common/liveness.js'
import type { Handler, WorkerStats } from '../load-balancer/index.js'
import {
  HEARTBEAT,
  heartbeatsOf,
  READY,
  type HeartbeatOptions,
  type Heartbeats,
} from './protocol.js'

/** What {@link ParanoidPirateWorker} may be told. */
export interface ParanoidPirateWorkerOptions extends HeartbeatOptions {
  /** How long it waits after it has lost its queue, in milliseconds; doubled each time until the queue is heard. @default 1000 */
  readonly reconnectInterval?: number
  /** How long it waits at most, in milliseconds. @default 32,000 */
  readonly reconnectMaxInterval?: number
  /** Requests that may wait while one is worked on, which only a careless queue sends. @default 10 */
  readonly backlog?: number
  /** Is told what the handler has thrown. What it throws itself ends the worker. @default console.warn */
  readonly onError?: (error: unknown) => void
  /** Options of its sockets, such as keys. None by default. */
  readonly socket?: Omit<SocketOptions<Dealer>, 'linger' | 'sendTimeout'>
  /** The time that it lives by; a test gives a `ManualClock`. @default the system's */
  readonly clock?: Clock
}

/**
 * A worker that watches its queue (RFC 6). It says READY, then does one request after the other, and
 * shows meanwhile that it is there. A queue that says nothing for `liveness` intervals is gone: the
 * worker waits, opens a new socket and says READY again. Whatever the handler throws is counted; the
 * request then has no reply.
 *
 * ```ts
 * await using worker = new ParanoidPirateWorker('tcp://127.0.0.1:5556', ([number]) => {
 *   return String(Number(String(number)) ** 2)
 * })
 * await worker.ended
 * ```
 */
export class ParanoidPirateWorker {
  readonly #clock: Clock
  readonly #life: Life
  readonly #desk: Desk
  readonly #heartbeats: Heartbeats
  readonly #reconnectInterval: number
  readonly #reconnectMaxInterval: number
  /** How long it would wait now. */
  #interval: number

  /** @throws RangeError on wrong times or bounds, and what the socket and its `connect()` throw. */
  constructor(endpoint: string, handler: Handler, options: ParanoidPirateWorkerOptions = {}) {
    const { onError, socket, reconnectInterval = 1000, reconnectMaxInterval = 32_000 } = options
    this.#heartbeats = heartbeatsOf(options)
    this.#reconnectInterval = milliseconds('reconnectInterval', reconnectInterval)
    this.#reconnectMaxInterval = milliseconds('reconnectMaxInterval', reconnectMaxInterval)
    this.#interval = this.#reconnectInterval
    const bounds = { concurrency: 1, backlog: options.backlog ?? 10 }
    const handling = new Handling({ handler, onError, ...bounds })
    this.#clock = options.clock ?? systemClock
    this.#life = new Life(this.#clock)
    this.#desk = new Desk({ life: this.#life, endpoint, socket, handling, header: [] })
    this.#open()
    this.#life.every(this.#heartbeats.interval, () => void this.#desk.say(HEARTBEAT))
  }

  /** What it has done so far. */
  get stats(): WorkerStats {
    return this.#desk.stats
  }

  /** Settles when it has been closed; rejects with what it has failed of. */
  get ended(): Promise<void> {
    return this.#life.ended
  }

  /** Begins a conversation: READY comes first. */
  #open(): void {
    const { patience } = this.#heartbeats
    const queue = new Liveness({
      ...{ life: this.#life, clock: this.#clock, patience },
      onSilence: () => this.#lose(),
    })
    this.#desk.open((message) => {
      queue.heard()
      this.#hear(message)
    })
    void this.#desk.say(READY)
  }

  #hear(message: Message[]): void {
    this.#interval = this.#reconnectInterval
    if (message.length > 1 || !isText(message[0], HEARTBEAT)) this.#desk.take(message)
  }

  #lose(): void {
    this.#desk.leave()
    this.#life.after(this.#interval, () => this.#open())
    this.#interval = Math.min(2 * this.#interval, this.#reconnectMaxInterval)
  }

  /** Ends it. What it works on has no reply. */
  close(): Promise<void> {
    this.#desk.close()
    return this.#life.end()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
