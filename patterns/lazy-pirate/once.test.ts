import fc from 'fast-check'
import { Once } from 'zerowire/patterns/lazy-pirate'
import { describe, expect, it } from 'vitest'
import { holdsLater } from '../../test/support/property.js'

describe('a server that does everything once', () => {
  it('does each request once, and gives each repetition the reply of the first', async () => {
    // Clients ask in order, each request up to three times.
    const asked = fc.array(fc.record({ client: fc.nat(3), times: fc.integer({ min: 1, max: 3 }) }))
    await holdsLater(
      fc.asyncProperty(asked, async (requests) => {
        const once = new Once<string>()
        const next = new Map<number, number>()
        const done: string[] = []
        for (const { client, times } of requests) {
          const number = next.get(client) ?? 0
          next.set(client, number + 1)
          const work = () => `${client}/${number} is number ${done.push(`${client}/${number}`)}`
          const replies = Array.from({ length: times }, () =>
            once.answer(String(client), number, work),
          )
          const expected = `${client}/${number} is number ${done.length}`
          expect(await Promise.all(replies)).toEqual(replies.map(() => expected))
        }
        expect(new Set(done).size).toBe(done.length)
        expect(once.stats).toMatchObject({ done: requests.length, clients: next.size, stale: 0 })
      }),
    )
  })

  it('does not answer what came before the last', async () => {
    const once = new Once<string>()
    await once.answer('a', 2, () => 'two')
    expect(await once.answer('a', 1, () => 'one')).toBe(undefined)
    expect(once.stats).toMatchObject({ done: 1, stale: 1 })
  })

  it('still knows what was done before what has failed', async () => {
    const once = new Once<string>()
    await once.answer('a', 1, () => 'one')
    await expect(once.answer('a', 2, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await once.answer('a', 1, () => 'one again')).toBe('one')
    expect(await once.answer('a', 2, () => 'two')).toBe('two')
    expect(once.stats).toMatchObject({ done: 2, replayed: 1 })
  })

  it('tries again what has failed, and no other', async () => {
    const once = new Once<string>()
    const broken = () => {
      throw new Error('no disk')
    }
    await expect(once.answer('a', 1, broken)).rejects.toThrow('no disk')
    expect(await once.answer('a', 1, () => 'done')).toBe('done')
    expect(once.stats).toMatchObject({ done: 1, replayed: 0 })
  })

  it('takes no numbers that are none', async () => {
    const once = new Once<string>()
    for (const number of [Number.NaN, -1, 0.5, 2 ** 60]) {
      await expect(once.answer('a', number, () => 'done')).rejects.toThrow(RangeError)
    }
    expect(once.stats.clients).toBe(0)
  })

  it('forgets the client not heard of for longest', async () => {
    expect(() => new Once({ maxClients: 0 })).toThrow(RangeError)
    const once = new Once<number>({ maxClients: 2 })
    let work = 0
    for (const client of ['a', 'b', 'a', 'c', 'a', 'b']) await once.answer(client, 1, () => ++work)
    expect(once.stats).toEqual({ done: 4, replayed: 2, stale: 0, forgotten: 2, clients: 2 })
  })
})
