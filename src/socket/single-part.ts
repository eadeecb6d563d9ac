import { ZmqError } from '../errors.js'
import type { Parts } from '../message.js'
import type { PatternHost } from './pattern.js'

/*
 * Messages of draft types have one part (RFC 41, 48, 49, 51, 52). What else is to be said of one
 * stands beside it: for whom it is in the first part of what a pattern sends, from whom it came in
 * an object behind the part that a user receives.
 */

/** @throws ZmqError `EINVAL` when there are more parts than one. */
export function demandSingle(parts: Parts): Parts {
  if (parts.length > 1) throw tooMany(parts.length)
  return parts
}

function tooMany(count: number): ZmqError {
  const reason = `messages of this socket type have one part, not ${String(count)}`
  return new ZmqError('EINVAL', { reason })
}

/** Whether a message from a peer has one part; others are dropped whole, as libzmq does. */
export function isSingle(host: PatternHost, message: Parts): boolean {
  if (message.length === 1) return true
  host.drop('unexpected')
  return false
}

/** What a caller sends, behind the part that says for whom. */
export function addressed(address: Uint8Array, message: unknown): unknown {
  if (message === undefined) return undefined
  if (!Array.isArray(message)) return [address, message]
  // Nothing is nothing, whoever it is for.
  return message.length === 0 ? message : [address, ...(message as unknown[])]
}

/** The same for several messages, as they are asked for. */
export function* addressedAll(
  address: Uint8Array,
  messages: Iterable<unknown>,
): Iterable<Uint8Array[]> {
  for (const message of messages) yield addressed(address, message) as Uint8Array[]
}

/** Takes what `addressed()` has made apart. @throws ZmqError `EINVAL` when there are more parts than one. */
export function split(parts: Parts): readonly [address: Uint8Array, body: Uint8Array] {
  const [address, body] = parts
  if (address === undefined || body === undefined || parts.length > 2) {
    throw tooMany(parts.length - 1)
  }
  return [address, body]
}

/** A message as its user receives it: the part, and what is known of it. */
export function annotated(body: Uint8Array, facts: object): Parts {
  return [body, facts as Uint8Array]
}

/** Whether a message goes on to another socket, which takes it as `split()` does, rather than to a user. */
export function goesOn({ gate }: PatternHost): boolean {
  return gate.borrower !== undefined
}
