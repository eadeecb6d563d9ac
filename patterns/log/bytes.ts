import type { Message } from 'zerowire/extra'

/** Bytes that a whole number has, the most significant first. */
export type Size = 2 | 4 | 8

/** Whole numbers, one behind the other. */
export function pack(sizes: readonly Size[], values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(lengthOf(sizes))
  const view = new DataView(bytes.buffer)
  let at = 0
  sizes.forEach((size, i) => {
    const value = values[i] ?? 0
    if (size === 8) view.setUint32(at, value / 2 ** 32)
    if (size === 2) view.setUint16(at, value)
    else view.setUint32(at + size - 4, value)
    at += size
  })
  return bytes
}

/** The same back; undefined when there are more or less bytes, or a number is beyond 2⁵³ - 1. */
export function unpack(
  sizes: readonly Size[],
  bytes: Uint8Array | undefined,
): number[] | undefined {
  if (bytes?.length !== lengthOf(sizes)) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0
  const values = sizes.map((size) => {
    const high = size === 8 ? view.getUint32(at) * 2 ** 32 : 0
    const low = size === 2 ? view.getUint16(at) : view.getUint32(at + size - 4)
    at += size
    return high + low
  })
  return values.every(Number.isSafeInteger) ? values : undefined
}

/** Rows of such numbers; undefined when the bytes are not whole rows. */
export function unpackRows(sizes: readonly Size[], bytes: Uint8Array): number[][] | undefined {
  const length = lengthOf(sizes)
  const rows: number[][] = []
  for (let at = 0; at < bytes.length; at += length) {
    const row = unpack(sizes, bytes.subarray(at, at + length))
    if (!row) return undefined
    rows.push(row)
  }
  return rows
}

/** Puts bytes behind each other. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

function lengthOf(sizes: readonly Size[]): number {
  return sizes.reduce<number>((sum, size) => sum + size, 0)
}

/** What a producer has appended, without its place. */
export interface Content {
  /** When the server took it, in milliseconds since the beginning of 1970. */
  readonly date: number
  readonly key: Message
  readonly value: Message
}

/** As it is stored and travels: date, length of the key, key, value. */
export function encodeContent(date: number, key: Uint8Array, value: Uint8Array): Uint8Array {
  return join([pack([8, 4], [date, key.length]), key, value])
}

/** The same back; undefined when it is none. */
export function decodeContent(bytes: Message): Content | undefined {
  const [date, length] = unpack([8, 4], bytes.subarray(0, 12)) ?? []
  if (date === undefined || length === undefined || 12 + length > bytes.length) return undefined
  const end = 12 + length
  return { date, key: bytes.subarray(12, end), value: bytes.subarray(end) }
}
