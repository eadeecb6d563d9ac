import { createSocket } from 'node:dgram'
import { obey } from '../../support/in-station.js'

/*
 * The wire of a tunnel (VXLAN) in a program, which loses, delays, doubles and swaps packets. Not every
 * kernel has a queueing discipline that does (netem), and this needs no privileges of its own.
 */

/** What happens to packets; chances from 0 to 1, times in milliseconds. */
export interface Faults {
  readonly loss: number
  readonly doubled: number
  readonly delay: number
  /** Added to the delay at random, so that packets overtake each other. */
  readonly jitter: number
}

const PORT = 4789
const VXLAN_HEADER = 8
const ETHERNET_HEADER = 14
const IPV4 = 0x0800
const TCP = 6

const wire = createSocket('udp4')
let ends: readonly string[] = []
let faults: Faults = { loss: 0, doubled: 0, delay: 0, jitter: 0 }
let carried = 0
let lost = 0
let doubled = 0

/**
 * The kernel leaves the sum to the hardware, of which there is none between a tunnel and a program: what
 * it then sends is wrong.
 */
function completeChecksum(packet: Buffer): void {
  const ip = VXLAN_HEADER + ETHERNET_HEADER
  if (packet.length < ip + 20 || packet.readUInt16BE(ip - 2) !== IPV4) return
  if (packet[ip + 9] !== TCP) return
  const header = ((packet[ip] ?? 0) & 0x0f) * 4
  const tcp = packet.subarray(ip + header, ip + packet.readUInt16BE(ip + 2))
  tcp.writeUInt16BE(0, 16)
  const addresses = packet.subarray(ip + 12, ip + 20)
  let sum = TCP + tcp.length + sumOf(addresses) + sumOf(tcp)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  tcp.writeUInt16BE(~sum & 0xffff, 16)
}

function sumOf(bytes: Buffer): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 1) {
    sum += at % 2 === 0 ? (bytes[at] ?? 0) << 8 : (bytes[at] ?? 0)
  }
  return sum
}

function carry(packet: Buffer, to: string): void {
  const { loss, delay, jitter } = faults
  if (Math.random() < loss) {
    lost += 1
    return
  }
  carried += 1
  const wait = delay + Math.random() * jitter
  setTimeout(() => {
    wire.send(packet, PORT, to)
  }, wait)
}

wire.on('message', (packet, { address }) => {
  const to = ends.find((end) => end !== address)
  if (to === undefined) return
  completeChecksum(packet)
  carry(packet, to)
  if (Math.random() >= faults.doubled) return
  doubled += 1
  carry(packet, to)
})

const commands = {
  open: (addresses: readonly string[]) => {
    ends = addresses
    return new Promise<void>((resolve) => wire.bind(PORT, resolve))
  },
  spoil(some: Faults) {
    faults = some
  },
  packets: () => ({ carried, lost, doubled }),
}

export type BadWireProgram = typeof commands

obey(commands)
