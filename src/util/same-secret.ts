import { fromText } from './bytes.js'

const toBytes = (secret: string | Uint8Array): Uint8Array =>
  typeof secret === 'string' ? fromText(secret) : secret

/**
 * Whether two secrets are the same, in a time that tells nothing of where they differ: only their
 * lengths count. Texts are compared as UTF-8. Without a secret, such as that of a user whom nobody
 * knows, the answer is no.
 */
export function sameSecret(
  one: string | Uint8Array | null | undefined,
  other: string | Uint8Array | null | undefined,
): boolean {
  const [a, b] = [toBytes(one ?? ''), toBytes(other ?? '')]
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length || i < b.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0)
  return difference === 0 && (one ?? null) !== null && (other ?? null) !== null
}
