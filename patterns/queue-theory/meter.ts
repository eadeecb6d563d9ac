import { ZmqError } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { milliseconds, whole } from '../common/checks.js'
import { Life } from '../common/life.js'
import { Queue, type Metered, type QueueReport, type Side } from './queue.js'

/** What a {@link QueueMeter} may be told. */
export interface QueueMeterOptions {
  /** Milliseconds between two samples. @default 10 */
  interval?: number
  /** Queues that can be watched at once. @default 1000 */
  maxQueues?: number
  /** The time that it lives by; a test gives a `ManualClock`. @default systemClock */
  clock?: Clock
}

/**
 * Watches queues of sockets: how long they are, how long messages wait in them, how much goes through.
 * It reads the counters that sockets keep anyway, so that what it watches does not get slower.
 */
export class QueueMeter {
  readonly #clock: Clock
  readonly #life: Life
  readonly #maxQueues: number
  readonly #queues = new Map<string, Queue>()

  /** @throws RangeError on an option that is none. */
  constructor({ interval = 10, maxQueues = 1000, clock = systemClock }: QueueMeterOptions = {}) {
    milliseconds('interval', interval)
    this.#maxQueues = whole('maxQueues', maxQueues)
    this.#clock = clock
    this.#life = new Life(clock)
    this.#life.every(interval, () => this.sample())
  }

  /**
   * Watches a queue from now on, under a name of its own.
   * @throws ZmqError `EADDRINUSE` when the name is in use, `ENOBUFS` when there are too many, `EBADF` when closed.
   */
  watch(name: string, socket: Metered, side: Side): void {
    if (this.#life.over) throw new ZmqError('EBADF')
    if (this.#queues.has(name)) {
      throw new ZmqError('EADDRINUSE', { message: `A queue named ${name} is watched already` })
    }
    if (this.#queues.size >= this.#maxQueues) {
      throw new ZmqError('ENOBUFS', { reason: `${this.#maxQueues} queues are watched already` })
    }
    this.#queues.set(name, new Queue(socket, side, this.#clock.now()))
  }

  /** No longer watches it. @returns whether it did. */
  unwatch(name: string): boolean {
    return this.#queues.delete(name)
  }

  /** Takes a sample between two others. */
  sample(): void {
    const now = this.#clock.now()
    for (const queue of this.#queues.values()) queue.sample(now)
  }

  /** Each queue, in the order in which they came, up to the last sample. */
  report(): QueueReport[] {
    return [...this.#queues].map(([name, queue]) => queue.report(name))
  }

  /** Begins anew with what is in the queues now. */
  reset(): void {
    const now = this.#clock.now()
    for (const queue of this.#queues.values()) queue.reset(now)
  }

  /** Takes no more samples; `report()` says what it said last. The sockets stay open. */
  close(): Promise<void> {
    return this.#life.end()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
