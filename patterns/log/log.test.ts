import { describe, expect, it } from 'vitest'
import { HashRing } from 'zerowire/patterns/hash-ring'
import { LogConsumer, LogProducer, LogServer } from 'zerowire/patterns/log'
import { MemoryStore, type Entry } from 'zerowire/patterns/store'
import { until } from '../../test/support/turn.js'
import { Scene, take, values } from './test/scene.js'

const count = (length: number) => Array.from({ length }, (_, i) => i)

/** The order in which a key's records were read. */
function byKey(records: Awaited<ReturnType<typeof take>>): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  for (const { key, value } of records) (found[String(key)] ??= []).push(String(value))
  return found
}

describe('a log', () => {
  it('gives each record a place, and every reader all of them in that order', async () => {
    const scene = await Scene.open({ topics: { news: {} } })
    const producer = scene.producer()
    const places = await Promise.all(count(100).map((i) => producer.append('news', '', `${i}`)))
    expect(places).toEqual(count(100).map((offset) => ({ partition: 0, offset })))
    for (const consumer of [scene.consumer('news'), scene.consumer('news')]) {
      const records = await take(consumer, 100)
      expect(values(records)).toEqual(count(100).map(String))
      expect(records[7]).toEqual({
        ...{ topic: 'news', partition: 0, offset: 7, date: 1_000_000 },
        ...{ key: Buffer.from(''), value: Buffer.from('7') },
      })
    }
  })

  it('has the partition of a key by its ring, and keeps the order of each key', async () => {
    const scene = await Scene.open({ topics: { news: { partitions: 4 } } })
    const [producer, ring] = [scene.producer(), new HashRing(count(4).map(String))]
    const keys = count(10).map((i) => `key:${i}`)
    const expected = Object.fromEntries(keys.map((key) => [key, count(20).map(String)]))
    for (const i of count(20)) {
      for (const key of keys) {
        void producer.append('news', key, `${i}`).then(({ partition }) => {
          expect(`${partition}`).toBe(ring.get(key))
        })
      }
    }
    expect(byKey(await take(scene.consumer('news'), 200))).toEqual(expected)
  })

  it('lets readers go on with what comes, without gap or duplicate', async () => {
    const scene = await Scene.open({ topics: { news: {} } })
    const producer = scene.producer()
    for (const i of count(50)) await producer.append('news', '', `${i}`)
    const consumer = scene.consumer('news')
    const early = await take(consumer, 10)
    const appends = count(50).map((i) => producer.append('news', '', `${50 + i}`))
    const late = await take(consumer, 90)
    expect(values([...early, ...late])).toEqual(count(100).map(String))
    await Promise.all(appends)
    // Once it listens, it need not ask.
    const { fetched } = consumer.stats
    for (const i of count(10)) {
      await producer.append('news', '', `${100 + i}`)
      expect(values(await take(consumer, 1))).toEqual([`${100 + i}`])
    }
    expect(consumer.stats).toMatchObject({ fetched, skipped: 0, malformed: 0 })
    expect(consumer.stats.live).toBeGreaterThanOrEqual(10)
  })

  it('reads no more of its store than a reader gets at once, however unequal the records', async () => {
    const read: number[] = []
    class Watched extends MemoryStore {
      override async range(...question: Parameters<MemoryStore['range']>): Promise<Entry[]> {
        const entries = await super.range(...question)
        read.push(entries.reduce((sum, { value }) => sum + value.length, 0))
        return entries
      }
    }
    const scene = await Scene.open({ topics: { news: {} } }, new Watched())
    const producer = scene.producer()
    const sizes = [...count(500).map(() => 1), ...count(20).map(() => 60_000)]
    await Promise.all(sizes.map((size) => producer.append('news', '', 'x'.repeat(size))))
    expect((await take(scene.consumer('news'), 520)).map(({ value }) => value.length)).toEqual(
      sizes,
    )
    expect(Math.max(...read)).toBeLessThan(65_536 + 60_100)
  })

  it('can be read again from any offset', async () => {
    const scene = await Scene.open({ topics: { news: {} } })
    const producer = scene.producer()
    for (const i of count(30)) await producer.append('news', '', `${i}`)
    const consumer = scene.consumer('news')
    await take(consumer, 30)
    for (const offset of [0, 29, 13]) {
      consumer.seek(0, offset)
      expect(values(await take(consumer, 1))).toEqual([`${offset}`])
    }
    expect(() => consumer.seek(1, 0)).toThrow('partition 1 is not read here')
    expect(() => consumer.seek(0, -1)).toThrow('offset is a whole number')
  })

  it('can be read from its end on', async () => {
    const scene = await Scene.open({ topics: { news: {} } })
    const producer = scene.producer()
    await producer.append('news', '', 'old')
    const consumer = scene.consumer('news', { from: 'latest' })
    await until(() => consumer.positions.get(0) === 1)
    await producer.append('news', '', 'new')
    // Whether its subscription was heard in time or not.
    for (let i = 0; i < 3; i++) await scene.interval(consumer)
    expect(values(await take(consumer, 1))).toEqual(['new'])
  })

  it('goes on where it was when it is opened again', async () => {
    const store = new MemoryStore()
    const scene = await Scene.open({ topics: { news: { partitions: 3 } } }, store)
    const producer = scene.producer()
    for (const i of count(20)) await producer.append('news', `${i}`, `${i}`)
    const before = scene.server.offsets('news')
    await scene.server.close()
    await scene.start()
    expect(scene.server.offsets('news')).toEqual(before)
    const waiting = producer.append('news', '20', '20')
    scene.clock.advance(2000)
    await waiting
    const read = await take(scene.consumer('news'), 21)
    expect(
      values(read)
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual(count(21))
  })

  it('says so when a topic has another number of partitions', async () => {
    const store = new MemoryStore()
    await (await LogServer.open(store, { topics: { news: { partitions: 2 } } })).close()
    await expect(LogServer.open(store, { topics: { news: {} } })).rejects.toMatchObject({
      code: 'EINVAL',
      reason: 'topic news has 2 partitions in the store, not 1',
    })
  })

  it('ends when its store fails, and answers nothing that is not stored', async () => {
    const store = new MemoryStore()
    const server = await LogServer.open(store, { topics: { news: {} } })
    const producer = new LogProducer()
    producer.connect(await server.bind('tcp://127.0.0.1:*'))
    await producer.append('news', '', 'kept')
    await store.close()
    const lost = expect(producer.append('news', '', 'lost')).rejects.toMatchObject({
      code: 'EBADF',
    })
    await expect(server.ended).rejects.toThrow('Store is closed')
    await producer.close()
    await lost
  })
})

describe('retention', () => {
  it('removes the oldest beyond so many bytes', async () => {
    const topics = { news: { retainBytes: 10_000, segmentBytes: 1000 } }
    const scene = await Scene.open({ topics })
    const producer = scene.producer()
    for (const i of count(300)) await producer.append('news', '', `${i}`.padEnd(100))
    const { start, end } = scene.server.offsets('news')[0] ?? { start: 0, end: 0 }
    expect(end).toBe(300)
    // Each is 100 bytes, and 44 that they cost.
    expect((end - start) * 144).toBeGreaterThan(10_000 - 1152)
    expect((end - start) * 144).toBeLessThanOrEqual(10_000)
    const [first] = await take(scene.consumer('news'), 1)
    expect(first?.offset).toBe(start)
    expect(scene.server.stats.expired).toBe(start)
    // The store has no more than these, and where they begin, what they are, and who appended them.
    const entries = await scene.store.range(Uint8Array.of(0), Uint8Array.of(255))
    expect(entries.length).toBeLessThan(end - start + 15)
  })

  it('removes what is too old, and not before', async () => {
    const scene = await Scene.open({ topics: { news: { retainAge: 8000 } } })
    const producer = scene.producer()
    for (const i of count(16)) {
      await producer.append('news', '', `${i}`)
      scene.clock.advance(1000)
      // What has reached the age is gone, and nothing younger.
      expect(scene.server.offsets('news')[0]?.start).toBe(Math.max(i - 6, 0))
    }
    scene.clock.advance(20_000)
    expect(scene.server.offsets('news')).toEqual([{ start: 16, end: 16 }])
    await scene.server.close()
    await scene.start()
    expect(scene.server.offsets('news')).toEqual([{ start: 16, end: 16 }])
  })

  it('lets a reader that was too slow go on where there is something, and count what it has missed', async () => {
    const scene = await Scene.open({ topics: { news: { retainAge: 1000 } } })
    const [producer, consumer] = [scene.producer(), scene.consumer('news', { maxBuffered: 4 })]
    for (const i of count(100)) await producer.append('news', '', `${i}`)
    const [first] = await take(consumer, 1)
    expect(first?.offset).toBe(0)
    scene.clock.advance(5000)
    await producer.append('news', '', 'new')
    const read = [first]
    while (String(read.at(-1)?.value) !== 'new') read.push(...(await take(consumer, 1)))
    expect(consumer.stats.skipped).toBe(101 - read.length)
    expect(consumer.stats.skipped).toBeGreaterThan(90)
  })
})

describe('a reader that is slow', () => {
  it('falls off the live tail, and catches up', async () => {
    const scene = await Scene.open({ topics: { news: {} }, tailHighWaterMark: 1 })
    const [producer, consumer] = [scene.producer(), scene.consumer('news', { maxBuffered: 10 })]
    await producer.append('news', '', '0')
    await take(consumer, 1)
    await Promise.all(count(2000).map((i) => producer.append('news', '', `${1 + i}`)))
    // It had no room for more, and let them go.
    expect(consumer.positions.get(0)).toBeLessThanOrEqual(11)
    expect(values(await take(consumer, 2000))).toEqual(count(2000).map((i) => `${i + 1}`))
    expect(consumer.stats.fetched).toBeGreaterThan(1000)
    await producer.append('news', '', 'live')
    for (let i = 0; i < 3; i++) await scene.interval(consumer)
    expect(values(await take(consumer, 1))).toEqual(['live'])
  })

  it('misses nothing when the end of the tail is lost', async () => {
    const scene = await Scene.open({ topics: { news: {} } })
    const producer = scene.producer()
    // Nobody tells it of anything that is appended.
    const consumer = new LogConsumer('news', { clock: scene.clock })
    consumer.connect(scene.address, 'tcp://127.0.0.1:1')
    await until(() => consumer.positions.size === 1)
    await producer.append('news', '', 'first')
    const read = take(consumer, 1)
    for (let i = 0; i < 2; i++) await scene.interval(consumer)
    expect(values(await read)).toEqual(['first'])
    await consumer.close()
  })
})

describe('options', () => {
  it('are checked at once', async () => {
    const store = new MemoryStore()
    const open = (topics: object) => LogServer.open(store, { topics: topics as never })
    await expect(open({ 'a b': {} })).rejects.toThrow('topic has 1 to 128 letters')
    await expect(open({ a: { partitions: 1025 } })).rejects.toThrow(
      'partitions is 1024 at the most',
    )
    await expect(open({ a: { retainAge: 0 } })).rejects.toThrow(
      'retainAge is a whole number from 1',
    )
    expect(() => new LogProducer({ maxInFlight: 2000 })).toThrow('maxInFlight is 1024 at the most')
    expect(() => new LogConsumer('a', { group: '' })).toThrow('group has 1 to 128 letters')
    expect(() => new LogConsumer('a', { maxBuffered: 0 })).toThrow(RangeError)
  })
})
