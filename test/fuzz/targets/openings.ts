import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { context, servicesOf } from '../../../src/context.js'
import { parseEndpoint } from '../../../src/endpoint.js'
import { openTunnel } from '../../../src/node/socks.js'
import {
  agree,
  judge,
  refuse,
  requestUpgrade,
  UpgradeError,
} from '../../../src/node/websocket-upgrade.js'
import { initialOptions } from '../../../src/options.js'
import { definitionOf } from '../../../src/socket/define-type.js'
import { localEnd } from '../../../src/socket/local-end.js'
import 'zerowire'
import { nextTurn } from '../../support/turn.js'
import { action, hex, input, sized, text } from '../build.js'
import { stepsOf, type Input } from '../input.js'
import { expectDocumented, expectSame, Violation } from '../oracle.js'
import type { Target } from '../target.js'
import { blurred } from './decoding.js'
import { WireEnd } from './wire-end.js'

/*
 * What comes before ZMTP on some connections. Node's own streams and parser of HTTP are between the
 * bytes and our code, so an input is a few hundred microseconds.
 */

const crlf = (...all: string[]): string => `${all.join('\r\n')}\r\n\r\n`

/** How a chunk comes: whole, or byte by byte. */
type Pace = (bytes: Buffer) => Buffer[]

const PACES: readonly Pace[] = [
  (bytes) => [bytes],
  (bytes) => (bytes.length <= 300 ? Array.from(bytes, (byte) => Buffer.of(byte)) : [bytes]),
]

/** Bytes come in pieces, and at last the end. */
async function say(wire: WireEnd, { nodes }: Input, pace: Pace): Promise<void> {
  for (const step of stepsOf(nodes)) {
    if ('bytes' in step) for (const piece of pace(step.bytes)) if (!wire.destroyed) wire.push(piece)
    await nextTurn()
  }
  if (!wire.destroyed) wire.push(null)
  for (let i = 0; i < 20 && !wire.destroyed; i++) await nextTurn()
}

async function atEveryPace(tried: Input, play: (pace: Pace) => Promise<string>): Promise<string> {
  const [first, second] = [await play(PACES[0] as Pace), await play(PACES[1] as Pace)]
  expectSame('it depends on how bytes are split', first, second)
  return blurred(first)
}

const options = initialOptions({
  socksUsername: 'user',
  socksPassword: 'password',
  handshakeInterval: 0,
})
const { type } = definitionOf(5)

// --- a request to a listener

const server = createServer()
server.on('clientError', (_error, socket) => socket.destroy())
server.on('request', (_request, response) => response.writeHead(426).end())

/** The socket that is asked, as the facts have it. */
function askedEnd({ facts }: Input): ReturnType<typeof localEnd> {
  const secure = facts['security'] === 'PLAIN'
  const changes = {
    allowedOrigins: facts['origins'] === 'some' ? ['https://good.example'] : null,
    mechanism: secure ? ('PLAIN' as const) : ('NULL' as const),
    asServer: secure,
    authenticate: facts['judge'] === 'yes' ? () => true : null,
  }
  return localEnd(type, { ...options, ...changes }, servicesOf(context), () => undefined)
}

async function request(tried: Input, pace: Pace): Promise<string> {
  const wire = new WireEnd()
  let result = ''
  const upgrade = (asked: IncomingMessage): void => {
    const agreed = judge(asked, askedEnd(tried))
    result = typeof agreed === 'string' ? agreed : agreed.status
    if (typeof agreed === 'string') agree(wire.asSocket, asked, agreed)
    else refuse(wire.asSocket, agreed.status)
  }
  server.removeAllListeners('upgrade').once('upgrade', upgrade)
  server.emit('connection', wire)
  await say(wire, tried, pace)
  wire.destroy()
  await nextTurn()
  const lines = Buffer.concat(wire.written).toString('latin1')
  if (/^(?!HTTP\/1\.1 \d{3} )[^]/.test(lines)) throw new Violation(`an answer like ${lines}`)
  if (lines.split('\r\n').some((line) => /[\r\n]/.test(line))) throw new Violation('a split answer')
  const [mechanism, judged] = [tried.facts['security'] ?? 'NULL', tried.facts['judge'] === 'yes']
  if (result === 'ZWS2.0' && (judged || mechanism !== 'NULL')) {
    throw new Violation('a handshake without a mechanism was agreed on')
  }
  if (result.startsWith('ZWS2.0/') && result !== `ZWS2.0/${mechanism}`) {
    throw new Violation(`${result} was agreed on, where ours is ${mechanism}`)
  }
  return result
}

const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='

const HEADERS = [
  ...['Host: a', 'Upgrade: websocket', 'Connection: Upgrade', KEY, 'Sec-WebSocket-Version: 13'],
  'Sec-WebSocket-Protocol: ZWS2.0/PLAIN, ZWS2.0/NULL,ZWS2.0, zmtp-stream',
]

const upgrades: Target = {
  name: 'upgrade-request',
  facts: { origins: ['all', 'some'], security: ['NULL', 'PLAIN'], judge: ['no', 'yes'] },
  actions: ['turn'],
  layouts: ['u8'],
  weight: 1,
  run: (tried) => atEveryPace(tried, (pace) => request(tried, pace)),
  seeds: [
    input(
      'upgrade-request',
      {},
      ...['GET / HTTP/1.1', ...HEADERS, '', 'ws'].map((line) => text(`${line}\r\n`)),
    ),
    input(
      'upgrade-request',
      { origins: 'some' },
      ...['GET /a?b HTTP/1.1', ...HEADERS, 'Origin: https://bad.example', ''].map((line) =>
        text(`${line}\r\n`),
      ),
    ),
    input(
      'upgrade-request',
      {},
      text(crlf('POST / HTTP/1.1', ...HEADERS, 'Content-Length: 3')),
      text('abc'),
    ),
  ],
}

// --- the answer to a dialler

const endpoint = parseEndpoint('ws://127.0.0.1:80/path')

async function answer(tried: Input, pace: Pace): Promise<string> {
  const wire = new WireEnd()
  let result = 'waits'
  const asked = requestUpgrade(wire.asSocket, endpoint, options, ['ZWS2.0/NULL', 'ZWS2.0']).then(
    ({ subprotocol }) => {
      result = subprotocol
    },
    (error: unknown) => {
      if (!(error instanceof UpgradeError)) throw new Violation(String(error), { cause: error })
      expectDocumented(error.error, /^(EPROTO|ECONNRESET|EPIPE)$/)
      // What Node's parser says of where it stopped depends on when it got it.
      result = error.status === undefined ? error.error.code : String(error.status)
    },
  )
  for (let i = 0; i < 20 && wire.written.length === 0; i++) await nextTurn()
  const sent = Buffer.concat(wire.written).toString('latin1')
  const key = /Sec-WebSocket-Key: (.*)\r\n/.exec(sent)?.[1] ?? ''
  await say(wire, signed(tried, key), pace)
  wire.destroy()
  for (let i = 0; i < 20 && result === 'waits'; i++) await nextTurn()
  if (result === 'waits') throw new Violation('the attempt has no end')
  await asked
  return result
}

/** What the server would have to answer, in place of `(accept)`. */
function signed(tried: Input, key: string): Input {
  const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
  const accept = createHash('sha1')
    .update(key + guid)
    .digest('base64')
  const nodes = tried.nodes.map((node) => {
    if (node.kind !== 'bytes') return node
    const said = Buffer.from(node.bytes).toString('latin1').replace('(accept)', accept)
    return { ...node, bytes: Buffer.from(said, 'latin1') }
  })
  return { ...tried, nodes }
}

const ANSWER = [
  ...['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'],
  ...['Sec-WebSocket-Accept: (accept)', 'Sec-WebSocket-Protocol: ZWS2.0/NULL', ''],
]

const answers: Target = {
  name: 'upgrade-answer',
  facts: {},
  actions: ['turn'],
  layouts: ['u8'],
  weight: 1,
  run: (tried) => atEveryPace(tried, (pace) => answer(tried, pace)),
  seeds: [
    input('upgrade-answer', {}, ...ANSWER.map((line) => text(`${line}\r\n`)), text('ws')),
    input('upgrade-answer', {}, text(crlf('HTTP/1.1 400 Bad Request', 'Content-Length: 0'))),
    input('upgrade-answer', {}, text(crlf('HTTP/1.1 302 Found', 'Location: ws://elsewhere/'))),
  ],
}

// --- the replies of a proxy

const PROXY_CODES =
  /^(EPROTO|EACCES|EHOSTUNREACH|ECONNREFUSED|ETIMEDOUT|EPROTONOSUPPORT|ECONNRESET)$/

async function proxy(tried: Input, pace: Pace): Promise<string> {
  const wire = new WireEnd()
  const { socksUsername } = options
  const said = {
    ...options,
    socksUsername: tried.facts['password'] === 'no' ? null : socksUsername,
  }
  let result = 'waits'
  const target = { host: tried.facts['host'] ?? 'name.example', port: 5555 }
  const opened = openTunnel(wire.asSocket, target, said, 'tcp://name.example:5555').then(
    () => {
      result = 'open'
    },
    (error: unknown) => {
      const { code, reason = '' } = expectDocumented(error, PROXY_CODES)
      result = `${code} ${reason}`
    },
  )
  await say(wire, tried, pace)
  wire.destroy()
  for (let i = 0; i < 20 && result === 'waits'; i++) await nextTurn()
  if (result === 'waits') throw new Violation('the attempt has no end')
  await opened
  return result
}

const proxies: Target = {
  name: 'socks',
  facts: { password: ['yes', 'no'], host: ['name.example', '127.0.0.1', '::1', '::ffff:1.2.3.4'] },
  actions: ['turn'],
  layouts: ['u8'],
  weight: 1,
  run: (tried) => atEveryPace(tried, (pace) => proxy(tried, pace)),
  seeds: [
    input(
      'socks',
      {},
      hex('0502'),
      action('turn'),
      hex('0100'),
      hex('05000001'),
      hex('7f00000115b3'),
      text('more'),
    ),
    input(
      'socks',
      { password: 'no' },
      hex('0500'),
      hex('05000003'),
      sized('u8', 'name'),
      hex('15b3'),
    ),
    input(
      'socks',
      { password: 'no' },
      hex('0500'),
      hex('05000004'),
      hex('00'.repeat(16)),
      hex('15b3'),
    ),
    input('socks', { password: 'no' }, hex('0500'), hex('0505000100000000 0000')),
    input('socks', {}, hex('05ff')),
  ],
}

export const openings: readonly Target[] = [upgrades, answers, proxies]
