/** Why something that came from outside was ignored, or what we had to say was not said. */
export type Refusal =
  /** A datagram that is no beacon. */
  | 'beacon'
  /** A message of somebody whose routing id is no UUID of a node. */
  | 'identity'
  /** Somebody who says that it is us, or that it is where we are. */
  | 'own'
  /** A message that does not begin as those of ZRE do. */
  | 'signature'
  /** A message of another version. */
  | 'version'
  /** A message that is cut off, or goes on where it should end. */
  | 'malformed'
  /** A HELLO that is too long, or more groups than one node may be in. */
  | 'limit'
  /** A command that RFC 36 does not know. */
  | 'unknown'
  /** A message before HELLO. */
  | 'unannounced'
  /** A message out of sequence. */
  | 'sequence'
  /** A node whose count of groups is not ours. */
  | 'status'
  /** A SHOUT to a group that we are not in. */
  | 'group'
  /** A WHISPER or SHOUT while nobody watches. */
  | 'unread'
  /** A node that says to be where we do not know it, or where another one is. */
  | 'elsewhere'
  /** A node at an endpoint that we cannot connect to, or over another transport than ours. */
  | 'endpoint'
  /** One node more than there is room for. */
  | 'full'
  /** A beacon of ours that could not be sent. */
  | 'unsent'

/** What a node has seen. */
export interface ZreStats {
  /** Nodes that are there. */
  readonly peers: number
  /** How often, by reason. */
  readonly refused: Readonly<Record<Refusal, number>>
}

export function noRefusals(): Record<Refusal, number> {
  const none = { beacon: 0, identity: 0, own: 0, signature: 0, version: 0, malformed: 0, limit: 0 }
  const ofNodes = { unknown: 0, unannounced: 0, sequence: 0, status: 0, group: 0, unread: 0 }
  return { ...none, ...ofNodes, elsewhere: 0, endpoint: 0, full: 0, unsent: 0 }
}
