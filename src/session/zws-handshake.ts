import type { Mechanism } from '../security/mechanism.js'
import { NullMechanism } from '../security/null.js'
import { EMPTY } from '../util/bytes.js'
import type { Decoder } from '../wire/decoder.js'
import type { Encoder } from '../wire/encoder.js'
import { describe, properties, usableId, type Handshake, type HandshakeResult } from './dialect.js'
import type { LocalPeer } from './session.js'

/** The WebSocket subprotocols of ZWS 2.0 (RFC 45): with the handshake of a mechanism, and without any. */
export const SUBPROTOCOLS = ['ZWS2.0/NULL', 'ZWS2.0'] as const

/** One of them. */
export type Subprotocol = (typeof SUBPROTOCOLS)[number]

const PROTOCOL = 'ZWS/2.0'

export function isSubprotocol(name: string): name is Subprotocol {
  return (SUBPROTOCOLS as readonly string[]).includes(name)
}

/** The handshake that the two sides have agreed on. */
export function zwsHandshake(
  subprotocol: Subprotocol,
  local: LocalPeer,
  encoder: Encoder,
  decoder: Decoder,
): Handshake {
  if (subprotocol === 'ZWS2.0') return new IdHandshake(local, encoder, decoder)
  const mechanism = new NullMechanism(properties(local))
  return new MechanismHandshake(local, mechanism, encoder, decoder)
}

/** The commands of a mechanism, without a greeting: the subprotocol has said which. */
class MechanismHandshake implements Handshake {
  readonly #local: LocalPeer
  readonly #mechanism: Mechanism
  readonly #encoder: Encoder
  readonly #decoder: Decoder

  constructor(local: LocalPeer, mechanism: Mechanism, encoder: Encoder, decoder: Decoder) {
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
    const peer = describe(this.#local, this.#mechanism.metadata, PROTOCOL)
    return { peer, subscribesByCommand: false }
  }
}

/** Each side's first message is its routing id; nobody says of what type they are. */
class IdHandshake implements Handshake {
  readonly #decoder: Decoder

  constructor({ routingId }: LocalPeer, encoder: Encoder, decoder: Decoder) {
    this.#decoder = decoder
    encoder.message([routingId ?? EMPTY])
  }

  receive(chunk: Uint8Array): HandshakeResult | undefined {
    this.#decoder.push(chunk)
    const id = this.#decoder.next()
    if (id === undefined) return undefined
    const peer = { socketType: '', routingId: usableId(id[0] ?? EMPTY), protocol: PROTOCOL }
    return { peer, subscribesByCommand: false }
  }
}
