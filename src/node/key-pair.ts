/** A new random pair of keys on Curve25519, 32 bytes each. */
export function generateKeyPair(): { publicKey: Uint8Array; secretKey: Uint8Array } {
  // Few programs need it, and loading it costs all of them.
  const { generateKeyPairSync } = process.getBuiltinModule('node:crypto')
  const { d = '', x = '' } = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' })
  return { publicKey: Buffer.from(x, 'base64url'), secretKey: Buffer.from(d, 'base64url') }
}
