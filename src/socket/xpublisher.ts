import type { Parts, Subscription } from '../message.js'
import { FairQueue } from '../routing/fair-queue.js'
import type { Pipe } from '../routing/pipe.js'
import { Subscriptions, type Change } from '../routing/subscriptions.js'
import { concat } from '../util/bytes.js'
import { defineType } from './define-type.js'
import { DuplexSocket } from './directions.js'
import { toTopic } from './topic.js'
import { PublisherPattern } from './publisher.js'
import { core, defineOptions, type SocketOptions } from './socket.js'

/**
 * Changes of subscriptions that may stay unread, beside two for each topic that a peer has: a peer
 * that changes its mind without end is bounded, one that wants a lot loses nothing.
 */
const MOST_UNREAD = 65_536

class XPublisherPattern extends PublisherPattern {
  readonly #in = new FairQueue()
  /** With `manual`: what peers have asked for, which need not be what they get. */
  readonly #requests = new Subscriptions()
  /** With `manualLastValue`: whose request was received last, to whom alone the next message goes. */
  #newcomer: Pipe | undefined

  override subscription(pipe: Pipe, change: Subscription): void {
    const { verbosity } = this.host.options
    const set = this.#manual ? this.#requests : this.subscriptions
    const effect = this.apply(set, pipe, change)
    if (this.#manual || isNews(change, effect, verbosity))
      announce(pipe, change, MOST_UNREAD + 2 * set.count(pipe))
  }

  override readable(pipe: Pipe): void {
    this.#in.add(pipe)
  }

  override receive(): Parts | undefined {
    const message = this.#in.next()
    if (message !== undefined && this.host.options.manualLastValue) this.#newcomer = this.#in.source
    return message
  }

  override send(message: Parts): boolean {
    const newcomer = this.#newcomer
    if (newcomer === undefined) return super.send(message)
    if (!this.sendTo(newcomer, message)) return false
    this.#newcomer = undefined
    return true
  }

  override get source(): Pipe | undefined {
    return this.#in.source
  }

  override get canReceive(): boolean {
    return !this.#in.isEmpty
  }

  /** Decides for the peer whose request was received last. */
  override setTopic(topic: Uint8Array, on: boolean): void {
    if (!this.#manual) super.setTopic(topic, on)
    const pipe = this.#in.source
    if (pipe !== undefined && this.serves(pipe)) this.apply(this.subscriptions, pipe, { topic, on })
  }

  protected override forget(pipe: Pipe): void {
    const { verbosity } = this.host.options
    const tell = (topic: Uint8Array, last: boolean): void => {
      if (last || verbosity === 'allSubsUnsubs') announce(pipe, { topic, on: false }, Infinity)
    }
    this.subscriptions.removeAll(pipe, this.#manual ? () => undefined : tell)
    this.#requests.removeAll(pipe, tell)
  }

  protected override user(): boolean {
    return true
  }

  get #manual(): boolean {
    return this.host.options.manual || this.host.options.manualLastValue
  }
}

/** Whether the user hears of a change. */
function isNews(
  { on }: Subscription,
  { forPipe, forAll }: Change,
  verbosity: string | null,
): boolean {
  if (verbosity === 'allSubsUnsubs' || forAll) return true
  // Cancelling what was never wanted is passed on, as libzmq does.
  return on ? verbosity === 'allSubs' : !forPipe
}

/** To the user a subscription is a message: 01 or 00 and the topic (RFC 29). */
function announce(pipe: Pipe, { topic, on }: Subscription, most: number): void {
  pipe.announce(concat([Uint8Array.of(on ? 1 : 0), topic]), most)
}

const XPUB = defineType('XPUB', (host) => new XPublisherPattern(host))

/**
 * A {@link Publisher} that also receives: the subscriptions of its peers, as messages of `01` or
 * `00` and the topic, and whatever else they send (RFC 29).
 */
export class XPublisher extends DuplexSocket {
  /** Wait for peers that are full instead of dropping their messages. @default false */
  declare noDrop: boolean
  /** Only report subscriptions; what a peer gets is decided by `subscribe()` and `unsubscribe()`. @default false */
  declare manual: boolean
  /**
   * As `manual`; moreover, after each request that was received, the next message goes to that peer
   * alone: for publishers that keep the last value of each topic for those who come later
   * (libzmq's ZMQ_XPUB_MANUAL_LAST_VALUE). @default false
   */
  declare manualLastValue: boolean
  /** Heed subscriptions in a message of a peer only if its first part is one. @default false */
  declare onlyFirstSubscribe: boolean
  /** Sent to each new peer; reaches those that are subscribed to it. @default null */
  declare welcomeMessage: string | null
  /** Send to peers whose subscriptions do not match; subscribers must set it as well. @default false */
  declare invertMatching: boolean
  /**
   * Which subscriptions are reported: null the first and last of each topic, `allSubs` every one and
   * the last unsubscription, `allSubsUnsubs` all. @default null
   */
  get verbosity(): 'allSubs' | 'allSubsUnsubs' | null {
    return core(this).settings.get('verbosity') as 'allSubs' | 'allSubsUnsubs' | null
  }

  /** Words that mean nothing change nothing, as in the reference. */
  set verbosity(value: 'allSubs' | 'allSubsUnsubs' | null) {
    if ([null, 'allSubs', 'allSubsUnsubs'].includes(value))
      core(this).settings.set('verbosity', value)
  }

  static {
    defineOptions(XPublisher, [
      ...(['noDrop', 'manual', 'welcomeMessage', 'invertMatching'] as const),
      ...(['manualLastValue', 'onlyFirstSubscribe'] as const),
    ])
  }

  /** How many topics peers get; one that several get counts once. */
  get topicsCount(): number {
    return core(this).pattern.topicsCount
  }

  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<XPublisher>) {
    super(XPUB, options)
  }

  /** With `manual`: subscribes the peer whose request was received last. */
  subscribe(...topics: (Uint8Array | string)[]): void {
    for (const topic of topics) core(this).setTopic(toTopic(topic), true)
  }

  /** With `manual`: unsubscribes the peer whose request was received last. */
  unsubscribe(...topics: (Uint8Array | string)[]): void {
    for (const topic of topics) core(this).setTopic(toTopic(topic), false)
  }
}
