import type { Parts } from '../message.js'
import { FairQueue } from '../routing/fair-queue.js'
import { LoadBalancer } from '../routing/load-balancer.js'
import type { Pipe } from '../routing/pipe.js'
import { EMPTY } from '../util/bytes.js'
import { DuplexSocket } from './directions.js'
import { Pattern } from './pattern.js'
import { defineOptions, type SocketOptions } from './socket.js'

/** Round robin out, fair queuing in: also what lies beneath REQ. */
export class DealerPattern extends Pattern {
  override readonly judges = false
  protected readonly out: LoadBalancer = new LoadBalancer()
  protected readonly in: FairQueue = new FairQueue()

  attach(pipe: Pipe): void {
    this.out.add(pipe)
  }

  detach(pipe: Pipe): void {
    this.out.remove(pipe)
  }

  override opened(pipe: Pipe): undefined {
    // An empty message makes us known to a ROUTER before we have anything to say.
    if (this.host.options.probeRouter) pipe.write([EMPTY])
  }

  override readable(pipe: Pipe): void {
    this.in.add(pipe)
  }

  override writable(pipe: Pipe): void {
    this.out.activate(pipe)
  }

  override send(message: Parts): boolean {
    return this.out.send(message)
  }

  override receive(): Parts | undefined {
    return this.in.next()
  }

  override get canSend(): boolean {
    return this.out.hasRoom
  }

  override get canReceive(): boolean {
    return !this.in.isEmpty
  }
}

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

  static {
    defineOptions(Dealer, ['routingId', 'probeRouter', 'conflate'])
  }

  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Dealer>) {
    super('DEALER', options, (host) => new DealerPattern(host))
  }
}
