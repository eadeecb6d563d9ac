import * as native from 'zeromq'
import { describe, expect, it } from 'vitest'
import { until } from '../../test/support/turn.js'
import { u32, u64, wire } from './test/frames.js'
import { start } from './test/parts.js'

type Frames = (string | Buffer)[]

describe('a sink', () => {
  it('takes an outcome once, and answers as often as it is asked', async () => {
    const { sink, outcomes, ...pipeline } = await start()
    const [one, two] = [new native.Dealer(), new native.Dealer()]
    pipeline.connect(one, 'sink')
    pipeline.connect(two, 'sink')
    for (const worker of [one, two, one]) {
      await worker.send(wire.result('in', 2, 'x'))
      expect(await worker.receive()).toEqual(wire.taken('in', 2))
    }
    await two.send(wire.givenUp('in', 2, 'why'))
    expect(await two.receive()).toEqual(wire.taken('in', 2))
    expect(outcomes).toEqual(['in 2 x'])
    expect(sink.stats).toMatchObject({ taken: 1, duplicates: 3, refused: 0 })
  })

  it('believes in no end before it has the rest, nor in anything after it', async () => {
    const { sink, outcomes, ...pipeline } = await start()
    const worker = pipeline.connect(new native.Dealer(), 'sink')
    for (const message of [wire.result('in', 1), wire.result('in', 3)]) {
      await worker.send(message)
      await worker.receive()
    }
    for (const number of [2, 4, 5]) await worker.send(wire.end('in', number))
    await until(() => sink.stats.refused === 3)
    await worker.send(wire.result('in', 2))
    await worker.send(wire.end('in', 4))
    await worker.send(wire.result('in', 5))
    await worker.send(wire.end('in', 5))
    await until(() => sink.stats.refused === 5)
    expect(await sink.ended('in')).toEqual({ jobs: 3, givenUp: 0 })
    expect(outcomes).toEqual(['in 1 ', 'in 3 ', 'in 2 ', 'in 4 end'])
  })

  const nonsense: [string, Frames][] = [
    ['nothing', ['']],
    ['no input', [Buffer.of(8), '', u64(1)]],
    ['too long an input', [Buffer.of(8), 'x'.repeat(256), u64(1)]],
    ['no number', [Buffer.of(8), 'in']],
    ['the number 0', [Buffer.of(8), 'in', u64(0)]],
    ['a number of 4 bytes', [Buffer.of(8), 'in', u32(1)]],
    ['a command of no sink', wire.job('in', 1, 'x')],
    ['what is too far ahead', wire.result('in', 11)],
  ]
  it.each(nonsense)('refuses %s', async (_what, message) => {
    const { sink, outcomes, ...pipeline } = await start({}, { window: 10 })
    const liar = pipeline.connect(new native.Dealer(), 'sink')
    await liar.send(message)
    await liar.send(wire.result('in', 10))
    expect(await liar.receive()).toEqual(wire.taken('in', 10))
    expect(sink.stats).toMatchObject({ refused: 1, taken: 1 })
    expect(outcomes).toEqual(['in 10 '])
  })

  it('has room for so many inputs, and forgets first what ended first', async () => {
    const { sink, outcomes, ...pipeline } = await start({}, { maxInputs: 2 })
    const worker = pipeline.connect(new native.Dealer(), 'sink')
    const open = sink.ended('a')
    for (const message of [wire.end('a', 1), wire.result('b', 1), wire.result('c', 1)]) {
      await worker.send(message)
      await worker.receive()
    }
    expect(await open).toEqual({ jobs: 0, givenUp: 0 })
    await worker.send(wire.result('d', 1))
    await until(() => sink.stats.refused === 1)
    const waited = ['b', 'c'].map((input) => sink.ended(input))
    await expect(sink.ended('d')).rejects.toMatchObject({ code: 'ENOBUFS' })
    expect(outcomes).toEqual(['a 1 end', 'b 1 ', 'c 1 '])
    expect(sink.stats).toMatchObject({ inputs: 2, forgotten: 0 })
    for (const input of ['b', 'c']) await worker.send(wire.end(input, 2))
    expect(await Promise.all(waited)).toEqual([1, 1].map((jobs) => ({ jobs, givenUp: 0 })))
  })

  it('has room for inputs that are waited for, however many a worker invents', async () => {
    const { sink, outcomes, ...pipeline } = await start({}, { maxInputs: 4, window: 10 })
    const worker = pipeline.connect(new native.Dealer(), 'sink')
    const early = sink.ended('early')
    await worker.send(wire.result('late', 1))
    await worker.send(wire.result('late', 2))
    for (let lie = 0; lie < 20; lie++) await worker.send(wire.result(`lie ${lie}`, 1))
    // Nor does what is refused take any room.
    for (let lie = 0; lie < 20; lie++) await worker.send(wire.result(`far ${lie}`, 11))
    await until(() => sink.stats.refused === 38)
    expect(sink.stats).toMatchObject({ inputs: 4, taken: 4, forgotten: 0 })
    const late = sink.ended('late')
    const last = sink.ended('last')
    expect(sink.stats).toMatchObject({ inputs: 4, forgotten: 1 })
    for (const message of [wire.end('early', 1), wire.end('late', 3), wire.end('last', 1)]) {
      await worker.send(message)
    }
    const reports = [0, 2, 0].map((jobs) => ({ jobs, givenUp: 0 }))
    expect(await Promise.all([early, late, last])).toEqual(reports)
    expect(outcomes.slice(0, 4)).toEqual(['late 1 ', 'late 2 ', 'lie 0 1 ', 'lie 1 1 '])
  })

  it('keeps no input of which it refuses everything', async () => {
    const { sink, ...pipeline } = await start({}, { window: 10 })
    const worker = pipeline.connect(new native.Dealer(), 'sink')
    await worker.send(wire.result('far', 11))
    await worker.send(wire.end('near', 2))
    await until(() => sink.stats.refused === 2)
    expect(sink.stats.inputs).toBe(0)
  })

  it('that takes over from another knows what that one had', async () => {
    const taken = [1, 2, 4].map((number) => ({ input: 'in', number, kind: 'result' as const }))
    const { sink, outcomes, ...pipeline } = await start({}, { taken })
    const worker = pipeline.connect(new native.Dealer(), 'sink')
    for (const number of [2, 3, 4]) {
      await worker.send(wire.result('in', number, 'x'))
      expect(await worker.receive()).toEqual(wire.taken('in', number))
    }
    await worker.send(wire.end('in', 5))
    expect(await sink.ended('in')).toEqual({ jobs: 4, givenUp: 0 })
    expect(outcomes).toEqual(['in 3 x', 'in 5 end'])
  })
})
