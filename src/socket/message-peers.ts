import type { PeerInfo } from '../events.js'
import type { Message, Parts } from '../message.js'

/** Beside the messages, not on them: they stay plain arrays. */
const peers = new WeakMap<readonly Uint8Array[], PeerInfo>()

/**
 * Who sent a message: the properties of libzmq's `zmq_msg_gets()`. Known of messages that a socket
 * received which has the option `messagePeers`, or which asks who its peers are (`authenticate`,
 * `plainServer`, `zapDomain`, or a ZAP handler that knows them); the array itself is what counts,
 * not a copy of it.
 */
export function peerOf(message: readonly Message[]): PeerInfo | undefined {
  return peers.get(message)
}

/** Remembers the sender for as long as the message itself lives. */
export function remember(message: Parts, peer: PeerInfo | undefined): void {
  if (peer !== undefined) peers.set(message, peer)
}
