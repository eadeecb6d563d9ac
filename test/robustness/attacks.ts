import type { EventType } from 'zerowire'
import type { RawPeer } from '../support/raw-peer.js'
import {
  COMMAND,
  command,
  frame,
  greeting,
  LONG,
  message,
  MORE,
  property,
} from '../support/wire.js'

/** What becomes of a stranger. */
export type Outcome =
  /** It is shown the door during the handshake, or it ends it by leaving. */
  | { readonly event: EventType; readonly code: string }
  /** It may stay; nothing comes of what it says. */
  | 'tolerated'

/** Something that nobody who means well would send. */
export interface Attack {
  readonly title: string
  /** Whether the stranger first introduces itself as a peer of a fitting type. */
  readonly introduced: boolean
  readonly act: (stranger: RawPeer) => void
  readonly outcome: Outcome
  /** The stranger stops in the middle of a frame, and so cannot be asked whether it is still there. */
  readonly unfinished?: true
}

const refusedAs = (code: string): Outcome => ({ event: 'handshake:error:protocol', code })
const notZmtp = refusedAs('EPROTO')
const endedFor = (code: string): Outcome => ({ event: 'disconnect', code })
const leftEarly: Outcome = { event: 'handshake:error:other', code: 'EPIPE' }

/** A frame header with a length of 64 bits. */
function header(flags: number, length: bigint): Buffer {
  const bytes = Buffer.alloc(9)
  bytes[0] = flags | LONG
  bytes.writeBigUInt64BE(length, 1)
  return bytes
}

/** Bytes that look random and are always the same (xorshift). Never the start of a greeting. */
function noise(size: number, seed: number): Buffer {
  let state = seed
  const bytes = Buffer.alloc(size)
  for (let index = 0; index < size; index += 1) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[index] = state
  }
  bytes[0] = 1
  return bytes
}

const repeat = (bytes: Buffer, count: number): Buffer => Buffer.alloc(bytes.length * count, bytes)

const says =
  (...chunks: Buffer[]): Attack['act'] =>
  (stranger) => {
    stranger.write(...chunks)
  }

const topics = Array.from({ length: 5000 }, (_, index) =>
  command('SUBSCRIBE', Buffer.from(`${index}`)),
)

const strange = { introduced: false } as const

/** What those say who never get through the handshake. */
const duringHandshake: readonly Attack[] = [
  ...[
    { title: 'HTTP', text: 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n' },
    { title: 'TLS', text: '\x16\x03\x01\x00\xf8\x01\x00\x00\xf4\x03\x03'.padEnd(253, '\x5a') },
    { title: 'a telnet user', text: 'asdf\r\n' },
    { title: 'ZMTP 1.0', text: '\x01\x00\x06\x00hello' },
    { title: 'ZMTP 1.0 with a long length', text: `\xff${'\xff'.repeat(8)}\x00${'x'.repeat(100)}` },
    { title: 'ZMTP 2.0', text: '\xff\0\0\0\0\0\0\0\x01\x7f\x01\x08\0\0' },
    {
      title: 'ZMTP 2.0 and a length of 2^64-1',
      text: `\xff${'\0'.repeat(7)}\x01\x7f\x01\x08\0\0\x02${'\xff'.repeat(8)}`,
    },
  ].map(({ title, text }) => ({
    ...strange,
    title,
    act: says(Buffer.from(text, 'latin1')),
    outcome: notZmtp,
  })),
  ...[1, 2, 3].map((seed) => ({
    ...strange,
    title: `noise ${seed}`,
    act: says(noise(10_000, seed)),
    outcome: notZmtp,
  })),
  {
    ...strange,
    title: 'noise behind a greeting',
    act: says(greeting(), frame(COMMAND, noise(200, 4))),
    outcome: refusedAs('ERR_ZMTP_UNEXPECTED_COMMAND'),
  },
  {
    ...strange,
    title: 'another mechanism',
    act: says(greeting({ mechanism: 'CURVE' })),
    outcome: refusedAs('ERR_ZMTP_MECHANISM_MISMATCH'),
  },
  {
    ...strange,
    title: 'a message instead of READY',
    act: says(greeting(), message('hello')),
    outcome: refusedAs('ERR_ZMTP_UNEXPECTED_COMMAND'),
  },
  {
    ...strange,
    title: 'a READY of 1 MiB',
    act: says(greeting(), frame(COMMAND, Buffer.alloc(1024 * 1024))),
    outcome: refusedAs('EMSGSIZE'),
  },
  {
    ...strange,
    title: 'a READY of 2^64-1 bytes',
    act: says(greeting(), header(COMMAND, 2n ** 64n - 1n)),
    outcome: refusedAs('EMSGSIZE'),
  },
  ...[
    { title: 'no name', bytes: Buffer.alloc(8) },
    {
      title: 'a value longer than the rest',
      bytes: Buffer.from('\x01x\xff\xff\xff\xffy', 'latin1'),
    },
    { title: 'a name longer than the rest', bytes: Buffer.from('\xffx', 'latin1') },
  ].map(({ title, bytes }) => ({
    ...strange,
    title: `READY with ${title}`,
    act: says(greeting(), command('READY', bytes)),
    outcome: refusedAs('ERR_ZMTP_INVALID_METADATA'),
  })),
  {
    ...strange,
    title: 'a socket type that does not exist',
    act: says(greeting(), command('READY', property('Socket-Type', '__proto__'))),
    outcome: refusedAs('ERR_ZMTP_UNSPECIFIED'),
  },
  {
    ...strange,
    title: 'an ERROR',
    act: says(greeting(), command('ERROR', Buffer.from('\x02no', 'latin1'))),
    outcome: refusedAs('ERR_ZMTP_UNSPECIFIED'),
  },
  { ...strange, title: 'nothing at all', act: () => undefined, outcome: leftEarly },
  {
    ...strange,
    title: 'half a greeting',
    act: says(greeting().subarray(0, 32)),
    outcome: leftEarly,
  },
  { ...strange, title: 'a greeting alone', act: says(greeting()), outcome: leftEarly },
]

const introduced = { introduced: true } as const

/** What those say who have come in. */
const afterHandshake: readonly Attack[] = [
  ...[2n ** 31n, 2n ** 36n, 2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n].map(
    (length) => ({
      ...introduced,
      title: `a frame of ${length} bytes`,
      act: says(header(0, length), noise(9000, 5)),
      outcome: endedFor('EMSGSIZE'),
    }),
  ),
  {
    ...introduced,
    title: 'a command of 2^63 bytes',
    act: says(header(COMMAND, 2n ** 63n)),
    outcome: endedFor('EMSGSIZE'),
  },
  {
    ...introduced,
    title: 'parts of 1.5 GiB that add up',
    act: says(frame(MORE, Buffer.alloc(1024)), header(MORE, 2n ** 31n - 1n)),
    outcome: endedFor('EMSGSIZE'),
  },
  {
    ...introduced,
    title: 'endless parts',
    act: says(repeat(frame(MORE, Buffer.alloc(0)), 70_000)),
    outcome: endedFor('EPROTO'),
  },
  {
    ...introduced,
    title: 'half a frame',
    act: says(header(0, 1000n), Buffer.alloc(500)),
    unfinished: true,
    outcome: 'tolerated',
  },
  {
    ...introduced,
    title: 'half a message',
    act: says(frame(MORE, Buffer.from('half'))),
    outcome: 'tolerated',
  },
  { ...introduced, title: 'SUBSCRIBE again and again', act: says(...topics), outcome: 'tolerated' },
  {
    ...introduced,
    title: 'CANCEL without SUBSCRIBE',
    act: says(command('CANCEL'), command('CANCEL', Buffer.from('never'))),
    outcome: 'tolerated',
  },
  {
    ...introduced,
    title: 'SUBSCRIBE to a topic of 1 MiB',
    act: says(command('SUBSCRIBE', Buffer.alloc(1024 * 1024))),
    outcome: endedFor('EMSGSIZE'),
  },
  {
    ...introduced,
    title: 'a PING without a time to live',
    act: says(command('PING')),
    outcome: endedFor('EPROTO'),
  },
  {
    ...introduced,
    title: 'PING again and again',
    act: says(repeat(command('PING', Buffer.alloc(2)), 10_000)),
    outcome: 'tolerated',
  },
  {
    ...introduced,
    title: 'commands that nobody knows',
    act: says(
      command('BOGUS'),
      command('constructor'),
      command('ERROR', Buffer.of(200)),
      command('READY'),
      command('PONG', Buffer.alloc(100)),
      frame(COMMAND, Buffer.alloc(0)),
      frame(COMMAND, Buffer.of(255, 1)),
      frame(COMMAND | MORE, Buffer.of(1, 65)),
    ),
    outcome: 'tolerated',
  },
  {
    ...introduced,
    title: 'envelopes that lead nowhere',
    act: says(
      message(''),
      message('', ''),
      message('no delimiter'),
      message(...Array.from({ length: 255 }, () => 'hop'), '', 'body'),
    ),
    outcome: 'tolerated',
  },
]

export const attacks: readonly Attack[] = [...duringHandshake, ...afterHandshake]
