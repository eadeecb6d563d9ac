import { beforeEach, describe, expect, it } from 'vitest'
import { noble } from '../../src/security/engines/noble.js'
import { Opener, Sealer } from '../../src/security/sealed.js'
import { SealedDecoder } from '../../src/security/sealed-decoder.js'
import { SealedEncoder } from '../../src/security/sealed-encoder.js'
import type { Decoder } from '../../src/wire/decoder.js'
import type { Encoder } from '../../src/wire/encoder.js'
import { FrameDecoder } from '../../src/wire/frame-decoder.js'
import { FrameEncoder } from '../../src/wire/frame-encoder.js'
import { MessageDecoder, MessageEncoder } from '../../src/wire/message-codec.js'
import { WebSocketDecoder } from '../../src/wire/websocket-decoder.js'
import { WebSocketEncoder } from '../../src/wire/websocket-encoder.js'
import { everySplit } from '../support/chunks.js'
import { frame, takeFrame } from '../support/wire.js'

const key = Uint8Array.from({ length: 32 }, (_, i) => i)
const prefix = Buffer.from('CurveZMQMESSAGEC')
const OVERHEAD = 33

let commands: string[]
let options: { maxMessageSize: number }

beforeEach(() => {
  commands = []
  options = { maxMessageSize: -1 }
})

const onCommand = (body: Uint8Array): void => {
  commands.push(String(body))
}

const irregular = {
  feed: () => {
    throw new Error('nothing here is irregular')
  },
  shift: () => undefined,
}

interface Framing {
  readonly title: string
  readonly encoder: () => Encoder
  readonly decoder: () => Decoder
}

const framings: readonly Framing[] = [
  {
    title: 'ZMTP',
    encoder: () => new FrameEncoder(),
    decoder: () => new FrameDecoder(options, onCommand),
  },
  {
    title: 'ZWS, masked',
    encoder: () => new WebSocketEncoder(true),
    decoder: () => new WebSocketDecoder(options, onCommand, true, irregular),
  },
  {
    title: 'ZWS, not masked',
    encoder: () => new WebSocketEncoder(false),
    decoder: () => new WebSocketDecoder(options, onCommand, false, irregular),
  },
  {
    title: 'ZWS in messages',
    encoder: () => new MessageEncoder(100_000),
    decoder: () => new MessageDecoder(options, onCommand),
  },
]
const [zmtp] = framings

function sealing(framing = zmtp): SealedEncoder {
  if (framing === undefined) throw new Error('no framing')
  return new SealedEncoder(framing.encoder(), new Sealer(noble.boxes(key, prefix), 2))
}

function opening(framing = zmtp): SealedDecoder {
  if (framing === undefined) throw new Error('no framing')
  return new SealedDecoder(framing.decoder(), new Opener(noble.boxes(key, prefix), [0, 2]))
}

function taken(encoder: Encoder): Buffer[] {
  const chunks = encoder.take().map((chunk) => Buffer.from(chunk))
  encoder.release()
  return chunks
}

/** The frames of these messages, each by itself. */
function framesOf(...messages: string[][]): Buffer[] {
  const encoder = sealing()
  for (const message of messages) encoder.message(message.map((part) => Buffer.from(part)))
  const frames: Buffer[] = []
  let rest = Buffer.concat(taken(encoder))
  for (let next = takeFrame(rest); next !== undefined; next = takeFrame(rest)) {
    frames.push(Buffer.from(rest.subarray(0, rest.length - next.rest.length)))
    rest = Buffer.from(next.rest)
  }
  return frames
}

function read(decoder: Decoder, chunks: readonly Uint8Array[]): string[][] {
  const messages: string[][] = []
  decoder.expectTraffic()
  for (const chunk of chunks) {
    decoder.push(Buffer.from(chunk))
    for (let next = decoder.next(); next !== undefined; next = decoder.next()) {
      messages.push(next.map(String))
    }
  }
  return messages
}

const LONG = 'l'.repeat(70_000)
const MESSAGES = [['a'], ['', 'b'.repeat(300), ''], [LONG], ['c'.repeat(4063)], ['d'.repeat(4064)]]

describe.each(framings)('sealed frames of $title', (framing) => {
  it('carry messages, however long', () => {
    const encoder = sealing(framing)
    for (const message of MESSAGES) encoder.message(message.map((part) => Buffer.from(part)))
    expect(encoder.bytes).toBeGreaterThan(70_000)
    expect(read(opening(framing), taken(encoder))).toEqual(MESSAGES)
    expect(encoder.bytes).toBe(0)
  })

  it('carry commands, also between messages', () => {
    const encoder = sealing(framing)
    encoder.message([Buffer.from('a')])
    encoder.command(Buffer.from('\x04PONG'))
    encoder.message([Buffer.from('b')])
    expect(read(opening(framing), taken(encoder))).toEqual([['a'], ['b']])
    expect(commands).toEqual(['\x04PONG'])
  })
})

describe('sealed frames', () => {
  it('are opened in whatever pieces they come', () => {
    const bytes = Buffer.concat(framesOf(['a', 'bc'], [''], ['d'.repeat(300)]))
    for (const pieces of everySplit(bytes)) {
      expect(read(opening(), pieces)).toEqual([['a', 'bc'], [''], ['d'.repeat(300)]])
    }
  })

  it('K-2, K-3 are no commands outside, and never to be continued', () => {
    const outside = framesOf(['a', 'b'], ['c'.repeat(300)]).map((bytes) => bytes[0])
    expect(outside).toEqual([0, 0, 2])
  })

  it('K-2 are understood as commands as well', () => {
    const frames = framesOf(['a'], ['b'.repeat(300)])
    for (const bytes of frames) bytes[0] = (bytes[0] ?? 0) | 0x04
    expect(read(opening(), frames)).toEqual([['a'], ['b'.repeat(300)]])
  })

  it('ask for signs of life inside of ZMTP, and below ZWS', () => {
    const sealed = sealing()
    sealed.ping(10)
    expect(read(opening(), taken(sealed))).toEqual([])
    expect(commands).toEqual(['\x04PING\0\n'])
    const below = sealing(framings[2])
    below.ping(10)
    below.pong(Buffer.from('x'))
    below.goodbye()
    expect(Buffer.concat(taken(below))).toEqual(
      Buffer.from('8900 8a0178 880203e8'.replaceAll(' ', ''), 'hex'),
    )
  })

  it('let bytes pass that are no frames, and leave to the system what it is still writing', () => {
    const encoder = sealing()
    encoder.raw(Buffer.from('raw'))
    encoder.message([Buffer.from('a')])
    const [raw, ...kept] = encoder.take()
    expect(String(raw)).toBe('raw')
    encoder.abandon()
    encoder.message([Buffer.from('b')])
    expect(read(opening(), [...kept, ...taken(encoder)])).toEqual([['a'], ['b']])
  })

  it('let a large frame be read to where it belongs', () => {
    const [bytes = Buffer.of()] = framesOf(['x'.repeat(200_000)])
    const decoder = opening()
    decoder.push(Buffer.from(bytes.subarray(0, 1000)))
    expect(decoder.next()).toBeUndefined()
    expect(decoder.largeFrames).toBe(true)
    const target = decoder.target()
    target?.set(bytes.subarray(1000))
    decoder.filled(bytes.length - 1000)
    expect(decoder.next()?.map(String)).toEqual(['x'.repeat(200_000)])
  })

  it('are as long as the user allows, not counting what sealing adds', () => {
    options.maxMessageSize = 2_000_000
    const fits = ['x'.repeat(2_000_000)]
    expect(read(opening(), framesOf(fits))).toEqual([fits])
    expect(() => read(opening(), framesOf(['x'.repeat(2_000_001)]))).toThrow(
      expect.objectContaining({ code: 'EMSGSIZE' }),
    )
    options.maxMessageSize = 10
    expect(read(opening(), framesOf(['x'.repeat(10)]))).toEqual([['x'.repeat(10)]])
    expect(() => read(opening(), framesOf(['x'.repeat(11)]))).toThrow(
      expect.objectContaining({ code: 'EMSGSIZE' }),
    )
  })

  it('carry commands that are longer than messages may be', () => {
    options.maxMessageSize = 10
    const encoder = sealing()
    encoder.command(Buffer.from(`\x09SUBSCRIBE${'t'.repeat(1000)}`))
    expect(read(opening(), taken(encoder))).toEqual([])
    expect(commands).toHaveLength(1)
  })

  it('are not sent to a peer that they are too long for, nor is a part of their message', () => {
    const encoder = new SealedEncoder(
      new MessageEncoder(100),
      new Sealer(noble.boxes(key, prefix), 2),
    )
    const long = Buffer.alloc(100 - OVERHEAD + 1)
    expect(() => {
      encoder.message([Buffer.from('a'), long])
    }).toThrow(expect.objectContaining({ code: 'EMSGSIZE' }))
    expect(encoder.bytes).toBe(0)
    encoder.message([long.subarray(1)])
    expect(encoder.bytes).toBe(101)
  })

  it('have numbers of 64 bits', () => {
    const encoder = new SealedEncoder(
      new FrameEncoder(),
      new Sealer(noble.boxes(key, prefix), 0xffff_fffe),
    )
    const decoder = opening()
    for (const text of ['a', 'b', 'c']) encoder.message([Buffer.from(text)])
    const bytes = Buffer.concat(taken(encoder))
    expect(read(decoder, [bytes])).toEqual([['a'], ['b'], ['c']])
    const numbers = [0, 1, 2].map((i) => bytes.readBigUInt64BE(i * 36 + 10))
    expect(numbers).toEqual([0xffff_ffffn, 0x1_0000_0000n, 0x1_0000_0001n])
  })
})

describe('nothing is delivered of sealed frames', () => {
  /** What is delivered before something is wrong, and what that is. */
  function outcome(frames: readonly Buffer[]): [delivered: string[][], code: unknown] {
    const delivered: string[][] = []
    const decoder = opening()
    try {
      for (const each of frames) delivered.push(...read(decoder, [each]))
    } catch (error) {
      return [delivered, (error as { code?: unknown }).code]
    }
    return [delivered, undefined]
  }

  const all = (): [Buffer, Buffer, Buffer] =>
    framesOf(['1'], ['2'], ['3']) as [Buffer, Buffer, Buffer]

  it('when they were left out, but what follows is', () => {
    const [first, , third] = all()
    expect(outcome([first, third])).toEqual([[['1'], ['3']], undefined])
  })

  it('when they come again', () => {
    const [first, second] = all()
    expect(outcome([first, first])).toEqual([[['1']], 'ERR_ZMTP_INVALID_SEQUENCE'])
    expect(outcome([first, second, first])).toEqual([[['1'], ['2']], 'ERR_ZMTP_INVALID_SEQUENCE'])
  })

  it('when they come before their turn', () => {
    const [first, second, third] = all()
    expect(outcome([first, third, second])).toEqual([[['1'], ['3']], 'ERR_ZMTP_INVALID_SEQUENCE'])
  })

  it('when any bit of them is not what it was', () => {
    const [bytes] = framesOf(['hello'])
    for (let bit = 16; bit < (bytes?.length ?? 0) * 8; bit++) {
      const bad = Buffer.from(bytes ?? [])
      bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const [delivered, code] = outcome([bad])
      expect(delivered).toEqual([])
      expect(code).toMatch(/^ERR_ZMTP_(CRYPTOGRAPHIC|INVALID_SEQUENCE|UNEXPECTED_COMMAND)$/)
    }
  })

  it('when they are cut short', () => {
    const [bytes = Buffer.of()] = framesOf(['hello'])
    const body = bytes.subarray(2)
    for (let length = 0; length < body.length; length++) {
      const [delivered, code] = outcome([frame(0, body.subarray(0, length))])
      expect(delivered).toEqual([])
      expect(code).toMatch(
        /^ERR_ZMTP_(CRYPTOGRAPHIC|MALFORMED_COMMAND_MESSAGE|UNEXPECTED_COMMAND)$/,
      )
    }
  })

  it('when they are the other end’s own', () => {
    const encoder = new SealedEncoder(
      new FrameEncoder(),
      new Sealer(noble.boxes(key, Buffer.from('CurveZMQMESSAGES')), 2),
    )
    encoder.message([Buffer.from('a')])
    expect(outcome(taken(encoder))).toEqual([[], 'ERR_ZMTP_CRYPTOGRAPHIC'])
  })

  it('when they are to be continued outside of their box', () => {
    const [bytes = Buffer.of()] = framesOf(['a'])
    bytes[0] = 1
    expect(outcome([bytes])).toEqual([[], 'EPROTO'])
  })

  it('when they are not sealed at all', () => {
    expect(outcome([frame(0, Buffer.from('in clear'))])).toEqual([
      [],
      'ERR_ZMTP_UNEXPECTED_COMMAND',
    ])
    expect(outcome([frame(4, Buffer.from('\x09SUBSCRIBE'))])).toEqual([
      [],
      'ERR_ZMTP_UNEXPECTED_COMMAND',
    ])
  })
})
