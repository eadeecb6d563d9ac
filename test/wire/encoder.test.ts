import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameEncoder } from '../../src/wire/frame-encoder.js'
import { bytes, pattern } from '../support/messages.js'
import { slowEncode } from '../support/slow-codec.js'
import { holds } from '../support/property.js'

/** Room for the header of any frame, at most. */
const HEADER = 9

function taken(encoder: FrameEncoder): Buffer {
  return Buffer.concat(encoder.take())
}

describe('what waits', () => {
  it('is counted in bytes', () => {
    const encoder = new FrameEncoder()
    expect(encoder.bytes).toBe(0)
    encoder.message(bytes('a', 'bc'))
    expect(encoder.bytes).toBe(2 + 1 + 2 + 2)
    encoder.command(Buffer.from('\x01x'))
    expect(encoder.bytes).toBe(7 + 4)
    encoder.raw(Buffer.alloc(10))
    expect(encoder.bytes).toBe(11 + 10)
    encoder.message([pattern(100_000)])
    expect(encoder.bytes).toBe(21 + 9 + 100_000)
    expect(taken(encoder)).toHaveLength(100_030)
    expect(encoder.bytes).toBe(0)
  })

  it('is handed over once, in order', () => {
    const encoder = new FrameEncoder()
    encoder.raw(Buffer.from('greeting'))
    encoder.command(Buffer.from('command'))
    encoder.message(bytes('message'))
    encoder.message([pattern(50_000)])
    encoder.raw(Buffer.from('raw'))
    encoder.message(bytes('last'))
    const expected = Buffer.concat([
      Buffer.from('greeting'),
      slowEncode([
        { command: 'command' },
        { message: ['message'] },
        { message: [pattern(50_000).toString('latin1')] },
      ]),
      Buffer.from('raw'),
      slowEncode([{ message: ['last'] }]),
    ])
    expect(taken(encoder).equals(expected)).toBe(true)
    encoder.release()
    expect(encoder.take()).toEqual([])
  })

  it('goes out in one piece if it is small', () => {
    const encoder = new FrameEncoder()
    for (let i = 0; i < 20; i++) encoder.message(bytes('topic', String(i)))
    expect(encoder.take()).toHaveLength(1)
  })

  it('can be taken again after release() and after abandon()', () => {
    const encoder = new FrameEncoder()
    for (const end of ['release', 'abandon', 'abandon', 'release', 'release'] as const) {
      encoder.message(bytes(end))
      expect(taken(encoder)).toEqual(slowEncode([{ message: [end] }]))
      encoder[end]()
      expect(encoder.bytes).toBe(0)
    }
  })
})

describe('memory', () => {
  it('short bodies are copied: the caller may change them at once', () => {
    const encoder = new FrameEncoder()
    const body = Buffer.alloc(4096, 'a')
    encoder.message([body])
    body.fill('b')
    expect(taken(encoder).subarray(HEADER)).toEqual(Buffer.alloc(4096, 'a'))
  })

  it('long ones go out as they are', () => {
    const encoder = new FrameEncoder()
    const body = Buffer.alloc(4097)
    encoder.message([body, Buffer.from('next')])
    const chunks = encoder.take()
    expect(chunks).toHaveLength(3)
    expect(chunks[1]).toBe(body)
  })

  it('a flood goes out in few chunks, which grow with it', () => {
    const encoder = new FrameEncoder()
    const flood = 2000
    for (let i = 0; i < flood; i++) encoder.message([pattern(100)])
    const chunks = encoder.take()
    const sizes = chunks.map((chunk) => chunk.buffer.byteLength)
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b))
    expect(sizes.slice(0, 4)).toEqual([1024, 4096, 16_384, 65_536])
    expect(Buffer.concat(chunks)).toHaveLength(flood * 102)
  })

  it('after it the chunks are small again', () => {
    const encoder = new FrameEncoder()
    const turn = (messages: number): number => {
      for (let i = 0; i < messages; i++) encoder.message([pattern(100)])
      const size = encoder.take().at(-1)?.buffer.byteLength ?? 0
      encoder.release()
      return size
    }
    expect(turn(2000)).toBe(65_536)
    const quiet = Array.from({ length: 6 }, () => turn(1))
    expect(quiet.at(-1)).toBe(1024)
    expect(turn(1)).toBe(1024)
  })
})

describe('a message that goes to many', () => {
  const messages = fc.array(
    fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 6 }),
    { minLength: 1, maxLength: 6 },
  )

  it('is the same bytes for each of them, as if it were alone', () => {
    holds(
      fc.property(messages, (all) => {
        const alone = new FrameEncoder()
        const many = [new FrameEncoder(), new FrameEncoder(), new FrameEncoder()]
        for (const message of all) {
          alone.message(message)
          for (const encoder of many) encoder.message(message, true)
        }
        const expected = Buffer.concat(alone.take())
        for (const encoder of many)
          expect(Buffer.concat(encoder.take()).equals(expected)).toBe(true)
      }),
    )
  })

  it.each([1000, 40_000, 70_000])('with parts of %i bytes as well', (size) => {
    const message = [Buffer.alloc(size, 'a'), Buffer.alloc(10, 'b'), Buffer.alloc(size, 'c')]
    const [first, second, alone] = [new FrameEncoder(), new FrameEncoder(), new FrameEncoder()]
    first.message(message, true)
    second.message(message, true)
    alone.message(message)
    const expected = Buffer.concat(alone.take())
    for (const encoder of [first, second]) {
      expect(Buffer.concat(encoder.take()).equals(expected)).toBe(true)
    }
  })
})
