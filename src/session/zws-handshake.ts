import type { Mechanism } from '../security/mechanism.js'
import { NullMechanism } from '../security/null.js'
import { EMPTY } from '../util/bytes.js'
import type { Decoder } from '../wire/decoder.js'
import type { Encoder } from '../wire/encoder.js'
import { describe, properties, usableId, type Handshake, type HandshakeResult } from './dialect.js'
import { NOTHING_SAID, type LocalPeer } from './session.js'

/** The WebSocket subprotocols of ZWS 2.0 (RFC 45): with the handshake of a mechanism, and without any. */
export const SUBPROTOCOLS = ['ZWS2.0/NULL', 'ZWS2.0'] as const

/** One of them. */
export type Subprotocol = (typeof SUBPROTOCOLS)[number]

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
  encoder: Encoder,
  decoder: Decoder,
): Handshake {
  const result = (peer: HandshakeResult['peer']): HandshakeResult => ({
    peer,
    subscribesByCommand: false,
    answersPing,
  })
  if (subprotocol === 'ZWS2.0') return new IdHandshake(local, encoder, decoder, result)
  const mechanism = new NullMechanism(properties(local))
  return new MechanismHandshake(local, mechanism, encoder, decoder, result)
}

type Result = (peer: HandshakeResult['peer']) => HandshakeResult

/** The commands of a mechanism, without a greeting: the subprotocol has said which. */
class MechanismHandshake implements Handshake {
  readonly #local: LocalPeer
  readonly #mechanism: Mechanism
  readonly #encoder: Encoder
  readonly #decoder: Decoder
  readonly #result: Result

  constructor(
    local: LocalPeer,
    mechanism: Mechanism,
    encoder: Encoder,
    decoder: Decoder,
    result: Result,
  ) {
    this.#result = result
    this.#local = local
    this.#mechanism = mechanism
    this.#encoder = encoder
    this.#decoder = decoder
    const first = mechanism.start()
    if (first !== undefined) encoder.command(first)
  }

  receive(chunk: Uint8Array): HandshakeResult | undefined {
    this.#decoder.push(chunk)
    while (this.#mechanism.metadata === undefined) {
      const command = this.#decoder.nextCommand()
      if (command === undefined) return undefined
      const answer = this.#mechanism.receive(command)
      if (answer !== undefined) this.#encoder.command(answer)
    }
    return this.#result(describe(this.#local, this.#mechanism.metadata, PROTOCOL))
  }
}

/** Each side's first message is its routing id; nobody says of what type they are. */
class IdHandshake implements Handshake {
  readonly #decoder: Decoder
  readonly #result: Result

  constructor({ routingId }: LocalPeer, encoder: Encoder, decoder: Decoder, result: Result) {
    this.#decoder = decoder
    this.#result = result
    encoder.message([routingId ?? EMPTY])
  }

  receive(chunk: Uint8Array): HandshakeResult | undefined {
    this.#decoder.push(chunk)
    // No longer than a command may be: it comes from a stranger.
    const id = this.#decoder.nextCommand()
    if (id === undefined) return undefined
    return this.#result({ ...NOTHING_SAID, routingId: usableId(id), protocol: PROTOCOL })
  }
}
