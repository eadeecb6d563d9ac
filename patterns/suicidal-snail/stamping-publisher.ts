import { Publisher, type MessageLike, type SocketOptions } from 'zerowire'
import { ZmqError } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { whole } from '../common/checks.js'
import { stampFrames } from './stamp.js'

/** What a {@link StampingPublisher} may be told. */
export interface StampingPublisherOptions {
  /** Topics that it counts; there is no room for others. @default 100000 */
  maxTopics?: number
  /** Options of its socket, such as keys and `context`. None by default. */
  socket?: SocketOptions<Publisher>
  /** The time that it lives by; a test gives a `ManualClock`. @default systemClock */
  clock?: Clock
}

/** Publishes messages that say when they were sent, and how many of their topic came before. */
export class StampingPublisher {
  readonly #socket: Publisher
  readonly #clock: Clock
  readonly #maxTopics: number
  readonly #sequences = new Map<string, number>()

  /** @throws RangeError on an option that is none. */
  constructor({ maxTopics = 100_000, socket, clock = systemClock }: StampingPublisherOptions = {}) {
    this.#maxTopics = whole('maxTopics', maxTopics)
    this.#clock = clock
    this.#socket = new Publisher({ linger: 0, ...socket })
  }

  /** Listens for subscribers. @returns the endpoint, wildcards resolved. @throws what `Socket.bind()` throws. */
  async bind(endpoint: string): Promise<string> {
    await this.#socket.bind(endpoint)
    return String(this.#socket.lastEndpoint)
  }

  /** Connects to a forwarder. @throws what `Socket.connect()` throws. */
  connect(endpoint: string): void {
    this.#socket.connect(endpoint)
  }

  /**
   * Publishes a message, to those who want its topic and have room for it.
   * @throws ZmqError (rejected) `ENOBUFS` when it is of one topic too many, `EBADF` when closed.
   */
  async send(topic: string, ...body: MessageLike[]): Promise<void> {
    const before = this.#sequences.get(topic)
    if (before === undefined && this.#sequences.size >= this.#maxTopics) {
      throw new ZmqError('ENOBUFS', { reason: `there are ${this.#maxTopics} topics already` })
    }
    const sequence = (before ?? 0) + 1
    this.#sequences.set(topic, sequence)
    await this.#socket.send([
      topic,
      ...stampFrames({ date: this.#clock.date(), sequence }),
      ...body,
    ])
  }

  /** Ends at once. */
  async close(): Promise<void> {
    await this.#socket.close()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
