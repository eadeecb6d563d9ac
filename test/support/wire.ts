/** ZMTP 3.1 bytes made by hand, apart from the code under test. */

export interface Frame {
  readonly flags: number
  readonly body: Buffer
}

export const MORE = 0x01
export const LONG = 0x02
export const COMMAND = 0x04

export const GREETING_SIZE = 64

const SHORT_SIZE_MAX = 255

export interface GreetingFields {
  readonly major?: number
  readonly minor?: number
  readonly mechanism?: string
  readonly asServer?: boolean
}

export function greeting(fields: GreetingFields = {}): Buffer {
  const { major = 3, minor = 1, mechanism = 'NULL', asServer = false } = fields
  const bytes = Buffer.alloc(GREETING_SIZE)
  bytes[0] = 0xff
  bytes[9] = 0x7f
  bytes[10] = major
  bytes[11] = minor
  bytes.write(mechanism, 12, 'latin1')
  bytes[32] = asServer ? 1 : 0
  return bytes
}

export function frame(flags: number, body: Uint8Array): Buffer {
  if (body.length <= SHORT_SIZE_MAX) return Buffer.concat([Buffer.of(flags, body.length), body])
  const header = Buffer.alloc(9)
  header[0] = flags | LONG
  header.writeBigUInt64BE(BigInt(body.length), 1)
  return Buffer.concat([header, body])
}

export function message(...parts: string[]): Buffer {
  const last = parts.length - 1
  return Buffer.concat(
    parts.map((part, index) => frame(index < last ? MORE : 0, Buffer.from(part, 'latin1'))),
  )
}

export function command(name: string, data: Uint8Array = Buffer.alloc(0)): Buffer {
  return frame(COMMAND, Buffer.concat([Buffer.of(name.length), Buffer.from(name, 'latin1'), data]))
}

export function property(name: string, value: string): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32BE(value.length)
  return Buffer.concat([
    Buffer.of(name.length),
    Buffer.from(name, 'latin1'),
    size,
    Buffer.from(value, 'latin1'),
  ])
}

export function ready(socketType: string, identity?: string): Buffer {
  const properties = [property('Socket-Type', socketType)]
  if (identity !== undefined) properties.push(property('Identity', identity))
  return command('READY', Buffer.concat(properties))
}

/** Time to live in tenths of a second, as it travels. */
export function ping(timeToLive: number, context = ''): Buffer {
  const data = Buffer.alloc(2 + context.length)
  data.writeUInt16BE(timeToLive)
  data.write(context, 2, 'latin1')
  return command('PING', data)
}

export function pong(context = ''): Buffer {
  return command('PONG', Buffer.from(context, 'latin1'))
}

export function isCommand(candidate: Frame, name: string): boolean {
  const { flags, body } = candidate
  return (flags & COMMAND) !== 0 && body.toString('latin1', 1, 1 + (body[0] ?? 0)) === name
}

/** The frame at the start of the bytes and what follows it; undefined if it is not complete. */
export function takeFrame(bytes: Buffer): { frame: Frame; rest: Buffer } | undefined {
  const flags = bytes[0]
  const shortSize = bytes[1]
  if (flags === undefined || shortSize === undefined) return undefined
  const isLong = (flags & LONG) !== 0
  const start = isLong ? 9 : 2
  if (bytes.length < start) return undefined
  const end = start + (isLong ? Number(bytes.readBigUInt64BE(1)) : shortSize)
  if (bytes.length < end) return undefined
  return { frame: { flags, body: bytes.subarray(start, end) }, rest: bytes.subarray(end) }
}
