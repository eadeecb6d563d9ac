/**
 * Stands for the native binding where that cannot be loaded: a test that makes a socket of it is
 * skipped. Conversations with libzmq are those of tests whose far end is in a process of Node.
 */
import { TestRunner } from 'vitest'

const REASON = 'the native binding cannot be loaded in Bun'

/** Called, or called with `new`. */
function absent(): never {
  TestRunner.getCurrentTest()?.context.skip(REASON)
  throw new Error(REASON)
}

export {
  absent as Channel,
  absent as Client,
  absent as Context,
  absent as Datagram,
  absent as Dealer,
  absent as Dish,
  absent as Gather,
  absent as Observer,
  absent as Pair,
  absent as Peer,
  absent as Proxy,
  absent as Publisher,
  absent as Pull,
  absent as Push,
  absent as Radio,
  absent as Reply,
  absent as Request,
  absent as Router,
  absent as Scatter,
  absent as Server,
  absent as Socket,
  absent as Stream,
  absent as Subscriber,
  absent as XPublisher,
  absent as XSubscriber,
  absent as createSocket,
  absent as curveKeyPair,
  absent as curveKeypair,
  absent as socket,
}
export const context = new Proxy({}, { get: absent })
export const capability = {}
export const version = '4.3.5'
