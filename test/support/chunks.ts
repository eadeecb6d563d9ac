import fc from 'fast-check'

/** The bytes in pieces that begin at these offsets; offsets in any order, also outside. */
export function cut(bytes: Uint8Array, offsets: readonly number[]): Uint8Array[] {
  const inside = offsets.filter((offset) => offset > 0 && offset < bytes.length)
  const starts = [...new Set([0, ...inside])].sort((a, b) => a - b)
  return starts.map((start, index) => bytes.slice(start, starts[index + 1]))
}

/** Pieces of `size` bytes. */
export function piecesOf(bytes: Uint8Array, size: number): Uint8Array[] {
  const count = Math.ceil(bytes.length / size)
  return cut(
    bytes,
    Array.from({ length: count }, (_, index) => index * size),
  )
}

/** In one piece, in two pieces cut at each position, and one byte at a time. */
export function everySplit(bytes: Uint8Array): Uint8Array[][] {
  const splits = Array.from({ length: bytes.length }, (_, at) => cut(bytes, [at]))
  return [...splits, piecesOf(bytes, 1)]
}

/** Some offsets, as shares of the whole, so that they fit any bytes. */
export const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 })

export function cutAt(bytes: Uint8Array, shares: readonly number[]): Uint8Array[] {
  return cut(
    bytes,
    shares.map((share) => Math.floor(share * bytes.length)),
  )
}

/** Bytes from hexadecimal text, white space left out. */
export function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex')
}
