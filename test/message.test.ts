import { describe, expect, it } from 'vitest'
import { COPIED_AT_SEND, ownParts, toParts } from '../src/message.js'
import { pattern, texts } from './support/messages.js'

const shared = new SharedArrayBuffer(2)
new Uint8Array(shared).set([7, 8])
const floats = Float64Array.of(1.5)

describe('what can be sent as a part', () => {
  it.each<{ title: string; value: unknown; bytes: number[] | string }>([
    { title: 'text', value: 'né', bytes: 'né' },
    { title: 'the empty text', value: '', bytes: '' },
    { title: 'half a surrogate pair', value: '\ud800', bytes: '\ufffd' },
    { title: 'a Buffer', value: Buffer.of(0, 255), bytes: [0, 255] },
    {
      title: 'a view of a larger buffer',
      value: Uint8Array.of(1, 2, 3).subarray(1, 2),
      bytes: [2],
    },
    { title: 'another typed array', value: floats, bytes: [...new Uint8Array(floats.buffer)] },
    { title: 'a DataView', value: new DataView(Uint8Array.of(1, 2, 3).buffer, 1, 1), bytes: [2] },
    { title: 'an ArrayBuffer', value: Uint8Array.of(5, 6).buffer, bytes: [5, 6] },
    { title: 'a SharedArrayBuffer', value: shared, bytes: [7, 8] },
    { title: 'null', value: null, bytes: '' },
    { title: 'zero', value: 0, bytes: '0' },
    { title: 'minus zero', value: -0, bytes: '0' },
    { title: 'NaN', value: NaN, bytes: 'NaN' },
    { title: 'a boolean', value: false, bytes: 'false' },
    { title: 'a bigint', value: 2n ** 64n, bytes: '18446744073709551616' },
    { title: 'a Date', value: new Date(NaN), bytes: 'Invalid Date' },
    { title: 'an object with a text', value: { toString: () => 'mine' }, bytes: 'mine' },
  ])('$title, alone or among others', ({ value, bytes }) => {
    const expected = texts([Buffer.from(bytes as string)])
    expect(texts(toParts(value))).toEqual(expected)
    expect(texts(toParts([value, 'x', value]))).toEqual([...expected, 'x', ...expected])
  })

  it('nothing is an empty part alone, and text in an array', () => {
    expect(texts(toParts(undefined))).toEqual([''])
    expect(texts(toParts([undefined]))).toEqual(['undefined'])
  })

  it('arrays in an array are text', () => {
    expect(texts(toParts([['a', 'b'], []]))).toEqual(['a,b', ''])
  })

  it('an empty array is no part at all', () => {
    expect(toParts([])).toEqual([])
  })

  it('a symbol is not', () => {
    for (const message of [Symbol('no'), ['a', Symbol('no')]]) {
      expect(() => toParts(message)).toThrow(TypeError)
    }
  })

  it('an error on the way to text is the caller to have', () => {
    const value = {
      toString: () => {
        throw new RangeError('mine')
      },
    }
    expect(() => toParts(value)).toThrow(RangeError)
  })

  it('is not copied yet', () => {
    const memory = Buffer.from('abc')
    expect(toParts(memory)[0]).toBe(memory)
    expect(toParts(memory.buffer)[0]?.buffer).toBe(memory.buffer)
  })
})

describe('parts that are kept', () => {
  it.each([0, 1, COPIED_AT_SEND])('of %i bytes are copies', (size) => {
    const memory = pattern(size)
    const [part] = ownParts([memory])
    memory.fill(0)
    expect(part).toEqual(pattern(size))
    expect(part).toBeInstanceOf(Buffer)
  })

  it('of more bytes are the same memory', () => {
    const memory = new Uint8Array(COPIED_AT_SEND + 1)
    const [part] = ownParts([memory])
    memory[0] = 9
    expect([part?.[0], part?.length]).toEqual([9, COPIED_AT_SEND + 1])
    expect(part).toBeInstanceOf(Buffer)
  })

  it('are in a list of their own', () => {
    const parts = [Buffer.from('a'), Buffer.from('b')]
    const owned = ownParts(parts)
    parts.pop()
    expect(texts(owned)).toEqual(['a', 'b'])
  })
})
