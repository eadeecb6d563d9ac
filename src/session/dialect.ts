import { protocolError } from '../errors.js'
import type { PeerInfo } from '../events.js'
import { EMPTY, fromText, toLatin1, toText } from '../util/bytes.js'
import type { Outcome } from '../security/mechanism.js'
import type { Codec } from '../wire/codec.js'
import { encodeProperty } from '../wire/metadata.js'
import { NOTHING_SAID, type Connection, type LocalPeer } from './session.js'

/** The longest routing id (RFC 37 "Identity"). */
const LONGEST_ROUTING_ID = 255

export type { Codec }

/** What a finished handshake has found out. */
export interface HandshakeResult {
  readonly peer: Omit<PeerInfo, 'address'>
  /** The peer takes subscriptions as commands, rather than as messages. */
  readonly subscribesByCommand: boolean
  /** The peer gives a sign of life when it is asked for one. */
  readonly answersPing: boolean
  /** What messages are spoken in, where it is not what the handshake began with. */
  readonly codec?: Codec
  /** The peer, a subscriber, does not say what it wants: it picks from all there is. */
  readonly wantsAll?: boolean
}

/** How far a handshake is: done, to be waited for, or in need of more bytes. */
export type Progress<T> = T | Promise<T | undefined> | undefined

/** The conversation before messages flow: bytes in through `receive`, bytes out through the encoder. */
export interface Handshake {
  /** The result, where it is known without a word. */
  readonly result?: HandshakeResult
  /** Called once, before anything else: what it waits for, if it does. */
  begin?(): Progress<HandshakeResult>
  /**
   * Takes bytes; what is behind the handshake stays in the decoder.
   * @returns the result when the handshake is done, or a promise when somebody else than the peer
   * has to be waited for: no more bytes should come until that has settled.
   * @throws ZmqError what the peer did wrong; what was said before that is still sent.
   */
  receive(chunk: Uint8Array): Progress<HandshakeResult>
  /** The conversation is over: called where the handshake has not come to a result. */
  end?(): void
}

/** What a conversation hears of its peer beside messages. */
export interface Listener {
  /** A command of ZMTP (RFC 37 "Commands"). */
  command(body: Uint8Array): void
  /** The peer asks for a sign of life, in the way of a protocol below. */
  onPing(context: Uint8Array): void
  /** The peer leaves in good order. */
  goodbye(): void
}

/** How a protocol puts a conversation into bytes, and how it begins one. */
export interface Dialect extends Codec {
  readonly handshake: Handshake
}

/** Begins a conversation: what is to be said first is in the encoder. */
export type Speak = (local: LocalPeer, listener: Listener, connection: Connection) => Dialect

/** What we say of ourselves (RFC 37 "Metadata"). */
export function properties({ socketType, routingId, options }: LocalPeer): Uint8Array[] {
  const list = [encodeProperty('Socket-Type', fromText(socketType))]
  if (routingId !== undefined) list.push(encodeProperty('Identity', routingId))
  for (const [name, value] of Object.entries(options.metadata ?? {})) {
    list.push(encodeProperty(name, fromText(value)))
  }
  return list
}

/** The peer as the handshake has shown it. @throws ZmqError when we cannot talk to its socket type. */
export function describe(
  local: LocalPeer,
  { metadata, verdict }: Outcome,
  protocol: string,
): Omit<PeerInfo, 'address'> {
  const socketType = toLatin1(metadata.get('socket-type') ?? EMPTY)
  // libzmq tolerates a peer that does not say its type; so do we.
  if (socketType !== '') demandFit(local, socketType)
  const routingId = usableId(metadata.get('identity') ?? EMPTY)
  // Programs say of themselves what begins with X- (RFC 37). What others say of them comes first.
  const said = [...metadata].filter(([name]) => name.startsWith('x-'))
  const known = [...said, ...verdict.metadata].map(
    ([name, value]) => [name, toText(value)] as const,
  )
  return {
    ...{ socketType, routingId, userId: verdict.userId, protocol },
    metadata: known.length === 0 ? NOTHING_SAID.metadata : Object.fromEntries<string>(known),
  }
}

/** @throws ZmqError when we cannot talk to a socket of that type. */
export function demandFit(local: LocalPeer, socketType: string): void {
  if (local.accepts(socketType)) return
  throw protocolError(
    `the peer is a ${JSON.stringify(socketType)} socket, which a ${local.socketType} cannot talk to`,
    'ERR_ZMTP_UNSPECIFIED',
  )
}

/** A routing id that a peer may have; empty if it is none. */
export function usableId(id: Uint8Array): Uint8Array {
  return id[0] !== 0 && id.length <= LONGEST_ROUTING_ID ? id : EMPTY
}
