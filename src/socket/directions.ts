import { ZmqError } from '../errors.js'
import type { Message, MessageLike, Parts } from '../message.js'
import { RECEIVING, SENDING } from '../options.js'
import { receiveMany, sendMany } from './many.js'
import { core, defineOptions, receive, send, Socket } from './socket.js'
import type { Readable, Writable } from './traits.js'
import type { OperationOptions } from './waiting.js'

/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type --
   defineOptions() makes the properties, on the prototype, where subclasses can replace them */
export interface SendingSocket<
  M extends MessageLike | MessageLike[] = MessageLike | MessageLike[],
> extends Writable<M> {}
export interface ReceivingSocket<R extends object[] = Message[]> extends Readable<R> {}
export interface DuplexSocket<
  M extends MessageLike | MessageLike[] = MessageLike | MessageLike[],
  R extends object[] = Message[],
>
  extends Readable<R>, Writable<M> {}

/** A socket that only sends, such as {@link Push} and {@link Publisher}. */
export abstract class SendingSocket<
  M extends MessageLike | MessageLike[] = MessageLike | MessageLike[],
> extends Socket {
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
  send(message: M, options?: OperationOptions): Promise<void> {
    return send(this, message, options)
  }

  /**
   * Sends several messages in order, for less than as many calls of `send()` cost: one promise, and
   * no more waiting than a message needs for which there is no room. The turn of the event loop is
   * shared with everything else as with `send()`.
   *
   * @param messages each as `send()` takes it; `timeout` and `signal` hold for each of them.
   * @throws ZmqError rejected as by `send()`; its `sent` says how many messages came before the one that failed.
   */
  sendMany(messages: Iterable<M>, options?: OperationOptions): Promise<void> {
    return sendMany(this, messages, options)
  }
}

/** A socket that receives; without more it is one that only receives, such as {@link Pull} and {@link Subscriber}. */
export abstract class ReceivingSocket<R extends object[] = Message[]> extends Socket {
  static {
    defineOptions(ReceivingSocket, RECEIVING)
  }

  /**
   * Receives one message, all its parts.
   *
   * @throws ZmqError at once: `EBUSY` when `maxPendingOperations` receives wait already, `EBADF` when closed.
   * Rejected: `EAGAIN` when time is up or the socket is closed; others as the socket type says.
   */
  receive(options?: OperationOptions): Promise<R> {
    return receive(this, options)
  }

  /**
   * Waits for a message, and hands over those that have come as well: at most `most`, for less than
   * as many calls of `receive()` cost. What it leaves still counts against `receiveHighWaterMark`.
   *
   * @param most messages to receive at once. @default 1000
   * @throws ZmqError rejected as by `receive()`; `EINVAL` when `most` is no whole number from 1 on.
   */
  receiveMany(most?: number, options?: OperationOptions): Promise<R[]> {
    return receiveMany(this, most, options)
  }

  /** Messages until the socket is closed; throws `EAGAIN` when `receiveTimeout` is up. */
  [Symbol.asyncIterator](): AsyncIterator<R, undefined> {
    return messagesOf(this)
  }
}

/** A socket that sends and receives, such as {@link Dealer} and {@link Router}. */
export abstract class DuplexSocket<
  M extends MessageLike | MessageLike[] = MessageLike | MessageLike[],
  R extends object[] = Message[],
> extends ReceivingSocket<R> {
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
  send(message: M, options?: OperationOptions): Promise<void> {
    return send(this, message, options)
  }

  /**
   * Sends several messages in order, for less than as many calls of `send()` cost: one promise, and
   * no more waiting than a message needs for which there is no room. The turn of the event loop is
   * shared with everything else as with `send()`.
   *
   * @param messages each as `send()` takes it; `timeout` and `signal` hold for each of them.
   * @throws ZmqError rejected as by `send()`; its `sent` says how many messages came before the one that failed.
   */
  sendMany(messages: Iterable<M>, options?: OperationOptions): Promise<void> {
    return sendMany(this, messages, options)
  }
}

/* eslint-enable */

const END: IteratorReturnResult<undefined> = { done: true, value: undefined }

/** Written by hand: an async generator would cost two more turns of the microtask queue a message. */
function messagesOf<R extends object[]>(socket: Socket): AsyncIterator<R, undefined> {
  const inner = core(socket)
  const wait = async (): Promise<IteratorResult<Parts, undefined>> => {
    if (inner.closed) return END
    try {
      // Who iterates keeps the socket from being collected as garbage.
      return { done: false, value: await (receive(socket) as Promise<unknown> as Promise<Parts>) }
    } catch (error) {
      if (inner.closed && error instanceof ZmqError && error.code === 'EAGAIN') return END
      throw error
    }
  }
  const next = (): Promise<IteratorResult<Parts, undefined>> => inner.next() ?? wait()
  return { next } as { next: unknown } as AsyncIterator<R, undefined>
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
