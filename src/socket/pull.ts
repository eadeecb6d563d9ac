import type { Parts } from '../message.js'
import { FairQueue } from '../routing/fair-queue.js'
import type { Pipe } from '../routing/pipe.js'
import { ReceivingSocket } from './directions.js'
import { Pattern } from './pattern.js'
import { defineOptions, type SocketOptions } from './socket.js'

class PullPattern extends Pattern {
  override readonly judges = false
  readonly #in = new FairQueue()

  attach(): void {
    // Peers matter when they have something to read.
  }

  detach(): void {
    // What was received can still be read.
  }

  override readable(pipe: Pipe): void {
    this.#in.add(pipe)
  }

  override receive(): Parts | undefined {
    return this.#in.next()
  }

  override get canReceive(): boolean {
    return !this.#in.isEmpty
  }
}

/** Takes messages from its {@link Push} peers in turn (RFC 30). A peer is slowed down when its queue here is full. */
export class Pull extends ReceivingSocket {
  /** Keep only the newest message from each peer; for messages of one part. @default false */
  declare conflate: boolean

  static {
    defineOptions(Pull, ['conflate'])
  }

  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Pull>) {
    super('PULL', options, (host) => new PullPattern(host))
  }
}
