import {
  formatHostPort,
  parseBindAddress,
  parseEndpoint,
  parseRoute,
  parseWebBind,
  parseWebRoute,
  type HostPort,
} from '../../../src/endpoint.js'
import { parseUdp } from '../../../src/node/udp-address.js'
import { addressedBare, grouped } from '../../../src/node/udp-format.js'
import '../../../src/node/system-options.js'
import { initialOptions } from '../../../src/options.js'
import { NullMechanism } from '../../../src/security/null.js'
import { zapVerdict } from '../../../src/security/zap.js'
import { decodeZ85, encodeZ85 } from '../../../src/util/z85.js'
import { decodeCommand, encodeCommand } from '../../../src/wire/command.js'
import { decodePing } from '../../../src/wire/ping.js'
import { FrameDecoder } from '../../../src/wire/frame-decoder.js'
import { FrameEncoder } from '../../../src/wire/frame-encoder.js'
import { GreetingReader } from '../../../src/wire/greeting.js'
import { decodeMetadata, encodeProperty } from '../../../src/wire/metadata.js'
import { versionOf } from '../../../src/wire/older-greeting.js'
import { decodeSubscription, encodeSubscriptionCommand } from '../../../src/wire/subscription.js'
import { greeting, hex, input, property, sized, text, times } from '../build.js'
import { bytesOf, chunksOf, type Input } from '../input.js'
import {
  expectDocumented,
  expectModest,
  expectSame,
  memoryTaken,
  PROTOCOL_CODES,
  splittings,
  Violation,
} from '../oracle.js'
import type { Target } from '../target.js'
import { blurred } from './decoding.js'
import { isFit } from './slow-handshake.js'

/** The result, or the code and reason of an error that is documented. */
function attempt<T>(work: () => T, codes: RegExp): T | string {
  try {
    return work()
  } catch (error) {
    const { code, reason = '' } = expectDocumented(error, codes)
    return `${code} ${reason}`
  }
}

function parser(
  name: string,
  layouts: Target['layouts'],
  run: (bytes: Buffer) => string,
  seeds: Input[],
): Target {
  return {
    name,
    facts: {},
    layouts,
    weight: 3,
    seeds,
    run: ({ nodes }) => {
      const bytes = bytesOf(nodes)
      const before = memoryTaken()
      const outcome = run(bytes)
      expectModest(bytes.length, before)
      return outcome
    },
  }
}

const greetings = parser(
  'greeting',
  ['u8'],
  (bytes) => {
    versionOf(bytes)
    const read = splittings(bytes).map((chunks) =>
      attempt(() => {
        const reader = new GreetingReader()
        let taken = 0
        for (const chunk of chunks) taken += reader.read(chunk)
        return { taken, greeting: reader.greeting, signature: reader.hasSignature }
      }, PROTOCOL_CODES),
    )
    const [first] = read
    for (const other of read) expectSame('it depends on how bytes are split', first, other)
    if (typeof first === 'string' || first === undefined) return blurred(first ?? '')
    expectSame('bytes of the greeting', Math.min(bytes.length, 64), first.taken)
    return String(first.greeting?.mechanism === 'NULL')
  },
  [
    input('greeting', {}, ...greeting(), text('READY')),
    input('greeting', {}, ...greeting(0, 'CURVE', 1)),
  ],
)

const KNOWN = new Set('READY ERROR SUBSCRIBE CANCEL PING PONG JOIN LEAVE'.split(' '))

/** What a body says is what is made of it again. */
function readCommand(body: Buffer): string {
  const command = decodeCommand(body)
  if (command === undefined) return 'no command'
  const again = Buffer.concat([
    Buffer.of(command.name.length),
    Buffer.from(command.name, 'latin1'),
    command.data,
  ])
  expectSame('a command', body.toString('latin1'), again.toString('latin1'))
  if (/^[ -~]*$/.test(command.name)) {
    expectSame('a command made again', body, Buffer.from(encodeCommand(command.name, command.data)))
  }
  for (const groups of [false, true]) {
    const change = decodeSubscription(command, groups)
    if (change === undefined) continue
    expectSame('a subscription', body, Buffer.from(encodeSubscriptionCommand(change, groups)))
  }
  const ping = command.name === 'PING' ? decodePing(command.data) : undefined
  if (ping !== undefined && (ping.context.length > 16 || ping.ttl > 65_535)) {
    throw new Violation('a PING beyond its limits')
  }
  return KNOWN.has(command.name) ? command.name : 'a command'
}

const host = {
  say: () => undefined,
  properties: Buffer.alloc(0),
  options: initialOptions({}),
  accepted: true,
  authenticator: undefined,
  codec: {
    encoder: new FrameEncoder(),
    decoder: new FrameDecoder({ maxMessageSize: -1 }, () => undefined),
  },
}

const commands = parser(
  'command',
  ['u8', 'u32'],
  (body) => {
    const kind = readCommand(body)
    const metadata = attempt(() => {
      const mechanism = new NullMechanism(host)
      mechanism.receive(body)
      return mechanism.outcome?.metadata
    }, /^(EACCES|ERR_ZMTP_[A-Z_]+)$/)
    return `${kind} ${typeof metadata === 'string' ? blurred(metadata) : ''}`
  },
  [
    input(
      'command',
      {},
      sized('u8', 'READY'),
      ...property('Socket-Type', 'DEALER'),
      ...property('Identity', ''),
    ),
    ...['SUBSCRIBE', 'CANCEL', 'JOIN', 'LEAVE', 'PONG'].map((name) =>
      input('command', {}, sized('u8', name), text('A')),
    ),
    input('command', {}, sized('u8', 'PING'), hex('028f'), text('context of more than 16')),
    input('command', {}, sized('u8', 'ERROR'), sized('u8', '400')),
  ],
)

const metadata = parser(
  'metadata',
  ['u8', 'u32', 'u32'],
  (bytes) => {
    const found = attempt(() => decodeMetadata(bytes), PROTOCOL_CODES)
    const isSound = isFit(bytes, () => true)
    if (isSound !== (typeof found !== 'string')) throw new Violation('metadata judged otherwise')
    if (typeof found === 'string') return blurred(found)
    if ([...found.keys()].every((name) => /^[ -~]*$/.test(name))) {
      const properties = [...found].map(([name, value]) => encodeProperty(name, value))
      expectSame('metadata made again', found, decodeMetadata(Buffer.concat(properties)))
    }
    return String(Math.min(found.size, 3))
  },
  [
    input('metadata', {}, ...property('Socket-Type', 'DEALER'), ...property('IDENTITY', 'id')),
    input(
      'metadata',
      {},
      ...property('X-Version', '1'),
      ...property('__proto__', ''),
      ...property('x-version', '2'),
    ),
  ],
)

const EINVAL = /^EINVAL$/

const endpoints = parser(
  'endpoint',
  ['u8'],
  (bytes) => {
    const endpoint = attempt(() => parseEndpoint(bytes.toString('utf8')), EINVAL)
    if (typeof endpoint === 'string') return endpoint
    const { scheme, address, text: whole } = endpoint
    if (whole !== `${scheme}://${address}`) throw new Violation('an endpoint is not its parts')
    const places = [
      attempt(() => parseBindAddress(endpoint), EINVAL),
      attempt(() => parseRoute(endpoint), EINVAL),
      attempt(() => parseWebBind(endpoint), EINVAL),
      attempt(() => parseWebBind(endpoint, true), EINVAL),
      attempt(() => parseWebRoute(endpoint), EINVAL),
      attempt(() => parseUdp(endpoint, true), EINVAL),
      attempt(() => parseUdp(endpoint, false), EINVAL),
    ]
    for (const place of places) if (typeof place !== 'string') expectPlace(place)
    return places.map((place) => (typeof place === 'string' ? place : '+')).join()
  },
  [
    ...[
      'tcp://127.0.0.1:5555',
      'tcp://*:*',
      'tcp://[::1]:0',
      'tcp://eth0:1;host:2',
      'ipc:///tmp/x',
    ],
    ...[
      'ws://host/path?query',
      'wss://[fe80::1%lo]:443/a/b',
      'udp://eth0;239.0.0.1:9',
      'inproc://#1',
    ],
  ].map((address) => input('endpoint', {}, text(address))),
)

/** A port is one, and what is written can be read. */
function expectPlace({ host, port }: HostPort): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Violation(`port ${port}`)
  if (port === 0 || host === '*') return
  const again = parseRoute(
    parseEndpoint(formatHostPort('tcp', host.includes(':') ? host : host, port)),
  )
  expectSame('an address written and read', { host, port }, { ...again })
}

const FROM = [
  { address: '127.0.0.1', family: 'IPv4', port: 9, size: 0 },
  { address: 'fe80::1%eth0', family: 'IPv6', port: 65_535, size: 0 },
] as const

const datagrams = parser(
  'datagram',
  ['u8'],
  (bytes) => {
    const message = grouped.decode(bytes, FROM[0])
    const expected = bytes.length > 0 && bytes.length > (bytes[0] ?? 0)
    if (expected !== (message !== undefined)) throw new Violation('a datagram judged otherwise')
    if (message !== undefined) {
      const again = attempt(() => Buffer.concat(grouped.encode(message).chunks), /^EMSGSIZE$/)
      if (typeof again !== 'string') expectSame('a datagram made again', bytes, again)
    }
    for (const from of FROM) {
      const [, data] = addressedBare.decode(bytes, from) ?? []
      expectSame('bytes of a datagram', bytes, data)
    }
    // The same bytes as the address that a program gives.
    const sent = attempt(
      () => addressedBare.encode([bytes, Buffer.alloc(0)]),
      /^(EINVAL|EMSGSIZE)$/,
    )
    return `${String(expected)} ${typeof sent === 'string' ? blurred(sent) : 'to'}`
  },
  [
    input('datagram', {}, sized('u8', 'GRP'), text('hello')),
    input('datagram', {}, text('127.0.0.1:5555')),
    input('datagram', {}, text('[::1]:5555\0')),
  ],
)

const Z85 = /^[\w.:+=^!/*?&<>()[\]{}@%$#-]*$/

const z85 = parser(
  'z85',
  ['u8'],
  (bytes) => {
    const whole = bytes.subarray(0, bytes.length & ~3)
    const encoded = encodeZ85(whole)
    if (encoded.length * 4 !== whole.length * 5 || !Z85.test(encoded)) throw new Violation('no Z85')
    expectSame('bytes written and read', Buffer.from(whole), Buffer.from(decodeZ85(encoded) ?? []))
    // The same bytes as a text.
    const text = bytes.toString('latin1')
    const decoded = decodeZ85(text)
    if (decoded !== undefined) expectSame('a text read and written', text, encodeZ85(decoded))
    return String(decoded !== undefined)
  },
  [
    input('z85', {}, hex('864fd26fb559f75b')),
    input('z85', {}, text('HelloWorld')),
    input('z85', {}, text('#####')),
  ],
)

/** Each node is a part of what a handler answers. */
const verdicts: Target = {
  name: 'zap-reply',
  facts: {},
  layouts: ['u8', 'u32'],
  weight: 2,
  run: ({ nodes }) => {
    const reply = chunksOf(nodes) ?? []
    const verdict = attempt(() => zapVerdict(reply), /^ERR_ZAP_[A-Z_]+$/)
    const [delimiter, version, id, status, , , known] = reply.map((part) => part.toString('latin1'))
    const head = [delimiter, version, id].join()
    const isSound =
      reply.length === 7 &&
      head === ',1.0,1' &&
      /^[2345]00$/.test(status ?? '') &&
      isFit(Buffer.from(known ?? '', 'latin1'), () => true)
    if (isSound !== (typeof verdict !== 'string')) throw new Violation('a reply judged otherwise')
    return typeof verdict === 'string' ? blurred(verdict) : String(verdict.status)
  },
  seeds: ['200', '300', '400', '500'].map((status) =>
    input(
      'zap-reply',
      {},
      ...[hex(''), text('1.0'), text('1'), text(status), text('OK'), text('user')],
      times(1, ...property('X-Group', 'admin')),
    ),
  ),
}

export const parsers: readonly Target[] = [
  greetings,
  commands,
  metadata,
  endpoints,
  datagrams,
  z85,
  verdicts,
]
