import { ZmqError } from '../errors.js'
import type { MessageLike } from '../message.js'
import { core, send, type Socket } from './socket.js'
import { DONE, type OperationOptions } from './waiting.js'

/** Messages that `receiveMany()` hands over unless it is told otherwise. */
const MOST_AT_ONCE = 1000

/** Sends messages in order, and waits only where one of them has to. */
export async function sendMany(
  socket: Socket,
  messages: Iterable<MessageLike | MessageLike[]>,
  options?: OperationOptions,
): Promise<void> {
  let sent = 0
  try {
    for (const message of messages) {
      const done = send(socket, message, options)
      if (done !== DONE) await done
      sent++
    }
  } catch (error) {
    throw error instanceof ZmqError ? error.after(sent) : error
  }
}

/** Waits for a message, and takes those along that are there as well. */
export async function receiveMany<R extends object[]>(
  socket: Socket,
  most: number = MOST_AT_ONCE,
  options?: OperationOptions,
): Promise<R[]> {
  if (!Number.isInteger(most) || most < 1) {
    const reason = `the most to receive is a whole number from 1 on, not ${String(most)}`
    throw new ZmqError('EINVAL', { reason })
  }
  const inner = core(socket)
  const messages = [await inner.receive(options)]
  while (messages.length < most) {
    const message = inner.take()
    if (message === undefined) break
    messages.push(message)
  }
  const pause = inner.spend(messages.length - 1)
  if (pause !== undefined) await pause
  return messages as object[] as R[]
}
