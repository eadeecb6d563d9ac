import { generateKeyPair } from '#platform'
import { encodeZ85 } from './util/z85.js'

/** Keys of one end, each as 40 characters of Z85 (RFC 32). */
export interface CurveKeyPair {
  /** For everybody to know. */
  publicKey: string
  /** For nobody else to know. */
  secretKey: string
}

/**
 * A new random pair of keys for CURVE (RFC 26).
 * @throws ZmqError `ENOTSUP` in a browser.
 */
export function curveKeyPair(): CurveKeyPair {
  const { publicKey, secretKey } = generateKeyPair()
  return { publicKey: encodeZ85(publicKey), secretKey: encodeZ85(secretKey) }
}
