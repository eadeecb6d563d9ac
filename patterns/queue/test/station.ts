import { onTestFinished } from 'vitest'
import { Dealer } from 'zerowire'
import type { Message } from 'zerowire/extra'
import { ManualClock } from 'zerowire/patterns/clock'
import {
  Consumer,
  Producer,
  QueueBroker,
  type ConsumerOptions,
  type Delivery,
  type LinkOptions,
  type ProducerOptions,
  type QueueBrokerOptions,
} from 'zerowire/patterns/queue'
import { MemoryStore, type Store } from 'zerowire/patterns/store'
import { track } from '../../../test/support/track.js'
import { trackAll } from '../../common/test/tracked.js'
import { until } from '../../../test/support/turn.js'

/** So long that a clock can be moved on without heartbeats in between. */
const NEVER = 1e9

/** A broker, those who use it, and the clock by which all of them live. */
export class Station {
  readonly clock: ManualClock = new ManualClock(1_000_000)
  readonly store: Store
  broker!: QueueBroker
  endpoint = ''
  /** What the broker has ended of. */
  failure: unknown

  constructor(store: Store) {
    this.store = store
  }

  static async open(
    options: Partial<QueueBrokerOptions> = {},
    store: Store = new MemoryStore(),
  ): Promise<Station> {
    const station = new Station(store)
    // When all others are closed, which have something to say to it.
    onTestFinished(() => station.broker.close().catch(() => undefined))
    await station.start(options)
    return station
  }

  /** A broker, or the next one, at the same address and with the same store. */
  async start(options: Partial<QueueBrokerOptions> = {}): Promise<void> {
    const { clock, store } = this
    const defaults = { visibility: NEVER, ...options.defaults }
    const calm = { clock, store, liveness: NEVER }
    this.broker = await QueueBroker.open({ ...calm, ...options, defaults })
    this.broker.ended.catch((error: unknown) => (this.failure = error))
    this.endpoint = await this.broker.bind(this.endpoint || 'tcp://127.0.0.1:*')
  }

  producer(options: ProducerOptions = {}): Producer {
    return trackAll(new Producer(this.endpoint, { ...this.#calm, ...options }))
  }

  /** Resolves when the broker knows it. */
  async consumer(queue: string, options: ConsumerOptions = {}): Promise<Consumer> {
    const before = this.broker.stats.consumers
    const consumer = trackAll(
      new Consumer(this.endpoint, queue, { ...this.#calm, liveness: NEVER, ...options }),
    )
    await until(() => this.broker.stats.consumers > before)
    return consumer
  }

  get #calm(): LinkOptions {
    return { clock: this.clock, retry: NEVER, timeout: 2 * NEVER }
  }

  /** Somebody who speaks for himself. */
  stranger(): Stranger {
    return new Stranger(this.endpoint)
  }
}

/** Frames by hand. */
export class Stranger {
  readonly #socket: Dealer

  constructor(endpoint: string) {
    this.#socket = track(new Dealer({ linger: 0 }))
    this.#socket.connect(endpoint)
  }

  async say(...frames: (string | Uint8Array)[]): Promise<void> {
    await this.#socket.send(frames)
  }

  /** What comes next, as text. */
  async next(): Promise<string[]> {
    return (await this.#socket.receive()).map((frame: Message) => frame.toString())
  }

  async close(): Promise<void> {
    await this.#socket.close()
  }
}

/** The next messages, one after the other. */
export async function take(consumer: Consumer, count: number): Promise<Delivery[]> {
  const taken: Delivery[] = []
  while (taken.length < count) {
    const some = await consumer.receive(count - taken.length)
    if (some.length === 0) throw new Error('the consumer is closed')
    taken.push(...some)
  }
  return taken
}

export function bodies(deliveries: readonly Delivery[]): string[] {
  return deliveries.map(({ body }) => body.toString())
}

export async function rejection(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error: unknown) => String((error as { code?: unknown }).code ?? error),
  )
}
