import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/wire/limits.js'
import { Decoding } from '../support/fast-codec.js'
import { pattern } from '../support/messages.js'
import { holds } from '../support/property.js'
import { slowDecode, slowEncode } from '../support/slow-codec.js'
import { frame, message } from '../support/wire.js'
import { measure } from '../support/work.js'

const MIB = 1_048_576
const NOTHING = new Uint8Array(0)

/** Reads the bytes as a stream does, `size` at a time: into the decoder's memory where it has a target. */
function read(decoding: Decoding, bytes: Uint8Array, sizes: readonly number[]): number {
  const { decoder } = decoding
  let direct = 0
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? bytes.length
    const target = decoder.target()
    const chunk = bytes.slice(at, at + Math.min(size, target?.length ?? size))
    at += chunk.length
    if (target === undefined) {
      decoding.feed(chunk)
      continue
    }
    target.set(chunk)
    decoder.filled(chunk.length)
    decoding.feed(NOTHING)
    direct += chunk.length
  }
  return direct
}

describe('a target', () => {
  it('is only there for the rest of a large frame', () => {
    const { decoder } = new Decoding()
    expect(decoder.target()).toBeUndefined()
    for (const [size, expected] of [
      [1000, undefined],
      [65_536, undefined],
      [65_537, 65_536],
      [300_000, 299_999],
    ] as const) {
      const decoding = new Decoding().feed(frame(0, pattern(size)).subarray(0, 10))
      expect(decoding.decoder.target()?.length).toBe(expected)
    }
  })

  it('is gone when the frame is complete', () => {
    const decoding = new Decoding()
    read(decoding, frame(0, pattern(200_000)), [65_536])
    expect(decoding.items).toHaveLength(1)
    expect(decoding.decoder.target()).toBeUndefined()
  })

  it('spares the copying of what is read into it', () => {
    const bytes = frame(0, pattern(MIB))
    const decoding = new Decoding().feed(bytes.subarray(0, 9))
    const target = decoding.decoder.target()
    bytes.copy(target ?? NOTHING, 0, 9)
    const work = measure(() => {
      decoding.decoder.filled(MIB)
      decoding.feed(NOTHING)
    })
    expect(work).toEqual({ copied: 0, allocated: 0 })
    expect(decoding.items).toEqual([{ message: [pattern(MIB).toString('latin1')] }])
  })

  it('is never larger than what has arrived so far, or a megabyte', () => {
    const head = Buffer.from('0200000000' + LIMITS.message.toString(16).padStart(8, '0'), 'hex')
    const decoding = new Decoding()
    let direct = 0
    const { allocated } = measure(() => {
      direct = read(decoding, Buffer.concat([head, Buffer.alloc(4 * MIB)]), [65_536])
    })
    expect(direct).toBeGreaterThan(3 * MIB)
    expect(allocated).toBeLessThan(4 * direct)
  })
})

it('reading into targets and reading chunks give the same', () => {
  const size = fc.constantFrom(0, 10, 5000, 65_536, 70_000, 200_000, 1_200_000)
  const sizes = fc.array(fc.integer({ min: 1000, max: 200_000 }), { minLength: 1, maxLength: 5 })
  holds(
    fc.property(fc.array(size, { minLength: 1, maxLength: 4 }), sizes, (parts, chunks) => {
      const text = parts.map((length, index) => pattern(length, index).toString('latin1'))
      const stream = Buffer.concat([slowEncode([{ message: text }]), message('after')])
      const decoding = new Decoding()
      read(decoding, stream, chunks)
      expect(decoding.items).toEqual(slowDecode(stream))
    }),
    60,
  )
})
