import type { Parts } from '../message.js'
import { LoadBalancer } from '../routing/load-balancer.js'
import type { Pipe } from '../routing/pipe.js'
import { copyOf, EMPTY } from '../util/bytes.js'
import { defineType } from './define-type.js'
import { DuplexSocket } from './directions.js'
import { FairPattern, MOST_NOTICES } from './fair-pattern.js'
import { defineOptions, type SocketOptions } from './socket.js'

/** Round robin out, fair queuing in: also what lies beneath REQ and CLIENT. */
export class DealerPattern extends FairPattern {
  protected readonly out: LoadBalancer = new LoadBalancer()

  attach(pipe: Pipe): void {
    this.out.add(pipe)
  }

  detach(pipe: Pipe): void {
    this.out.remove(pipe)
  }

  override opened(pipe: Pipe): undefined {
    // An empty message makes us known to a ROUTER before we have anything to say.
    if (this.host.options.probeRouter) pipe.write([EMPTY])
    this.greet(pipe)
  }

  override lost(pipe: Pipe): void {
    const { hiccupMessage } = this.host.options
    if (hiccupMessage !== null) pipe.announce(copyOf(hiccupMessage), MOST_NOTICES)
  }

  override writable(pipe: Pipe): void {
    this.out.activate(pipe)
  }

  override send(message: Parts): boolean {
    return this.out.send(message)
  }

  override get canSend(): boolean {
    return this.out.hasRoom
  }
}

const DEALER = defineType('DEALER', (host) => new DealerPattern(host))

/**
 * Sends to its peers in turn and receives from them in turn, adding nothing to the messages
 * (RFC 28): the asynchronous counterpart of {@link Request}. Waits when all peers are full.
 */
export class Dealer extends DuplexSocket {
  /** The name by which a ROUTER knows this socket, 1 to 255 bytes; null leaves it to the peer. @default null */
  declare routingId: string | null
  /** Send an empty message on each new connection. @default false */
  declare probeRouter: boolean
  /** Keep only the newest message for and from each peer; for messages of one part. @default false */
  declare conflate: boolean
  /** Sent first on each new connection, also after a reconnect. @default null */
  declare helloMessage: string | null
  /** Received, as if from the peer, when a connection breaks that will be made again. @default null */
  declare hiccupMessage: string | null

  static {
    defineOptions(Dealer, [
      ...(['routingId', 'probeRouter', 'conflate'] as const),
      ...(['helloMessage', 'hiccupMessage'] as const),
    ])
  }

  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Dealer>) {
    super(DEALER, options)
  }
}
