import { x25519 } from '@noble/curves/ed25519.js'
import type { KeyPair } from './box.js'

/** A new random pair of keys on Curve25519, 32 bytes each. */
export function generateKeyPair(): KeyPair {
  return x25519.keygen()
}
