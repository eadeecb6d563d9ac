import type { Message, MessageLike } from '../message.js'
import type { OperationOptions } from './waiting.js'

/** What sockets have that can be sent to: options and `send()`. */
export interface Writable<
  M extends MessageLike | MessageLike[] = MessageLike | MessageLike[],
  O extends unknown[] = [options?: OperationOptions],
> {
  /** Accepted for compatibility (multicast), without effect. @default 1 */
  multicastHops: number
  /** Accepted for compatibility, without effect: the system sizes its buffers. @default -1 */
  sendBufferSize: number
  /** Messages that may be queued for each peer; 0 for no bound. @default 1000 */
  sendHighWaterMark: number
  /** How long `send()` waits, in milliseconds; -1 without end, 0 not at all. @default -1 */
  sendTimeout: number
  /**
   * Sends one message of one or more parts; settles when it is queued.
   * @throws ZmqError `EBUSY`, `EBADF` at once, `EAGAIN` rejected, and others as the socket type says.
   */
  send(message: M, ...options: O): Promise<void>
}

/** What sockets have that can be received from: options, `receive()` and the iterator. */
export interface Readable<M extends object[] = Message[]> {
  /** Accepted for compatibility, without effect: the system sizes its buffers. @default -1 */
  receiveBufferSize: number
  /** Messages that may be queued from each peer; 0 for no bound. @default 1000 */
  receiveHighWaterMark: number
  /** How long `receive()` waits, in milliseconds; -1 without end, 0 not at all. @default -1 */
  receiveTimeout: number
  /** Remember of each received message who sent it, for `peerOf()` of `zerowire/extra`. @default false */
  messagePeers: boolean
  /**
   * Receives one message, all its parts; waits for it.
   * @throws ZmqError `EBUSY`, `EBADF` at once, `EAGAIN` rejected, and others as the socket type says.
   */
  receive(options?: OperationOptions): Promise<M>
  /** Messages until the socket is closed; throws `EAGAIN` when `receiveTimeout` is up. */
  [Symbol.asyncIterator](): AsyncIterator<M, undefined>
}
