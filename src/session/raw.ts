import { RawDecoder, RawEncoder } from '../wire/raw.js'
import type { HandshakeResult, Speak } from './dialect.js'
import { NOTHING_SAID } from './session.js'

const STRANGER: HandshakeResult = {
  peer: { ...NOTHING_SAID, protocol: 'raw' },
  subscribesByCommand: false,
  answersPing: false,
}

/** Bytes as they come: nobody introduces himself, and whatever is read together is a message. */
export const raw: Speak = (local) => ({
  encoder: new RawEncoder(),
  decoder: new RawDecoder(local.options, () => undefined),
  handshake: { result: STRANGER, receive: () => STRANGER },
})
