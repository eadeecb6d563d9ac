import type { Parts } from '../message.js'
import type { Pipe } from '../routing/pipe.js'
import { Wishes } from '../routing/wishes.js'
import { EMPTY } from '../util/bytes.js'
import { defineType } from './define-type.js'
import { ReceivingSocket } from './directions.js'
import { FairPattern } from './fair-pattern.js'
import { toTopic } from './topic.js'
import { core, defineOptions, type SocketOptions } from './socket.js'

class SubscriberPattern extends FairPattern {
  readonly #wishes = new Wishes()

  attach(pipe: Pipe): void {
    this.#wishes.add(pipe)
  }

  detach(pipe: Pipe): void {
    this.#wishes.remove(pipe)
  }

  override opened(pipe: Pipe): undefined {
    this.#wishes.tell(pipe)
  }

  /** Filters once more: what was wanted when it was sent may be unwanted now. */
  override receive(): Parts | undefined {
    for (let message = this.in.next(); message !== undefined; message = this.in.next()) {
      if (this.#wishes.include(message[0] ?? EMPTY) !== this.host.options.invertMatching)
        return message
      this.host.drop('unsubscribed')
    }
    return undefined
  }

  override get topicsCount(): number {
    return this.#wishes.size
  }

  override setTopic(topic: Uint8Array, on: boolean): void {
    const changed = on ? this.#wishes.want(topic) : this.#wishes.unwant(topic)
    if (changed) this.#wishes.tellAll({ topic, on })
  }
}

const SUB = defineType('SUB', (host) => new SubscriberPattern(host))

/**
 * Receives from its {@link Publisher} peers the messages whose first part begins with one of its
 * subscriptions (RFC 29); without any, none. What is published before a subscription has reached
 * the publisher is missed.
 */
export class Subscriber extends ReceivingSocket {
  /** Keep only the newest message from each peer; for messages of one part. @default false */
  declare conflate: boolean
  /** Receive what does not match; publishers must set it as well. @default false */
  declare invertMatching: boolean

  static {
    defineOptions(Subscriber, ['conflate', 'invertMatching'])
  }

  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Subscriber>) {
    super(SUB, options)
  }

  /** How many topics are subscribed to; one that was several times counts once. */
  get topicsCount(): number {
    return core(this).pattern.topicsCount
  }

  /** Subscribes to messages that begin with one of the prefixes; without any, to all. Subscriptions are counted. */
  subscribe(...prefixes: (Uint8Array | string)[]): void {
    for (const prefix of prefixes.length === 0 ? [''] : prefixes) {
      core(this).setTopic(toTopic(prefix), true)
    }
  }

  /** Undoes as many calls of `subscribe()`; a prefix that was not subscribed to is ignored. */
  unsubscribe(...prefixes: (Uint8Array | string)[]): void {
    for (const prefix of prefixes.length === 0 ? [''] : prefixes) {
      core(this).setTopic(toTopic(prefix), false)
    }
  }
}
