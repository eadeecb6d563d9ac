/*
 * A frame of ZMTP 3.x (RFC 37 "Framing"):
 *
 *   flags(1)  size(1)                 body(size)     short: size <= 255
 *   flags(1)  size(8, big-endian)     body(size)     LONG
 */
export const MORE = 0x01
export const LONG = 0x02
export const COMMAND = 0x04

export const SHORT_HEADER = 2
export const LONG_HEADER = 9

/** Writes the header of a frame at `at`. @returns where the body begins. */
export function writeHeader(out: Uint8Array, at: number, flags: number, length: number): number {
  if (length < 256) {
    out[at] = flags
    out[at + 1] = length
    return at + SHORT_HEADER
  }
  out[at] = flags | LONG
  let rest = length
  for (let i = LONG_HEADER - 1; i > 0; i--) {
    out[at + i] = rest & 0xff
    rest = Math.floor(rest / 256)
  }
  return at + LONG_HEADER
}

/**
 * The 64-bit length at `at`, all of which must be there. Beyond 2^53 the value is rounded, which is all the same: it is far
 * above every limit it is compared with.
 */
export function readLength(bytes: Uint8Array, at: number): number {
  let length = 0
  for (let i = 0; i < 8; i++) length = length * 256 + (bytes[at + i] as number)
  return length
}
