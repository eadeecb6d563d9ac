/**
 * All strangers there are come to a socket that listens, or are dialled by one, again and again.
 * Prints what the process holds after the first rounds and at the end.
 */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket as NetSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { Dealer, Pull, Router, XPublisher, XSubscriber } from 'zerowire'
import { heldBytes, resources } from '../../support/memory.js'
import { tls } from '../../support/tls.js'
import { KEY, upgradeRequest, upgradeResponse, zwsCommand } from '../../support/web-handshake.js'
import { greeting, ready } from '../../support/wire.js'
import type { Attack, Speaker } from '../attack.js'
import { badAnswers, badRequests } from '../upgrades.js'
import { websocketAttacks } from '../websocket-attacks.js'
import { handshakeAttacks } from '../zmtp-handshake-attacks.js'
import { trafficAttacks } from '../zmtp-traffic-attacks.js'

const WARM_UP = 1
const ROUNDS = 3

/** What a stranger does at a connection to, or from, a socket that talks to that type; then it leaves. */
type Visit = (socket: NetSocket, peerType: string) => void

function speaker(socket: NetSocket, key?: Buffer): Speaker {
  return {
    key,
    write: (...chunks) => void socket.write(Buffer.concat(chunks)),
    end: () => void socket.end(),
  }
}

const overZmtp: readonly Visit[] = [...handshakeAttacks, ...trafficAttacks].map(
  ({ stage, act }): Visit =>
    (socket, peerType) => {
      if (stage === 'traffic') socket.write(Buffer.concat([greeting(), ready(peerType)]))
      act(speaker(socket), peerType)
      socket.end()
    },
)

function overWebSocket(upgrade: Buffer, { stage, act }: Attack, key?: Buffer): Visit {
  return (socket, peerType) => {
    socket.write(upgrade)
    if (stage === 'traffic') socket.write(zwsCommand(ready(peerType), key))
    act(speaker(socket, key), peerType)
    socket.end()
  }
}

const ofClients: readonly Visit[] = [
  ...badRequests.map(
    ({ bytes }): Visit =>
      (socket) =>
        socket.end(bytes),
  ),
  ...websocketAttacks.map((attack) => overWebSocket(upgradeRequest(), attack, KEY)),
]

const ofServers = (request: Buffer): Visit[] => [
  ...badAnswers.map(
    ({ bytes }): Visit =>
      (socket) =>
        socket.end(bytes(request)),
  ),
  ...websocketAttacks.map((attack) => overWebSocket(upgradeResponse(request), attack)),
]

function dialBare(address: string): NetSocket {
  if (address.startsWith('ipc:')) return connect(address.slice('ipc://'.length))
  const { hostname: host, port } = new URL(address.replace(/^\w+:/, 'http:'))
  const options = { host, port: Number(port) }
  if (!address.startsWith('wss:')) return connect(options)
  return connectTls({ ...options, rejectUnauthorized: false })
}

/** Sockets that listen, and whom they talk to. */
const listeners: Record<string, { make: () => Pull | XPublisher | Router | Dealer; peer: string }> =
  {
    Pull: { make: () => new Pull({ tls }), peer: 'PUSH' },
    XPublisher: { make: () => new XPublisher({ tls }), peer: 'SUB' },
    Router: { make: () => new Router({ tls }), peer: 'DEALER' },
    Dealer: { make: () => new Dealer({ tls }), peer: 'REP' },
  }

/** One round of strangers at a listener that stays, and what came of it. */
async function atListener(type: string, scheme: string): Promise<() => Promise<void>> {
  const visits = scheme.startsWith('ws') ? ofClients : overZmtp
  const { make, peer } = known(listeners, type)
  const socket = make()
  const file = join(tmpdir(), `zw-strangers-${process.pid}`)
  await socket.bind(scheme === 'ipc' ? `ipc://${file}` : `${scheme}://127.0.0.1:*`)
  return async () => {
    for (const visit of visits) {
      const stranger = dialBare(String(socket.lastEndpoint))
      stranger.on('error', () => undefined).resume()
      const closed = new Promise((resolve) => stranger.once('close', resolve))
      visit(stranger, peer)
      await closed
      while (socket.readable) await socket.receive()
    }
    while (socket.stats.peers > 0) await nextTurn()
    while (socket.readable) await socket.receive()
  }
}

const DIALLING = { reconnectInterval: 1, linger: 0 }

/** Sockets that dial, and whom they talk to. */
const diallers: Record<string, { make: () => Pull | XSubscriber | Dealer; peer: string }> = {
  Pull: { make: () => new Pull(DIALLING), peer: 'PUSH' },
  XSubscriber: { make: () => new XSubscriber(DIALLING), peer: 'PUB' },
  Dealer: { make: () => new Dealer(DIALLING), peer: 'DEALER' },
}

function known<T>(all: Record<string, T>, type: string): T {
  const found = all[type]
  if (found === undefined) throw new Error(`no such socket: ${type}`)
  return found
}

/** One round of a socket that dials strangers, and dials again. */
async function atDialler(type: string, scheme: string): Promise<() => Promise<void>> {
  const { make, peer } = known(diallers, type)
  let answered = 0
  const { length: all } = scheme === 'ws' ? ofServers(upgradeRequest()) : overZmtp
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    const answer = (visits: readonly Visit[]): void => {
      visits[answered % all]?.(socket, peer)
      answered += 1
    }
    if (scheme === 'ws') {
      socket.once('data', (request) => {
        answer(ofServers(request))
      })
    } else {
      answer(overZmtp)
      socket.resume()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const address = `${scheme}://127.0.0.1:${port}`
  return async () => {
    const socket = make()
    const enough = answered + all
    // Who is of the wrong type is not dialled again, so each is dialled anew.
    while (answered < enough) {
      const before = answered
      const left = new Promise((resolve) => {
        socket.events.on('disconnect', resolve)
      })
      socket.connect(address)
      await left
      while (answered === before) await nextTurn()
      while (socket.readable) await socket.receive()
      socket.disconnect(address)
    }
    await socket.close()
  }
}

/** Handles close a turn after those who owned them. */
async function measure(): Promise<{ bytes: number; resources: Record<string, number> }> {
  for (let turn = 0; turn < 20; turn += 1) await nextTurn()
  return { bytes: heldBytes(), resources: resources() }
}

const [where = '', type = '', scheme = ''] = process.argv.slice(2)
const round = await (where === 'dialler' ? atDialler : atListener)(type, scheme)
for (let count = 0; count < WARM_UP; count += 1) await round()
const early = await measure()
for (let count = WARM_UP; count < ROUNDS; count += 1) await round()
console.log(JSON.stringify({ early, late: await measure() }))
process.exit()
