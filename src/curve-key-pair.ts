import { generateKeyPair } from '#platform'
import { encodeKeyPair, type CurveKeyPair } from './security/key-pair.js'

export type { CurveKeyPair }

/**
 * A new random pair of keys for CURVE (RFC 26).
 * @throws ZmqError `ENOTSUP` in a browser, where the function of that name of `zerowire/curve` makes them.
 */
export function curveKeyPair(): CurveKeyPair {
  return encodeKeyPair(generateKeyPair())
}
