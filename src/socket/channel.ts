import type { Message, MessageLike, Parts } from '../message.js'
import type { Pipe } from '../routing/pipe.js'
import { defineType } from './define-type.js'
import { DuplexSocket } from './directions.js'
import { draftType } from './draft-types.js'
import { PairPattern } from './pair.js'
import { demandSingle, isSingle } from './single-part.js'
import type { SocketOptions } from './socket.js'

class ChannelPattern extends PairPattern {
  override readonly judges = true

  override intake(_pipe: Pipe, message: Parts): boolean {
    return isSingle(this.host, message)
  }

  override send(message: Parts): boolean {
    return super.send(demandSingle(message))
  }
}

const CHANNEL = defineType(draftType('CHANNEL'), (host) => new ChannelPattern(host))

/**
 * Talks to exactly one other Channel (RFC 52), messages of one part: the draft counterpart of
 * `Pair`. A second peer is turned away and may come back when the first has left.
 */
export class Channel extends DuplexSocket<MessageLike, [Message]> {
  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Channel>) {
    super(CHANNEL, options)
  }
}
