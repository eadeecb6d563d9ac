import { protocolError, ZmqError } from '../errors.js'
import type { Message, Parts } from '../message.js'
import { isGroup, toGroup } from '../routing/groups.js'
import type { Pipe } from '../routing/pipe.js'
import { toLatin1, toText } from '../util/bytes.js'
import { defineType } from './define-type.js'
import { ReceivingSocket } from './directions.js'
import { draftType } from './draft-types.js'
import { FairPattern } from './fair-pattern.js'
import { annotated, goesOn } from './single-part.js'
import { core, type SocketOptions } from './socket.js'

class DishPattern extends FairPattern {
  override readonly judges = true
  readonly #pipes = new Set<Pipe>()
  /** In the order of joining, in which peers are told. */
  readonly #groups = new Map<string, Uint8Array>()

  attach(pipe: Pipe): void {
    this.#pipes.add(pipe)
  }

  detach(pipe: Pipe): void {
    this.#pipes.delete(pipe)
  }

  override opened(pipe: Pipe): undefined {
    for (const topic of this.#groups.values()) pipe.session?.subscribe({ topic, on: true })
  }

  override setTopic(topic: Uint8Array, on: boolean): void {
    const name = toLatin1(topic)
    if (this.#groups.has(name) === on) {
      const reason = `the group ${JSON.stringify(toText(topic))} is ${on ? 'joined already' : 'not joined'}`
      throw new ZmqError('EINVAL', { reason })
    }
    if (on) this.#groups.set(name, topic)
    else this.#groups.delete(name)
    for (const pipe of this.#pipes) pipe.session?.subscribe({ topic, on })
  }

  /** On the wire a message is two parts, the group and the body. */
  override intake(pipe: Pipe, message: Parts): boolean {
    const [group] = message
    if (group === undefined || message.length !== 2 || !isGroup(group)) {
      throw protocolError('a message from RADIO that is not a group and one part')
    }
    const reason = this.#wants(group) ? 'full' : 'unsubscribed'
    // Datagrams come whether there is room or not; nothing else does.
    if (reason === 'full' && pipe.room > 0) return true
    pipe.discarded(reason)
    return false
  }

  /** Filters once more: what was wanted when it came may be unwanted now. */
  override receive(): Parts | undefined {
    for (let message = this.in.next(); message !== undefined; message = this.in.next()) {
      const [group, body] = message as [Uint8Array, Uint8Array]
      if (this.#wants(group)) return goesOn(this.host) ? message : annotated(body, { group })
      this.host.drop('unsubscribed')
    }
    return undefined
  }

  /** As in libzmq: joining and leaving never wait. */
  override get canSend(): boolean {
    return true
  }

  #wants(group: Uint8Array): boolean {
    return this.#groups.has(toLatin1(group))
  }
}

/** Whom a message was for: the second of what a {@link Dish} receives. */
export interface DishGroupOptions {
  /** The name of the group, as bytes, without a zero byte. */
  group: Message
}

const DISH = defineType(draftType('DISH'), (host) => new DishPattern(host))

/**
 * Receives from its {@link Radio} peers the messages, of one part, of the groups that it has joined
 * (RFC 48). Names match whole, and peers are told of them; what is sent before a peer has heard is
 * missed. Over `udp://` a Dish binds, also to a multicast address.
 */
export class Dish extends ReceivingSocket<[Message, DishGroupOptions]> {
  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Dish>) {
    super(DISH, options)
  }

  /**
   * Joins groups. A name has up to 255 bytes, and ends before the first zero byte.
   * @throws TypeError when it is neither text nor bytes, ZmqError `EINVAL` when it is too long or
   * joined already; the groups before it are joined then.
   */
  join(...groups: (Uint8Array | string)[]): void {
    for (const group of groups) core(this).setTopic(toGroup(group), true)
  }

  /**
   * Leaves groups.
   * @throws TypeError when a name is neither text nor bytes, ZmqError `EINVAL` when the group has not
   * been joined; the groups before it are left then.
   */
  leave(...groups: (Uint8Array | string)[]): void {
    for (const group of groups) core(this).setTopic(toGroup(group), false)
  }
}
