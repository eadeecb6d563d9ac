import type { MessageLike, Parts } from '../message.js'
import { defineType } from './define-type.js'
import { SendingSocket } from './directions.js'
import { draftType } from './draft-types.js'
import { PushPattern } from './push.js'
import { demandSingle } from './single-part.js'
import { defineOptions, type SocketOptions } from './socket.js'

class ScatterPattern extends PushPattern {
  override send(message: Parts): boolean {
    return super.send(demandSingle(message))
  }
}

const SCATTER = defineType(draftType('SCATTER'), (host) => new ScatterPattern(host))

/**
 * Hands messages of one part to its {@link Gather} peers in turn, each to one of them, and waits when
 * all are full (RFC 49): the draft counterpart of `Push`.
 */
export class Scatter extends SendingSocket<MessageLike> {
  /** Keep only the newest message for each peer. @default false */
  declare conflate: boolean

  static {
    defineOptions(Scatter, ['conflate'])
  }

  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Scatter>) {
    super(SCATTER, options)
  }
}
