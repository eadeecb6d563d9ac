import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import {
  allocate,
  asFrame,
  concat,
  copyOf,
  EMPTY,
  equal,
  fromText,
  randomU32,
  toLatin1,
  toText,
  View,
} from '../../src/util/bytes.js'
import { holds } from '../support/property.js'

const bytes = fc.uint8Array({ maxLength: 60 })

describe('in Node every frame is a Buffer', () => {
  it.each([
    ['EMPTY', EMPTY, 0],
    ['allocate()', allocate(3), 3],
    ['fromText()', fromText('né'), 3],
    ['copyOf()', copyOf(Uint8Array.of(1, 2)), 2],
    ['concat()', concat([Uint8Array.of(1), Uint8Array.of(2)]), 2],
    ['concat() of nothing', concat([]), 0],
    ['asFrame()', asFrame(Uint8Array.of(1)), 1],
  ])('%s', (_title, frame, length) => {
    expect(frame).toBeInstanceOf(Buffer)
    expect(frame).toHaveLength(length)
  })
})

describe('memory', () => {
  it('asFrame() is the same memory, no more of it, and a Buffer as it is', () => {
    const whole = Uint8Array.of(1, 2, 3, 4)
    const frame = asFrame(whole.subarray(1, 3))
    whole[1] = 9
    expect([...frame]).toEqual([9, 3])
    const buffer = Buffer.of(1)
    expect(asFrame(buffer)).toBe(buffer)
  })

  it('copies do not change with their source', () => {
    const source = Buffer.from('abcdef').subarray(2, 4)
    const copies = [copyOf(source), concat([source])]
    source.fill('x')
    expect(copies.map(String)).toEqual(['cd', 'cd'])
  })

  it('a View is a frame of memory that is there already', () => {
    const memory = Uint8Array.of(1, 2, 3, 4)
    const view = new View(memory.buffer, 1, 2)
    memory[2] = 9
    expect(view).toEqual(Buffer.of(2, 9))
  })
})

describe('text', () => {
  it('is UTF-8, whatever is in it', () => {
    holds(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(Buffer.from(text).equals(fromText(text))).toBe(true)
        expect(toText(fromText(text))).toBe(text)
      }),
    )
  })

  it('keeps a byte order mark, as Buffer does', () => {
    const marked = '\ufefftext'
    expect(toText(fromText(marked))).toBe(marked)
  })

  it('what is no UTF-8 becomes the replacement character', () => {
    expect(toText(Uint8Array.of(0x61, 0xff))).toBe('a\ufffd')
  })

  it('of one character a byte tells all bytes apart', () => {
    holds(
      fc.property(bytes, (all) => {
        expect(toLatin1(all)).toBe(Buffer.from(all).toString('latin1'))
      }),
    )
  })
})

describe('equal() and concat()', () => {
  it('are what Buffer has', () => {
    holds(
      fc.property(bytes, bytes, fc.array(bytes), (a, b, list) => {
        expect(equal(a, b)).toBe(Buffer.compare(a, b) === 0)
        expect(equal(a, Uint8Array.from(a))).toBe(true)
        expect(Buffer.concat(list).equals(concat(list))).toBe(true)
      }),
    )
  })

  it.each([
    ['', 'a'],
    ['ab', 'abc'],
    ['abc', 'abd'],
  ])('%j is not %j', (a, b) => {
    expect(equal(Buffer.from(a), Buffer.from(b))).toBe(false)
  })
})

describe('without Buffer', () => {
  async function elsewhere() {
    vi.resetModules()
    vi.stubGlobal('Buffer', undefined)
    try {
      return await import('../../src/util/bytes.js')
    } finally {
      vi.unstubAllGlobals()
    }
  }

  it('every frame is a Uint8Array whose toString() decodes UTF-8', async () => {
    const there = await elsewhere()
    const text = new TextEncoder().encode('né')
    for (const frame of [
      there.fromText('né'),
      there.copyOf(text),
      there.concat([text]),
      there.asFrame(text),
      there.asFrame(text).subarray(0),
      new there.View(text.buffer, 0, text.length),
    ]) {
      expect(frame).toBeInstanceOf(Uint8Array)
      expect(frame).not.toBeInstanceOf(Buffer)
      expect(String(frame)).toBe('né')
    }
    expect([String(there.EMPTY), there.allocate(5).length]).toEqual(['', 5])
  })

  it('asFrame() is the same memory, and a frame as it is', async () => {
    const { asFrame: frameOf } = await elsewhere()
    const whole = Uint8Array.of(1, 2, 3, 4)
    const frame = frameOf(whole.subarray(1, 3))
    whole[1] = 9
    expect([...frame]).toEqual([9, 3])
    expect(frameOf(frame)).toBe(frame)
  })
})

it('random numbers fit 32 bits and differ', () => {
  const numbers = Array.from({ length: 100 }, randomU32)
  expect(new Set(numbers).size).toBeGreaterThan(95)
  for (const number of numbers) expect(number >>> 0).toBe(number)
})
