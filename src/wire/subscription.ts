import type { Parts, Subscription } from '../message.js'
import { concat } from '../util/bytes.js'
import { encodeCommand } from './command.js'

/*
 * A subscription on the wire (RFC 37, RFC 29): a command to a peer of ZMTP 3.1 and later,
 * before that, and always over WebSocket, a message of one byte and the topic:
 *
 *   3.1   SUBSCRIBE topic | CANCEL topic
 *   3.0   01 topic        | 00 topic
 */

export function encodeSubscriptionCommand({ topic, on }: Subscription): Uint8Array {
  return encodeCommand(on ? 'SUBSCRIBE' : 'CANCEL', topic)
}

export function encodeSubscriptionMessage({ topic, on }: Subscription): Parts {
  return [concat([Uint8Array.of(on ? 1 : 0), topic])]
}
