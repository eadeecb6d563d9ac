/** A part of a message that can be told as JSON: text of one character a byte, or a pattern. */
export type Part = string | { readonly size: number; readonly seed?: number }

const PERIOD = 251
const LONGEST_SHOWN = 256

/** The bytes; those of a pattern are such that no shift or truncation of themselves equals them. */
export function toBytes(part: Part): Uint8Array<ArrayBuffer> {
  if (typeof part === 'string') return Uint8Array.from(part, (character) => character.charCodeAt(0))
  const { size, seed = 0 } = part
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at += 1) bytes[at] = ((at % PERIOD) + seed) % 256
  return bytes
}

/** The counterpart, for comparison: the text of short parts, length and checksum of long ones. */
function describePart(bytes: Uint8Array): string {
  if (bytes.length > LONGEST_SHOWN) return `${String(bytes.length)} bytes, ${checksum(bytes)}`
  return String.fromCharCode(...bytes)
}

/** A message as a far end reports it. */
export function describeMessage(parts: readonly (Part | Uint8Array)[]): string[] {
  return parts.map((part) => describePart(part instanceof Uint8Array ? part : toBytes(part)))
}

/** FNV-1a. */
function checksum(bytes: Uint8Array): string {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0).toString(16)
}
