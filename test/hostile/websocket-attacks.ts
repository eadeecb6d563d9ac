import { KEY, zwsCommand, zwsMessage } from '../support/web-handshake.js'
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  PING,
  PONG,
  takeWebSocketFrame,
  TEXT,
  wsFrame,
  ZWS_COMMAND,
  ZWS_MORE,
} from '../support/websocket-frames.js'
import { command, greeting, ping, pong, property, ready } from '../support/wire.js'
import {
  ended,
  latin1,
  leftEarly,
  LENGTHS,
  refused,
  repeat,
  saysAndGoes,
  trickle,
  type Attack,
  type Speaker,
} from './attack.js'

const sends =
  (...frames: ((key: Buffer | undefined) => Buffer)[]) =>
  (stranger: Speaker): void => {
    stranger.write(...frames.map((frame) => frame(stranger.key)))
  }

const payload = latin1('\0body')
type MakeFrame = (key: Buffer | undefined) => Buffer

const frame =
  (opcode: number, { body = payload, final = true } = {}): MakeFrame =>
  (key) =>
    wsFrame(body, { opcode, final, key })

/** A frame whose first byte is changed. */
const withFirst =
  (first: number): MakeFrame =>
  (key) => {
    const bytes = wsFrame(payload, { key })
    bytes[0] = first
    return bytes
  }

const commandFrame =
  (zmtp: Buffer): MakeFrame =>
  (key) =>
    zwsCommand(zmtp, key)

/** The head of a frame of so many bytes, and the first of them. */
const head =
  (length: bigint, first = 0x82): MakeFrame =>
  (key) => {
    const bytes = Buffer.alloc(10)
    bytes[0] = first
    bytes[1] = key === undefined ? 0x7f : 0xff
    bytes.writeBigUInt64BE(length, 2)
    return Buffer.concat([bytes, key ?? Buffer.alloc(0), Buffer.alloc(100, key?.[0] ?? 0)])
  }

const repeated =
  (count: number, make: MakeFrame): MakeFrame =>
  (key) => {
    const one = make(key)
    return Buffer.alloc(one.length * count, one)
  }

/** Only clients mask, and they always do. */
const wronglyMasked: MakeFrame = (key) =>
  wsFrame(payload, { key: key === undefined ? KEY : undefined })

interface Frames {
  readonly title: string
  readonly frames: readonly MakeFrame[]
}

const closing = (title: string, body: Buffer): Frames => ({
  title: `CLOSE with ${title}`,
  frames: [frame(CLOSE, { body })],
})

/** What RFC 6455 forbids, and ZWS. */
const lawless: readonly Frames[] = [
  { title: 'the wrong mask', frames: [wronglyMasked] },
  { title: 'text', frames: [frame(TEXT)] },
  { title: 'text that is none', frames: [frame(TEXT, { body: Buffer.of(0xff, 0xfe) })] },
  { title: 'an empty message', frames: [frame(BINARY, { body: Buffer.alloc(0) })] },
  ...[0xc2, 0xa2, 0x92, 0xf2].map((first) => ({
    title: `reserved bits, ${first.toString(16)}`,
    frames: [withFirst(first)],
  })),
  { title: 'an unknown opcode', frames: [withFirst(0x83)] },
  { title: 'an unknown control opcode', frames: [withFirst(0x8b)] },
  { title: 'a fragment of nothing', frames: [frame(CONTINUATION)] },
  { title: 'a message within another', frames: [frame(BINARY, { final: false }), frame(BINARY)] },
  ...[PING, PONG, CLOSE].flatMap((opcode) => [
    {
      title: `a control frame of 126 bytes, ${String(opcode)}`,
      frames: [frame(opcode, { body: Buffer.alloc(126, 'x') })],
    },
    {
      title: `a control frame in fragments, ${String(opcode)}`,
      frames: [frame(opcode, { body: Buffer.of(3, 0xe8), final: false })],
    },
  ]),
  closing('half a status', Buffer.of(3)),
  ...[0, 999, 1004, 1005, 1006, 5000, 65_535].map((status) =>
    closing(`the status ${status}`, Buffer.of(status >> 8, status & 255)),
  ),
  closing('a reason that is no text', Buffer.of(3, 0xe8, 0xff, 0xfe)),
  {
    title: 'fragments of one byte without end (CVE-2026-48779, ws#2331)',
    frames: endless(1),
  },
  { title: 'fragments of no bytes without end (CVE-2026-48779, ws#2331)', frames: endless(0) },
]

/** A flags byte comes before what is counted. */
const tooLong: readonly Frames[] = [
  ...[2n ** 31n + 1n, ...LENGTHS.slice(1)].map((length) => ({
    title: `a frame of ${length} bytes (CVE-2016-10542, NSP-120)`,
    frames: [head(length)],
  })),
  ...[2n ** 31n + 1n, 2n ** 63n].map((length) => ({
    title: `a fragment of ${length} bytes (CVE-2016-10542, NSP-120)`,
    frames: [head(length, 0x02)],
  })),
]

function endless(size: number): MakeFrame[] {
  const one = frame(CONTINUATION, { body: Buffer.alloc(size), final: false })
  return [frame(BINARY, { body: Buffer.of(0), final: false }), repeated(70_000, one)]
}

const both = (['handshake', 'traffic'] as const).flatMap((stage) => {
  const outcome = stage === 'handshake' ? refused : ended
  return [
    ...lawless.map(({ title, frames }) => ({ title, frames, outcome: outcome('EPROTO') })),
    ...tooLong.map(({ title, frames }) => ({ title, frames, outcome: outcome('EMSGSIZE') })),
  ].map(({ title, frames, ...rest }) => ({ ...rest, title, stage, act: sends(...frames) }))
})

type Untold = Omit<Attack, 'stage'>

const introduces = (title: string, extra: Buffer): Untold => ({
  title,
  act: (stranger, type) => {
    const data = Buffer.concat([property('Socket-Type', type), extra])
    stranger.write(commandFrame(command('READY', data))(stranger.key))
  },
  outcome: 'welcome',
})

const duringHandshake: readonly Untold[] = [
  {
    title: 'a message instead of READY',
    act: sends((key) => zwsMessage('hello', key)),
    outcome: refused('ERR_ZMTP_UNEXPECTED_COMMAND'),
  },
  {
    title: 'a greeting of ZMTP instead of READY',
    act: sends((key) => wsFrame(greeting(), { key })),
    outcome: refused('ERR_ZMTP_UNEXPECTED_COMMAND'),
  },
  {
    title: 'HELLO, of PLAIN and CURVE (CVE-2014-7202)',
    act: sends(commandFrame(command('HELLO', Buffer.alloc(194)))),
    outcome: refused('ERR_ZMTP_UNEXPECTED_COMMAND'),
  },
  ...[65_538, 1_048_576].map((size) => ({
    title: `a READY of ${size} bytes (as CVE-2019-13132)`,
    act: sends(frame(BINARY, { body: Buffer.alloc(size, ZWS_COMMAND) })),
    outcome: refused('EMSGSIZE'),
  })),
  {
    title: 'a READY of 120,000 bytes in fragments',
    act: sends(
      frame(BINARY, { body: Buffer.alloc(60_000, ZWS_COMMAND), final: false }),
      frame(CONTINUATION, { body: Buffer.alloc(60_000), final: false }),
    ),
    outcome: refused('EMSGSIZE'),
  },
  ...[latin1('\x01x\xff\xff\xff\xffy'), Buffer.alloc(8), repeat(property('x', ''), 9000)].map(
    (data) => ({
      title: `READY with ${data.length} bytes of bad metadata`,
      act: sends(commandFrame(command('READY', data))),
      outcome: refused('ERR_ZMTP_INVALID_METADATA'),
    }),
  ),
  ...['__proto__', 'STREAM', 'push'].map((type) => ({
    title: `the socket type ${type} (libzmq#3072)`,
    act: sends(commandFrame(ready(type))),
    outcome: refused('ERR_ZMTP_UNSPECIFIED'),
  })),
  {
    title: 'an ERROR',
    act: sends(commandFrame(command('ERROR', latin1('\x02no')))),
    outcome: refused('ERR_ZMTP_UNSPECIFIED'),
  },
  {
    title: 'goodbye at once',
    act: sends(frame(CLOSE, { body: Buffer.of(3, 0xe8) })),
    outcome: leftEarly,
  },
  { title: 'leaving at once (CVE-2020-15166)', act: saysAndGoes(), outcome: leftEarly },
  {
    title: 'half a frame, and leaving (CVE-2020-15166)',
    act: saysAndGoes(Buffer.of(0x82)),
    outcome: leftEarly,
  },
  introduces('nothing strange', Buffer.alloc(0)),
  introduces(
    'properties that are names of properties (GHSA-5v72-xg48-5rpm)',
    Buffer.concat(['__proto__', 'constructor', 'X-__proto__'].map((name) => property(name, 'x'))),
  ),
  introduces('long but legal metadata (CVE-2019-13132)', property('X-Long', 'x'.repeat(60_000))),
  {
    title: 'READY in fragments, a byte at a time',
    act: (stranger, type) => {
      const { key } = stranger
      const body = takeWebSocketFrame(zwsCommand(ready(type)))?.frame.payload ?? Buffer.alloc(0)
      const parts = [...body].map((byte, index) =>
        wsFrame(Buffer.of(byte), {
          opcode: index === 0 ? BINARY : CONTINUATION,
          final: index === body.length - 1,
          key,
        }),
      )
      trickle(stranger, Buffer.concat(parts))
    },
    outcome: 'welcome',
  },
]

const tolerated = (title: string, ...frames: MakeFrame[]): Untold => ({
  title,
  act: sends(...frames),
  outcome: 'tolerated',
})

const topics = Array.from({ length: 500 }, (_, index): MakeFrame => {
  return (key) => zwsMessage(`\x01${index}`, key)
})

/** To a Dish a message is a group and one part. */
const noGroup = { otherwise: { DISH: ended('EPROTO') } } as const

const afterHandshake: readonly Untold[] = [
  ...[0, 1].map((size) => ({
    title: `parts of ${size} bytes without end (as ws#2331, CVE-2026-48779)`,
    act: sends(repeated(70_000, frame(BINARY, { body: Buffer.alloc(1 + size, ZWS_MORE) }))),
    outcome: ended('EPROTO'),
  })),
  {
    title: 'a command of 2 MiB',
    act: sends(frame(BINARY, { body: Buffer.alloc(2 * 1_048_576, ZWS_COMMAND) })),
    outcome: ended('EMSGSIZE'),
  },
  ...[0, 1].map((size) => ({
    title: `a PING command whose time to live has ${size} bytes`,
    act: sends(commandFrame(command('PING', Buffer.alloc(size)))),
    outcome: ended('EPROTO'),
  })),
  {
    ...tolerated('JOIN to a group of 300 bytes', commandFrame(command('JOIN', Buffer.alloc(300)))),
    otherwise: { RADIO: ended('EPROTO') },
  },
  tolerated(
    'PING and PONG again and again',
    repeated(10_000, frame(PING, { body: latin1('ping') })),
    repeated(10_000, frame(PONG, { body: latin1('pong') })),
  ),
  tolerated(
    'commands of PING and PONG again and again',
    repeated(5000, commandFrame(ping(0, 'c'.repeat(17)))),
    repeated(5000, commandFrame(pong('x'))),
  ),
  { ...tolerated('subscriptions again and again (CVE-2021-20236)', ...topics), ...noGroup },
  {
    ...tolerated(
      'subscriptions that are cancelled before they are made (libzmq#2942, libzmq#1224)',
      (key) => zwsMessage('\0', key),
      (key) => zwsMessage('\0never', key),
    ),
    ...noGroup,
  },
  tolerated(
    'commands that nobody knows',
    commandFrame(command('BOGUS')),
    commandFrame(command('constructor')),
    commandFrame(command('READY')),
    commandFrame(command('ERROR', Buffer.of(200))),
    frame(BINARY, { body: Buffer.of(ZWS_COMMAND) }),
    frame(BINARY, { body: Buffer.of(ZWS_COMMAND, 255, 1) }),
  ),
  {
    ...tolerated('flags that nobody knows', frame(BINARY, { body: Buffer.of(0xf8, 1) })),
    ...noGroup,
  },
  tolerated('half a message (CVE-2021-20234)', frame(BINARY, { body: Buffer.of(ZWS_MORE, 1) })),
  {
    ...tolerated('the beginning of a frame of 2 GiB, and no more', head(2n ** 31n)),
    unfinished: true,
  },
  ...[
    { title: 'a message', make: frame(BINARY, { body: Buffer.of(ZWS_MORE, 1) }) },
    { title: 'a frame', make: head(1000n) },
    { title: 'a fragment', make: frame(BINARY, { final: false }) },
  ].map(({ title, make }): Untold => ({
    title: `leaving in the middle of ${title} (CVE-2021-20234)`,
    act: (stranger) => {
      stranger.write(make(stranger.key))
      stranger.end()
    },
    outcome: 'gone',
  })),
  {
    title: 'goodbye',
    act: sends(frame(CLOSE, { body: Buffer.from('\x03\xe8farewell', 'latin1') })),
    outcome: 'gone',
  },
  {
    title: 'a message a byte at a time',
    act: (stranger) => {
      trickle(stranger, zwsMessage('a'.repeat(300), stranger.key))
    },
    outcome: 'tolerated',
    ...noGroup,
  },
]

export const websocketAttacks: readonly Attack[] = [
  ...both,
  ...duringHandshake.map((attack) => ({ ...attack, stage: 'handshake' as const })),
  ...afterHandshake.map((attack) => ({ ...attack, stage: 'traffic' as const })),
]
