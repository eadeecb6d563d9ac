import { describe, expect, it } from 'vitest'
import { ManualClock } from 'zerowire/patterns/clock'
import type { LogConsumer } from 'zerowire/patterns/log'
import { until } from '../../test/support/turn.js'
import { Scene, take, values } from './test/scene.js'

const count = (length: number) => Array.from({ length }, (_, i) => i)
const topics = { news: { partitions: 4 } }
const reads = (consumer: LogConsumer) => [...consumer.positions.keys()]

/** Lets intervals pass until everybody has what is to be theirs. */
async function settle(scene: Scene, ...consumers: LogConsumer[]): Promise<void> {
  for (let i = 0; i < 3; i++) await scene.interval(...consumers)
}

describe('a group of readers', () => {
  it('shares the partitions, each record for one of them', async () => {
    const scene = await Scene.open({ topics })
    const consumers = count(3).map(() => scene.consumer('news', { group: 'desk' }))
    await settle(scene, ...consumers)
    expect(consumers.map((consumer) => reads(consumer).length).sort()).toEqual([1, 1, 2])
    expect(consumers.flatMap(reads).sort()).toEqual([0, 1, 2, 3])
    const producer = scene.producer()
    for (const i of count(60)) await producer.append('news', `${i}`, `${i}`)
    const read: string[] = []
    for (const consumer of consumers) {
      void (async () => {
        for await (const { value } of consumer) read.push(String(value))
      })()
    }
    await settle(scene, ...consumers)
    await until(() => read.length >= 60)
    expect(read.map(Number).sort((a, b) => a - b)).toEqual(count(60))
  })

  it('knows others only by what they read: another group reads all of it', async () => {
    const scene = await Scene.open({ topics })
    const producer = scene.producer()
    for (const i of count(10)) await producer.append('news', `${i}`, `${i}`)
    for (const group of ['desk', 'archive']) {
      const read = await take(scene.consumer('news', { group }), 10)
      expect(
        values(read)
          .map(Number)
          .sort((a, b) => a - b),
      ).toEqual(count(10))
    }
  })

  it('goes on where it has committed, also after a restart of the server', async () => {
    const scene = await Scene.open({ topics: { news: {} } })
    const producer = scene.producer()
    for (const i of count(10)) await producer.append('news', '', `${i}`)
    const first = scene.consumer('news', { group: 'desk' })
    for (const record of await take(first, 4)) await first.commit(record)
    await first.close()
    const second = scene.consumer('news', { group: 'desk' })
    const [record] = await take(second, 1)
    expect(record?.offset).toBe(4)
    await second.commit({ partition: 0, offset: 6 })
    await second.close()
    await scene.server.close()
    await scene.start()
    const third = scene.consumer('news', { group: 'desk' })
    // Somebody may be reading still who was before: nothing is given away for as long as that can be.
    await scene.interval(third)
    await scene.interval(third)
    expect(reads(third)).toEqual([])
    await scene.interval(third)
    expect(values(await take(third, 1))).toEqual(['7'])
  })

  it('keeps its partitions when the server is restarted', async () => {
    const scene = await Scene.open({ topics })
    const consumers = count(2).map(() => scene.consumer('news', { group: 'desk' }))
    await settle(scene, ...consumers)
    const before = consumers.map(reads)
    await scene.server.close()
    await scene.start()
    // Their connections come back on their own, or are made anew when nothing has been answered.
    await settle(scene, ...consumers)
    expect(consumers.map(reads)).toEqual(before)
    expect(consumers.map(({ stats }) => stats.revoked)).toEqual([2, 0])
  })

  it('takes over from a member that is silent, when its time is up and not before', async () => {
    const scene = await Scene.open({ topics })
    const frozen = new ManualClock()
    const dead = scene.consumer('news', { group: 'desk', clock: frozen })
    await until(() => reads(dead).length === 4)
    const producer = scene.producer()
    await producer.append('news', '', 'work')
    const [record] = await take(dead, 1)
    const alive = scene.consumer('news', { group: 'desk' })
    await until(() => alive.stats.beats === 1)
    await scene.interval(alive)
    await scene.interval(alive)
    expect(reads(alive)).toEqual([])
    expect(scene.server.members('news', 'desk')).toHaveLength(2)
    await scene.interval(alive)
    expect(reads(alive)).toEqual([0, 1, 2, 3])
    expect(values(await take(alive, 1))).toEqual(['work'])
    // It is too late to say that it was done.
    await expect(dead.commit(record ?? { partition: 0, offset: 0 })).rejects.toMatchObject({
      code: 'EACCES',
    })
    // Meanwhile its own time is up, too.
    frozen.advance(3000)
    expect(reads(dead)).toEqual([])
  })

  it('takes over at once from a member that leaves', async () => {
    const scene = await Scene.open({ topics })
    const [first, second] = [
      scene.consumer('news', { group: 'desk' }),
      scene.consumer('news', { group: 'desk' }),
    ]
    await settle(scene, first, second)
    await first.close()
    expect(scene.server.members('news', 'desk')).toHaveLength(1)
    await scene.interval(second)
    expect(reads(second)).toHaveLength(4)
  })

  it('can be forgotten', async () => {
    const scene = await Scene.open({ topics: { news: {} } })
    const producer = scene.producer()
    await producer.append('news', '', 'work')
    const first = scene.consumer('news', { group: 'desk' })
    for (const record of await take(first, 1)) await first.commit(record)
    await first.close()
    await scene.server.removeGroup('news', 'desk')
    await scene.server.removeGroup('news', 'nobody')
    expect(values(await take(scene.consumer('news', { group: 'desk' }), 1))).toEqual(['work'])
  })

  it('has bounds, and whoever is beyond them is told', async () => {
    const scene = await Scene.open({ topics, maxGroups: 1, maxMembers: 1 })
    const first = scene.consumer('news', { group: 'desk' })
    await until(() => reads(first).length === 4)
    for (const group of ['desk', 'archive']) {
      const refused = take(scene.consumer('news', { group }), 1)
      await expect(refused).rejects.toMatchObject({ reason: 'too many groups or members' })
    }
    const refused = take(scene.consumer('olds'), 1)
    await expect(refused).rejects.toMatchObject({ code: 'EINVAL', reason: 'no such topic' })
    const alone = scene.consumer('news')
    await expect(alone.commit({ partition: 0, offset: 0 })).rejects.toMatchObject({
      code: 'EINVAL',
    })
  })
})
