import type { Parts } from '../message.js'
import { FairQueue } from '../routing/fair-queue.js'
import { FanOut } from '../routing/fan-out.js'
import type { Pipe } from '../routing/pipe.js'
import { Wishes } from '../routing/wishes.js'
import { copyOf, EMPTY } from '../util/bytes.js'
import { DuplexSocket } from './directions.js'
import { Pattern, type PatternHost } from './pattern.js'
import type { SocketOptions } from './socket.js'

class XSubscriberPattern extends Pattern {
  override readonly judges = false
  readonly #in = new FairQueue()
  readonly #wishes = new Wishes()
  readonly #out: FanOut

  constructor(host: PatternHost) {
    super(host)
    this.#out = new FanOut((reason, count) => {
      host.drop(reason, count)
    })
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

  override readable(pipe: Pipe): void {
    this.#in.add(pipe)
  }

  override receive(): Parts | undefined {
    return this.#in.next()
  }

  override send(message: Parts): boolean {
    const [first] = message[0] ?? []
    if (message.length === 1 && (first === 0 || first === 1)) this.#change(message[0], first === 1)
    else {
      this.#out.begin()
      this.#out.selectAll()
      this.#out.send(message)
    }
    return true
  }

  override get canSend(): boolean {
    return true
  }

  override get canReceive(): boolean {
    return !this.#in.isEmpty
  }

  /** Each subscription is passed on, for verbose publishers; an unsubscription when it was the last. */
  #change(message: Uint8Array | undefined, on: boolean): void {
    const topic = copyOf(message?.subarray(1) ?? EMPTY)
    const changed = on ? this.#wishes.want(topic) || on : this.#wishes.unwant(topic)
    if (changed) this.#wishes.tellAll({ topic, on })
  }
}

/**
 * A {@link Subscriber} that subscribes by sending `01` or `00` and the topic, receives all that its
 * peers send, and can send them messages of its own (RFC 29).
 */
export class XSubscriber extends DuplexSocket {
  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<XSubscriber>) {
    super('XSUB', options, (host) => new XSubscriberPattern(host))
  }
}
