import { describe, expect, it } from 'vitest'
import { FrameDecoder } from '../../src/wire/frame-decoder.js'
import { LIMITS } from '../../src/wire/limits.js'
import { cut, piecesOf } from '../support/chunks.js'
import { Decoding } from '../support/fast-codec.js'
import { measure } from '../support/work.js'
import { COMMAND, frame, LONG, message, MORE } from '../support/wire.js'

const MIB = 1_048_576

/** The head of a frame whose body has not come yet, and never may. */
function head(length: number | bigint, flags = 0): Buffer {
  const bytes = Buffer.alloc(9)
  bytes[0] = flags | LONG
  bytes.writeBigUInt64BE(BigInt(length), 1)
  return bytes
}

function failure(code: string, reason?: RegExp): Error {
  const fields = reason === undefined ? {} : { reason: expect.stringMatching(reason) as string }
  return expect.objectContaining({ name: 'ZmqError', code, ...fields }) as Error
}

/** A decoder in its handshake, whose commands are let through. */
function shaking(maxMessageSize = -1): FrameDecoder {
  return new FrameDecoder({ maxMessageSize }, () => {})
}

describe('lengths are judged before anything is allocated', () => {
  it.each([
    ['2^31', 2n ** 31n],
    ['2^32', 2n ** 32n],
    ['2^36', 2n ** 36n],
    ['2^48', 2n ** 48n],
    ['2^53', 2n ** 53n],
    ['2^53 + 1', 2n ** 53n + 1n],
    ['2^63 - 1', 2n ** 63n - 1n],
    ['2^63', 2n ** 63n],
    ['2^64 - 1', 2n ** 64n - 1n],
  ])('%s is refused', (_title, length) => {
    for (const flags of [0, MORE, COMMAND, COMMAND | MORE]) {
      const decoding = new Decoding()
      const handshake = shaking()
      handshake.push(head(length, flags))
      const work = measure(() => {
        expect(() => decoding.feed(head(length, flags))).toThrow(failure('EMSGSIZE'))
        expect(() => handshake.nextCommand()).toThrow(failure('EMSGSIZE'))
      })
      expect(work).toEqual({ copied: 0, allocated: 0 })
    }
  })

  it('also when the head comes byte by byte: refused with its last byte', () => {
    const decoding = new Decoding()
    const bytes = head(2n ** 31n)
    decoding.feed(...piecesOf(bytes.subarray(0, 8), 1))
    expect(() => decoding.feed(bytes.subarray(8))).toThrow(failure('EMSGSIZE'))
  })

  it('2^31 - 1 is waited for, with no more than 1 MiB put aside', () => {
    const decoding = new Decoding()
    const { allocated } = measure(() => decoding.feed(head(LIMITS.message)))
    expect(decoding.items).toEqual([])
    expect(allocated).toBeLessThanOrEqual(MIB)
  })

  it('a refused frame is refused again: nothing of it is taken for a frame', () => {
    const decoding = new Decoding()
    for (let i = 0; i < 3; i++) {
      expect(() => decoding.feed(head(2n ** 63n))).toThrow(failure('EMSGSIZE'))
    }
    expect(decoding.items).toEqual([])
  })
})

describe('maxMessageSize', () => {
  it.each([0, 1, 10, 255, 256, 5000])('%i bytes are the most that is accepted', (size) => {
    const exact = Buffer.alloc(size, 'x')
    const decoding = new Decoding(size).feed(frame(0, exact))
    expect(decoding.items).toHaveLength(1)
    const reason = new RegExp(`frame of ${String(size + 1)} bytes.* ${String(size)} `)
    const larger = frame(0, Buffer.alloc(size + 1))
    expect(() => decoding.feed(larger.subarray(0, larger.length - size))).toThrow(
      failure('EMSGSIZE', reason),
    )
  })

  it('F-7 counts each part for itself', () => {
    const decoding = new Decoding(3).feed(message('abc', 'def', 'ghi'))
    expect(decoding.items).toEqual([{ message: ['abc', 'def', 'ghi'] }])
    expect(() => decoding.feed(message('abc', 'defg'))).toThrow(failure('EMSGSIZE'))
  })

  it('does not widen our own limit', () => {
    const decoding = new Decoding(Number.MAX_SAFE_INTEGER)
    expect(() => decoding.feed(head(LIMITS.message + 1))).toThrow(failure('EMSGSIZE'))
  })

  it('is read at each frame', () => {
    const options = { maxMessageSize: 5 }
    const decoder = new FrameDecoder(options, () => {})
    decoder.push(Buffer.concat([message('five!'), message('two')]))
    expect(decoder.next()).toHaveLength(1)
    options.maxMessageSize = 2
    expect(() => decoder.next()).toThrow(failure('EMSGSIZE'))
  })

  it('means messages, not commands', () => {
    const decoding = new Decoding(1).feed(frame(COMMAND, Buffer.alloc(2000)))
    expect(decoding.items).toEqual([{ command: '\0'.repeat(2000) }])
    const decoder = shaking(1)
    decoder.push(frame(0, Buffer.alloc(300)))
    expect(decoder.nextCommand()).toHaveLength(300)
  })
})

describe('commands', () => {
  it.each([
    ['before the handshake is done', LIMITS.handshakeCommand, shaking],
    ['afterwards', LIMITS.command, () => new Decoding().decoder],
  ])('%s are limited', (_title, limit, make: () => FrameDecoder) => {
    const decoder = make()
    decoder.push(frame(COMMAND, new Uint8Array(limit)))
    expect(decoder.next()).toBeUndefined()
    decoder.push(head(limit + 1, COMMAND))
    expect(() => decoder.next()).toThrow(failure('EMSGSIZE', /^a command of /))
  })

  it('of the handshake are limited whatever their flags', () => {
    const decoder = shaking()
    decoder.push(head(LIMITS.handshakeCommand))
    expect(decoder.nextCommand()).toBeUndefined()
    const other = shaking()
    other.push(head(LIMITS.handshakeCommand + 1))
    expect(() => other.nextCommand()).toThrow(failure('EMSGSIZE', /^a command of /))
  })
})

describe('unfinished messages', () => {
  const limit = LIMITS.parts

  it('may have so many parts, and not one more', () => {
    const empties = Buffer.alloc((limit - 1) * 2)
    for (let at = 0; at < empties.length; at += 2) empties[at] = MORE
    const decoding = new Decoding()
    // Twice: the count begins anew with each message.
    for (let i = 0; i < 2; i++) decoding.feed(empties, message('last'))
    expect(decoding.items.map((item) => ('message' in item ? item.message.length : 0))).toEqual([
      limit,
      limit,
    ])
    expect(() => decoding.feed(empties, frame(MORE, Buffer.alloc(0)))).toThrow(
      failure('EPROTO', /more than 65536 parts/),
    )
  })

  it('may have so many bytes in all', () => {
    const part = frame(MORE, Buffer.from('a'))
    const fits = new Decoding().feed(part, head(LIMITS.message - 1))
    expect(fits.items).toEqual([])
    const decoding = new Decoding().feed(part)
    expect(() => decoding.feed(head(LIMITS.message))).toThrow(failure('EMSGSIZE', /^a message of /))
  })

  it('are forgotten when they are complete', () => {
    const decoding = new Decoding().feed(message('a', 'b'), head(LIMITS.message))
    expect(decoding.items).toEqual([{ message: ['a', 'b'] }])
  })
})

describe('work', () => {
  const size = 10_000_000
  const body = Buffer.alloc(size, 'x')
  const header = head(size)

  it('a frame of 10 MB in single bytes is copied a few times, not once for each', () => {
    const { decoder } = new Decoding()
    let part: Uint8Array | undefined
    const work = measure(() => {
      for (const bytes of [header, body]) {
        for (let at = 0; at < bytes.length; at++) {
          decoder.push(bytes.subarray(at, at + 1))
          part = decoder.next()?.[0]
        }
      }
    })
    expect(part?.length).toBe(size)
    expect(Buffer.compare(part ?? Buffer.alloc(0), body)).toBe(0)
    expect(work.copied).toBeLessThan(3 * size)
    expect(work.allocated).toBeLessThan(3 * size)
  })

  it('memory grows with what arrives, not with what is announced', () => {
    const arrived = 3 * MIB
    const decoding = new Decoding()
    const { allocated } = measure(() => {
      decoding.feed(head(LIMITS.message), ...piecesOf(Buffer.alloc(arrived), 65_536))
    })
    expect(allocated).toBeLessThan(4 * arrived)
  })

  it('a large chunk behind the head of a larger frame is copied a few times', () => {
    const chunks = cut(Buffer.concat([header, body]), [4_000_000, 8_000_000])
    const { copied } = measure(() => new Decoding().feed(...chunks))
    expect(copied).toBeLessThan(3 * size)
  })

  it('many small messages in single bytes cost a few bytes for each', () => {
    const stream = Buffer.concat(
      Array.from({ length: 10_000 }, (_, index) => message('part', String(index))),
    )
    const decoding = new Decoding()
    const { copied } = measure(() => decoding.feed(...piecesOf(stream, 1)))
    expect(decoding.items).toHaveLength(10_000)
    expect(copied).toBeLessThan(10 * stream.length)
  })
})
