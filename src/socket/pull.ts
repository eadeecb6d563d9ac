import { defineType } from './define-type.js'
import { ReceivingSocket } from './directions.js'
import { FairPattern } from './fair-pattern.js'
import { defineOptions, type SocketOptions } from './socket.js'

/** Also what lies beneath GATHER. */
export class PullPattern extends FairPattern {
  attach(): void {
    // Peers matter when they have something to read.
  }

  detach(): void {
    // What was received can still be read.
  }
}

const PULL = defineType('PULL', (host) => new PullPattern(host))

/** Takes messages from its {@link Push} peers in turn (RFC 30). A peer is slowed down when its queue here is full. */
export class Pull extends ReceivingSocket {
  /** Keep only the newest message from each peer; for messages of one part. @default false */
  declare conflate: boolean

  static {
    defineOptions(Pull, ['conflate'])
  }

  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Pull>) {
    super(PULL, options)
  }
}
