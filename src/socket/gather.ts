import type { Message, Parts } from '../message.js'
import type { Pipe } from '../routing/pipe.js'
import { defineType } from './define-type.js'
import { ReceivingSocket } from './directions.js'
import { draftType } from './draft-types.js'
import { PullPattern } from './pull.js'
import { isSingle } from './single-part.js'
import { defineOptions, type SocketOptions } from './socket.js'

class GatherPattern extends PullPattern {
  override readonly judges = true

  override intake(_pipe: Pipe, message: Parts): boolean {
    return isSingle(this.host, message)
  }
}

const GATHER = defineType(draftType('GATHER'), (host) => new GatherPattern(host))

/**
 * Takes messages of one part from its {@link Scatter} peers in turn (RFC 49): the draft counterpart of
 * `Pull`.
 */
export class Gather extends ReceivingSocket<[Message]> {
  /** Keep only the newest message from each peer. @default false */
  declare conflate: boolean

  static {
    defineOptions(Gather, ['conflate'])
  }

  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Gather>) {
    super(GATHER, options)
  }
}
