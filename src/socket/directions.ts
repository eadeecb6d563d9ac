import { ZmqError } from '../errors.js'
import type { Message, MessageLike, Parts } from '../message.js'
import {
  core,
  defineOptions,
  receive,
  RECEIVING,
  send,
  SENDING,
  Socket,
  type Readable,
  type Writable,
} from './socket.js'
import type { OperationOptions } from './waiting.js'

/** A socket that only sends. */
export abstract class SendingSocket extends Socket implements Writable {
  declare multicastHops: number
  declare sendBufferSize: number
  declare sendHighWaterMark: number
  declare sendTimeout: number

  static {
    defineOptions(SendingSocket, SENDING)
  }

  /**
   * Sends one message of one or more parts. Settles when the message is queued, which is at once
   * while there is room; parts longer than 128 bytes must not change until it has left.
   *
   * @param message one part, or an array of parts; strings are sent as UTF-8.
   * @throws ZmqError at once: `EBUSY` when `maxPendingOperations` sends wait already, `EBADF` when closed.
   * Rejected: `EAGAIN` when time is up or the socket is closed; others as the socket type says.
   */
  send(message: MessageLike | MessageLike[], options?: OperationOptions): Promise<void> {
    return send(this, message, options)
  }
}

/** A socket that only receives. */
export abstract class ReceivingSocket extends Socket implements Readable {
  declare receiveBufferSize: number
  declare receiveHighWaterMark: number
  declare receiveTimeout: number

  static {
    defineOptions(ReceivingSocket, RECEIVING)
  }

  /**
   * Receives one message, all its parts.
   *
   * @throws ZmqError at once: `EBUSY` when `maxPendingOperations` receives wait already, `EBADF` when closed.
   * Rejected: `EAGAIN` when time is up or the socket is closed; others as the socket type says.
   */
  receive(options?: OperationOptions): Promise<Message[]> {
    return receive(this, options)
  }

  /** Messages until the socket is closed; throws `EAGAIN` when `receiveTimeout` is up. */
  [Symbol.asyncIterator](): AsyncIterator<Message[], undefined> {
    return messagesOf(this)
  }
}

/** A socket that sends and receives. */
export abstract class DuplexSocket extends ReceivingSocket implements Writable {
  declare multicastHops: number
  declare sendBufferSize: number
  declare sendHighWaterMark: number
  declare sendTimeout: number

  static {
    defineOptions(DuplexSocket, SENDING)
  }

  /**
   * Sends one message of one or more parts. Settles when the message is queued, which is at once
   * while there is room; parts longer than 128 bytes must not change until it has left.
   *
   * @param message one part, or an array of parts; strings are sent as UTF-8.
   * @throws ZmqError at once: `EBUSY` when `maxPendingOperations` sends wait already, `EBADF` when closed.
   * Rejected: `EAGAIN` when time is up or the socket is closed; others as the socket type says.
   */
  send(message: MessageLike | MessageLike[], options?: OperationOptions): Promise<void> {
    return send(this, message, options)
  }
}

const END: IteratorReturnResult<undefined> = { done: true, value: undefined }

/** Written by hand: an async generator would cost two more turns of the microtask queue a message. */
function messagesOf(socket: Socket): AsyncIterator<Message[], undefined> {
  const inner = core(socket)
  const wait = async (): Promise<IteratorResult<Parts, undefined>> => {
    if (inner.closed) return END
    try {
      return { done: false, value: await inner.receive() }
    } catch (error) {
      if (inner.closed && error instanceof ZmqError && error.code === 'EAGAIN') return END
      throw error
    }
  }
  const next = (): Promise<IteratorResult<Parts, undefined>> => inner.next() ?? wait()
  return { next } as { next: unknown } as AsyncIterator<Message[], undefined>
}

// Programs without types may call these on any socket; the wrong direction is then ENOTSUP.
for (const [name, operation] of [
  ['send', send],
  ['receive', receive],
] as const) {
  Object.defineProperty(Socket.prototype, name, {
    configurable: true,
    writable: true,
    value(this: Socket, ...args: [unknown]) {
      return (operation as (socket: Socket, ...args: unknown[]) => unknown)(this, ...args)
    },
  })
}
