import { ZmqError } from '../errors.js'
import type { MessageLike, Parts, Subscription } from '../message.js'
import { FanOut } from '../routing/fan-out.js'
import { Groups, toGroup } from '../routing/groups.js'
import { SENDING } from '../options.js'
import type { Pipe } from '../routing/pipe.js'
import { defineType } from './define-type.js'
import { draftType } from './draft-types.js'
import { sendMany } from './many.js'
import { Pattern, type PatternHost } from './pattern.js'
import { addressed, addressedAll, split } from './single-part.js'
import { defineOptions, send, Socket, type SocketOptions } from './socket.js'
import type { Writable } from './traits.js'
import type { OperationOptions } from './waiting.js'

class RadioPattern extends Pattern {
  readonly #groups = new Groups()
  /** Where nobody can join, everything goes: over `udp://` it is the receiver who chooses. */
  readonly #listeners = new Set<Pipe>()
  readonly #out: FanOut

  constructor(host: PatternHost) {
    super(host)
    this.#out = new FanOut(host)
  }

  attach(pipe: Pipe): void {
    this.#out.add(pipe)
  }

  detach(pipe: Pipe): void {
    this.#out.remove(pipe)
    this.#groups.forget(pipe)
    this.#listeners.delete(pipe)
  }

  override opened(pipe: Pipe): undefined {
    // A peer that comes back says anew what it wants; until then what it wanted before is queued.
    this.#groups.forget(pipe)
    if (pipe.peer?.protocol === 'UDP') this.#listeners.add(pipe)
  }

  override subscription(pipe: Pipe, { topic, on }: Subscription): void {
    if (on) this.#groups.join(pipe, topic, this.host.options.maxGroups)
    else this.#groups.leave(pipe, topic)
  }

  override send(message: Parts): boolean {
    const [group] = split(message)
    const out = this.#out
    out.begin()
    for (const pipe of this.#groups.membersOf(group)) out.select(pipe)
    for (const pipe of this.#listeners) out.select(pipe)
    out.send(message)
    return true
  }

  override get canSend(): boolean {
    return true
  }
}

/** Whom a message is for: what `send()` of a {@link Radio} takes besides. */
export interface RadioGroupOptions {
  /** The name of the group, up to 255 bytes; it ends before the first zero byte. */
  group: Uint8Array | string
}

const RADIO = defineType(draftType('RADIO'), (host) => new RadioPattern(host))

/**
 * Sends messages of one part to the {@link Dish} peers that have joined the message's group (RFC 48).
 * It never waits: whoever is full misses the message, which is counted.
 *
 * Over `udp://host:port` or `udp://interface;multicast:port` a Radio connects and a Dish binds; every
 * message goes out as a datagram of up to 8192 bytes with the group and a byte for its length, and
 * the Dish chooses. Datagrams may be lost on the way without anybody knowing.
 */
export class Radio
  extends Socket
  implements Writable<MessageLike, [RadioGroupOptions & OperationOptions]>
{
  declare multicastHops: number
  declare sendBufferSize: number
  declare sendHighWaterMark: number
  declare sendTimeout: number
  /** Groups that one peer may join; one more ends its connection. @default 65536 */
  declare maxGroups: number

  static {
    defineOptions(Radio, [...SENDING, 'maxGroups'])
  }

  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Radio>) {
    super(RADIO, options)
  }

  /**
   * Sends a message of one part to a group.
   *
   * @throws TypeError without options, or with a group that is neither text nor bytes.
   * @throws ZmqError at once: `EINVAL` without a group, or when its name is too long; `EBUSY`, `EBADF`.
   * Rejected: `EINVAL` for more than one part.
   */
  send(message: MessageLike, options: RadioGroupOptions & OperationOptions): Promise<void> {
    return send(this, addressed(groupOf(options), message), options)
  }

  /**
   * Sends several messages to a group, in order, for less than as many calls of `send()` cost.
   *
   * @throws as `send()`; the `sent` of a rejection says how many messages came before the one that failed.
   */
  sendMany(
    messages: Iterable<MessageLike>,
    options: RadioGroupOptions & OperationOptions,
  ): Promise<void> {
    return sendMany(this, addressedAll(groupOf(options), messages), options)
  }
}

function groupOf(options: unknown): Uint8Array {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('Options must be an object')
  }
  const { group } = options as { group?: unknown }
  if (group === undefined) {
    throw new ZmqError('EINVAL', { reason: 'a message for RADIO needs a group' })
  }
  return toGroup(group)
}
