import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryStore } from 'zerowire/patterns/store'
import { holds, holdsLater } from '../../test/support/property.js'
import { decodeContent, encodeContent, pack, unpack, unpackRows } from './bytes.js'
import { Producers } from './producers.js'

const id = (number: number) => new Uint8Array(16).fill(number)

describe('what producers have appended', () => {
  /** Copies of messages that are lost, late, or come twice; and restarts of the server. */
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constant({ kind: 'send' as const, at: 0 }) },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('arrive' as const), at: fc.nat(20) }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('repeat' as const), at: fc.constant(0) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('restart' as const), at: fc.constant(0) }),
    },
  )

  it('is there once and in its order, however messages are lost, repeated and late', async () => {
    const property = fc.asyncProperty(
      fc.array(step, { maxLength: 150, size: 'max' }),
      async (steps) => {
        const store = new MemoryStore()
        let producers = new Producers(10)
        const log: number[] = []
        const unanswered: number[] = []
        const under: { sequence: number; settled: number }[] = []
        let last = 0
        const send = (sequence: number) => {
          under.push({ sequence, settled: (unanswered[0] ?? sequence) - 1 })
        }
        for (const { kind, at } of steps) {
          if (kind === 'send') {
            unanswered.push(++last)
            send(last)
          } else if (kind === 'repeat') {
            for (const sequence of unanswered) send(sequence)
          } else if (kind === 'restart') {
            producers = new Producers(10)
            await producers.load(store)
          } else {
            // One of those that are under way; what lies before it may come later, or never.
            const [message] = under.splice(at % (under.length || 1), 1)
            if (!message) continue
            const { sequence, settled } = message
            const verdict = producers.judge(id(1), sequence, settled)
            expect(verdict).not.toBe('wrong')
            if (verdict === 'next') {
              producers.remember(id(1), sequence, settled, {
                partition: 0,
                offset: log.push(sequence) - 1,
              })
              await store.write(producers.changes())
            } else if (typeof verdict === 'object') {
              expect(log[verdict.offset]).toBe(sequence)
            }
            // Every other answer is lost.
            if ((verdict === 'next' || typeof verdict === 'object') && at % 2 === 0) {
              const place = unanswered.indexOf(sequence)
              if (place >= 0) unanswered.splice(place, 1)
            }
          }
        }
        expect(log).toEqual(Array.from(log, (_, i) => i + 1))
      },
    )
    await holdsLater(property, 300)
  })

  it('is forgotten of those that were heard longest ago, beyond so many', async () => {
    const store = new MemoryStore()
    const producers = new Producers(2)
    for (const number of [1, 2, 3]) {
      producers.remember(id(number), 1, 0, { partition: 0, offset: number })
      await store.write(producers.changes())
    }
    const again = new Producers(2)
    await again.load(store)
    for (const each of [producers, again]) {
      expect(each.judge(id(1), 1, 0)).toBe('next')
      expect(each.judge(id(2), 1, 0)).toEqual({ partition: 0, offset: 2 })
      expect(each.judge(id(3), 1, 0)).toEqual({ partition: 0, offset: 3 })
    }
    // Whoever was forgotten goes on after what it knows to be settled.
    expect(again.judge(id(1), 8, 7)).toBe('next')
    expect(again.judge(id(1), 9, 7)).toBe('early')
  })

  it('cannot be made larger than it may be', () => {
    const producers = new Producers(1)
    expect(producers.judge(id(1), 1, 1)).toBe('wrong')
    expect(producers.judge(id(1), 0, 0)).toBe('wrong')
    expect(producers.judge(id(1), 1025, 0)).toBe('wrong')
    for (let i = 1; i <= 1024; i++) producers.remember(id(1), i, 0, { partition: 0, offset: i })
    expect(producers.judge(id(1), 1025, 0)).toBe('wrong')
    expect(producers.judge(id(1), 1025, 1)).toBe('next')
    expect(producers.judge(id(1), 1024, 0)).toEqual({ partition: 0, offset: 1024 })
  })
})

describe('bytes', () => {
  it('are numbers again', () => {
    const property = fc.property(
      fc.maxSafeNat(),
      fc.nat(0xffff),
      fc.nat(0xffffffff),
      (large, small, middle) => {
        const bytes = pack([8, 2, 4], [large, small, middle])
        expect(unpack([8, 2, 4], bytes)).toEqual([large, small, middle])
        expect(unpack([8, 2], bytes)).toBeUndefined()
        expect(unpackRows([2], bytes)).toHaveLength(7)
        expect(unpackRows([8], bytes)).toBeUndefined()
      },
    )
    holds(property)
    expect(unpack([8], new Uint8Array(8).fill(255))).toBeUndefined()
    expect(unpack([2], undefined)).toBeUndefined()
  })

  it('are contents again, or none', () => {
    const property = fc.property(fc.uint8Array(), fc.uint8Array(), (key, value) => {
      const bytes = Buffer.from(encodeContent(5, key, value))
      expect(decodeContent(bytes)).toEqual({
        date: 5,
        key: Buffer.from(key),
        value: Buffer.from(value),
      })
    })
    holds(property)
    const anything = fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const content = decodeContent(Buffer.from(bytes))
      if (content) expect(content.key.length + content.value.length + 12).toBe(bytes.length)
    })
    holds(anything, 1000)
  })
})
