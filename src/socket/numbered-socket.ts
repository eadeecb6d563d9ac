import type { Message, MessageLike } from '../message.js'
import { ReceivingSocket } from './directions.js'
import { sendMany } from './many.js'
import { toAddress } from './numbered-pattern.js'
import { addressed, addressedAll } from './single-part.js'
import { SENDING } from '../options.js'
import { defineOptions, send } from './socket.js'
import type { Writable } from './traits.js'
import type { OperationOptions } from './waiting.js'

/** Whom a message is for, or from. */
export interface ServerRoutingOptions {
  /** The number of the peer, from 1 to 4,294,967,295; it means something at this socket alone. */
  routingId: number
}

/** A socket whose peers have numbers: what {@link Server} and {@link Peer} have in common. */
export abstract class NumberedSocket
  extends ReceivingSocket<[Message, ServerRoutingOptions]>
  implements Writable<MessageLike, [ServerRoutingOptions & OperationOptions]>
{
  declare multicastHops: number
  declare sendBufferSize: number
  declare sendHighWaterMark: number
  declare sendTimeout: number
  /** Sent first on each new connection, also after a reconnect. @default null */
  declare helloMessage: string | null
  /** Received, as if from the peer, when its connection has ended. @default null */
  declare disconnectMessage: string | null

  static {
    defineOptions(NumberedSocket, [...SENDING, 'helloMessage', 'disconnectMessage'])
  }

  /**
   * Sends a message of one part to a peer. Waits while that peer is full.
   *
   * @throws TypeError without options, or with a routing id that is no number.
   * @throws ZmqError at once: `EINVAL` for a number that is no routing id, `EBUSY`, `EBADF`. Rejected:
   * `EHOSTUNREACH` when nobody has the routing id, `EINVAL` for more than one part, `EAGAIN`.
   */
  send(message: MessageLike, options: ServerRoutingOptions & OperationOptions): Promise<void> {
    return send(this, addressed(toAddress(options), message), options)
  }

  /**
   * Sends several messages to a peer, in order, for less than as many calls of `send()` cost.
   *
   * @throws as `send()`; the `sent` of a rejection says how many messages came before the one that failed.
   */
  sendMany(
    messages: Iterable<MessageLike>,
    options: ServerRoutingOptions & OperationOptions,
  ): Promise<void> {
    return sendMany(this, addressedAll(toAddress(options), messages), options)
  }
}
