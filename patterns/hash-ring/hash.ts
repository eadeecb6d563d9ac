const encoder = new TextEncoder()

/**
 * FNV-1a of 32 bits over the bytes of a key (of a text: its UTF-8), and then the final steps of
 * MurmurHash3, without which keys that differ only at their end would lie side by side.
 *
 * @returns a whole number from 0 to 2³² - 1, the same in every process and on every machine.
 */
export function hash(key: string | Uint8Array): number {
  let sum = 0x811c9dc5
  for (let i = 0; i < key.length; i++) {
    const byte = typeof key === 'string' ? key.charCodeAt(i) : (key[i] ?? 0)
    // Plain characters are their own UTF-8, and most keys have no others.
    if (byte > 127 && typeof key === 'string') return hash(encoder.encode(key))
    sum = Math.imul(sum ^ byte, 0x01000193)
  }
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b)
  sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35)
  return (sum ^ (sum >>> 16)) >>> 0
}
