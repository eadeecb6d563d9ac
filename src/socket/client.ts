import type { Message, MessageLike, Parts } from '../message.js'
import type { Pipe } from '../routing/pipe.js'
import { DealerPattern } from './dealer.js'
import { defineType } from './define-type.js'
import { DuplexSocket } from './directions.js'
import { draftType } from './draft-types.js'
import { demandSingle, isSingle } from './single-part.js'
import { defineOptions, type SocketOptions } from './socket.js'

class ClientPattern extends DealerPattern {
  override readonly judges = true

  override intake(_pipe: Pipe, message: Parts): boolean {
    return isSingle(this.host, message)
  }

  override send(message: Parts): boolean {
    return super.send(demandSingle(message))
  }
}

const CLIENT = defineType(draftType('CLIENT'), (host) => new ClientPattern(host))

/**
 * Asks its {@link Server} peers (RFC 41): sends to them in turn and receives from them in turn,
 * messages of one part, in any order. Waits when all are full.
 */
export class Client extends DuplexSocket<MessageLike, [Message]> {
  /** Sent first on each new connection, also after a reconnect. @default null */
  declare helloMessage: string | null
  /** Received, as if from the peer, when a connection breaks that will be made again. @default null */
  declare hiccupMessage: string | null

  static {
    defineOptions(Client, ['helloMessage', 'hiccupMessage'])
  }

  /** @throws TypeError on an unknown option or a value of the wrong type, ZmqError `EINVAL` out of range. */
  constructor(options?: SocketOptions<Client>) {
    super(CLIENT, options)
  }
}
