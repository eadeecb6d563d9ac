import { EMPTY } from '../util/bytes.js'
import type { Codec } from '../wire/codec.js'
import { usableId, type Handshake, type HandshakeResult } from './dialect.js'
import { NOTHING_SAID, type LocalPeer } from './session.js'

/**
 * ZMTP as over TCP, its bytes in WebSocket messages of any size: what zerowire speaks between a
 * browser and Node. A browser cannot ask for `ZWS2.0/NULL` (it allows no slash there), and needs some
 * ten microseconds for each message, however short.
 */
export const ZMTP_STREAM = 'zmtp-stream'

/** What peers speak, as events say it. */
export const PROTOCOL = 'ZWS/2.0'

/** What a handshake of ZWS comes to. @param answersPing whether the peer gives a sign of life when asked. */
export function agreed(peer: HandshakeResult['peer'], answersPing: boolean): HandshakeResult {
  return { peer, subscribesByCommand: false, answersPing }
}

/** ZWS 2.0 without any mechanism: each side's first message is its routing id; nobody says of what type they are. */
export class IdHandshake implements Handshake {
  readonly #codec: Codec
  readonly #answersPing: boolean

  constructor({ routingId }: LocalPeer, codec: Codec, answersPing: boolean) {
    this.#codec = codec
    this.#answersPing = answersPing
    codec.encoder.message([routingId ?? EMPTY])
  }

  receive(chunk: Uint8Array): HandshakeResult | undefined {
    const { decoder } = this.#codec
    decoder.push(chunk)
    // No longer than a command may be: it comes from a stranger.
    const id = decoder.nextCommand()
    if (id === undefined) return undefined
    const peer = { ...NOTHING_SAID, routingId: usableId(id), protocol: PROTOCOL }
    return agreed(peer, this.#answersPing)
  }
}
