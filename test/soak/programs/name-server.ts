import { createSocket } from 'node:dgram'
import { obey } from '../../support/in-station.js'

/* A name server (RFC 1035) that knows one name, whatever it is asked for. */

const HEADER = 12
/** The name is that of the question. Long enough that whoever keeps answers has a wrong one. */
const ANSWER = Buffer.from('c00c00010001000002580004', 'hex')
const RECURSION = 0x8180
const NO_SUCH_NAME = 3
const TYPE_A = 1

const server = createSocket('udp4')
let address: string | undefined
let asked = 0

server.on('message', (query, { address: from, port }) => {
  let end = HEADER
  while ((query[end] ?? 0) !== 0) end += (query[end] ?? 0) + 1
  const question = query.subarray(HEADER, end + 5)
  const isAddress = query.readUInt16BE(end + 1) === TYPE_A
  const header = Buffer.alloc(HEADER)
  query.copy(header, 0, 0, 2)
  header.writeUInt16BE(RECURSION | (address === undefined ? NO_SUCH_NAME : 0), 2)
  header.writeUInt16BE(1, 4)
  const answers = isAddress && address !== undefined ? [ANSWER, bytesOf(address)] : []
  if (answers.length > 0) header.writeUInt16BE(1, 6)
  if (isAddress) asked += 1
  server.send(Buffer.concat([header, question, ...answers]), port, from)
})

function bytesOf(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number))
}

const commands = {
  open: () => new Promise<void>((resolve) => server.bind(53, '127.0.0.1', resolve)),
  /** @param known the address of everything; null if there is nothing of that name. */
  know(known: string | null) {
    address = known ?? undefined
  },
  asked: () => asked,
}

export type NameServerProgram = typeof commands

obey(commands)
