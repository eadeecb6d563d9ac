import type { Dealer, SocketOptions } from 'zerowire'
import type { Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { milliseconds, whole } from '../common/checks.js'
import { Desk, type WorkerStats } from '../common/desk.js'
import { Handling, type Handler } from '../common/handling.js'
import { Life } from '../common/life.js'

/** What {@link LoadBalancerWorker} may be told. */
export interface LoadBalancerWorkerOptions {
  /** How many requests it asks for at a time. @default 1 */
  readonly credits?: number
  /** How long it waits before it connects again to a queue that has left, in milliseconds. @default 100 */
  readonly reconnectInterval?: number
  /** Is told what the handler has thrown. What it throws itself ends the worker. @default console.warn */
  readonly onError?: (error: unknown) => void
  /** Options of its sockets, such as keys. None by default. */
  readonly socket?: Omit<SocketOptions<Dealer>, 'linger' | 'sendTimeout'>
  /** The time that it lives by; a test gives a `ManualClock`. @default the system's */
  readonly clock?: Clock
}

/**
 * A worker of a {@link LoadBalancer}, or of any queue that takes READY. It says READY once for each
 * request that it can have at a time, and again on a new socket when the queue has left and is back.
 * Whatever the handler throws is counted; the request then has no reply.
 *
 * ```ts
 * await using worker = new LoadBalancerWorker('tcp://127.0.0.1:5556', ([number]) => {
 *   return String(Number(String(number)) ** 2)
 * })
 * await worker.ended
 * ```
 */
export class LoadBalancerWorker {
  readonly #life: Life
  readonly #desk: Desk
  readonly #credits: number
  readonly #reconnectInterval: number

  /** @throws RangeError on a wrong `credits` or `reconnectInterval`, and what the socket and its `connect()` throw. */
  constructor(endpoint: string, handler: Handler, options: LoadBalancerWorkerOptions = {}) {
    const { onError, socket, clock = systemClock } = options
    this.#credits = whole('credits', options.credits ?? 1)
    this.#reconnectInterval = milliseconds('reconnectInterval', options.reconnectInterval ?? 100)
    // As many more wait while those of a queue that has left are still being worked on.
    const bounds = { concurrency: this.#credits, backlog: this.#credits }
    const handling = new Handling({ handler, onError, ...bounds })
    this.#life = new Life(clock)
    this.#desk = new Desk({ life: this.#life, endpoint, socket, handling, header: [''] })
    this.#open()
  }

  /** What it has done so far. */
  get stats(): WorkerStats {
    return this.#desk.stats
  }

  /** Settles when it has been closed; rejects with what it has failed of. */
  get ended(): Promise<void> {
    return this.#life.ended
  }

  #open(): void {
    const socket = this.#desk.open((message) => this.#hear(message))
    socket.events.on('disconnect', () => {
      if (socket.closed) return
      this.#desk.leave()
      this.#life.after(this.#reconnectInterval, () => this.#open())
    })
    for (let credit = 0; credit < this.#credits; credit++) this.#ready()
  }

  #ready(): void {
    void this.#desk.say('\x01')
  }

  #hear([delimiter, ...request]: Message[]): void {
    // The queue believes that it has given us something to do.
    if (!this.#desk.take(delimiter?.length === 0 ? request : [])) this.#ready()
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
