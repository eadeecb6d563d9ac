/**
 * Keys for CURVE wherever there is JavaScript: `zerowire/curve`. It is an entry of its own because in a
 * browser it brings a library of cryptography with it, which the main entry loads only when it is needed.
 *
 * @module zerowire/curve
 */
import { generateKeyPair } from '#key-pair'
import { encodeKeyPair, type CurveKeyPair } from './security/key-pair.js'

export type { CurveKeyPair }

/** A new random pair of keys for CURVE (RFC 26), also in a browser. */
export function curveKeyPair(): CurveKeyPair {
  return encodeKeyPair(generateKeyPair())
}
