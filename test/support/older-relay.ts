import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { signature, v1Frame } from './older-wire.js'
import { route } from './raw-peer.js'
import { freshAddress } from './transports.js'

const SIGNATURE_SIZE = signature().length

/** What each side shall take the other for; 0 is ZMTP 1.0 that says its revision. */
export type Disguise = 'ZMTP/1.0' | 'ZMTP/2.0' | 'revision 0'

/**
 * Puts a relay in front of a bound socket through which each side takes the other for an older peer
 * than it is, so that they speak the older version: it changes a few bytes of what they begin with.
 * @returns where to connect to.
 */
export async function disguised(target: string, disguise: Disguise): Promise<string> {
  const isLocal = target.startsWith('ipc:')
  const server = createServer()
  server.listen(isLocal ? route(freshAddress('ipc')) : { host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const sockets = new Set<Socket>()
  server.on('connection', (connecter) => {
    const binder = connect(route(target))
    sockets.add(connecter).add(binder)
    forward(connecter, binder, disguise)
    forward(binder, connecter, disguise)
  })
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const bound = server.address()
  return typeof bound === 'string' ? `ipc://${bound}` : `tcp://127.0.0.1:${String(bound?.port)}`
}

function forward(from: Socket, to: Socket, disguise: Disguise): void {
  const change = disguise === 'ZMTP/1.0' ? asFrame() : withRevision(disguise === 'ZMTP/2.0' ? 1 : 0)
  from.on('data', (chunk: Buffer) => {
    to.write(change(chunk))
  })
  from.on('error', () => undefined)
  from.on('close', () => {
    to.destroy()
  })
}

/** The signature, made the head of the frame with the routing id that the rest will be. */
function asFrame(): (chunk: Buffer) => Buffer {
  let held: Buffer = Buffer.alloc(0)
  let done = false
  return (chunk) => {
    if (done) return chunk
    held = Buffer.concat([held, chunk])
    if (held.length < SIGNATURE_SIZE) return Buffer.alloc(0)
    done = true
    const idSize = Number(held.readBigUInt64BE(1)) - 1
    const frame = v1Frame(0, Buffer.alloc(idSize))
    return Buffer.concat([frame.subarray(0, -idSize || undefined), held.subarray(SIGNATURE_SIZE)])
  }
}

/** The byte behind the signature. */
function withRevision(revision: number): (chunk: Buffer) => Buffer {
  let passed = 0
  return (chunk) => {
    const at = SIGNATURE_SIZE - passed
    passed += chunk.length
    if (at < 0 || at >= chunk.length) return chunk
    const changed = Buffer.from(chunk)
    changed[at] = revision
    return changed
  }
}
