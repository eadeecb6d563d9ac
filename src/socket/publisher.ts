import { takeSubscriptions, type Parts, type Subscription } from '../message.js'
import { FanOut } from '../routing/fan-out.js'
import type { Pipe } from '../routing/pipe.js'
import { Subscriptions, type Change } from '../routing/subscriptions.js'
import { EMPTY } from '../util/bytes.js'
import { defineType } from './define-type.js'
import { SendingSocket } from './directions.js'
import { Pattern, type PatternHost } from './pattern.js'
import { core, defineOptions, type SocketOptions } from './socket.js'

/** What PUB and XPUB have in common: to each peer what it has subscribed to. */
export class PublisherPattern extends Pattern {
  /** What peers get. */
  protected readonly subscriptions: Subscriptions = new Subscriptions()
  readonly #out: FanOut
  readonly #select: (pipe: Pipe) => void

  constructor(host: PatternHost) {
    super(host)
    this.#out = new FanOut(host)
    this.#select = (pipe) => {
      this.#out.select(pipe)
    }
  }

  attach(pipe: Pipe): void {
    this.#out.add(pipe)
  }

  detach(pipe: Pipe): void {
    this.#out.remove(pipe)
    this.forget(pipe)
  }

  override opened(pipe: Pipe): undefined {
    // A peer that comes back says anew what it wants; until then what it wanted before is queued.
    this.forget(pipe)
    const { welcomeMessage } = this.host.options
    if (welcomeMessage !== null) pipe.write([welcomeMessage])
  }

  /** Subscriptions of ZMTP 3.0 come as messages; others are not for us. */
  override intake(pipe: Pipe, message: Parts): boolean {
    if (!this.serves(pipe)) return false
    const rest = takeSubscriptions(message, this.host.options.onlyFirstSubscribe, (change) => {
      this.subscription(pipe, change)
    })
    return rest.length > 0 && this.user(pipe, rest)
  }

  override subscription(pipe: Pipe, change: Subscription): void {
    this.apply(this.subscriptions, pipe, change)
  }

  override send(message: Parts): boolean {
    const out = this.#out
    const { invertMatching, noDrop } = this.host.options
    out.begin()
    this.subscriptions.match(message[0] ?? EMPTY, this.#select)
    if (invertMatching) out.invert()
    if (noDrop && !out.hasRoom) return false
    out.send(message)
    return true
  }

  override get canSend(): boolean {
    return true
  }

  override get topicsCount(): number {
    return this.subscriptions.size
  }

  /** As `send()`, but to one peer only. */
  protected sendTo(only: Pipe, message: Parts): boolean {
    const out = this.#out
    out.begin()
    this.subscriptions.match(message[0] ?? EMPTY, (pipe) => {
      if (pipe === only) out.select(pipe)
    })
    if (this.host.options.noDrop && !out.hasRoom) return false
    out.send(message)
    return true
  }

  /** Whether the peer is one of ours, and not leaving. */
  protected serves(pipe: Pipe): boolean {
    return this.#out.has(pipe)
  }

  /** Changes a set of subscriptions, within what one peer may take. */
  protected apply(set: Subscriptions, pipe: Pipe, { topic, on }: Subscription): Change {
    return on ? set.add(pipe, topic) : set.remove(pipe, topic)
  }

  /** The peer has gone, or begins anew. */
  protected forget(pipe: Pipe): void {
    this.subscriptions.removeAll(pipe, () => undefined)
  }

  /** A message that is no subscription. @returns whether it is for the user. */
  protected user(_pipe: Pipe, _message: Parts): boolean {
    this.host.drop('unexpected')
    return false
  }
}

const PUB = defineType('PUB', (host) => new PublisherPattern(host))

/**
 * Publishes messages to the {@link Subscriber} peers whose subscriptions the first part begins with
 * (RFC 29). It never waits: whoever is full misses the message, which is counted.
 */
export class Publisher extends SendingSocket {
  /** Wait for peers that are full instead of dropping their messages. @default false */
  declare noDrop: boolean
  /** Keep only the newest message for each peer; for messages of one part. @default false */
  declare conflate: boolean
  /** Send to peers whose subscriptions do not match; subscribers must set it as well. @default false */
  declare invertMatching: boolean
  /** Heed subscriptions in a message of a peer only if its first part is one. @default false */
  declare onlyFirstSubscribe: boolean

  static {
    defineOptions(Publisher, ['noDrop', 'conflate', 'invertMatching', 'onlyFirstSubscribe'])
  }

  /** How many topics peers are subscribed to; one that several want counts once. */
  get topicsCount(): number {
    return core(this).pattern.topicsCount
  }

  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Publisher>) {
    super(PUB, options)
  }
}
