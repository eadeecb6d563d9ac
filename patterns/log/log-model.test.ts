import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holdsLater } from '../../test/support/property.js'
import { nextTurn } from '../../test/support/turn.js'
import { Scene, take } from './test/scene.js'

const AGE = 10_000

/** What a log of one partition is to have: records with their dates. */
class Model {
  readonly records: { value: string; date: number }[] = []
  committed: number | undefined
}

describe('a log, whatever is done to it', () => {
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('append' as const),
        n: fc.integer({ min: 1, max: 20 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('wait' as const),
        n: fc.integer({ min: 1, max: 3 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('read' as const), n: fc.nat(60) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('commit' as const), n: fc.nat(60) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('restart' as const), n: fc.constant(0) }),
    },
  )

  it('has every record at its offset until it is old or too much, and what was committed', async () => {
    const property = fc.asyncProperty(
      fc.array(step, { maxLength: 25, size: 'max' }),
      async (steps) => {
        const retention = { retainAge: AGE, retainBytes: 4000, segmentBytes: 500 }
        const scene = new Scene({ topics: { news: retention } })
        const model = new Model()
        try {
          await scene.start()
          for (const { kind, n } of steps) {
            if (kind === 'append') await append(scene, model, n)
            else if (kind === 'wait') scene.clock.advance(n * 1000)
            else if (kind === 'read') await readFrom(scene, model, n)
            else if (kind === 'commit') await commit(scene, model, n)
            else {
              await scene.server.close()
              await scene.start()
            }
            check(scene, model)
          }
          await readFrom(scene, model, 0)
        } finally {
          await scene.close()
        }
      },
    )
    await holdsLater(property, 20)
  })

  function bounds(scene: Scene): { start: number; end: number } {
    return scene.server.offsets('news')[0] ?? { start: -1, end: -1 }
  }

  /** What is gone had to go, and what had to go is gone. */
  function check(scene: Scene, model: Model): void {
    const { start, end } = bounds(scene)
    expect(end).toBe(model.records.length)
    const kept = model.records.slice(start)
    const now = scene.clock.date()
    // An eighth and an interval later at the latest.
    for (const { date } of kept) expect(now - date).toBeLessThan(AGE * 1.125 + 2000)
    const bytes = kept.reduce((sum, { value }) => sum + value.length + 44, 0)
    expect(bytes).toBeLessThanOrEqual(4000)
    const last = model.records[start - 1]
    if (last) expect(now - last.date >= AGE || bytes + 600 > 4000 - 600).toBe(true)
  }

  async function append(scene: Scene, model: Model, count: number): Promise<void> {
    const producer = scene.producer()
    for (let i = 0; i < count; i++) {
      const value = `${model.records.length} `.padEnd(10 + ((i * 37) % 50))
      const { offset } = await producer.append('news', '', value)
      expect(offset).toBe(model.records.length)
      model.records.push({ value, date: scene.clock.date() })
    }
    await producer.close()
  }

  async function readFrom(scene: Scene, model: Model, from: number): Promise<void> {
    const { start, end } = bounds(scene)
    const consumer = scene.consumer('news', { maxBuffered: 7 })
    if (start < end) await take(consumer, 1)
    const first = Math.max(Math.min(from, end), start)
    if (first < end) {
      consumer.seek(0, from > end ? end : from)
      const records = await take(consumer, end - first)
      const read = records.map(({ offset, value, date }) => ({
        offset,
        value: String(value),
        date,
      }))
      const expected = model.records.slice(first).map((each, i) => ({ offset: first + i, ...each }))
      expect(read).toEqual(expected)
    }
    await consumer.close()
  }

  async function commit(scene: Scene, model: Model, at: number): Promise<void> {
    const { start, end } = bounds(scene)
    const consumer = scene.consumer('news', { group: 'desk' })
    // After a restart nothing is given away for three intervals.
    while (!consumer.positions.has(0)) {
      if (consumer.stats.beats > 0) await scene.interval(consumer)
      else await nextTurn()
    }
    const now = bounds(scene)
    expect(consumer.positions.get(0)).toBeGreaterThanOrEqual(model.committed ?? start)
    expect(consumer.positions.get(0)).toBeLessThanOrEqual(Math.max(model.committed ?? 0, now.end))
    if (end > 0) {
      const offset = at % end
      await consumer.commit({ partition: 0, offset })
      model.committed = offset + 1
    }
    await consumer.close()
  }
})
