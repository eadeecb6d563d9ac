import type { Parts, Subscription } from '../message.js'
import { concat } from '../util/bytes.js'
import { encodeCommand, type Command } from './command.js'

/*
 * A subscription on the wire (RFC 37, RFC 29): a command to a peer of ZMTP 3.1 and later,
 * before that, and always over WebSocket, a message of one byte and the topic:
 *
 *   3.1   SUBSCRIBE topic | CANCEL topic
 *   3.0   01 topic        | 00 topic
 *
 * A DISH joins groups instead (RFC 48), in every version and over WebSocket alike:
 *
 *   JOIN group | LEAVE group
 */
const TOPICS = ['SUBSCRIBE', 'CANCEL'] as const
const GROUPS = ['JOIN', 'LEAVE'] as const

export function encodeSubscriptionCommand({ topic, on }: Subscription, groups = false): Uint8Array {
  return encodeCommand((groups ? GROUPS : TOPICS)[on ? 0 : 1], topic)
}

/** What a command changes; undefined when it is about something else. */
export function decodeSubscription(
  { name, data }: Command,
  groups = false,
): Subscription | undefined {
  const [on, off] = groups ? GROUPS : TOPICS
  return name === on || name === off ? { topic: data, on: name === on } : undefined
}

export function encodeSubscriptionMessage({ topic, on }: Subscription): Parts {
  return [concat([Uint8Array.of(on ? 1 : 0), topic])]
}
