import { ZmqError, type Message } from 'zerowire/extra'
import { parseNumber, readHead, type Properties } from './protocol.js'

/** What a consumer asks for with a receipt. */
export type Settling = 'DELETE' | 'RETURN' | 'REJECT' | 'RENEW'

/** Asks the broker, and resolves when it has confirmed. */
export type Settle = (command: Settling, receipt: number, time?: number) => Promise<void>

/** How a message came to be a dead letter. */
export interface Death {
  /** `expired`, or what consumers have said of it. */
  readonly reason: string
  /** The queue that it died in. */
  readonly queue: string
}

/** A message that a consumer has received, until it says what is to become of it. */
export class Delivery {
  /** What the producer, or the caller of `send()`, has named it. */
  readonly id: string
  /** What was sent. */
  readonly body: Message
  /** What the producer has said about it. */
  readonly properties: Properties
  /** 1 for the first time. Those that were under way when a broker crashed are not counted. */
  readonly deliveries: number
  /** When the broker took it, in milliseconds since the beginning of 1970. */
  readonly sent: number
  /** Why and in which queue it died, if this is a queue of dead letters. */
  readonly death: Death | undefined
  /** @internal */
  readonly receipt: number
  readonly #settle: Settle
  #settled = false

  /** @internal */
  constructor(
    { id, properties }: { readonly id: string; readonly properties: Properties },
    body: Message,
    [receipt, deliveries, sent]: readonly [number, number, number],
    death: Delivery['death'],
    settle: Settle,
  ) {
    this.id = id
    this.body = body
    this.properties = properties
    this.deliveries = deliveries
    this.sent = sent
    this.death = death
    this.receipt = receipt
    this.#settle = settle
  }

  /** What the broker has sent. Undefined when it makes no sense. @internal */
  static read(facts: Message, head: Message, body: Message, settle: Settle): Delivery | undefined {
    const [receiptText, deliveriesText, sentText, reason, queue] = facts.toString().split(' ')
    const receipt = parseNumber(receiptText)
    const deliveries = parseNumber(deliveriesText)
    const sent = parseNumber(sentText)
    const said = readHead(head.toString())
    if (receipt === undefined || deliveries === undefined || sent === undefined || !said) {
      return undefined
    }
    const death = reason !== undefined && queue !== undefined ? { reason, queue } : undefined
    return new Delivery(said, body, [receipt, deliveries, sent], death, settle)
  }

  /**
   * It has been processed: deletes it. Resolves when nobody will ever receive it again. Need not be
   * awaited; what is lost on the way is delivered again.
   * @throws ZmqError EFSM when it was settled already; ETIMEDOUT or EBADF when there was no
   * confirmation before the time was over or the consumer closed: it may be delivered again.
   */
  ack(): Promise<void> {
    return this.#end('DELETE')
  }

  /**
   * It could not be processed: somebody receives it again, at once or after so many milliseconds,
   * unless it was delivered too often. Without effect when its time with this consumer is over.
   * @throws as {@link Delivery.ack}
   */
  nack(delay: number = 0): Promise<void> {
    return this.#end('RETURN', timeOf(delay))
  }

  /**
   * It can never be processed: goes to the queue of dead letters, or away if there is none. Without
   * effect when its time with this consumer is over.
   * @throws as {@link Delivery.ack}
   */
  reject(): Promise<void> {
    return this.#end('REJECT')
  }

  /**
   * It takes longer: nobody else receives it for so many milliseconds from now. Without effect when
   * its time with this consumer is over.
   * @throws as {@link Delivery.ack}
   */
  renew(visibility: number): Promise<void> {
    return this.#settled
      ? Promise.reject(settledError())
      : this.#settle('RENEW', this.receipt, timeOf(visibility))
  }

  #end(command: Settling, time?: number): Promise<void> {
    if (this.#settled) return Promise.reject(settledError())
    this.#settled = true
    return this.#settle(command, this.receipt, time)
  }
}

function timeOf(milliseconds: number): number {
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return Math.ceil(milliseconds)
  throw new RangeError(`a time in milliseconds is expected, not ${String(milliseconds)}`)
}

function settledError(): ZmqError {
  return new ZmqError('EFSM', { message: 'The message has been settled already' })
}
