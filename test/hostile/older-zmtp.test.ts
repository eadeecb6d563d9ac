import { describe } from 'vitest'
import { longV1Frame, signature, v1Frame, v1Message, v2Greeting } from '../support/older-wire.js'
import { COMMAND, command, frame, message, MORE } from '../support/wire.js'
import {
  ended,
  header,
  latin1,
  leftEarly,
  LENGTHS,
  refused,
  repeat,
  says,
  saysAndGoes,
  type Attack,
  type Outcome,
} from './attack.js'
import { conversations } from './company.js'
import { attackAll } from './driver.js'
import { zmtp } from './layers.js'

/** Sockets that let older peers in; nobody of ZMTP 3 is any the worse for it. */
const layer = { ...zmtp, equipment: () => ({ victim: { minimumZmtpVersion: 1 } }) }

/** Types that ZMTP 2.0 and 1.0 know; in 1.0 nobody says of what type they are. */
const old = conversations.filter(({ name }) =>
  ['Pull', 'Push', 'Publisher', 'Subscriber', 'Reply', 'Router', 'Dealer'].includes(name),
)

/** All that a peer of 1.0 says before its messages. */
const V1 = v1Message('')
const EIGHT_KIB = Buffer.alloc(8193, 'x')

const v1Length = (length: bigint): Buffer => {
  const bytes = longV1Frame(0, Buffer.alloc(0))
  bytes.writeBigUInt64BE(length, 1)
  return bytes
}

const attack = (title: string, bytes: Buffer, outcome: Outcome): Attack => ({
  title,
  stage: 'handshake',
  act: says(bytes),
  outcome,
})

const attacks: readonly Attack[] = [
  ...LENGTHS.map((length) =>
    attack(`1.0: an id of ${length} bytes (CVE-2016-7938)`, v1Length(length), refused('EMSGSIZE')),
  ),
  // A length counts the flags.
  ...LENGTHS.slice(1).map((length) =>
    attack(
      `1.0: a message of ${length} bytes (CVE-2016-7938, netmq#1168)`,
      Buffer.concat([V1, v1Length(length), EIGHT_KIB]),
      ended('EMSGSIZE'),
    ),
  ),
  attack('1.0: a frame of no length', Buffer.concat([V1, Buffer.of(0)]), ended('EPROTO')),
  attack('1.0: an id of no length', Buffer.of(0), refused('EPROTO')),
  attack(
    '1.0: endless parts (as ws#2331)',
    Buffer.concat([V1, repeat(v1Frame(MORE, Buffer.alloc(0)), 70_000)]),
    ended('EPROTO'),
  ),
  attack('1.0: a signature and half an id', signature('long').subarray(0, 9), leftEarly),
  {
    title: '1.0: messages of more than 8,192 bytes, and leaving (CVE-2021-20235, CVE-2020-36400)',
    stage: 'handshake',
    act: saysAndGoes(V1, v1Frame(0, EIGHT_KIB), v1Frame(0, EIGHT_KIB), v1Frame(MORE, EIGHT_KIB)),
    outcome: 'gone',
  },
  {
    title: '2.0: messages of more than 8,192 bytes, and leaving (CVE-2021-20235)',
    stage: 'handshake',
    act: (stranger, type) => {
      stranger.write(v2Greeting(type), frame(0, EIGHT_KIB), frame(MORE, EIGHT_KIB))
      stranger.end()
    },
    outcome: 'gone',
  },
  ...LENGTHS.map((length): Attack => ({
    title: `2.0: a message of ${length} bytes (CVE-2019-6250)`,
    stage: 'handshake',
    act: (stranger, type) => {
      stranger.write(v2Greeting(type), header(0, length), EIGHT_KIB)
    },
    outcome: ended('EMSGSIZE'),
  })),
  {
    title: '2.0: commands, which it has not',
    stage: 'handshake',
    act: (stranger, type) => {
      stranger.write(v2Greeting(type), command('SUBSCRIBE'), frame(COMMAND, latin1('x')))
    },
    outcome: ended('EPROTO'),
  },
  attack('2.0: a type that does not exist', v2Greeting(99), refused('ERR_ZMTP_UNSPECIFIED')),
  {
    title: '2.0: an id of 2^63 bytes',
    stage: 'handshake',
    act: (stranger, type) => {
      stranger.write(v2Greeting(type).subarray(0, 12), header(0, 2n ** 63n))
    },
    outcome: refused('EMSGSIZE'),
  },
  attack('HTTP, which begins as 1.0 may', latin1('GET / HTTP/1.1\r\n\r\n'), leftEarly),
  attack('2.0: a message before the greeting', message('in'), refused('EPROTO')),
]

describe('where older peers are let in', () => {
  attackAll(layer, 'tcp', old, attacks)
})
