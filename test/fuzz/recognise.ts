import { box, hex, text, times } from './build.js'
import type { Node } from './input.js'
import { zmtpHeader } from './targets/slow.js'

const GREETING = 64

/** What a peer of ZMTP 3 has said, as far as it can be made out. */
export function recognise(bytes: Buffer): Node[] {
  const nodes: Node[] = [
    ...[bytes.subarray(0, 10), bytes.subarray(10, 12)].map(leaf),
    text(bytes.toString('latin1', 12, 32).replace(/\0+$/, '')),
    ...[
      bytes.subarray(12 + bytes.subarray(12, 32).indexOf(0), 32),
      bytes.subarray(32, GREETING),
    ].map(leaf),
  ]
  for (let at = GREETING; at < bytes.length;) {
    const header = zmtpHeader(bytes, at)
    if (header === undefined || typeof header === 'string') break
    const end = header.start + Number(header.length)
    const body = bytes.subarray(header.start, end)
    const flags = bytes.readUInt8(at) & ~2
    nodes.push(box('zmtp', flags, ...(header.command ? command(body) : [leaf(body)])))
    at = end
  }
  return nodes
}

function command(body: Buffer): Node[] {
  const end = 1 + (body[0] ?? 0)
  const name = box('u8', 0, leaf(body.subarray(1, end)))
  const data = body.subarray(end)
  if (body.toString('latin1', 1, end) === 'READY') return [name, ...properties(data)]
  return data.length === 0 ? [name] : [name, leaf(data)]
}

function properties(data: Buffer): Node[] {
  const nodes: Node[] = []
  for (let at = 0; at < data.length;) {
    const nameEnd = at + 1 + data.readUInt8(at)
    const valueEnd = nameEnd + 4 + data.readUInt32BE(nameEnd)
    nodes.push(box('u8', 0, leaf(data.subarray(at + 1, nameEnd))))
    nodes.push(box('u32', 0, leaf(data.subarray(nameEnd + 4, valueEnd))))
    at = valueEnd
  }
  return nodes
}

/** Longer runs of the same are written shorter. */
const LONG = 40

function leaf(bytes: Buffer): Node {
  const [first] = bytes
  if (bytes.length > LONG && first !== undefined && bytes.every((byte) => byte === first)) {
    return times(bytes.length, leaf(bytes.subarray(0, 1)))
  }
  const printable = bytes.length > 0 && bytes.every((byte) => byte >= 32 && byte < 127)
  return printable ? text(bytes.toString('latin1')) : hex(bytes.toString('hex'))
}
