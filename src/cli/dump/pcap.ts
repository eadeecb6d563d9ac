import { readFile } from 'node:fs/promises'
import { EXIT, Stop } from '../exit.js'
import type { Side } from './item-text.js'
import { ipPacket, tcpSegment, type TcpSegment } from './packets.js'

/*
 * A capture in the classic format of tcpdump: a header of 24 bytes, then records, in the byte order of
 * whoever wrote it:
 *
 *   magic(4) version(4) zone(4) accuracy(4) snapshotLength(4) linkType(4)
 *   seconds(4) fraction(4) caughtLength(4) realLength(4) packet(caughtLength)
 */
const HEADER = 24
const RECORD = 16

/** In seconds and microseconds, or nanoseconds. */
const MAGIC: ReadonlySet<number> = new Set([0xa1b2c3d4, 0xa1b23c4d])
const NEXT_GENERATION = 0x0a0d0d0a

/** Bytes that one side has said, in order; or why the rest of them is not there. */
export interface Segment {
  readonly side: Side
  readonly bytes: Uint8Array
  readonly lost?: string
}

/** What a capture holds. */
export interface Capture {
  /** Those that begin as ZMTP does, each with its segments in the order in which they were caught. */
  readonly connections: readonly (readonly Segment[])[]
  /** How many do not. */
  readonly others: number
}

/** @throws Stop when it is no capture, with the byte at which that shows. */
export async function readCapture(path: string): Promise<Capture> {
  const file = await readFile(path)
  const wrong = (at: number, what: string): Stop =>
    new Stop(EXIT.error, `${path}: byte ${String(at)}: ${what}`)
  const little = file.length >= HEADER && MAGIC.has(file.readUInt32LE(0))
  if (!little && !(file.length >= HEADER && MAGIC.has(file.readUInt32BE(0)))) {
    const newer = file.length >= 4 && file.readUInt32BE(0) === NEXT_GENERATION
    throw wrong(
      0,
      newer ? 'this is pcapng: convert it with "editcap -F pcap"' : 'this is no pcap file',
    )
  }
  const number = (at: number): number => (little ? file.readUInt32LE(at) : file.readUInt32BE(at))
  const linkType = number(20) & 0xffff
  const flows = new Map<string, Flow>()
  for (let at = HEADER; at < file.length;) {
    const end = at + RECORD + (at + RECORD <= file.length ? number(at + 8) : 0)
    if (at + RECORD > file.length || end > file.length) {
      throw wrong(at, 'the file ends within a packet')
    }
    const packet = ipPacket(file.subarray(at + RECORD, end), linkType)
    if (packet === 'unknown')
      throw wrong(20, `link type ${String(linkType)} is none that is known here`)
    const segment = packet && tcpSegment(packet)
    if (segment !== undefined) flowOf(segment, flows).take(segment)
    at = end
  }
  const all = [...flows.values()].map((flow) => flow.segments())
  const connections = all.filter((segments) => segments.some(({ bytes }) => bytes.length > 0))
  const zmtp = connections.filter((segments) => segments[0]?.bytes[0] === 0xff)
  return { connections: zmtp, others: connections.length - zmtp.length }
}

function flowOf(segment: TcpSegment, flows: Map<string, Flow>): Flow {
  const { from, to, syn, ack } = segment
  const key = [from, to].sort().join(' ')
  let flow = flows.get(key)
  if (flow === undefined) {
    // Who is first to be heard has connected, unless it is an answer to that.
    flow = new Flow(syn && ack ? to : from)
    flows.set(key, flow)
  }
  return flow
}

/** Segments that came too early, for each side. */
const MOST_WAITING = 1000

/** A side of a connection: the number of its next byte, and what is further on. */
interface Direction {
  next: number | undefined
  readonly early: Map<number, Uint8Array>
}

/** One connection, put in order. */
class Flow {
  readonly #client: string
  readonly #segments: Segment[] = []
  readonly #sides: Readonly<Record<Side, Direction>> = {
    client: { next: undefined, early: new Map() },
    server: { next: undefined, early: new Map() },
  }

  constructor(client: string) {
    this.#client = client
  }

  take({ from, sequence, syn, payload }: TcpSegment): void {
    const side = from === this.#client ? 'client' : 'server'
    const direction = this.#sides[side]
    if (syn) {
      direction.next = (sequence + 1) >>> 0
      return
    }
    direction.next ??= sequence
    this.#add(side, sequence, payload)
    for (let found = earlyOf(direction); found !== undefined; found = earlyOf(direction)) {
      this.#add(side, ...found)
    }
  }

  /** What was caught, and where something is missing. */
  segments(): readonly Segment[] {
    const lost = (['client', 'server'] as const)
      .filter((side) => this.#sides[side].early.size > 0)
      .map((side) => ({
        side,
        bytes: new Uint8Array(0),
        lost: 'the capture misses a segment here',
      }))
    return [...this.#segments, ...lost]
  }

  #add(side: Side, sequence: number, payload: Uint8Array): void {
    if (payload.length === 0) return
    const direction = this.#sides[side]
    const ahead = distance(direction.next ?? sequence, sequence)
    if (ahead > 0) {
      if (direction.early.size < MOST_WAITING) direction.early.set(sequence, payload)
      return
    }
    const bytes = payload.subarray(-ahead)
    if (bytes.length === 0) return
    direction.next = (sequence + payload.length) >>> 0
    this.#segments.push({ side, bytes })
  }
}

/** What came too early and is next now, or has come again meanwhile. */
function earlyOf({ next, early }: Direction): [sequence: number, bytes: Uint8Array] | undefined {
  const found = [...early].find(([sequence]) => distance(next ?? sequence, sequence) <= 0)
  if (found !== undefined) early.delete(found[0])
  return found
}

/** Numbers go round: what is less than half of them ahead comes later. */
function distance(from: number, to: number): number {
  return (to - from) | 0
}
