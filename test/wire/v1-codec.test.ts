import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/wire/limits.js'
import { V1Decoder } from '../../src/wire/v1-decoder.js'
import { V1Encoder } from '../../src/wire/v1-encoder.js'
import { cutAt, cuts, everySplit, hex, piecesOf } from '../support/chunks.js'
import { DecodingBy, encodedBy } from '../support/fast-codec.js'
import { bytes, pattern } from '../support/messages.js'
import { holds } from '../support/property.js'
import { longV1Frame, slowV1Decode, v1Frame, v1Message } from '../support/older-wire.js'
import { measure } from '../support/work.js'
import { MORE } from '../support/wire.js'

/** Those at which the head of a frame, or the way of its body, changes. */
const SIZES = [0, 1, 252, 253, 254, 255, 256, 257, 4095, 4096, 4097, 65_535, 65_536]

const body = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom(...SIZES).map((size) => pattern(size, size)) },
)
const text = body.map((content) => Buffer.from(content).toString('latin1'))
const messages = fc.array(fc.array(text, { minLength: 1, maxLength: 6 }), { maxLength: 12 })

class Decoding extends DecodingBy<V1Decoder> {
  constructor(maxMessageSize = -1) {
    super((onCommand) => new V1Decoder({ maxMessageSize }, onCommand))
  }
}

function decodeAll(chunks: readonly Uint8Array[]) {
  return new Decoding().feed(...chunks).items
}

function encodeAll(all: readonly string[][]): Buffer {
  return encodedBy(new V1Encoder(), (encoder) => {
    for (const parts of all) encoder.message(bytes(...parts))
  })
}

function slowEncode(all: readonly string[][]): Buffer {
  return Buffer.concat(all.map((parts) => v1Message(...parts)))
}

/** The head of a frame whose body has not come yet, and never may. */
function head(length: bigint, flags = 0): Buffer {
  const bytes = longV1Frame(flags, Buffer.alloc(0))
  bytes.writeBigUInt64BE(length, 1)
  return bytes
}

function failure(code: string, reason?: RegExp): Error {
  const fields = reason === undefined ? {} : { reason: expect.stringMatching(reason) as string }
  return expect.objectContaining({ name: 'ZmqError', code, ...fields }) as Error
}

describe('frames of ZMTP 1.0', () => {
  it.each([
    { title: 'an anonymous routing id', hexadecimal: '01 00', parts: [''] },
    { title: 'one part', hexadecimal: '06 00 68656c6c6f', parts: ['hello'] },
    { title: 'two parts', hexadecimal: '02 01 61 02 00 62', parts: ['a', 'b'] },
    { title: 'an empty part', hexadecimal: '01 01 02 00 78', parts: ['', 'x'] },
    { title: 'a subscription', hexadecimal: '03 00 01 41', parts: ['\x01A'] },
    {
      title: 'the longest short one',
      hexadecimal: `fe 00 ${'61'.repeat(253)}`,
      parts: ['a'.repeat(253)],
    },
    {
      title: 'the shortest long one',
      hexadecimal: `ff 00000000000000ff 00 ${'61'.repeat(254)}`,
      parts: ['a'.repeat(254)],
    },
  ])('$title, in both directions', ({ hexadecimal, parts }) => {
    expect(encodeAll([parts])).toEqual(hex(hexadecimal))
    for (const chunks of everySplit(hex(hexadecimal))) {
      expect(decodeAll(chunks)).toEqual([{ message: parts }])
    }
  })

  it('are messages: there are no commands, and nobody is asked for a sign of life', () => {
    const encoder = new V1Encoder()
    encoder.command()
    encoder.ping()
    encoder.pong(Buffer.from('context'))
    encoder.goodbye()
    expect(encoder.bytes).toBe(0)
  })

  it('are written as the slow codec writes them', () => {
    holds(fc.property(messages, (all) => encodeAll(all).equals(slowEncode(all))))
  })

  it('are read as the slow codec reads them, however they are cut', () => {
    holds(
      fc.property(messages, cuts, (all, shares) => {
        const stream = slowEncode(all)
        expect(decodeAll(cutAt(stream, shares))).toEqual(slowV1Decode(stream))
        expect(decodeAll([stream])).toEqual(all.map((message) => ({ message })))
      }),
    )
  })

  it('are read cut at every position', () => {
    const all = [['', 'a', ''], ['b'.repeat(253), 'c'.repeat(254)], ['\x01topic'], ['']]
    for (const chunks of everySplit(slowEncode(all))) {
      expect(decodeAll(chunks)).toEqual(all.map((message) => ({ message })))
    }
  })

  it('may have the long form whatever their length, and any reserved bits', () => {
    holds(
      fc.property(text, text, fc.nat(127), cuts, (first, last, reserved, shares) => {
        const [one, two] = bytes(first, last)
        const stream = Buffer.concat([
          longV1Frame((reserved << 1) | MORE, one ?? Buffer.alloc(0)),
          longV1Frame(reserved << 1, two ?? Buffer.alloc(0)),
        ])
        expect(decodeAll(cutAt(stream, shares))).toEqual([{ message: [first, last] }])
      }),
    )
  })

  it('agree with the slow codec about any bytes that have no length of 0', () => {
    const stream = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }).map((bodies) => {
      return Buffer.concat(bodies.map((each, index) => v1Frame(index * 37, each)))
    })
    holds(
      fc.property(stream, fc.nat(8), cuts, (all, missing, shares) => {
        const cut = all.subarray(0, Math.max(0, all.length - missing))
        expect(decodeAll(cutAt(cut, shares))).toEqual(slowV1Decode(cut))
      }),
    )
  })

  it.each([...SIZES, 1_048_576, 3_145_729])('have parts of %i bytes', (size) => {
    const part = pattern(size, 7).toString('latin1')
    const stream = encodeAll([['before', part, 'after'], [part]])
    expect(stream.equals(slowEncode([['before', part, 'after'], [part]]))).toBe(true)
    for (const piece of [stream.length, 65_536, 4097]) {
      const seen = decodeAll(piecesOf(stream, piece))
      const same = [{ message: ['before', part, 'after'] }, { message: [part] }]
      expect(JSON.stringify(seen) === JSON.stringify(same)).toBe(true)
    }
  })
})

describe('frames that are refused', () => {
  it.each([
    { title: 'a short one', bytes: Buffer.of(0) },
    { title: 'a long one', bytes: head(0n) },
  ])('$title with a length of 0, as soon as it is known', ({ bytes }) => {
    for (const pieces of [[bytes], piecesOf(bytes, 1)]) {
      const decoding = new Decoding().feed(v1Message('before'))
      expect(() => decoding.feed(...pieces)).toThrow(failure('EPROTO', /length of 0/))
      expect(decoding.items).toEqual([{ message: ['before'] }])
    }
    const shaking = new V1Decoder({ maxMessageSize: -1 }, () => {})
    shaking.push(bytes)
    expect(() => shaking.nextCommand()).toThrow(failure('EPROTO', /length of 0/))
  })

  it.each([2n ** 31n + 1n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n])(
    'a length of %i, before anything is allocated',
    (length) => {
      for (const flags of [0, MORE, 0xff]) {
        const decoding = new Decoding()
        const shaking = new V1Decoder({ maxMessageSize: -1 }, () => {})
        const bytes = head(length, flags)
        shaking.push(bytes)
        const work = measure(() => {
          expect(() => decoding.feed(bytes)).toThrow(failure('EMSGSIZE'))
          expect(() => shaking.nextCommand()).toThrow(failure('EMSGSIZE'))
        })
        expect(work).toEqual({ copied: 0, allocated: 0 })
      }
    },
  )

  it('the longest that there may be is waited for, with no more than 1 MiB put aside', () => {
    const decoding = new Decoding()
    const { allocated } = measure(() => decoding.feed(head(BigInt(LIMITS.message) + 1n)))
    expect(decoding.items).toEqual([])
    expect(allocated).toBeLessThanOrEqual(1_048_576)
  })

  it.each([0, 1, 10, 253, 254, 5000])('more than maxMessageSize, %i bytes', (size) => {
    const decoding = new Decoding(size).feed(v1Frame(0, Buffer.alloc(size)))
    expect(decoding.items).toHaveLength(1)
    const larger = v1Frame(0, Buffer.alloc(size + 1))
    const reason = new RegExp(`frame of ${String(size + 1)} bytes.* ${String(size)} `)
    expect(() => decoding.feed(larger.subarray(0, larger.length - size))).toThrow(
      failure('EMSGSIZE', reason),
    )
  })

  it('a routing id of more than 64 KiB, which maxMessageSize does not mean', () => {
    const decoder = new V1Decoder({ maxMessageSize: 1 }, () => {})
    decoder.push(v1Frame(0, Buffer.alloc(300)))
    expect(decoder.nextCommand()).toHaveLength(300)
    decoder.push(head(BigInt(LIMITS.handshakeCommand) + 2n))
    expect(() => decoder.nextCommand()).toThrow(failure('EMSGSIZE'))
  })

  it('one part too many', () => {
    const empties = Buffer.alloc((LIMITS.parts - 1) * 2, Buffer.of(1, MORE))
    const decoding = new Decoding().feed(empties, v1Message('last'), empties)
    expect(() => decoding.feed(v1Frame(MORE, Buffer.alloc(0)))).toThrow(
      failure('EPROTO', /more than 65536 parts/),
    )
  })
})
