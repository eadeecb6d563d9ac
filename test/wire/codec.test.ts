import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutAt, cuts, piecesOf } from '../support/chunks.js'
import { decodeAll, encoded, encodeItem } from '../support/fast-codec.js'
import { pattern } from '../support/messages.js'
import { holds } from '../support/property.js'
import { slowDecode, slowEncode, type Item } from '../support/slow-codec.js'

const SIZES = [0, 1, 31, 32, 33, 254, 255, 256, 257, 1015, 4095, 4096, 4097, 65_534, 65_535, 65_536]
const MIB = 1_048_576

/** One character a byte; mostly short, sometimes of a size at which something changes. */
const body = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom(...SIZES).map((size) => pattern(size, size)) },
)
const text = body.map((content) => Buffer.from(content).toString('latin1'))

const item: fc.Arbitrary<Item> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ message: fc.array(text, { minLength: 1, maxLength: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ command: text }) },
)
const items = fc.array(item, { maxLength: 12 })

function encodeAll(all: readonly Item[]): Buffer {
  return encoded((encoder) => {
    for (const one of all) encodeItem(encoder, one)
  })
}

describe('the fast codec', () => {
  it('writes what the slow one writes', () => {
    holds(fc.property(items, (all) => encodeAll(all).equals(slowEncode(all))))
  })

  it('reads what the slow one reads, however it is cut', () => {
    holds(
      fc.property(items, cuts, fc.integer({ min: 1, max: 5 }), (all, shares, most) => {
        const stream = slowEncode(all)
        expect(decodeAll(cutAt(stream, shares))).toEqual(slowDecode(stream))
        expect(decodeAll(cutAt(stream, shares), most)).toEqual(slowDecode(stream))
      }),
    )
  })

  it('reads in pieces of any size what it wrote', () => {
    holds(
      fc.property(items, fc.integer({ min: 1, max: 70_000 }), (all, size) => {
        expect(decodeAll(piecesOf(encodeAll(all), size))).toEqual(all)
      }),
      100,
    )
  })

  it('agrees with the slow one about any bytes, as far as it takes them', () => {
    // Short forms only: the long ones are mostly refused, and have tests of their own.
    const stream = fc.uint8Array({ maxLength: 400 }).map((all) => {
      const bytes = Buffer.from(all)
      for (let at = 0; at < bytes.length; at += 2 + (bytes[at + 1] ?? 0)) {
        bytes[at] = (bytes[at] ?? 0) & 0xfd
      }
      return bytes
    })
    holds(
      fc.property(stream, cuts, (bytes, shares) => {
        expect(decodeAll(cutAt(bytes, shares))).toEqual(slowDecode(bytes))
      }),
    )
  })
})

describe('parts of every size at which something changes', () => {
  it.each([...SIZES, MIB - 1, MIB, MIB + 1, 3 * MIB])('%i bytes', (size) => {
    const part = pattern(size, 7).toString('latin1')
    const all: Item[] = [{ message: ['before', part, 'after'] }, { message: [part] }]
    const stream = encodeAll(all)
    expect(stream.equals(slowEncode(all))).toBe(true)
    for (const piece of [stream.length, 65_536, 4097]) {
      const seen = decodeAll(piecesOf(stream, piece))
      expect(JSON.stringify(seen) === JSON.stringify(all)).toBe(true)
    }
  })
})
