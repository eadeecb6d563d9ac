import { KEY, zwsCommand, zwsMessage } from '../support/web-handshake.js'
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  PING,
  PONG,
  TEXT,
  wsFrame,
  ZWS_COMMAND,
  ZWS_MORE,
} from '../support/websocket-frames.js'
import { command, ping, pong, property, ready } from '../support/wire.js'
import {
  ended,
  latin1,
  leftEarly,
  LENGTHS,
  refused,
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

const lawless: readonly { title: string; frames: MakeFrame[] }[] = [
  { title: 'the wrong mask', frames: [wronglyMasked] },
  { title: 'text', frames: [frame(TEXT)] },
  { title: 'text that is none', frames: [frame(TEXT, { body: Buffer.of(0xff, 0xfe) })] },
  { title: 'an empty message', frames: [frame(BINARY, { body: Buffer.alloc(0) })] },
  { title: 'RSV1', frames: [withFirst(0xc2)] },
  { title: 'RSV2', frames: [withFirst(0xa2)] },
  { title: 'RSV3', frames: [withFirst(0x92)] },
  { title: 'an unknown opcode', frames: [withFirst(0x83)] },
  { title: 'an unknown control opcode', frames: [withFirst(0x8b)] },
  { title: 'a fragment of nothing', frames: [frame(CONTINUATION)] },
  { title: 'a message within another', frames: [frame(BINARY, { final: false }), frame(BINARY)] },
  { title: 'PING of 126 bytes', frames: [frame(PING, { body: Buffer.alloc(126) })] },
  { title: 'PING in fragments', frames: [frame(PING, { final: false })] },
  { title: 'a CLOSE that is malformed', frames: [frame(CLOSE, { body: Buffer.of(3) })] },
  { title: 'fragments of one byte without end', frames: endless() },
]

const tooLong: readonly { title: string; frames: MakeFrame[] }[] = [
  ...[2n ** 31n + 1n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n].map((length) => ({
    title: `a frame of ${length} bytes`,
    frames: [head(length)],
  })),
  { title: 'a fragment of 2^63 bytes', frames: [head(2n ** 63n, 0x02)] },
]

function endless(): MakeFrame[] {
  const one = frame(CONTINUATION, { body: Buffer.of(1), final: false })
  return [frame(BINARY, { body: Buffer.of(0), final: false }), repeated(70_000, one)]
}

const topics = Array.from({ length: 500 }, (_, index): MakeFrame => {
  return (key) => zwsMessage(`\x01${index}`, key)
})

const both = (['handshake', 'traffic'] as const).flatMap((stage) => {
  const outcome = stage === 'handshake' ? refused : ended
  return [
    ...lawless.map(({ title, frames }) => ({ title, frames, outcome: outcome('EPROTO') })),
    ...tooLong.map(({ title, frames }) => ({ title, frames, outcome: outcome('EMSGSIZE') })),
  ].map(({ title, frames, ...rest }) => ({ ...rest, title, stage, act: sends(...frames) }))
})

const duringHandshake: readonly Omit<Attack, 'stage'>[] = [
  {
    title: 'a message instead of READY',
    act: sends((key) => zwsMessage('hello', key)),
    outcome: refused('ERR_ZMTP_UNEXPECTED_COMMAND'),
  },
  {
    title: 'a READY of 1 MiB',
    act: sends(frame(BINARY, { body: Buffer.alloc(1_048_576, ZWS_COMMAND) })),
    outcome: refused('EMSGSIZE'),
  },
  {
    title: 'a READY of 1 MiB in fragments',
    act: sends(
      frame(BINARY, { body: Buffer.alloc(60_000, ZWS_COMMAND), final: false }),
      frame(CONTINUATION, { body: Buffer.alloc(60_000), final: false }),
    ),
    outcome: refused('EMSGSIZE'),
  },
  {
    title: 'READY with half a property',
    act: sends(commandFrame(command('READY', latin1('\x01x\xff\xff\xff\xffy')))),
    outcome: refused('ERR_ZMTP_INVALID_METADATA'),
  },
  {
    title: 'a socket type that does not exist',
    act: sends(commandFrame(command('READY', property('Socket-Type', '__proto__')))),
    outcome: refused('ERR_ZMTP_UNSPECIFIED'),
  },
  {
    title: 'a socket type that does not fit',
    act: sends(commandFrame(ready('SERVER'))),
    outcome: refused('ERR_ZMTP_UNSPECIFIED'),
  },
  {
    title: 'an ERROR',
    act: sends(commandFrame(command('ERROR', latin1('\x02no')))),
    outcome: refused('ERR_ZMTP_UNSPECIFIED'),
  },
  {
    title: 'goodbye at once',
    act: sends(frame(CLOSE, { body: Buffer.of(3, 0xe8) })),
    outcome: { event: 'handshake:error:other', code: 'EPIPE' },
  },
  {
    title: 'leaving at once',
    act: (stranger) => {
      stranger.raw.end()
    },
    outcome: { event: 'handshake:error:other', code: 'EPIPE' },
  },
]

const afterHandshake: readonly Omit<Attack, 'stage'>[] = [
  {
    title: 'parts without end',
    act: sends(repeated(70_000, frame(BINARY, { body: Buffer.of(ZWS_MORE) }))),
    outcome: ended('EPROTO'),
  },
  {
    title: 'a command of 2 MiB',
    act: sends(frame(BINARY, { body: Buffer.alloc(2 * 1_048_576, ZWS_COMMAND) })),
    outcome: ended('EMSGSIZE'),
  },
  {
    title: 'a PING command without a time to live',
    act: sends(commandFrame(command('PING'))),
    outcome: ended('EPROTO'),
  },
  {
    title: 'PING and PONG again and again',
    act: sends(
      repeated(10_000, frame(PING, { body: latin1('ping') })),
      repeated(10_000, frame(PONG, { body: latin1('pong') })),
    ),
    outcome: 'tolerated',
  },
  { title: 'subscriptions again and again', act: sends(...topics), outcome: 'tolerated' },
  {
    title: 'commands that nobody knows',
    act: sends(
      commandFrame(command('BOGUS')),
      commandFrame(command('constructor')),
      commandFrame(command('READY')),
      frame(BINARY, { body: Buffer.of(ZWS_COMMAND) }),
      frame(BINARY, { body: Buffer.of(ZWS_COMMAND, 255, 1) }),
    ),
    outcome: 'tolerated',
  },
  {
    title: 'flags that nobody knows',
    act: sends(frame(BINARY, { body: Buffer.of(0xf8, 1) })),
    outcome: 'tolerated',
  },
  {
    title: 'half a message',
    act: sends(frame(BINARY, { body: Buffer.of(ZWS_MORE, 1) })),
    outcome: 'tolerated',
  },
]

export const attacks: readonly Attack[] = [
  ...both,
  ...duringHandshake.map((attack) => ({ ...attack, stage: 'handshake' as const })),
  ...afterHandshake.map((attack) => ({ ...attack, stage: 'traffic' as const })),
]
