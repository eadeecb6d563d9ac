import { readLength } from './frame.js'

/*
 * A frame of ZWS 2.0 (RFC 45) is one WebSocket message in one WebSocket frame (RFC 6455 section 5.2):
 *
 *   82  mask(1 bit) length(7 bits)  [length(2|8)]  [maskingKey(4)]  flags(1)  body(length - 1)
 *
 * What a client sends is masked, flags and body alike. A frame that is not just this is irregular.
 */
export const WHOLE_BINARY = 0x82
export const CLOSE = 0x88
export const PING = 0x89
export const PONG = 0x8a

// Bits of the first byte of a header.
export const FINAL = 0x80
export const RESERVED = 0x70
export const OPCODE = 0x0f
export const CONTROL = 0x08

// Opcodes of data.
export const CONTINUATION = 0
export const BINARY = 2

/** The bit of the second byte that says that a key follows. */
export const MASKED = 0x80

export const KEY = 4
const LENGTH_16 = 126
const LENGTH_64 = 127

/** The longest payload of a control frame (RFC 6455 section 5.5). */
export const LONGEST_CONTROL = 125

/** Bytes of the longest header, the flags of ZWS included. */
export const LONGEST_HEADER = 15

// Flags of ZWS, which are not those of ZMTP.
export const ZWS_MORE = 0x01
export const ZWS_COMMAND = 0x02

/** Writes the length of a payload, with the bit that says whether it is masked. @returns where it ends. */
export function writeLength(out: Uint8Array, at: number, masked: number, length: number): number {
  if (length < LENGTH_16) {
    out[at] = masked | length
    return at + 1
  }
  if (length < 65_536) {
    out[at] = masked | LENGTH_16
    out[at + 1] = length >> 8
    out[at + 2] = length & 0xff
    return at + 3
  }
  out[at] = masked | LENGTH_64
  let rest = length
  for (let i = 8; i > 0; i--) {
    out[at + i] = rest & 0xff
    rest = Math.floor(rest / 256)
  }
  return at + 9
}

/** Where the length ends; -1 when it is not all there. */
export function lengthEnd(bytes: Uint8Array, at: number): number {
  if (at + 2 > bytes.length) return -1
  const code = (bytes[at + 1] as number) & ~MASKED
  const end = at + (code < LENGTH_16 ? 2 : code === LENGTH_16 ? 4 : 10)
  return end > bytes.length ? -1 : end
}

/** The length of the payload of the frame at `at`, all of which must be there. */
export function payloadLength(bytes: Uint8Array, at: number): number {
  const code = (bytes[at + 1] as number) & ~MASKED
  if (code < LENGTH_16) return code
  if (code === LENGTH_64) return readLength(bytes, at + 2)
  return (bytes[at + 2] as number) * 256 + (bytes[at + 3] as number)
}

/** The masking key at `at`, its first byte lowest. */
export function readKey(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
  return low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)
}

/** The key for what comes `bytes` further on. */
export function turned(key: number, bytes: number): number {
  const bits = (bytes & 3) * 8
  return bits === 0 ? key : (key >>> bits) | (key << (32 - bits))
}

/** From here on a view of whole words pays. */
export const WORTH_WORDS = 128

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

/** Masks bytes in their place, or takes the mask off: it is the same. */
export function mask(bytes: Uint8Array, key: number): void {
  const { length } = bytes
  if (length < WORTH_WORDS || !LITTLE_ENDIAN) {
    maskBytes(bytes, 0, length, key)
    return
  }
  const begin = -bytes.byteOffset & 3
  const words = (length - begin) >> 2
  const end = begin + words * 4
  maskBytes(bytes, 0, begin, key)
  const inner = turned(key, begin)
  const view = new Int32Array(bytes.buffer, bytes.byteOffset + begin, words)
  for (let i = 0; i < words; i++) view[i] = (view[i] as number) ^ inner
  maskBytes(bytes, end, length, inner)
}

function maskBytes(bytes: Uint8Array, start: number, end: number, key: number): void {
  for (let at = start, shift = 0; at < end; at++, shift = (shift + 8) & 24) {
    bytes[at] = (bytes[at] as number) ^ (key >>> shift)
  }
}
