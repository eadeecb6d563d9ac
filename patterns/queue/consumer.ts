import { ZmqError, type Message } from 'zerowire/extra'
import { milliseconds, whole } from '../common/checks.js'
import { deferred, type Deferred } from '../common/deferred.js'
import { Delivery, type Settle, type Settling } from './delivery.js'
import { later, Link, type LinkOptions } from './link.js'
import { name, WINDOW } from './protocol.js'

/** What a consumer is like. */
export interface ConsumerOptions extends LinkOptions {
  /** How many messages it has at a time that are not acknowledged. Default: 100. */
  readonly prefetch?: number
  /** How often it says that it is there, in milliseconds; as the broker has it. Default: 1000. */
  readonly heartbeat?: number
  /** After how many heartbeats without an answer it connects anew. Default: 3. */
  readonly liveness?: number
}

/** Receipts that go to the broker together, and those who wait for it. */
interface Settlement extends Deferred<undefined> {
  readonly receipts: number[]
}

/**
 * Receives messages of one queue, each of them until it is acknowledged.
 *
 * ```ts
 * const consumer = new Consumer('tcp://127.0.0.1:5580', 'orders')
 * for await (const order of consumer) {
 *   await process(order.body)
 *   void order.ack()
 * }
 * ```
 */
export class Consumer implements AsyncIterable<Delivery>, AsyncDisposable {
  readonly #link: Link
  readonly #queue: string
  readonly #prefetch: number
  readonly #silence: number
  readonly #retry: number
  /** Received and not handed over, by receipt. */
  readonly #buffer = new Map<number, Delivery>()
  /** Whose deletion the broker has not confirmed. */
  readonly #deleting = new Set<number>()
  /** By what is to be done with them. */
  readonly #settling = new Map<string, Settlement>()
  #news: Deferred<undefined> = deferred()
  #malformed = 0
  #refused: ZmqError | undefined
  #willFlush = false
  #closing: Promise<void> | undefined

  /** @throws RangeError or TypeError on an option that is none; as `connect()` of a socket on the address. */
  constructor(endpoint: string, queue: string, options: ConsumerOptions = {}) {
    const { prefetch = 100, heartbeat = 1000, liveness = 3, retry = 2500 } = options
    this.#queue = name('a queue', queue)
    this.#prefetch = whole('prefetch', prefetch)
    this.#silence = milliseconds('heartbeat', heartbeat) * whole('liveness', liveness)
    this.#retry = retry
    this.#link = new Link(endpoint, options, {
      heard: (command, frames) => this.#hear(command, frames),
      connected: () => this.#subscribe(),
    })
    this.#link.life.every(heartbeat, () => {
      if (this.#link.isSilent(this.#silence)) this.#link.reconnect()
      else this.#subscribe()
    })
    this.#subscribe()
  }

  /** Messages of the broker that it could not make sense of. */
  get malformed(): number {
    return this.#malformed + this.#link.malformed
  }

  /**
   * Waits for messages, and takes all that have come, `most` at most. None when it is closed.
   * @throws ZmqError EMFILE as long as the broker has no room for more consumers or queues.
   */
  async receive(most: number = Infinity): Promise<Delivery[]> {
    while (this.#buffer.size === 0 && !this.#closing) {
      if (this.#refused) throw this.#refused
      await this.#news.promise
    }
    const some: Delivery[] = []
    for (const [receipt, delivery] of this.#buffer) {
      if (some.length >= most) break
      this.#buffer.delete(receipt)
      some.push(delivery)
    }
    return some
  }

  /** One message after the other, until the consumer is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Delivery, void, undefined> {
    for (;;) {
      const [delivery] = await this.receive(1)
      if (!delivery) return
      yield delivery
    }
  }

  /**
   * Gives back what is not acknowledged, waits until the broker has confirmed that and all that was
   * settled before, or until the time for a retry is over, and ends.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    this.#buffer.clear()
    this.#wake()
    this.#flush()
    const left = deferred<undefined>()
    this.#link.request('CANCEL', [], () => left.resolve(undefined))
    const timer = this.#link.life.after(this.#retry, () => left.resolve(undefined))
    await left.promise
    timer.cancel()
    await this.#link.close()
  }

  #subscribe(): void {
    if (!this.#closing) this.#link.post('RECEIVE', this.#queue, String(this.#prefetch))
  }

  #hear(command: string, frames: Message[]): void {
    if (command === 'HEARTBEAT') this.#refused = undefined
    else if (command === 'REFUSED') {
      this.#refused = new ZmqError('EMFILE', {
        message: 'The broker has too many consumers or queues',
      })
      this.#wake()
    } else if (command !== 'MESSAGES' || frames.length % 3 !== 0) this.#malformed++
    else this.#keep(frames)
  }

  /** Triples of facts, head and body. */
  #keep(frames: Message[]): void {
    if (this.#closing) return
    for (let i = 0; i < frames.length; i += 3) {
      const [facts, head, body] = frames.slice(i, i + 3)
      const delivery = facts && head && body && Delivery.read(facts, head, body, this.#settle)
      if (!delivery) {
        this.#malformed++
        continue
      }
      // What was received over an earlier connection may come again.
      if (this.#deleting.has(delivery.receipt)) continue
      this.#buffer.delete(delivery.receipt)
      this.#buffer.set(delivery.receipt, delivery)
    }
    // The oldest are those of an earlier connection, which others have by now.
    for (const receipt of this.#buffer.keys()) {
      if (this.#buffer.size <= this.#prefetch) break
      this.#buffer.delete(receipt)
    }
    this.#wake()
  }

  #wake(): void {
    this.#news.resolve(undefined)
    this.#news = deferred()
  }

  /** Together with what else is settled in this turn. */
  readonly #settle: Settle = (command, receipt, time) => {
    if (this.#closing) {
      return Promise.reject(new ZmqError('EBADF', { message: 'Consumer is closed' }))
    }
    const what = time === undefined ? command : `${command} ${time}`
    const settlement = this.#settling.get(what) ?? { ...deferred<undefined>(), receipts: [] }
    this.#settling.set(what, settlement)
    settlement.receipts.push(receipt)
    if (command === 'DELETE') {
      this.#buffer.delete(receipt)
      this.#deleting.add(receipt)
    }
    if (settlement.receipts.length === 1) settlement.promise.catch(() => undefined)
    if (settlement.receipts.length >= WINDOW) this.#flush()
    else if (!this.#willFlush) {
      this.#willFlush = true
      later(() => {
        this.#willFlush = false
        this.#flush()
      })
    }
    return settlement.promise
  }

  #flush(): void {
    for (const [what, { receipts, resolve, reject }] of this.#settling) {
      const [command, ...time] = what.split(' ') as [Settling, ...string[]]
      this.#link.request(command, [this.#queue, receipts.join(' '), ...time], (error) => {
        for (const receipt of receipts) this.#deleting.delete(receipt)
        if (error) reject(error)
        else resolve(undefined)
      })
    }
    this.#settling.clear()
  }
}
