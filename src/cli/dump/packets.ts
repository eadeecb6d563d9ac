/** One segment of TCP. */
export interface TcpSegment {
  /** Address and port. */
  readonly from: string
  readonly to: string
  readonly sequence: number
  readonly syn: boolean
  readonly ack: boolean
  readonly payload: Uint8Array
}

/** A packet of IP, without its header. */
interface IpPacket {
  readonly from: string
  readonly to: string
  readonly protocol: number
  readonly body: Buffer
}

const TCP = 6
const IPV4 = 0x0800
const IPV6 = 0x86dd
const VLAN = 0x8100

/** Where IP begins in a frame of each link type: at which byte the type of the packet is said, and where it starts. */
const LINKS: ReadonlyMap<number, (frame: Buffer) => Buffer | undefined> = new Map([
  [0, (frame: Buffer) => frame.subarray(4)],
  [1, ethernet],
  [12, (frame: Buffer) => frame],
  [101, (frame: Buffer) => frame],
  [113, (frame: Buffer) => typed(frame, 14, 16)],
  [276, (frame: Buffer) => typed(frame, 0, 20)],
])

/** The packet of IP in a frame; undefined when it holds none, `unknown` when nobody here knows such frames. */
export function ipPacket(frame: Uint8Array, linkType: number): IpPacket | undefined | 'unknown' {
  const link = LINKS.get(linkType)
  if (link === undefined) return 'unknown'
  const packet = link(Buffer.from(frame.buffer, frame.byteOffset, frame.length))
  if (packet === undefined || packet.length < 20) return undefined
  const version = (packet[0] as number) >> 4
  return version === 4 ? ipv4(packet) : version === 6 ? ipv6(packet) : undefined
}

/** The segment in a packet; undefined when it is none, or was not caught as a whole. */
export function tcpSegment({ from, to, protocol, body }: IpPacket): TcpSegment | undefined {
  if (protocol !== TCP || body.length < 20) return undefined
  const header = ((body[12] as number) >> 4) * 4
  const flags = body[13] as number
  return {
    from: `${from} ${String(body.readUInt16BE(0))}`,
    to: `${to} ${String(body.readUInt16BE(2))}`,
    sequence: body.readUInt32BE(4),
    syn: (flags & 0x02) !== 0,
    ack: (flags & 0x10) !== 0,
    payload: body.subarray(header),
  }
}

function ethernet(frame: Buffer): Buffer | undefined {
  if (frame.length < 18) return undefined
  return frame.readUInt16BE(12) === VLAN ? typed(frame, 16, 18) : typed(frame, 12, 14)
}

function typed(frame: Buffer, typeAt: number, begin: number): Buffer | undefined {
  if (frame.length < begin) return undefined
  const type = frame.readUInt16BE(typeAt)
  return type === IPV4 || type === IPV6 ? frame.subarray(begin) : undefined
}

/** Fragments are left out: TCP avoids them. */
function ipv4(packet: Buffer): IpPacket | undefined {
  const header = ((packet[0] as number) & 15) * 4
  if ((packet.readUInt16BE(6) & 0x3fff) !== 0) return undefined
  return {
    from: packet.subarray(12, 16).join('.'),
    to: packet.subarray(16, 20).join('.'),
    protocol: packet[9] as number,
    body: packet.subarray(header, packet.readUInt16BE(2) || undefined),
  }
}

/** Extension headers are left out: TCP comes without. */
function ipv6(packet: Buffer): IpPacket | undefined {
  if (packet.length < 40) return undefined
  return {
    from: packet.toString('hex', 8, 24),
    to: packet.toString('hex', 24, 40),
    protocol: packet[6] as number,
    body: packet.subarray(40, 40 + packet.readUInt16BE(4)),
  }
}
