import { EMPTY } from '../../src/util/bytes.js'
import { encodeCommand } from '../../src/wire/command.js'
import { encodePing } from '../../src/wire/ping.js'
import type { FrameEncoder } from '../../src/wire/frame-encoder.js'
import { encodeProperty } from '../../src/wire/metadata.js'
import {
  encodeSubscriptionCommand,
  encodeSubscriptionMessage,
} from '../../src/wire/subscription.js'
import { hex } from './chunks.js'
import { MechanismEnd } from './mechanism-end.js'
import { bytes } from './messages.js'
import type { Item } from './slow-codec.js'

/** Bytes that libzmq 4.3.5 sends, what they mean, and how we make them. */
export interface Vector {
  readonly title: string
  readonly bytes: Buffer
  readonly items: readonly Item[]
  readonly encode: (encoder: FrameEncoder) => void
}

const A = Buffer.from('A')
const b246 = 'b'.repeat(246)
const x300 = 'x'.repeat(300)

function ready(socketType: string, ...identity: Uint8Array[]): Uint8Array {
  const end = new MechanismEnd({
    properties: [
      encodeProperty('Socket-Type', Buffer.from(socketType)),
      ...identity.map((id) => encodeProperty('Identity', id)),
    ],
  })
  void end.mechanism.start()
  return Buffer.concat(end.said)
}

function message(title: string, text: string, ...parts: string[]): Vector {
  const encode = (encoder: FrameEncoder): void => encoder.message(bytes(...parts))
  return { title, bytes: hex(text), items: [{ message: parts }], encode }
}

function command(title: string, text: string, body: string, encoded: Uint8Array): Vector {
  const encode = (encoder: FrameEncoder): void => encoder.command(encoded)
  return { title, bytes: hex(text), items: [{ command: body }], encode }
}

const x300InHex = Buffer.from(x300).toString('hex')
const b246InHex = Buffer.from(b246).toString('hex')

const commands: readonly Vector[] = [
  command(
    'READY of a DEALER without identity',
    '04 29 05 5245414459 0b 536f636b65742d54797065 00000006 4445414c4552' +
      '08 4964656e74697479 00000000',
    '\x05READY\x0bSocket-Type\0\0\0\x06DEALER\x08Identity\0\0\0\0',
    ready('DEALER', EMPTY),
  ),
  command(
    'READY of a SUB',
    '04 19 05 5245414459 0b 536f636b65742d54797065 00000003 535542',
    '\x05READY\x0bSocket-Type\0\0\0\x03SUB',
    ready('SUB'),
  ),
  command(
    'SUBSCRIBE',
    '04 0b 09 535542534352494245 41',
    '\tSUBSCRIBEA',
    encodeSubscriptionCommand({ topic: A, on: true }),
  ),
  command(
    'CANCEL',
    '04 08 06 43414e43454c 41',
    '\x06CANCELA',
    encodeSubscriptionCommand({ topic: A, on: false }),
  ),
  command(
    'S-7 SUBSCRIBE that needs the long form',
    `06 0000000000000100 09 535542534352494245 ${b246InHex}`,
    `\tSUBSCRIBE${b246}`,
    encodeSubscriptionCommand({ topic: Buffer.from(b246), on: true }),
  ),
  command(
    'JOIN',
    '04 08 04 4a4f494e 475250',
    '\x04JOINGRP',
    encodeSubscriptionCommand({ topic: Buffer.from('GRP'), on: true }, true),
  ),
  command(
    'LEAVE',
    '04 09 05 4c45415645 475250',
    '\x05LEAVEGRP',
    encodeSubscriptionCommand({ topic: Buffer.from('GRP'), on: false }, true),
  ),
  command(
    'JOIN that needs the long form',
    `06 0000000000000104 04 4a4f494e ${'78'.repeat(255)}`,
    `\x04JOIN${'x'.repeat(255)}`,
    encodeSubscriptionCommand({ topic: Buffer.alloc(255, 'x'), on: true }, true),
  ),
  command('PING without time to live', '04 07 04 50494e47 0000', '\x04PING\0\0', encodePing(0)),
  command('PING of 65.5 s', '04 07 04 50494e47 028f', '\x04PING\x02\x8f', encodePing(655)),
  command(
    'PONG with a context',
    '04 08 04 504f4e47 616263',
    '\x04PONGabc',
    encodeCommand('PONG', Buffer.from('abc')),
  ),
  command(
    'ERROR 400',
    '04 0a 05 4552524f52 03 343030',
    '\x05ERROR\x03400',
    encodeCommand('ERROR', Buffer.from('\x03400')),
  ),
]

export const messages: readonly Vector[] = [
  {
    ...message('subscription as a message', '00 02 01 41', '\x01A'),
    encode: (encoder) => encoder.message(encodeSubscriptionMessage({ topic: A, on: true })),
  },
  {
    ...message('cancellation as a message', '00 02 00 41', '\0A'),
    encode: (encoder) => encoder.message(encodeSubscriptionMessage({ topic: A, on: false })),
  },
  message('two parts', '01 01 61 00 01 62', 'a', 'b'),
  message('empty message', '00 00', ''),
  message('300-byte part', `02 00 00 00 00 00 00 01 2c ${x300InHex}`, x300),
  message('RADIO message', '01 03 475250 00 05 68656c6c6f', 'GRP', 'hello'),
  message('request with its delimiter', '01 00 00 02 6869', '', 'hi'),
]

export const vectors = [...commands, ...messages]
