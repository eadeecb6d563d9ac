import { describe, expect, it } from 'vitest'
import { MemoryStore } from 'zerowire/patterns/store'
import { bodies, rejection, Station, take } from './test/station.js'
import { until } from '../../test/support/turn.js'

describe('a broker that is started again', () => {
  it('has everything that it had, and nothing that was acknowledged', async () => {
    const station = await Station.open()
    const producer = station.producer()
    await producer.sendAll('q', [
      { body: 'done' },
      { body: 'failed', properties: { a: '1' } },
      { body: 'waiting' },
      { body: 'delayed', delay: 60_000 },
      { body: 'short', ttl: 30_000 },
    ])
    await producer.send('other', 'x')
    const consumer = await station.consumer('q', { prefetch: 2 })
    const [done, failed] = await take(consumer, 2)
    await done?.ack()
    await failed?.nack()
    await station.broker.close()
    station.clock.advance(30_000)

    await station.start()
    await until(() => station.broker.queue('q')?.length === 3)
    expect(station.broker.queue('q')).toMatchObject({ delayed: 1 })
    expect(station.broker.queue('other')).toMatchObject({ length: 1 })
    const next = await station.consumer('q')
    const got = await take(next, 2)
    expect(bodies(got)).toEqual(['failed', 'waiting'])
    expect(got[0]).toMatchObject({ deliveries: 2, properties: { a: '1' }, sent: 1_000_000 })
    station.clock.advance(30_000)
    expect(bodies(await take(next, 1))).toEqual(['delayed'])
    expect(station.broker.stats.expired).toBe(1)
  })

  it('gives no number twice, so that an old receipt is never that of another message', async () => {
    const station = await Station.open()
    await station.producer().send('q', 'old')
    const consumer = await station.consumer('q')
    const [old] = await take(consumer, 1)
    await old?.ack()
    await station.broker.close()
    await station.start()
    await station.producer().send('q', 'new')
    const next = await station.consumer('q')
    const [fresh] = await take(next, 1)
    expect(fresh?.receipt).toBeGreaterThan(old?.receipt ?? Infinity)
  })

  it('is found again by producers and consumers, which go on', async () => {
    const station = await Station.open()
    const often = { retry: 500, timeout: 1e9 }
    const producer = station.producer(often)
    const consumer = await station.consumer('q', { ...often, heartbeat: 500, liveness: 3 })
    await producer.send('q', 'a')
    const [a] = await take(consumer, 1)
    await station.broker.close()
    const sent = Promise.all(['b', 'c', 'd'].map((body) => producer.send('q', body)))
    const acked = a?.ack()
    await station.start()
    let isOver = false
    const finished = Promise.all([sent, acked]).then(() => (isOver = true))
    await until(
      () => isOver,
      () => station.clock.advance(10),
    )
    await finished
    const got: string[] = []
    const reading = (async () => {
      while (got.length < 3) got.push(...bodies(await consumer.receive()))
    })()
    await until(
      () => got.length >= 3,
      () => station.clock.advance(10),
    )
    await reading
    expect(new Set(got)).toEqual(new Set(['b', 'c', 'd']))
  })

  it('stops when its store fails, and confirms nothing', async () => {
    class Failing extends MemoryStore {
      fails = false
      override write(...args: Parameters<MemoryStore['write']>): Promise<void> {
        return this.fails ? Promise.reject(new Error('disk')) : super.write(...args)
      }
    }
    const store = new Failing()
    const station = await Station.open({}, store)
    const producer = station.producer({ timeout: 5000, retry: 1000 })
    await producer.send('q', 'a')
    store.fails = true
    const sent = rejection(producer.send('q', 'b'))
    await expect(station.broker.ended).rejects.toThrow('disk')
    station.clock.advance(6000)
    expect(await sent).toBe('ETIMEDOUT')
  })
})
