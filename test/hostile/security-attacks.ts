import { v1Message, v2Greeting } from '../support/older-wire.js'
import { COMMAND, command, frame, greeting, message, property, ready } from '../support/wire.js'
import { header, latin1, leftEarly, refused, says, saysAndGoes, type Attack } from './attack.js'
import { plainHello } from './layers.js'

type Untold = Omit<Attack, 'stage'>

const UNEXPECTED = refused('ERR_ZMTP_UNEXPECTED_COMMAND')

/** What says that it needs no security, to sockets that do. */
const withoutSecurity = (own: string): Untold[] => [
  ...['NULL', 'PLAIN', 'CURVE', 'GSSAPI', own.toLowerCase(), `${own}\0x`, '']
    .filter((mechanism) => mechanism !== own)
    .flatMap((mechanism) =>
      [false, true].map((asServer) => ({
        title: `the mechanism ${JSON.stringify(mechanism)}${asServer ? ', as server' : ''} (CVE-2014-7202)`,
        act: says(greeting({ mechanism, asServer }), ready('PUSH'), message('in')),
        outcome: refused('ERR_ZMTP_MECHANISM_MISMATCH'),
      })),
    ),
  ...[
    { title: 'ZMTP 1.0', bytes: v1Message('', 'in') },
    { title: 'ZMTP 1.0 with a signature', bytes: latin1('\xff\0\0\0\0\0\0\0\x01\x7e\x02in') },
    { title: 'ZMTP 1.0 with a revision', bytes: latin1('\xff\0\0\0\0\0\0\0\x01\x7f\0\x05\x01\0') },
    { title: 'ZMTP 2.0', bytes: Buffer.concat([v2Greeting('PUSH'), message('in')]) },
  ].map(({ title, bytes }) => ({
    title: `${title}, which has no security (CVE-2014-9721)`,
    act: says(bytes),
    outcome: refused('EPROTO'),
  })),
  { title: 'nothing (CVE-2020-15166)', act: says(), outcome: leftEarly },
  {
    title: 'a greeting, and leaving (CVE-2020-15166)',
    act: saysAndGoes(greeting({ mechanism: own })),
    outcome: leftEarly,
  },
]

const inHandshake = (attacks: readonly Untold[]): Attack[] =>
  attacks.map((attack) => ({ ...attack, stage: 'handshake' }))

const asClient = greeting({ mechanism: 'PLAIN' })
const asServer = greeting({ mechanism: 'PLAIN', asServer: true })
const type = property('Socket-Type', 'PUSH')

/** Those who come to a server of PLAIN. */
export const plainServerAttacks: readonly Attack[] = inHandshake([
  ...withoutSecurity('PLAIN'),
  ...[
    { title: 'READY', bytes: ready('PUSH') },
    { title: 'INITIATE', bytes: command('INITIATE', type) },
    { title: 'WELCOME', bytes: command('WELCOME') },
    { title: 'a message', bytes: message('in') },
    { title: 'a PING', bytes: command('PING', Buffer.alloc(2)) },
  ].map(({ title, bytes }) => ({
    title: `${title} instead of HELLO`,
    act: says(asClient, bytes, message('in')),
    outcome: UNEXPECTED,
  })),
  ...['', '\x04user', '\x04user\xffsecret', '\xffuser\x06secret', '\x04user\x06secret!'].map(
    (text) => ({
      title: `a malformed HELLO, ${JSON.stringify(text)}`,
      act: says(asClient, command('HELLO', latin1(text))),
      outcome: refused('ERR_ZMTP_MALFORMED_COMMAND_HELLO'),
    }),
  ),
  ...[plainHello, ready('PUSH'), message('in')].map((bytes, index) => ({
    title: `no INITIATE behind HELLO, ${index}`,
    act: says(asClient, plainHello, bytes),
    outcome: UNEXPECTED,
  })),
  {
    title: 'an INITIATE of 9,000 properties',
    act: says(
      asClient,
      plainHello,
      command('INITIATE', Buffer.alloc(9000 * 6, property('x', '').subarray(0, 6))),
    ),
    outcome: refused('ERR_ZMTP_INVALID_METADATA'),
  },
  ...['HELLO', 'INITIATE'].map((name) => ({
    title: `a ${name} of 2^63 bytes (as CVE-2019-13132)`,
    act: says(asClient, ...(name === 'HELLO' ? [] : [plainHello]), header(COMMAND, 2n ** 63n)),
    outcome: refused('EMSGSIZE'),
  })),
  ...['\x04user\x05wrong', '\0\0', '\x09__proto__\x06secret'].map((text) => ({
    title: `who does not know the password, ${JSON.stringify(text)}, and goes on as if it did`,
    act: says(
      asClient,
      command('HELLO', latin1(text)),
      command('INITIATE', type),
      message('in'),
      message('in'),
    ),
    outcome: { event: 'handshake:error:auth', code: 'EACCES' } as const,
  })),
])

/** Those who answer a client of PLAIN. */
export const plainClientAttacks: readonly Attack[] = inHandshake([
  ...withoutSecurity('PLAIN'),
  ...[
    { title: 'READY', bytes: ready('PUSH') },
    { title: 'HELLO', bytes: plainHello },
    { title: 'a message', bytes: message('in') },
    { title: 'nothing', bytes: frame(COMMAND, Buffer.alloc(0)) },
  ].map(({ title, bytes }) => ({
    title: `${title} instead of WELCOME`,
    act: says(asServer, bytes, message('in')),
    outcome: UNEXPECTED,
  })),
  {
    title: 'a WELCOME with something in it',
    act: says(asServer, command('WELCOME', Buffer.of(0))),
    outcome: refused('ERR_ZMTP_MALFORMED_COMMAND_WELCOME'),
  },
  {
    title: 'a message instead of READY',
    act: says(asServer, command('WELCOME'), message('in')),
    outcome: UNEXPECTED,
  },
  ...['', '\x04400', '\xff400'].map((text) => ({
    title: `a malformed ERROR, ${JSON.stringify(text)}`,
    act: says(asServer, command('ERROR', latin1(text))),
    outcome: refused('ERR_ZMTP_MALFORMED_COMMAND_ERROR'),
  })),
])

/** Those who come to a server of CURVE, or answer a client of it, and know nothing of it. */
export const curveAttacks: readonly Attack[] = inHandshake([
  ...withoutSecurity('CURVE'),
  ...[false, true].flatMap((server) => [
    {
      title: `READY, in clear, as ${server ? 'server' : 'client'}`,
      act: says(greeting({ mechanism: 'CURVE', asServer: server }), ready('PUSH'), message('in')),
      outcome: UNEXPECTED,
    },
    {
      title: `a command of 2^63 bytes (CVE-2019-13132), as ${server ? 'server' : 'client'}`,
      act: says(greeting({ mechanism: 'CURVE', asServer: server }), header(COMMAND, 2n ** 63n)),
      outcome: refused('EMSGSIZE'),
    },
  ]),
])
