import type { MechanismName } from '../security/authenticator.js'
import type { Outcome } from '../security/mechanism.js'
import { EMPTY } from '../util/bytes.js'
import type { Codec } from '../wire/codec.js'
import {
  describe,
  usableId,
  type Handshake,
  type HandshakeResult,
  type Progress,
} from './dialect.js'
import { Negotiation } from './negotiation.js'
import { NOTHING_SAID, type Connection, type LocalPeer } from './session.js'

/** A WebSocket subprotocol of ZWS 2.0 (RFC 45): with the handshake of a mechanism, or without any. */
export type Subprotocol = 'ZWS2.0' | `ZWS2.0/${MechanismName}`

/**
 * ZMTP as over TCP, its bytes in WebSocket messages of any size: what zerowire speaks between a
 * browser and Node. A browser cannot ask for `ZWS2.0/NULL` (it allows no slash there), and needs some
 * ten microseconds for each message, however short.
 */
export const ZMTP_STREAM = 'zmtp-stream'

const PROTOCOL = 'ZWS/2.0'

/** What was agreed on, and what follows from it for this end. */
export interface Agreement {
  readonly subprotocol: Subprotocol
  /** The peer gives a sign of life when it is asked for one. */
  readonly answersPing: boolean
}

/** The handshake that the two sides have agreed on. */
export function zwsHandshake(
  { subprotocol, answersPing }: Agreement,
  local: LocalPeer,
  codec: Codec,
  connection: Connection,
): Handshake {
  const result = (peer: HandshakeResult['peer']): HandshakeResult => ({
    peer,
    subscribesByCommand: false,
    answersPing,
  })
  if (subprotocol === 'ZWS2.0') return new IdHandshake(local, codec, result)
  return new MechanismHandshake(local, codec, connection, result)
}

type Result = (peer: HandshakeResult['peer']) => HandshakeResult

/** The commands of a mechanism, without a greeting: the subprotocol has said which. */
class MechanismHandshake implements Handshake {
  readonly #local: LocalPeer
  readonly #negotiation: Negotiation
  readonly #result: Result

  constructor(local: LocalPeer, codec: Codec, connection: Connection, result: Result) {
    this.#local = local
    this.#negotiation = new Negotiation(local, codec, connection)
    this.#result = result
  }

  begin(): Progress<HandshakeResult> {
    return this.#conclude(this.#negotiation.begin())
  }

  receive(chunk: Uint8Array): Progress<HandshakeResult> {
    return this.#conclude(this.#negotiation.receive(chunk))
  }

  end(): void {
    this.#negotiation.end()
  }

  #conclude(outcome: Progress<Outcome>): Progress<HandshakeResult> {
    if (outcome instanceof Promise) return outcome.then((settled) => this.#conclude(settled))
    if (outcome === undefined) return undefined
    const result = this.#result(describe(this.#local, outcome, PROTOCOL))
    return outcome.codec === undefined ? result : { ...result, codec: outcome.codec }
  }
}

/** Each side's first message is its routing id; nobody says of what type they are. */
class IdHandshake implements Handshake {
  readonly #codec: Codec
  readonly #result: Result

  constructor({ routingId }: LocalPeer, codec: Codec, result: Result) {
    this.#codec = codec
    this.#result = result
    codec.encoder.message([routingId ?? EMPTY])
  }

  receive(chunk: Uint8Array): HandshakeResult | undefined {
    const { decoder } = this.#codec
    decoder.push(chunk)
    // No longer than a command may be: it comes from a stranger.
    const id = decoder.nextCommand()
    if (id === undefined) return undefined
    return this.#result({ ...NOTHING_SAID, routingId: usableId(id), protocol: PROTOCOL })
  }
}
