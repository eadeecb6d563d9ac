import { Subscriber, XPublisher, type SocketOptions } from 'zerowire'
import { peerOf, type Message, type PeerInfo } from 'zerowire/extra'
import { systemClock } from '../clock/index.js'
import { whole } from '../common/checks.js'
import { deferred } from '../common/deferred.js'
import { keyOf } from '../common/frames.js'
import { Life } from '../common/life.js'
import { Values } from './values.js'

/** What a cache holds, and has done. */
export interface LastValueCacheStats {
  /** Topics whose last message it has. */
  readonly topics: number
  /** Bytes of all of these. */
  readonly bytes: number
  /** Topics that made room for others, or whose last message was too large. */
  readonly forgotten: number
  /** Messages that came from publishers. */
  readonly received: number
  /** Subscriptions, and ends of subscriptions. */
  readonly requests: number
  /** Last values that were sent to somebody new. */
  readonly replayed: number
  /** Of these, how many went to others who want the topic as well. */
  readonly repeated: number
  /** What subscribers sent that is no subscription. */
  readonly refused: number
}

/** What a {@link LastValueCache} may be told. */
export interface LastValueCacheOptions {
  /** What it wants of the publishers: topics that begin so. @default everything */
  topics?: readonly string[]
  /** Topics that it remembers. @default 10000 */
  maxTopics?: number
  /** Bytes that it remembers, topics included. @default 67108864 */
  maxBytes?: number
  /** Options of the socket for publishers, such as keys. None by default. */
  frontEnd?: SocketOptions<Subscriber>
  /** Options of the socket for subscribers, such as keys. None by default. */
  backEnd?: SocketOptions<XPublisher>
}

/** A topic that nobody has, to use up a turn that nobody needs. */
const NOBODY = crypto.getRandomValues(new Uint8Array(32))
const NOBODY_KEY = keyOf(NOBODY)

/**
 * A forwarder from publishers to subscribers that remembers the last message of each topic, and sends
 * it to whoever subscribes later.
 */
export class LastValueCache {
  /** For publishers; to be bound or connected, and otherwise left alone. */
  readonly frontEnd: Subscriber
  /** For subscribers; likewise. */
  readonly backEnd: XPublisher
  readonly #life = new Life(systemClock)
  readonly #values: Values
  /** Of each peer what it wants that begins the topic which nobody should have. */
  readonly #wide = new WeakMap<PeerInfo, Set<string>>()
  /** Messages of subscribers that were dealt with. */
  #answered = 0
  #answer = deferred<undefined>()
  readonly #counts = { received: 0, requests: 0, replayed: 0, repeated: 0, refused: 0 }

  /** @throws RangeError, TypeError on an option that is none. */
  constructor(options: LastValueCacheOptions = {}) {
    const { topics = [''], maxTopics = 10_000, maxBytes = 2 ** 26, frontEnd, backEnd } = options
    this.#values = new Values(whole('maxTopics', maxTopics), whole('maxBytes', maxBytes))
    this.frontEnd = this.#life.own(new Subscriber({ linger: 0, ...frontEnd }))
    this.backEnd = this.#life.own(
      new XPublisher({
        // Somebody who wants everything gets it all at once.
        ...{ linger: 0, sendHighWaterMark: maxTopics + 1000, ...backEnd },
        ...{ manualLastValue: true, messagePeers: true },
      }),
    )
    this.frontEnd.subscribe(...topics)
    this.#life.read(this.frontEnd, (message) => this.#publish(message))
    this.#life.read(this.backEnd, (message) => this.#request(message, peerOf(message)))
  }

  /** What it holds, and what it has done so far. */
  get stats(): LastValueCacheStats {
    const { topics, bytes, forgotten } = this.#values
    return { topics, bytes, forgotten, ...this.#counts }
  }

  /** Ends at once, and forgets everything. */
  close(): Promise<void> {
    return this.#life.end()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #publish(message: Message[]): Promise<void> {
    this.#counts.received++
    // The next message belongs to whoever made a request that was received and not yet answered.
    while (this.backEnd.stats.received > this.#answered) await this.#answer.promise
    if (this.#life.over) return
    this.#values.set(message)
    await this.backEnd.send(message)
  }

  /** All at once, before anything else can be sent. @returns when there is time for more. */
  async #request(message: readonly Message[], peer: PeerInfo | undefined): Promise<void> {
    const [request] = message
    const on = request?.[0] === 1
    const isRequest = message.length === 1 && (on || request?.[0] === 0)
    if (isRequest) this.#counts.requests++
    else this.#counts.refused++
    const topic = request?.subarray(1) ?? NOBODY
    const values = isRequest && on ? this.#values.matching(topic) : []
    const sent: Promise<void>[] = values.length === 0 ? [this.#useUp(peer)] : []
    if (isRequest) this.#change(peer, topic, on)
    // The first goes to this peer alone (ZMQ_XPUB_MANUAL_LAST_VALUE), the others to all who want them.
    for (const value of values) sent.push(this.backEnd.send([...value]))
    this.#counts.replayed += values.length
    this.#counts.repeated += Math.max(values.length - 1, 0)
    this.#answered++
    this.#answer.resolve(undefined)
    this.#answer = deferred()
    await Promise.all(sent)
  }

  /** There is nothing for this peer: the message that would go to it alone is one that it does not get. */
  #useUp(peer: PeerInfo | undefined): Promise<void> {
    const keys = (peer && this.#wide.get(peer)) ?? []
    const wide = [...keys].map((key) => NOBODY.subarray(0, key.length))
    this.backEnd.unsubscribe(...wide)
    const sent = this.backEnd.send(NOBODY)
    this.backEnd.subscribe(...wide)
    return sent
  }

  #change(peer: PeerInfo | undefined, topic: Uint8Array, on: boolean): void {
    if (on) this.backEnd.subscribe(topic)
    else this.backEnd.unsubscribe(topic)
    const key = keyOf(topic)
    if (!peer || !NOBODY_KEY.startsWith(key)) return
    const wide = this.#wide.get(peer) ?? new Set()
    if (on) wide.add(key)
    else wide.delete(key)
    this.#wide.set(peer, wide)
  }
}
