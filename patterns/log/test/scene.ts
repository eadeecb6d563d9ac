import { onTestFinished } from 'vitest'
import { Dealer, Publisher, Router } from 'zerowire'
import { ManualClock } from 'zerowire/patterns/clock'
import {
  LogConsumer,
  LogProducer,
  LogServer,
  type LogConsumerOptions,
  type LogProducerOptions,
  type LogRecord,
  type LogServerOptions,
} from 'zerowire/patterns/log'
import { MemoryStore, type Store } from 'zerowire/patterns/store'
import { rebind } from '../../../test/support/rebind.js'
import { track } from '../../../test/support/track.js'
import { until } from '../../../test/support/turn.js'

interface Closable {
  close(): Promise<void>
}

/** A log on a clock that stands still, and those who come to it. */
export class Scene {
  readonly clock: ManualClock = new ManualClock(1_000_000)
  readonly store: Store
  readonly #options: LogServerOptions
  #server: LogServer | undefined
  address = 'tcp://127.0.0.1:*'
  tail = 'tcp://127.0.0.1:*'
  readonly #all: Closable[] = []

  constructor(options: LogServerOptions, store: Store = new MemoryStore()) {
    this.#options = options
    this.store = store
  }

  static async open(options: LogServerOptions, store?: Store): Promise<Scene> {
    const scene = new Scene(options, store)
    onTestFinished(() => scene.close())
    await scene.start()
    return scene
  }

  get server(): LogServer {
    if (!this.#server) throw new Error('there is no server')
    return this.#server
  }

  /** Starts a server, where the one before was. */
  async start(): Promise<void> {
    const server = await LogServer.open(this.store, { clock: this.clock, ...this.#options })
    await rebind(
      { bind: async (address) => void (this.address = await server.bind(address)) },
      this.address,
    )
    await rebind(
      { bind: async (address) => void (this.tail = await server.bindTail(address)) },
      this.tail,
    )
    this.#server = server
  }

  producer(options: LogProducerOptions = {}): LogProducer {
    const producer = new LogProducer({ clock: this.clock, ...options })
    producer.connect(this.address)
    this.#all.push(producer)
    return producer
  }

  consumer(topic: string, options: LogConsumerOptions = {}): LogConsumer {
    const consumer = new LogConsumer(topic, { clock: this.clock, ...options })
    consumer.connect(this.address, this.tail)
    this.#all.push(consumer)
    return consumer
  }

  /** Lets an interval pass, and the readers tell the server that they are there. */
  async interval(...consumers: LogConsumer[]): Promise<void> {
    const before = consumers.map(({ stats }) => stats.beats)
    this.clock.advance(1000)
    await until(() => consumers.every(({ stats }, i) => stats.beats > (before[i] ?? 0)))
  }

  /** A peer of the test's own. */
  stranger(): Dealer {
    const dealer = track(new Dealer({ linger: 0 }))
    dealer.connect(this.address)
    return dealer
  }

  async close(): Promise<void> {
    const closed = this.#all.map((each) => each.close())
    // Nobody waits for a server that is not there.
    this.clock.advance(1000)
    await Promise.all(closed)
    await this.#server?.close()
    await this.store.close()
  }
}

/** A server of the test's own, that says what it is told to. */
export async function liar(): Promise<{
  router: Router
  publisher: Publisher
  at: [string, string]
}> {
  const router = track(new Router({ linger: 0 }))
  const publisher = track(new Publisher({ linger: 0 }))
  await router.bind('tcp://127.0.0.1:*')
  await publisher.bind('tcp://127.0.0.1:*')
  return { router, publisher, at: [String(router.lastEndpoint), String(publisher.lastEndpoint)] }
}

/** The next records of a reader. */
export async function take(consumer: LogConsumer, count: number): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  const iterator = consumer[Symbol.asyncIterator]()
  while (records.length < count) {
    const { value } = await iterator.next()
    if (!value) throw new Error('the consumer has ended')
    records.push(value)
  }
  return records
}

/** The values of records, as texts. */
export function values(records: readonly LogRecord[]): string[] {
  return records.map(({ value }) => String(value))
}
