import { v1Message, v2Greeting } from '../support/older-wire.js'
import { COMMAND, command, frame, greeting, message, property, ready } from '../support/wire.js'
import {
  header,
  latin1,
  leftEarly,
  LENGTHS,
  noise,
  refused,
  repeat,
  says,
  saysAndGoes,
  trickle,
  type Attack,
} from './attack.js'

const NOT_ZMTP = refused('EPROTO')
const EIGHT_KIB = 'x'.repeat(8193)

/** What comes where a peer's greeting is expected. */
const instead: readonly { title: string; bytes: Buffer }[] = [
  { title: 'HTTP, of a port scanner (libzmq LIBZMQ-868)', bytes: latin1('GET / HTTP/1.1\r\n\r\n') },
  {
    title: 'TLS (netmq#225)',
    bytes: latin1('\x16\x03\x01\x00\xf8\x01\x00\x00\xf4\x03\x03'.padEnd(253, '\x5a')),
  },
  { title: 'a telnet user (libzmq#769)', bytes: latin1('asdf\r\n') },
  ...[1, 2, 3].map((seed) => ({
    title: `noise ${seed} (libzmq LIBZMQ-569)`,
    bytes: noise(10_000, seed),
  })),
  { title: 'ZMTP 1.0, without security (CVE-2014-9721)', bytes: latin1('\x01\0\x06\0hello') },
  {
    title: 'ZMTP 1.0 and a length of 2^64-1 (CVE-2016-7938, netmq#1168)',
    bytes: latin1(`\xff${'\xff'.repeat(8)}\x00${'x'.repeat(100)}`),
  },
  {
    title: 'ZMTP 1.0 and messages of more than 8,192 bytes (CVE-2021-20235)',
    bytes: v1Message('', EIGHT_KIB, EIGHT_KIB, EIGHT_KIB),
  },
  {
    title: 'ZMTP 1.0 behind a revision of 0 (CVE-2014-9721)',
    bytes: Buffer.concat([latin1(`\xff${'\0'.repeat(8)}\x7f\0\x05`), v1Message('', 'in')]),
  },
  {
    title: 'ZMTP 2.0, without security, and a message (CVE-2014-9721)',
    bytes: Buffer.concat([v2Greeting('PUSH'), message('in')]),
  },
  {
    title: 'ZMTP 2.0 and a length of 2^64-1 (CVE-2019-6250, jeromq#1005)',
    bytes: Buffer.concat([v2Greeting('PUSH'), header(0, 2n ** 64n - 1n), noise(9000, 1)]),
  },
]

/** Mechanisms that are not ours, by the 20 bytes of their names. */
const mechanisms: readonly string[] = [
  ...['PLAIN', 'CURVE', 'GSSAPI', 'null', 'NULLS', 'NULL\0garbage', '', ' NULL'],
  'A'.repeat(20),
]

const badReady: readonly { title: string; data: Buffer }[] = [
  { title: 'no name', data: Buffer.alloc(8) },
  { title: 'a value longer than the rest', data: latin1('\x01x\0\0\0\x02y') },
  { title: 'a value of 2^32-1 bytes', data: latin1('\x01x\xff\xff\xff\xff') },
  { title: 'a name longer than the rest', data: latin1('\xffx') },
  { title: 'a stray byte at the end', data: Buffer.concat([property('X-A', 'b'), Buffer.of(1)]) },
  { title: '9,000 properties', data: tinyProperties(9000) },
  { title: '10,000 times the same property', data: repeat(property('x', ''), 10_000) },
]

/** As many as go into one command, each of them an object for whoever keeps it. */
function tinyProperties(count: number): Buffer {
  const names = Array.from({ length: count }, (_, index) => `${index}`.slice(-2))
  return Buffer.concat(names.map((name) => property(name, '')))
}

const otherTypes = ['__proto__', 'constructor', 'FOO', 'push', 'STREAM', 'T'.repeat(60_000)]

/** What those say who get no further. */
const turnedAway: readonly Omit<Attack, 'stage'>[] = [
  ...instead.map(({ title, bytes }) => ({ title, act: says(bytes), outcome: NOT_ZMTP })),
  ...mechanisms.map((mechanism) => ({
    title: `the mechanism ${JSON.stringify(mechanism)} (CVE-2014-7202)`,
    act: says(greeting({ mechanism }), ready('PUSH'), message('in')),
    outcome: refused('ERR_ZMTP_MECHANISM_MISMATCH'),
  })),
  ...[
    { title: 'a message', bytes: message('hello') },
    { title: 'noise', bytes: frame(COMMAND, noise(200, 4)) },
    { title: 'nothing', bytes: frame(COMMAND, Buffer.alloc(0)) },
    { title: 'a name longer than the command', bytes: frame(COMMAND, latin1('\xffREADY')) },
    { title: 'HELLO, of PLAIN and CURVE', bytes: command('HELLO', Buffer.alloc(194)) },
    { title: 'a PING', bytes: command('PING', Buffer.alloc(2)) },
    { title: 'a SUBSCRIBE', bytes: command('SUBSCRIBE') },
  ].map(({ title, bytes }) => ({
    title: `${title} instead of READY`,
    act: says(greeting(), bytes),
    outcome: refused('ERR_ZMTP_UNEXPECTED_COMMAND'),
  })),
  ...LENGTHS.map((length) => ({
    title: `a READY of ${length} bytes (CVE-2019-6250)`,
    act: says(greeting(), header(COMMAND, length), noise(9000, 5)),
    outcome: refused('EMSGSIZE'),
  })),
  ...[65_537, 1_048_576, 10_485_760].map((size) => ({
    title: `a READY of ${size} bytes (as CVE-2019-13132)`,
    act: says(greeting(), frame(COMMAND, Buffer.alloc(size))),
    outcome: refused('EMSGSIZE'),
  })),
  ...badReady.map(({ title, data }) => ({
    title: `READY with ${title}`,
    act: says(greeting(), command('READY', data)),
    outcome: refused('ERR_ZMTP_INVALID_METADATA'),
  })),
  ...otherTypes.map((type) => ({
    title: `the socket type ${type.slice(0, 20)} (libzmq#3072)`,
    act: says(greeting(), ready(type)),
    outcome: refused('ERR_ZMTP_UNSPECIFIED'),
  })),
  {
    title: 'an ERROR',
    act: says(greeting(), command('ERROR', latin1('\x02no'))),
    outcome: refused('ERR_ZMTP_UNSPECIFIED'),
  },
  ...['\xffno', '\x01no'].map((reason) => ({
    title: `a malformed ERROR, ${JSON.stringify(reason)}`,
    act: says(greeting(), command('ERROR', latin1(reason))),
    outcome: refused('ERR_ZMTP_MALFORMED_COMMAND_ERROR'),
  })),
]

/** Those who do not finish: they cost a place among strangers, and leave (CVE-2020-15166). */
const unfinished: readonly { title: string; bytes: Buffer }[] = [
  { title: 'nothing at all', bytes: Buffer.alloc(0) },
  { title: 'one byte', bytes: greeting().subarray(0, 1) },
  { title: 'half a greeting', bytes: greeting().subarray(0, 32) },
  { title: 'a greeting alone', bytes: greeting() },
  { title: 'half a READY', bytes: Buffer.concat([greeting(), ready('PUSH').subarray(0, 10)]) },
]

const welcomed = (title: string, act: Attack['act']): Omit<Attack, 'stage'> => ({
  title,
  act,
  outcome: 'welcome',
})

const introduces = (title: string, hello: Buffer, extra?: Buffer): Omit<Attack, 'stage'> =>
  welcomed(title, (stranger, type) => {
    const data = Buffer.concat([property('Socket-Type', type), extra ?? Buffer.alloc(0)])
    stranger.write(hello, command('READY', data))
  })

const strangeNames = ['__proto__', 'constructor', 'toString', 'X-__proto__', 'hasOwnProperty']

/** Strange, but no reason to turn anybody away: libzmq does not. */
const welcome: readonly Omit<Attack, 'stage'>[] = [
  introduces('version 255.255', greeting({ major: 255, minor: 255 })),
  introduces('a server, which NULL has not', greeting({ asServer: true })),
  introduces('a signature and a filler of noise', greeting().fill(0x5a, 1, 9).fill(0x5a, 33)),
  introduces(
    'properties that are names of properties (as GHSA-5v72-xg48-5rpm)',
    greeting(),
    Buffer.concat(strangeNames.map((name) => property(name, 'x'))),
  ),
  introduces(
    'long but legal metadata (CVE-2019-13132)',
    greeting(),
    property('X-Long', 'x'.repeat(60_000)),
  ),
  introduces('a routing id of 256 bytes', greeting(), property('Identity', 'i'.repeat(256))),
  introduces('a routing id of zeros', greeting(), property('Identity', '\0\0\0\0\0')),
  introduces('its type twice', greeting(), property('socket-type', 'FOO')),
  welcomed('no socket type', (stranger) => {
    stranger.write(greeting(), command('READY'))
  }),
  welcomed('READY that is no command', (stranger, type) => {
    const bytes = ready(type)
    bytes[0] = 0
    stranger.write(greeting(), bytes)
  }),
  welcomed('everything in one piece (CVE-2020-36400)', (stranger, type) => {
    stranger.write(greeting(), ready(type), command('BOGUS'))
  }),
  welcomed('a byte at a time', (stranger, type) => {
    trickle(stranger, Buffer.concat([greeting(), ready(type)]))
  }),
]

export const handshakeAttacks: readonly Attack[] = [
  ...turnedAway,
  ...unfinished.flatMap(({ title, bytes }) => [
    {
      title: `${title}, and nothing more (CVE-2020-15166)`,
      act: says(bytes),
      outcome: leftEarly,
    },
    { title: `${title}, and leaving`, act: saysAndGoes(bytes), outcome: leftEarly },
  ]),
  ...welcome,
].map((attack) => ({ ...attack, stage: 'handshake' }))
