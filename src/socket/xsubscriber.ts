import { takeSubscriptions, type Parts, type Subscription } from '../message.js'
import { FanOut } from '../routing/fan-out.js'
import type { Pipe } from '../routing/pipe.js'
import { Wishes } from '../routing/wishes.js'
import { copyOf } from '../util/bytes.js'
import { defineType } from './define-type.js'
import { DuplexSocket } from './directions.js'
import { FairPattern } from './fair-pattern.js'
import type { PatternHost } from './pattern.js'
import { core, defineOptions, type SocketOptions } from './socket.js'

class XSubscriberPattern extends FairPattern {
  readonly #wishes = new Wishes()
  readonly #out: FanOut

  constructor(host: PatternHost) {
    super(host)
    this.#out = new FanOut(host)
  }

  attach(pipe: Pipe): void {
    this.#wishes.add(pipe)
    this.#out.add(pipe)
  }

  detach(pipe: Pipe): void {
    this.#wishes.remove(pipe)
    this.#out.remove(pipe)
  }

  override opened(pipe: Pipe): undefined {
    this.#wishes.tell(pipe)
  }

  override send(message: Parts): boolean {
    const rest = takeSubscriptions(message, this.host.options.onlyFirstSubscribe, (change) => {
      this.#change(change)
    })
    if (rest.length === 0) return true
    this.#out.begin()
    this.#out.selectAll()
    this.#out.send(rest)
    return true
  }

  override get topicsCount(): number {
    return this.#wishes.size
  }

  override get canSend(): boolean {
    return true
  }

  /** Each subscription is passed on, for verbose publishers; an unsubscription when it was the last. */
  #change({ topic: given, on }: Subscription): void {
    const topic = copyOf(given)
    const changed = on ? this.#wishes.want(topic) || on : this.#wishes.unwant(topic)
    if (changed || this.host.options.verboseUnsubscribe) this.#wishes.tellAll({ topic, on })
  }
}

const XSUB = defineType('XSUB', (host) => new XSubscriberPattern(host))

/**
 * A {@link Subscriber} that subscribes by sending `01` or `00` and the topic, receives all that its
 * peers send, and can send them messages of its own (RFC 29).
 */
export class XSubscriber extends DuplexSocket {
  /** Take subscriptions out of a message that is sent only if its first part is one. @default false */
  declare onlyFirstSubscribe: boolean
  /** Pass every unsubscription on, not only the last of a topic (libzmq's ZMQ_XSUB_VERBOSE_UNSUBSCRIBE). @default false */
  declare verboseUnsubscribe: boolean

  static {
    defineOptions(XSubscriber, ['onlyFirstSubscribe', 'verboseUnsubscribe'])
  }

  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<XSubscriber>) {
    super(XSUB, options)
  }

  /** How many topics are subscribed to; one that was several times counts once. */
  get topicsCount(): number {
    return core(this).pattern.topicsCount
  }
}
