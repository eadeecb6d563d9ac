import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holdsLater } from '../../../test/support/property.js'
import { pages, type Change, type Entry, type RangeOptions, type Store } from '../index.js'

/** A key or value of these bytes, or of this text. */
export function bytes(content: string | readonly number[]): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : Uint8Array.from(content)
}

export function put(key: string, value: string = ''): Change {
  return { key: bytes(key), value: bytes(value) }
}

function text(value: Uint8Array | undefined): string | undefined {
  return value && new TextDecoder().decode(value)
}

/** Keys and values as text. */
export function texts(entries: readonly Entry[]): string[] {
  return entries.map(({ key, value }) => `${text(key) ?? ''}=${text(value) ?? ''}`)
}

async function all(store: Store, limit?: number): Promise<Entry[]> {
  const found: Entry[] = []
  for await (const page of pages(store, bytes([0]), bytes([255, 255, 255, 255]), limit)) {
    found.push(...page)
  }
  return found
}

// Few bytes, so that keys meet, and begin with each other; the greatest and the least are among them.
const byte = fc.constantFrom(0, 1, 97, 128, 255)
const key = fc.array(byte, { minLength: 1, maxLength: 3 })
const change = fc.record({ key, value: fc.option(fc.array(byte, { maxLength: 2 })) })
const writes = fc.array(fc.array(change, { maxLength: 20 }), { maxLength: 20 })
const question = fc.record({ from: key, to: key, limit: fc.integer({ min: 1, max: 30 }) })

/** The content of a model, in order. */
function sorted(model: ReadonlyMap<string, Uint8Array>): Entry[] {
  return [...model]
    .map(([hex, value]) => ({ key: Buffer.from(hex, 'hex'), value }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
}

function plain(entries: readonly Entry[]): number[][][] {
  return entries.map(({ key, value }) => [[...key], [...value]])
}

/** What every store keeps to. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(name, () => {
    let store: Store
    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())

    it('gives what was put last, and nothing for what was deleted or never put', async () => {
      await store.write([put('a', '1'), put('b', '1'), put('a', '2'), { key: bytes('b') }])
      expect(text(await store.get(bytes('a')))).toBe('2')
      expect(await store.get(bytes('b'))).toBeUndefined()
      expect(await store.get(bytes('c'))).toBeUndefined()
      await store.write([{ key: bytes('a'), value: undefined }, { key: bytes('never') }])
      expect(await store.get(bytes('a'))).toBeUndefined()
    })

    it('keeps empty values, and large ones', async () => {
      const large = Buffer.alloc(3_000_000, 'large')
      await store.write([put('empty'), { key: bytes('large'), value: large }])
      expect(await store.get(bytes('empty'))).toHaveLength(0)
      const kept = await store.get(bytes('large'))
      expect(kept && Buffer.compare(kept, large)).toBe(0)
      const found = await store.range(bytes('a'), bytes('z'))
      expect(found.map(({ value }) => value.length)).toEqual([0, 3_000_000])
    })

    it('does nothing when there is nothing to change', async () => {
      await store.write([])
      expect(await all(store)).toEqual([])
    })

    it('shows a range in the order of bytes, from either end, as far as the limit', async () => {
      await store.write(['b', 'ab', 'c', 'a', 'ÿ'].map((key) => put(key)))
      const [from, to] = [bytes('ab'), bytes('ÿ')]
      expect(texts(await store.range(from, to))).toEqual(['ab=', 'b=', 'c='])
      expect(texts(await store.range(from, to, { reverse: true }))).toEqual(['c=', 'b=', 'ab='])
      expect(texts(await store.range(from, to, { limit: 2 }))).toEqual(['ab=', 'b='])
      const lastTwo = await store.range(from, to, { limit: 2, reverse: true })
      expect(texts(lastTwo)).toEqual(['c=', 'b='])
      expect(await store.range(to, from)).toEqual([])
      expect(await store.range(from, from)).toEqual([])
    })

    it('shows 1000 entries unless told otherwise, and page after page all of them', async () => {
      const keys = Array.from({ length: 3000 }, (_, i) => `k${String(i).padStart(5, '0')}`)
      // In an order of its own, and a sixth of them goes again.
      await store.write(keys.map((_, i) => put(keys[(i * 1009) % 3000] ?? '')))
      const gone = new Set(keys.filter((_, i) => i % 1000 < 167))
      await store.write([...gone].map((key) => ({ key: bytes(key) })))
      const expected = keys.filter((key) => !gone.has(key))
      expect(await store.range(bytes('k'), bytes('l'))).toHaveLength(1000)
      for (const limit of [undefined, 1, 500, expected.length, 9999]) {
        expect((await all(store, limit)).map(({ key }) => text(key))).toEqual(expected)
      }
    })

    it('makes writes in the order of the calls, and all of each before it resolves', async () => {
      const order: number[] = []
      const calls = Array.from({ length: 50 }, async (_, i) => {
        await store.write([put('last', String(i)), put(`own ${String(i)}`)])
        order.push(i)
      })
      await calls[10]
      expect(await store.get(bytes('own 10'))).toBeDefined()
      await Promise.all(calls)
      expect(order).toEqual(order.toSorted((a, b) => a - b))
      expect(text(await store.get(bytes('last')))).toBe('49')
    })

    it('refuses a write as a whole when a part of it is wrong', async () => {
      const wrong: unknown[] = [
        { key: bytes('') },
        { key: 'text' },
        { key: bytes('k'), value: 'v' },
      ]
      for (const change of wrong) {
        await expect(store.write([put('a'), change as Change])).rejects.toThrow(TypeError)
      }
      expect(await all(store)).toEqual([])
    })

    it('shows no more of a range than so many bytes of values, and the entry that makes them full', async () => {
      await store.write(['a', 'b', 'c', 'd'].map((key) => put(key, '12345')))
      const keys = async (options: RangeOptions): Promise<(string | undefined)[]> =>
        (await store.range(bytes('a'), bytes('z'), options)).map(({ key }) => text(key))
      expect(await keys({ bytes: 1 })).toEqual(['a'])
      expect(await keys({ bytes: 10 })).toEqual(['a', 'b'])
      expect(await keys({ bytes: 11, reverse: true })).toEqual(['d', 'c', 'b'])
      expect(await keys({ bytes: 11, limit: 2 })).toEqual(['a', 'b'])
      expect(await keys({ bytes: 100 })).toEqual(['a', 'b', 'c', 'd'])
    })

    it.each([0, -1, 1.5, NaN, Infinity])('refuses the limit %s', async (limit) => {
      await expect(store.range(bytes('a'), bytes('b'), { limit })).rejects.toThrow(RangeError)
    })

    it('finishes its writes when it is closed, and takes no others', async () => {
      const written = store.write([put('a')])
      const closed = store.close()
      await expect(written).resolves.toBeUndefined()
      for (const call of [
        () => store.write([put('b')]),
        () => store.get(bytes('a')),
        () => store.range(bytes('a'), bytes('b')),
      ]) {
        await expect(call()).rejects.toMatchObject({ code: 'EBADF', message: 'Store is closed' })
      }
      await closed
      await store[Symbol.asyncDispose]()
    })

    it('is what a sorted map is', async () => {
      const property = fc.asyncProperty(writes, fc.array(question), async (groups, questions) => {
        await store.write((await all(store)).map(({ key }) => ({ key })))
        const model = new Map<string, Uint8Array>()
        const pending = groups.map((group) => {
          for (const { key, value } of group) {
            const hex = Buffer.from(key).toString('hex')
            if (value) model.set(hex, bytes(value))
            else model.delete(hex)
          }
          return store.write(
            group.map(({ key, value }) => ({
              key: bytes(key),
              value: value ? bytes(value) : undefined,
            })),
          )
        })
        await Promise.all(pending)
        const expected = sorted(model)
        expect(plain(await all(store, 7))).toEqual(plain(expected))
        for (const { from, to, limit } of questions) {
          const within = expected.filter(
            ({ key }) =>
              Buffer.compare(key, bytes(from)) >= 0 && Buffer.compare(key, bytes(to)) < 0,
          )
          const ascending = await store.range(bytes(from), bytes(to), { limit })
          expect(plain(ascending)).toEqual(plain(within.slice(0, limit)))
          const descending = await store.range(bytes(from), bytes(to), { limit, reverse: true })
          expect(plain(descending)).toEqual(plain(within.reverse().slice(0, limit)))
        }
      })
      await holdsLater(property, 100)
    })
  })
}
