import { describe, expect, it } from 'vitest'
import { Slabs } from '../../src/security/slabs.js'

const SIZE = 262_144
/** Two of them fill a slab. */
const HALF = SIZE / 2

/** So many slabs, filled. @returns their memory. */
function fill(slabs: Slabs, count: number): ArrayBufferLike[] {
  return Array.from({ length: count }, () => {
    const [first, second] = [slabs.take(HALF), slabs.take(HALF)]
    expect(second.buffer).toBe(first.buffer)
    expect(second.byteOffset).toBe(first.byteOffset + HALF)
    return first.buffer
  })
}

/** How many of these are among those. */
function again(those: readonly ArrayBufferLike[], these: readonly ArrayBufferLike[]): number {
  return these.filter((memory) => those.includes(memory)).length
}

describe('slabs', () => {
  it('are used again when what was in them has been written, a few of them', () => {
    const slabs = new Slabs()
    const first = fill(slabs, 6)
    expect(new Set(first).size).toBe(6)
    slabs.release()
    expect(again(first, fill(slabs, 6))).toBe(4)
    slabs.abandon()
  })

  it('are not used again while what is in them is still being written', () => {
    const slabs = new Slabs()
    const first = fill(slabs, 3)
    slabs.abandon()
    slabs.release()
    expect(again(first, fill(slabs, 6))).toBe(0)
  })

  it('hold nothing longer than half of one', () => {
    const slabs = new Slabs()
    const start = slabs.take(10)
    const long = slabs.take(HALF + 1)
    const next = slabs.take(20)
    expect([start.length, long.length, next.length]).toEqual([10, HALF + 1, 20])
    expect(next.byteOffset).toBe(start.byteOffset + 10)
    expect(long.buffer).not.toBe(start.buffer)
  })
})
