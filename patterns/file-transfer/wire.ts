import type { Message } from 'zerowire/extra'

/** First part of every message: who speaks something else is ignored. */
const PROTOCOL = 'FT01'

/** The longest name of a source, in bytes of UTF-8; no part of a request is longer. */
export const LONGEST_NAME = 4096

/** The longest version of a source, in bytes of UTF-8. */
const LONGEST_VERSION = 64

/** What a message weighs beside the bytes of a chunk, with room to spare. */
export const OVERHEAD = 256

/** What a client asks for. */
export type Request =
  | { readonly command: 'STAT'; readonly name: string }
  | {
      readonly command: 'FETCH'
      readonly name: string
      readonly version: string
      readonly offset: number
      readonly length: number
    }
  | {
      readonly command: 'DIGEST'
      readonly name: string
      readonly version: string
      readonly length: number
    }

/** What a server answers. */
export type Reply =
  | {
      readonly command: 'STAT'
      readonly version: string
      readonly size: number
      /** How many requests may be unanswered at a time. */
      readonly credit: number
      /** How long a chunk may be. */
      readonly largestChunk: number
    }
  | {
      readonly command: 'CHUNK'
      readonly offset: number
      readonly checksum: number
      readonly bytes: Uint8Array
    }
  | { readonly command: 'DIGEST'; readonly length: number; readonly digest: Uint8Array }
  | { readonly command: 'WAIT' }
  | { readonly command: 'ERROR'; readonly code: string }

type Part = string | Uint8Array

export function encodeRequest(request: Request): Part[] {
  const head = [PROTOCOL, request.command, request.name]
  switch (request.command) {
    case 'STAT':
      return head
    case 'FETCH':
      return [...head, request.version, u64(request.offset), u32(request.length)]
    case 'DIGEST':
      return [...head, request.version, u64(request.length)]
  }
}

/** Undefined for what is no request. */
export function decodeRequest(parts: readonly Message[]): Request | undefined {
  const [protocol, command, name, version, ...numbers] = parts
  if (protocol?.toString() !== PROTOCOL || !name || name.length > LONGEST_NAME) return undefined
  const kind = `${String(command)} ${parts.length}`
  if (kind === 'STAT 3') return { command: 'STAT', name: name.toString() }
  if (!version || version.length > LONGEST_VERSION) return undefined
  const what = { name: name.toString(), version: version.toString() }
  const first = readU64(numbers[0])
  if (first === undefined) return undefined
  if (kind === 'DIGEST 5') return { command: 'DIGEST', ...what, length: first }
  const length = readU32(numbers[1])
  if (kind !== 'FETCH 6' || length === undefined) return undefined
  return { command: 'FETCH', ...what, offset: first, length }
}

export function encodeReply(reply: Reply): Part[] {
  const head = [PROTOCOL, reply.command]
  switch (reply.command) {
    case 'STAT': {
      const { version, size, credit, largestChunk } = reply
      return [...head, version, u64(size), u32(credit), u32(largestChunk)]
    }
    case 'CHUNK':
      return [...head, u64(reply.offset), u32(reply.checksum), reply.bytes]
    case 'DIGEST':
      return [...head, u64(reply.length), reply.digest]
    case 'WAIT':
      return head
    case 'ERROR':
      return [...head, reply.code]
  }
}

/** Undefined for what is no reply. */
export function decodeReply(parts: readonly Message[]): Reply | undefined {
  const [protocol, command, one, two, three, four] = parts
  if (protocol?.toString() !== PROTOCOL) return undefined
  switch (`${String(command)} ${parts.length}`) {
    case 'STAT 6': {
      const [size, credit, largestChunk] = [readU64(two), readU32(three), readU32(four)]
      if (!one || one.length === 0 || one.length > LONGEST_VERSION) return undefined
      if (size === undefined || !credit || !largestChunk) return undefined
      return { command: 'STAT', version: one.toString(), size, credit, largestChunk }
    }
    case 'CHUNK 5': {
      const [offset, checksum] = [readU64(one), readU32(two)]
      if (offset === undefined || checksum === undefined || !three) return undefined
      return { command: 'CHUNK', offset, checksum, bytes: three }
    }
    case 'DIGEST 4': {
      const length = readU64(one)
      if (length === undefined || two?.length !== 32) return undefined
      return { command: 'DIGEST', length, digest: two }
    }
    case 'WAIT 2':
      return { command: 'WAIT' }
    case 'ERROR 3':
      return { command: 'ERROR', code: String(one) }
    default:
      return undefined
  }
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

function readU32(part: Uint8Array | undefined): number | undefined {
  if (part?.length !== 4) return undefined
  return new DataView(part.buffer, part.byteOffset).getUint32(0)
}

/** Undefined also for what is beyond the whole numbers of JavaScript. */
function readU64(part: Uint8Array | undefined): number | undefined {
  if (part?.length !== 8) return undefined
  const value = Number(new DataView(part.buffer, part.byteOffset).getBigUint64(0))
  return Number.isSafeInteger(value) ? value : undefined
}
