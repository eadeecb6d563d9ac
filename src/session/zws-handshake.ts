import type { MechanismName } from '../security/authenticator.js'
import type { Outcome } from '../security/mechanism.js'
import type { Codec } from '../wire/codec.js'
import { describe, type Handshake, type HandshakeResult, type Progress } from './dialect.js'
import { agreed, IdHandshake, PROTOCOL } from './id-handshake.js'
import { Negotiation } from './negotiation.js'
import type { Connection, LocalPeer } from './session.js'

/** A WebSocket subprotocol of ZWS 2.0 (RFC 45): with the handshake of a mechanism, or without any. */
export type Subprotocol = 'ZWS2.0' | `ZWS2.0/${MechanismName}`

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
  if (subprotocol === 'ZWS2.0') return new IdHandshake(local, codec, answersPing)
  return new MechanismHandshake(local, codec, connection, answersPing)
}

/** The commands of a mechanism, without a greeting: the subprotocol has said which. */
class MechanismHandshake implements Handshake {
  readonly #local: LocalPeer
  readonly #negotiation: Negotiation
  readonly #answersPing: boolean

  constructor(local: LocalPeer, codec: Codec, connection: Connection, answersPing: boolean) {
    this.#local = local
    this.#negotiation = new Negotiation(local, codec, connection)
    this.#answersPing = answersPing
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
    const result = agreed(describe(this.#local, outcome, PROTOCOL), this.#answersPing)
    return outcome.codec === undefined ? result : { ...result, codec: outcome.codec }
  }
}
