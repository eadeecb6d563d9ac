import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hash, HashRing } from 'zerowire/patterns/hash-ring'
import { holds } from '../../test/support/property.js'

const keys = Array.from({ length: 4000 }, (_, i) => `key:${i}`)
const owners = (ring: HashRing) => keys.map((key) => ring.get(key))
const names = (min: number) =>
  fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), {
    minLength: min,
    maxLength: 12,
    size: 'max',
  })

/** How many keys each member has, in proportion to the mean. */
function shares(ring: HashRing): number[] {
  const counts = new Map<string, number>()
  for (const owner of owners(ring)) counts.set(String(owner), (counts.get(String(owner)) ?? 0) + 1)
  return ring.members.map((member) => ((counts.get(member) ?? 0) * ring.size) / keys.length)
}

describe('the hash of a key', () => {
  it('is the same everywhere, as the README has it', () => {
    expect(['', 'a', 'user:17', 'grüße'].map(hash)).toEqual([
      0xab3e7c0b, 0x1a80b1b3, 0x8d905ad4, 0xee9f16e1,
    ])
  })

  it('is that of the bytes of a text', () => {
    const property = fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(hash(new TextEncoder().encode(text))).toBe(hash(text))
    })
    holds(property)
  })
})

describe('a ring', () => {
  it('has no owner for anything while it is empty', () => {
    const ring = new HashRing()
    expect([ring.get('key'), ring.get('key', 2), ring.size]).toEqual([undefined, [], 0])
    expect(ring.remove('nobody')).toBe(false)
  })

  it('gives the same answers in whatever order its members came, and after any that have left', () => {
    const property = fc.property(names(1), names(0), fc.nat(), (members, others, turn) => {
      const passing = others.filter((name) => !members.includes(name))
      const ring = new HashRing([...passing, ...members])
      for (const name of passing) expect(ring.remove(name)).toBe(true)
      const at = turn % members.length
      const turned = new HashRing([...members.slice(at), ...members.slice(0, at)])
      expect(owners(ring)).toEqual(owners(turned))
    })
    holds(property, 50)
  })

  it('moves only keys that the newcomer gets, about one in n of them', () => {
    const property = fc.property(names(2), ([newcomer = '', ...members]) => {
      const ring = new HashRing(members)
      const before = owners(ring)
      ring.add(newcomer)
      const moved = owners(ring).filter((owner, i) => owner !== before[i])
      expect(new Set(moved)).toEqual(new Set([newcomer]))
      const fair = keys.length / (members.length + 1)
      expect(moved.length).toBeGreaterThan(fair * 0.75)
      expect(moved.length).toBeLessThan(fair * 1.25)
    })
    holds(property, 100)
  })

  it('moves only keys of the member that leaves, to those who were next', () => {
    const property = fc.property(names(2), ([leaving = '', ...members]) => {
      const ring = new HashRing([leaving, ...members])
      const before = keys.map((key) => ring.get(key, 2))
      ring.remove(leaving)
      const expected = before.map(([first, second]) => (first === leaving ? second : first))
      expect(owners(ring)).toEqual(expected)
    })
    holds(property, 100)
  })

  it('is balanced: up to 12 members have within a quarter of their share', () => {
    const property = fc.property(names(1), (members) => {
      for (const share of shares(new HashRing(members))) {
        expect(share).toBeGreaterThan(0.75)
        expect(share).toBeLessThan(1.25)
      }
    })
    holds(property, 100)
  })

  it('gives each member keys by its weight, and moves only as many as a change of it asks for', () => {
    const ring = new HashRing(['anna', 'bert', 'cleo'])
    const before = owners(ring)
    ring.add('cleo', 2)
    expect(ring.weight('cleo')).toBe(2)
    const after = owners(ring)
    const moved = after.filter((owner, i) => owner !== before[i])
    expect(new Set(moved)).toEqual(new Set(['cleo']))
    const share = after.filter((owner) => owner === 'cleo').length / keys.length
    expect(Math.abs(share - 0.5)).toBeLessThan(0.06)
    ring.add('cleo')
    expect(owners(ring)).toEqual(before)
    ring.add('dora', 0.000_001)
    expect(ring.members).toEqual(['anna', 'bert', 'cleo', 'dora'])
  })

  it('names different members for copies, the owner first', () => {
    const property = fc.property(
      names(1),
      fc.string(),
      fc.integer({ min: 0, max: 15 }),
      (...of) => {
        const [members, key, count] = of
        const ring = new HashRing(members)
        const found = ring.get(key, count)
        expect(found.length).toBe(Math.min(count, members.length))
        expect(new Set(found).size).toBe(found.length)
        if (count > 0) expect(found[0]).toBe(ring.get(key))
      },
    )
    holds(property)
  })

  it('has a bound, and says what it cannot take', () => {
    const ring = new HashRing(['anna'], { points: 10, maxPoints: 25 })
    expect(() => ring.add('bert', 2)).toThrow('more than maxPoints has room for')
    ring.add('anna', 2)
    expect(() => ring.add('bert')).toThrow(RangeError)
    expect(() => ring.add('bert', 0)).toThrow('weight must be above 0, not 0')
    expect(() => ring.add('bert', NaN)).toThrow(RangeError)
    expect(() => ring.add(7 as unknown as string)).toThrow(TypeError)
    expect(() => new HashRing([], { points: 0.5 })).toThrow('points is a whole number')
    expect(ring.members).toEqual(['anna'])
  })
})
