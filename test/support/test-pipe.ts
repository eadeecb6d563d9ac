import { afterEach, expect } from 'vitest'
import type { Batch, Session, Traffic } from '../../src/session/session.js'
import { WakeUp } from './wake-up.js'

type Parts = Uint8Array[]

/** A change of subscriptions, as a session hands it over. */
interface Change {
  readonly topic: Uint8Array
  readonly on: boolean
}

const pipes: TestPipe[] = []

afterEach(() => {
  const used = pipes.splice(0)
  for (const pipe of used) pipe.session.destroy()
  for (const pipe of used) expect(pipe.faults).toEqual([])
})

/** Stands where a socket has its pipe, and holds the session to its promises. */
export class TestPipe implements Traffic {
  readonly session: Session
  /** Promises that the session broke. */
  readonly faults: string[] = []
  /** With what the session ended, each time it said so. */
  readonly ends: (Error | undefined)[] = []
  /** Messages (their first parts) and subscriptions in the order of their arrival. */
  readonly arrivals: string[] = []
  /** How often the session said that there may be room. */
  drains = 0
  /** Messages that may wait here unread. */
  capacity = Infinity
  /** Called with each message that comes. */
  onMessage: (message: Parts) => void = () => undefined
  readonly #queue: Parts[] = []
  readonly #unread: Parts[] = []
  readonly #news = new WakeUp()
  #blocked = false

  constructor(session: Session, capacity = Infinity) {
    this.session = session
    this.capacity = capacity
    pipes.push(this)
  }

  start(): this {
    this.#blocked = this.room === 0
    this.session.start(this)
    return this
  }

  // --- what a socket does

  send(...parts: (string | Uint8Array)[]): void {
    const message = parts.map((part) => Buffer.from(part))
    if (this.#queue.length > 0 || !this.session.send(message)) this.#queue.push(message)
  }

  subscribe(topic: string, on = true): void {
    this.session.subscribe({ topic: Buffer.from(topic), on })
  }

  /** The next message; makes room when all has been read. */
  async read(): Promise<Parts> {
    const message = await this.until(() => this.#unread.shift())
    this.resume()
    return message
  }

  async readMany(count: number): Promise<Parts[]> {
    const messages: Parts[] = []
    while (messages.length < count) messages.push(await this.read())
    return messages
  }

  /** Lets messages in again if there is room. */
  resume(): void {
    if (!this.#blocked || this.room === 0) return
    this.#blocked = false
    this.session.resume()
  }

  /** Closes once nothing is queued here, as sockets that linger do. */
  async close(): Promise<void> {
    await this.until(() => (this.#queue.length === 0 ? true : undefined))
    await this.session.close()
  }

  /** Looks again at each piece of news. */
  until<T>(find: () => T | undefined): Promise<T> {
    return this.#news.until(find)
  }

  /** What the session ended with. */
  async untilEnded(): Promise<Error | undefined> {
    await this.until(() => (this.ends.length > 0 ? true : undefined))
    return this.ends[0]
  }

  // --- what the session calls

  get room(): number {
    return Math.max(this.capacity - this.#unread.length, 0)
  }

  pull(): Parts | undefined {
    this.#expectLife('pull')
    const message = this.#queue.shift()
    this.#news.notify()
    return message
  }

  deliver(message: Parts): boolean {
    this.#expectLife('deliver')
    if (this.#blocked) this.faults.push('deliver without room')
    this.arrivals.push(String(message[0]))
    this.#unread.push(message)
    this.#blocked = this.room === 0
    this.#news.notify()
    this.onMessage(message)
    return !this.#blocked
  }

  deliverBatch(batch: Batch): boolean {
    if (batch.count === 0) this.faults.push('an empty batch')
    if (batch.count > this.room) this.faults.push('more than there is room for')
    let room = true
    while (batch.count > 0 && this.ends.length === 0) room = this.deliver(batch.next())
    return room
  }

  subscription({ topic, on }: Change): void {
    this.#expectLife('subscription')
    this.arrivals.push(`${on ? '+' : '-'}${String(topic)}`)
    this.#news.notify()
  }

  discarded(reason: string): void {
    this.faults.push(`a message that cannot be sent: ${reason}`)
  }

  drained(): void {
    this.drains += 1
    this.#news.notify()
  }

  ended(error: Error | undefined): void {
    this.#expectLife('ended')
    this.ends.push(error)
    this.#news.notify()
  }

  #expectLife(what: string): void {
    if (this.ends.length > 0) this.faults.push(`${what} after the end`)
  }
}
