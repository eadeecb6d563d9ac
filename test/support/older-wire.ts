import { message, MORE, type Frame } from './wire.js'

/** ZMTP 1.0 bytes made by hand (RFC 13), apart from the code under test. */

const LONGEST_SHORT = 254

/** The long form of a frame, which short ones may have as well. */
export function longV1Frame(flags: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(10)
  header[0] = 0xff
  header.writeBigUInt64BE(BigInt(body.length + 1), 1)
  header[9] = flags
  return Buffer.concat([header, body])
}

export function v1Frame(flags: number, body: Uint8Array): Buffer {
  const length = body.length + 1
  if (length > LONGEST_SHORT) return longV1Frame(flags, body)
  return Buffer.concat([Buffer.of(length, flags), body])
}

export function v1Message(...parts: string[]): Buffer {
  const last = parts.length - 1
  return Buffer.concat(
    parts.map((part, index) => v1Frame(index < last ? MORE : 0, Buffer.from(part, 'latin1'))),
  )
}

/** The frame at the start of the bytes and what follows it; undefined if it is not complete. */
function takeV1Frame(bytes: Buffer): { frame: Frame; rest: Buffer } | undefined {
  const isLong = bytes[0] === 0xff
  const start = isLong ? 10 : 2
  if (bytes.length < start) return undefined
  const length = isLong ? Number(bytes.readBigUInt64BE(1)) : bytes.readUInt8(0)
  const end = start + length - 1
  if (bytes.length < end) return undefined
  const frame = { flags: bytes.readUInt8(start - 1), body: bytes.subarray(start, end) }
  return { frame, rest: bytes.subarray(end) }
}

/** What whole frames at the start of the bytes mean: messages by their parts. */
export function slowV1Decode(bytes: Buffer): { message: string[] }[] {
  const messages: { message: string[] }[] = []
  let parts: string[] = []
  for (let taken = takeV1Frame(bytes); taken !== undefined; taken = takeV1Frame(taken.rest)) {
    parts.push(taken.frame.body.toString('latin1'))
    if ((taken.frame.flags & MORE) !== 0) continue
    messages.push({ message: parts })
    parts = []
  }
  return messages
}

/** The signature with which everybody since ZMTP 2.0 begins: the head of a frame with the routing id. */
export function signature(routingId = ''): Buffer {
  const bytes = longV1Frame(0x7f, Buffer.from(routingId, 'latin1'))
  return bytes.subarray(0, 10)
}

/** Socket types of ZMTP 2.0. */
const TYPES = ['PAIR', 'PUB', 'SUB', 'REQ', 'REP', 'DEALER', 'ROUTER', 'PULL', 'PUSH']

/** All that a peer of ZMTP 2.0 says before its messages (RFC 15). */
export function v2Greeting(socketType: number | string, routingId = '', revision = 1): Buffer {
  const type = typeof socketType === 'number' ? socketType : TYPES.indexOf(socketType)
  const id = Buffer.from(routingId, 'latin1')
  return Buffer.concat([signature(routingId), Buffer.of(revision, type, 0, id.length), id])
}

/** A version, what a DEALER says in it before its messages, and a message of a few parts. */
export const olderVersions = [
  {
    version: '2.0',
    hello: (id = '') => v2Greeting('DEALER', id),
    answer: (id = '') => v2Greeting('DEALER', id, 3),
    parts: message,
    socketType: 'DEALER',
  },
  {
    version: '1.0',
    hello: (id = '') => v1Message(id),
    answer: (id = '') => longV1Frame(0x7f, Buffer.from(id)),
    parts: v1Message,
    socketType: '',
  },
  {
    version: '1.0, after a signature and a revision',
    // Who says its revision frames its routing id as all that follows.
    hello: (id = '') => Buffer.concat([signature(id), Buffer.of(0, 5), v1Message(id)]),
    answer: (id = '') => Buffer.concat([signature(id), Buffer.of(3, 5), v1Message(id)]),
    parts: v1Message,
    socketType: 'DEALER',
  },
] as const
