import { COMMAND, command, frame, LONG, message, MORE, ping, pong } from '../support/wire.js'
import {
  ended,
  header,
  latin1,
  LENGTHS,
  noise,
  repeat,
  says,
  saysAndGoes,
  trickle,
  type Attack,
} from './attack.js'

type Untold = Omit<Attack, 'stage'>

const MIB = 1_048_576

const tolerated = (title: string, ...chunks: Uint8Array[]): Untold => ({
  title,
  act: says(...chunks),
  outcome: 'tolerated',
})

const topics = Array.from({ length: 5000 }, (_, index) => command('SUBSCRIBE', latin1(`${index}`)))
const prefixes = Array.from({ length: 1000 }, (_, index) =>
  command('SUBSCRIBE', Buffer.alloc(index, 'p')),
)
const longTopic = Buffer.alloc(256 * 1024, 't')

/** Too long, or too many. */
const excesses: readonly Untold[] = [
  ...LENGTHS.map((length) => ({
    title: `a frame of ${length} bytes (CVE-2019-6250, libzmq#1488, netmq#1168)`,
    act: says(header(0, length), noise(9000, 5)),
    outcome: ended('EMSGSIZE'),
  })),
  ...[2n ** 20n + 1n, 2n ** 31n, 2n ** 63n, 2n ** 64n - 1n].map((length) => ({
    title: `a command of ${length} bytes`,
    act: says(header(COMMAND, length)),
    outcome: ended('EMSGSIZE'),
  })),
  {
    title: 'parts that add up to more than 2 GiB',
    act: says(frame(MORE, Buffer.alloc(1024)), header(MORE, 2n ** 31n - 1n)),
    outcome: ended('EMSGSIZE'),
  },
  ...[0, 1].map((size) => ({
    title: `endless parts of ${size} bytes (as ws#2331, CVE-2026-48779)`,
    act: says(repeat(frame(MORE, Buffer.alloc(size)), 70_000)),
    outcome: ended('EPROTO'),
  })),
  ...[MIB, 16 * MIB].map((size) => ({
    title: `SUBSCRIBE to a topic of ${size} bytes (CVE-2021-20236)`,
    act: says(command('SUBSCRIBE', Buffer.alloc(size))),
    outcome: ended('EMSGSIZE'),
  })),
  ...[0, 1].map((size) => ({
    title: `a PING whose time to live has ${size} bytes`,
    act: says(command('PING', Buffer.alloc(size))),
    outcome: ended('EPROTO'),
  })),
  {
    title: 'JOIN to a group of 300 bytes',
    act: says(command('JOIN', Buffer.alloc(300, 'g'))),
    outcome: 'tolerated',
    otherwise: { RADIO: ended('EPROTO') },
  },
]

/** What stops in the middle. */
const halves: readonly Untold[] = [
  {
    title: 'half a frame',
    act: says(header(0, 1000n), Buffer.alloc(500)),
    unfinished: true,
    outcome: 'tolerated',
  },
  {
    title: 'the beginning of a frame of 2 GiB - 1, and no more',
    act: says(header(0, 2n ** 31n - 1n), Buffer.alloc(500)),
    unfinished: true,
    outcome: 'tolerated',
  },
  tolerated('half a message (CVE-2021-20234)', frame(MORE, Buffer.from('half'))),
  ...[
    { title: 'a message', bytes: frame(MORE, Buffer.alloc(100_000)) },
    { title: 'a frame', bytes: Buffer.concat([header(0, 1000n), Buffer.alloc(500)]) },
    { title: 'a header', bytes: header(0, 2n ** 31n - 1n).subarray(0, 5) },
    { title: 'a command', bytes: command('SUBSCRIBE', Buffer.alloc(300)).subarray(0, 50) },
  ].map(({ title, bytes }): Untold => ({
    title: `leaving in the middle of ${title} (CVE-2021-20234)`,
    act: saysAndGoes(bytes),
    outcome: 'gone',
  })),
]

/** What is nonsense, or comes too often, and does not matter. */
const nonsense: readonly Untold[] = [
  tolerated('SUBSCRIBE again and again', ...topics),
  tolerated(
    'SUBSCRIBE to a topic of 256 KiB and CANCEL (CVE-2021-20236, libzmq#4208)',
    command('SUBSCRIBE', longTopic),
    command('CANCEL', longTopic),
  ),
  tolerated('SUBSCRIBE to topics that begin with each other (CVE-2021-20236)', ...prefixes),
  tolerated(
    'CANCEL without SUBSCRIBE (libzmq#2942, libzmq#1224)',
    command('CANCEL'),
    command('CANCEL', Buffer.from('never')),
  ),
  {
    ...tolerated(
      'subscriptions as messages, cancelled before they are made (libzmq#2942, libzmq#1224)',
      message('\0'),
      message('\0never'),
      message('\x01twice'),
      message('\x01twice'),
      message('\0twice'),
      message('\0twice'),
    ),
    otherwise: { DISH: ended('EPROTO') },
  },
  tolerated(
    'PING with contexts that are too long',
    ping(0, 'c'.repeat(17)),
    ping(65_535, 'c'.repeat(10_000)),
  ),
  tolerated('PING again and again', repeat(ping(0), 10_000)),
  tolerated('PONG that nobody has asked for', repeat(pong('x'.repeat(100)), 10_000)),
  tolerated(
    'commands that nobody knows',
    command('BOGUS'),
    command('constructor'),
    command('__proto__'),
    command('ERROR', Buffer.of(200)),
    command('READY'),
    frame(COMMAND, Buffer.alloc(0)),
    frame(COMMAND, Buffer.of(255, 1)),
    frame(COMMAND | MORE, Buffer.of(1, 65)),
  ),
  tolerated('commands again and again', repeat(command('B'.repeat(255)), 10_000)),
  tolerated('a flood of commands of no bytes', repeat(frame(COMMAND, Buffer.alloc(0)), 50_000)),
  {
    ...tolerated(
      'flags that nobody knows, and lengths longer than they need to be',
      Buffer.of(0xf8, 1, 65),
      Buffer.concat([header(0, 2n), latin1('ab')]),
      Buffer.concat([Buffer.of(0xf8 | LONG), header(0, 2n).subarray(1), latin1('ab')]),
    ),
    otherwise: { DISH: ended('EPROTO') },
  },
  tolerated(
    'commands between the parts of a message',
    frame(MORE, latin1('a')),
    ping(0),
    command('SUBSCRIBE', latin1('s')),
    frame(0, latin1('b')),
  ),
  {
    ...tolerated(
      'envelopes that lead nowhere (libzmq issue 211, zmq.rs#132)',
      message(''),
      message('', ''),
      message('no delimiter'),
      message(...Array.from({ length: 255 }, () => 'hop'), '', 'body'),
    ),
    otherwise: { DISH: ended('EPROTO') },
  },
  tolerated(
    'messages to somebody who never reads them (CVE-2021-20237)',
    repeat(message('', 'x'.repeat(100)), 900),
  ),
  {
    title: 'a message a byte at a time',
    act: (stranger) => {
      trickle(stranger, Buffer.concat([header(0, 300n), Buffer.alloc(300, 'a'), ping(0)]))
    },
    outcome: 'tolerated',
    otherwise: { DISH: ended('EPROTO') },
  },
]

export const trafficAttacks: readonly Attack[] = [...excesses, ...halves, ...nonsense].map(
  (attack) => ({ ...attack, stage: 'traffic' }),
)
