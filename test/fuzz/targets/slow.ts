import { LIMITS } from '../../../src/wire/limits.js'
import type { Heard } from './decoding.js'

/*
 * Decoders that do the obvious thing, with all bytes at hand: the yardstick for the fast ones.
 */

interface Header {
  readonly more: boolean
  readonly command: boolean
  readonly start: number
  readonly length: bigint
}

/** Undefined when more bytes are needed, a code when it breaks the protocol. */
type ReadHeader = (bytes: Buffer, at: number) => Header | string | undefined

/** RFC 37 "Framing". */
export const zmtpHeader: ReadHeader = (bytes, at) => {
  const flags = bytes[at]
  if (flags === undefined) return undefined
  const long = (flags & 2) !== 0
  const start = at + (long ? 9 : 2)
  if (start > bytes.length) return undefined
  const length = long ? bytes.readBigUInt64BE(at + 1) : BigInt(bytes.readUInt8(at + 1))
  return { more: (flags & 1) !== 0, command: (flags & 4) !== 0, start, length }
}

/** RFC 13. */
export const v1Header: ReadHeader = (bytes, at) => {
  const first = bytes[at]
  if (first === undefined) return undefined
  if (first === 0) return 'EPROTO'
  const start = at + (first === 255 ? 10 : 2)
  if (start > bytes.length) return undefined
  const length = first === 255 ? bytes.readBigUInt64BE(at + 1) : BigInt(first)
  if (length === 0n) return 'EPROTO'
  const more = (bytes.readUInt8(start - 1) & 1) !== 0
  return { more, command: false, start, length: length - 1n }
}

/** @returns the same as the fast one, of errors only the code. */
export function slowDecode(bytes: Buffer, read: ReadHeader, maxMessageSize: number): Heard {
  const most = BigInt(maxMessageSize < 0 ? LIMITS.message : maxMessageSize)
  const items: string[] = []
  let parts: string[] = []
  let size = 0n
  for (let at = 0; ;) {
    const header = read(bytes, at)
    if (header === undefined) return { items, error: undefined }
    if (typeof header === 'string') return { items, error: header }
    const { more, command, start, length } = header
    const tooLong = command
      ? length > BigInt(LIMITS.command)
      : length > most || size + length > BigInt(LIMITS.message)
    if (tooLong) return { items, error: 'EMSGSIZE' }
    const end = start + Number(length)
    if (end > bytes.length) return { items, error: undefined }
    const body = bytes.toString('latin1', start, end)
    at = end
    if (command) {
      items.push(`! ${body}`)
      continue
    }
    parts.push(body)
    size += length
    if (more) {
      if (parts.length >= LIMITS.parts) return { items, error: 'EPROTO' }
      continue
    }
    items.push(parts.join('|'))
    parts = []
    size = 0n
  }
}
