import { encodeZ85 } from '../util/z85.js'
import type { KeyPair } from './box.js'

/** Keys of one end, each as 40 characters of Z85 (RFC 32). */
export interface CurveKeyPair {
  /** For everybody to know: 40 characters of Z85 (RFC 32). */
  publicKey: string
  /** For nobody else to know: 40 characters of Z85 (RFC 32). */
  secretKey: string
}

export function encodeKeyPair({ publicKey, secretKey }: KeyPair): CurveKeyPair {
  return { publicKey: encodeZ85(publicKey), secretKey: encodeZ85(secretKey) }
}
