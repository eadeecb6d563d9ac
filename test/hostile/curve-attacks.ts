import { COMMAND, command, frame, message, MORE, property } from '../support/wire.js'
import { ended, header, latin1, refused, type Attack } from './attack.js'
import { knowing, someKeys, type CurveStranger } from './curve-layer.js'

type Untold = Omit<Attack, 'stage'>

const at = (stage: Attack['stage'], attacks: readonly Untold[]): Attack[] =>
  attacks.map((attack) => ({ ...attack, stage }))

/** The longest command of a handshake. */
const LONGEST = 65_536

/** What INITIATE and READY have around their metadata. */
const INITIATE = 257
const READY = 30

const UNEXPECTED = refused('ERR_ZMTP_UNEXPECTED_COMMAND')
const NOT_GENUINE = refused('ERR_ZMTP_CRYPTOGRAPHIC')

/** Metadata of so many bytes, which say of what type the socket is if there is room. */
function metadataOf(size: number, socketType: string): Buffer {
  const type = property('Socket-Type', socketType)
  const filler = 'X-Filler'.length + 5
  if (size < type.length + filler) return Buffer.alloc(0)
  return Buffer.concat([type, property('X-Filler', 'x'.repeat(size - type.length - filler))])
}

type Say = (stranger: CurveStranger, metadata: Uint8Array) => Uint8Array

/** Metadata in the box of a command (CVE-2019-13132). */
const boxed = (name: string, around: number, say: Say): Untold[] => [
  ...[0, 256, 512, 65_000, LONGEST - around].map((size) => ({
    title: `${name} with ${size} bytes of metadata (CVE-2019-13132)`,
    act: knowing((stranger, type) => [say(stranger, metadataOf(size, type))]),
    outcome: 'welcome' as const,
  })),
  {
    title: `${name} with a byte of metadata too many (CVE-2019-13132)`,
    act: knowing((stranger, type) => [say(stranger, metadataOf(LONGEST - around + 1, type))]),
    outcome: refused('EMSGSIZE'),
  },
  {
    title: `${name} of 10 MB, of which it says nothing more (CVE-2019-13132)`,
    act: knowing(() => [header(COMMAND, 10_000_000n)]),
    outcome: refused('EMSGSIZE'),
  },
  ...[1, 256, 512, 60_000].map((size) => ({
    title: `${name} whose box holds ${size} bytes that are no metadata`,
    act: knowing((stranger) => [say(stranger, Buffer.alloc(size, 0xff))]),
    outcome: refused('ERR_ZMTP_INVALID_METADATA'),
  })),
]

/** Those who have been welcomed by a server of CURVE. */
export const curveClientAttacks: readonly Attack[] = at('handshake', [
  ...boxed('INITIATE', INITIATE, (stranger, metadata) => stranger.initiate({ metadata })),
  ...[9, 10, 105, 113, INITIATE - 1].map((size) => ({
    title: `INITIATE of ${size} bytes`,
    // Behind the header of a long frame.
    act: knowing((stranger) => [frame(COMMAND, stranger.initiate().subarray(9, 9 + size))]),
    outcome: refused('ERR_ZMTP_MALFORMED_COMMAND_INITIATE'),
  })),
  {
    title: 'a vouch for another connection',
    act: knowing((stranger) => [stranger.initiate({ connectionInVouch: someKeys().publicKey })]),
    outcome: NOT_GENUINE,
  },
  {
    title: 'a vouch for another server',
    act: knowing((stranger) => [stranger.initiate({ serverInVouch: someKeys().publicKey })]),
    outcome: NOT_GENUINE,
  },
  {
    title: 'a vouch by another client',
    act: knowing((stranger) => [stranger.initiate({ vouchSecret: someKeys().secretKey })]),
    outcome: NOT_GENUINE,
  },
  {
    title: 'an INITIATE with the number of HELLO',
    act: knowing((stranger) => [stranger.initiate({ number: 1n })]),
    outcome: refused('ERR_ZMTP_INVALID_SEQUENCE'),
  },
  {
    title: 'a MESSAGE instead of INITIATE',
    act: knowing((stranger) => [stranger.sealed(0, latin1('in')), stranger.initiate()]),
    outcome: UNEXPECTED,
  },
  {
    title: 'what is sealed, before READY has come',
    act: knowing((stranger, type) => [
      stranger.initiate({ metadata: property('Socket-Type', type) }),
      stranger.ping(latin1('early')),
    ]),
    outcome: 'welcome',
  },
])

/** Those whom a client of CURVE has told who it is. */
export const curveServerAttacks: readonly Attack[] = at('handshake', [
  ...boxed('READY', READY, (stranger, metadata) => stranger.ready(metadata)),
  ...[6, 7, 14, READY - 1].map((size) => ({
    title: `READY of ${size} bytes`,
    act: knowing((stranger) => [frame(COMMAND, stranger.ready().subarray(2, 2 + size))]),
    outcome: refused('ERR_ZMTP_MALFORMED_COMMAND_READY'),
  })),
  {
    title: 'READY in a box of another key',
    act: knowing((stranger) => [stranger.ready(Buffer.alloc(0), someKeys().secretKey)]),
    outcome: NOT_GENUINE,
  },
  {
    title: 'a MESSAGE before READY',
    act: knowing((stranger) => [stranger.sealed(0, latin1('in')), stranger.ready()]),
    outcome: UNEXPECTED,
  },
  {
    title: 'WELCOME again',
    act: knowing((stranger) => [stranger.welcome(), stranger.ready()]),
    outcome: UNEXPECTED,
  },
])

const NOT_SEALED = ended('ERR_ZMTP_UNEXPECTED_COMMAND')

/** Peers that have the keys. */
export const curveTrafficAttacks: readonly Attack[] = at('traffic', [
  ...[
    { title: 'a message', bytes: message('in') },
    { title: 'a PING', bytes: command('PING', Buffer.alloc(2)) },
    { title: 'an ERROR', bytes: command('ERROR', latin1('\x03400')) },
    { title: 'nothing', bytes: frame(0, Buffer.alloc(0)) },
  ].map(({ title, bytes }) => ({
    title: `${title} in clear`,
    act: knowing(() => [bytes]),
    outcome: NOT_SEALED,
  })),
  ...[8, 16, 32].map((size) => ({
    title: `a MESSAGE of ${size} bytes`,
    act: knowing((stranger) => [frame(0, stranger.sealed(0, latin1('in')).subarray(2, 2 + size))]),
    outcome: ended('ERR_ZMTP_MALFORMED_COMMAND_MESSAGE'),
  })),
  {
    title: 'a MESSAGE that is to be continued outside of its box',
    act: knowing((stranger) => [frame(MORE, stranger.sealed(0, latin1('in')).subarray(2))]),
    outcome: ended('EPROTO'),
  },
  {
    title: 'a MESSAGE with a number that has been used (CVE-2014-7203)',
    act: knowing((stranger) => [stranger.sealed(0, latin1('in'), 1n)]),
    outcome: ended('ERR_ZMTP_INVALID_SEQUENCE'),
  },
  {
    title: 'the last number there is, and one after it (CVE-2014-7203)',
    act: knowing((stranger) => [
      stranger.sealed(2, latin1('\x04PING\0\0'), 2n ** 64n - 1n),
      stranger.sealed(0, latin1('in'), 0n),
    ]),
    outcome: ended('ERR_ZMTP_INVALID_SEQUENCE'),
  },
  {
    title: 'a frame of 2^63 bytes',
    act: knowing(() => [header(0, 2n ** 63n)]),
    outcome: ended('EMSGSIZE'),
  },
])
