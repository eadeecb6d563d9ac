import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COMMAND, MORE, readLength, writeHeader } from '../../src/wire/frame.js'
import { hex } from '../support/chunks.js'
import { holds } from '../support/property.js'

function header(flags: number, length: number): string {
  const out = Buffer.alloc(20, 0xee)
  return out.subarray(3, writeHeader(out, 3, flags, length)).toString('hex')
}

describe('headers', () => {
  it.each([
    [0, 0, '0000'],
    [MORE, 255, '01ff'],
    [COMMAND, 7, '0407'],
    [0, 256, '020000000000000100'],
    [MORE, 65_536, '030000000000010000'],
    [COMMAND, 300, '06000000000000012c'],
    [0, 0x7fff_ffff, '02000000007fffffff'],
    [0, 0x1_0000_0000, '020000000100000000'],
    [0, Number.MAX_SAFE_INTEGER, '02001fffffffffffff'],
  ])('flags %i, %i bytes', (flags, length, expected) => {
    expect(header(flags, length)).toBe(expected)
  })
})

describe('lengths of eight bytes', () => {
  it.each([
    ['0000000000000000', 0],
    ['00000000ffffffff', 0xffff_ffff],
    ['001fffffffffffff', Number.MAX_SAFE_INTEGER],
    ['0020000000000001', 2 ** 53],
    ['7fffffffffffffff', 2 ** 63],
    ['ffffffffffffffff', 2 ** 64],
  ])('%s', (text, expected) => {
    expect(readLength(Buffer.concat([Buffer.of(1), hex(text)]), 1)).toBe(expected)
  })

  it('are read as they were written', () => {
    holds(
      fc.property(fc.maxSafeNat(), (length) => {
        if (length < 256) return
        const out = new Uint8Array(9)
        writeHeader(out, 0, 0, length)
        expect(readLength(out, 1)).toBe(length)
      }),
    )
  })
})
