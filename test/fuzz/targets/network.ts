import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { nextTurn } from '../../support/turn.js'
import {
  action,
  greeting,
  input,
  message,
  ready,
  text,
  traffic,
  zmtpFraming,
  zwsFraming,
} from '../build.js'
import { stepsOf, type Input } from '../input.js'
import { randomly, Violation } from '../oracle.js'
import type { Target } from '../target.js'
import { attempt, companionOf, expectWorks, make, type AnySocket } from './conversations.js'
import { TYPE_NAMES, TYPES, typeNamed } from './types.js'

/*
 * From end to end: sockets as users have them, over TCP and WebSocket, with the system in between. A
 * socket lives through many inputs, so that what one of them leaves behind shows in those after it.
 */

interface Company {
  readonly victim: AnySocket
  readonly peer: AnySocket | undefined
  readonly port: number
}

const companies = new Map<string, Promise<Company>>()

/** After so many inputs there is another company. */
const LIFETIME = 500
let inputs = 0

async function found(type: ReturnType<typeof typeNamed>, scheme: string): Promise<Company> {
  const victim = make(type, { handshakeInterval: 1000 })
  victim.bindSync(`${scheme}://127.0.0.1:*`)
  const address = victim.lastEndpoint ?? ''
  const companion = companionOf(type)
  const peer = companion && make(companion)
  peer?.connect(address)
  while (peer !== undefined && (peer.stats.peers === 0 || victim.stats.peers === 0))
    await nextTurn()
  return { victim, peer, port: Number(new URL(address.replace(/^\w+/, 'http')).port) }
}

function companyOf(type: ReturnType<typeof typeNamed>, scheme: string): Promise<Company> {
  const key = `${scheme} ${type}`
  const company = companies.get(key) ?? found(type, scheme)
  companies.set(key, company)
  return company
}

async function dismiss(): Promise<void> {
  const all = await Promise.all(companies.values())
  companies.clear()
  await Promise.all(
    all.flatMap(({ victim, peer }) =>
      peer === undefined ? [victim.close()] : [victim.close(), peer.close()],
    ),
  )
}

/** Says the script to whoever is at the other end, and waits for it to leave. */
async function say(socket: Socket, tried: Input): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    socket.on('error', () => undefined).on('close', () => resolve())
  })
  socket.resume()
  for (const step of stepsOf(tried.nodes)) {
    if ('bytes' in step) for (const piece of randomly(step.bytes).slice(0, 20)) socket.write(piece)
    else if (step.what === 'reset') socket.resetAndDestroy()
    await nextTurn()
  }
  socket.end()
  // Whoever is still waited for has a second: its handshake takes no longer.
  await closed
}

async function listener(tried: Input, scheme: string): Promise<string> {
  const type = typeNamed(tried.facts['type'])
  const { victim, peer, port } = await companyOf(type, scheme)
  await say(connect(port, '127.0.0.1'), tried)
  if (peer !== undefined) await expectWorks(type, victim, peer)
  return `${scheme} ${type}`
}

async function dialler(tried: Input, scheme: string): Promise<string> {
  const type = typeNamed(tried.facts['type'])
  const victim = make(type, { handshakeInterval: 1000, reconnectInterval: 60_000 })
  const server: Server = createServer()
  const met = new Promise<Socket>((resolve) => server.once('connection', resolve))
  server.listen(0, '127.0.0.1')
  while (!server.listening) await nextTurn()
  const { port } = server.address() as AddressInfo
  try {
    attempt(() => victim.connect(`${scheme}://127.0.0.1:${port}`))
    await say(await met, tried)
  } finally {
    server.close()
    await victim.close()
  }
  const { peers, queued } = victim.stats
  if (peers > 0 || queued.incoming > 0) throw new Violation('a closed socket has kept something')
  return `${scheme} to ${type}`
}

async function run(tried: Input): Promise<string> {
  if (++inputs % LIFETIME === 0) await dismiss()
  const scheme = tried.facts['scheme'] === 'ws' ? 'ws' : 'tcp'
  return tried.facts['role'] === 'dialler' ? dialler(tried, scheme) : listener(tried, scheme)
}

const UPGRADE = [
  ...['GET / HTTP/1.1', 'Host: a', 'Upgrade: websocket', 'Connection: Upgrade'],
  ...['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13'],
  ...['Sec-WebSocket-Protocol: ZWS2.0/NULL', '', ''],
].join('\r\n')

const types = TYPE_NAMES.filter((type) => type !== 'STREAM')
const client = zwsFraming(0x01020304)

export const network: Target = {
  name: 'network',
  facts: { type: types, scheme: ['tcp', 'ws'], role: ['listener', 'listener', 'dialler'] },
  actions: ['turn', 'reset'],
  layouts: ['zmtp', 'zmtp', 'zmtp-long', 'u8', 'u32', 'ws'],
  weight: 1,
  run,
  seeds: types.flatMap((type) => [
    input(
      'network',
      { type, scheme: 'tcp' },
      ...greeting(),
      ready(zmtpFraming, TYPES[type].peer),
      ...traffic(zmtpFraming),
    ),
    input(
      'network',
      { type, scheme: 'ws' },
      text(UPGRADE),
      action('turn'),
      ready(client, TYPES[type].peer),
      ...message(client, 'a', 'b'),
    ),
    input(
      'network',
      { type, scheme: 'tcp', role: 'dialler' },
      ...greeting(),
      ready(zmtpFraming, TYPES[type].peer),
    ),
  ]),
}
