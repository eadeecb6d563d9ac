/**
 * Strangers of every kind come to a listener of ws:// or wss://, or answer somebody who dials, again
 * and again. Prints what the process holds after the first rounds and at the end.
 */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { Pull, Push } from 'zerowire'
import { heldBytes, resources } from '../../support/memory.js'
import { tls } from '../../support/tls.js'
import { KEY, upgradeRequest, zwsCommand } from '../../support/web-handshake.js'
import { ready } from '../../support/wire.js'
import { badAnswers, badRequests } from '../bad-requests.js'
import { attacks } from '../web-attacks.js'

const WARM_UP = 3
const ROUNDS = 8

/** What a stranger says, and then it leaves. */
type Visit = (socket: Socket) => void

const visits: readonly Visit[] = [
  ...badRequests.map(
    ({ bytes }): Visit =>
      (socket) =>
        socket.end(bytes),
  ),
  ...attacks.map(({ stage, act }): Visit => (socket) => {
    socket.write(upgradeRequest())
    if (stage === 'traffic') socket.write(zwsCommand(ready('PUSH'), KEY))
    const raw = {
      write: (...chunks: Uint8Array[]) => void socket.write(Buffer.concat(chunks)),
      end: () => void socket.end(),
    }
    act({ raw, key: KEY })
    socket.end()
  }),
]

async function strangers(address: string): Promise<void> {
  const { hostname: host, port } = new URL(address.replace(/^\w+:/, 'http:'))
  const options = { host, port: Number(port) }
  for (const visit of visits) {
    const socket = address.startsWith('wss:')
      ? connectTls({ ...options, rejectUnauthorized: false })
      : connect(options)
    socket.on('error', () => undefined).resume()
    const closed = new Promise((resolve) => socket.once('close', resolve))
    visit(socket)
    await closed
  }
}

/** One round of strangers at a listener that stays, and what came of it. */
async function atListener(scheme: string): Promise<() => Promise<void>> {
  const pull = new Pull({ tls })
  await pull.bind(`${scheme}://127.0.0.1:*`)
  return async () => {
    await strangers(String(pull.lastEndpoint))
    while (pull.stats.peers > 0) await nextTurn()
    while (pull.readable) await pull.receive()
  }
}

/** One round of bad answers to a socket that dials, and dials again. */
async function atDialler(): Promise<() => Promise<void>> {
  let answered = 0
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (request) => {
      const { bytes } = badAnswers[answered % badAnswers.length] as (typeof badAnswers)[number]
      socket.end(bytes(request))
      answered += 1
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return async () => {
    const push = new Push({ reconnectInterval: 1, linger: 0 })
    push.connect(`ws://127.0.0.1:${port}`)
    const enough = answered + badAnswers.length * 2
    while (answered < enough) await nextTurn()
    await push.close()
  }
}

/** Handles close a turn after those who owned them. */
async function measure(): Promise<{ bytes: number; resources: Record<string, number> }> {
  for (let turn = 0; turn < 20; turn += 1) await nextTurn()
  return { bytes: heldBytes(), resources: resources() }
}

const [where = ''] = process.argv.slice(2)
const round = where === 'dialler' ? await atDialler() : await atListener(where)
for (let count = 0; count < WARM_UP; count += 1) await round()
const early = await measure()
for (let count = WARM_UP; count < ROUNDS; count += 1) await round()
console.log(JSON.stringify({ early, late: await measure() }))
process.exit()
