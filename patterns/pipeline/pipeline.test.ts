import { describe, expect, it } from 'vitest'
import { deferred } from '../common/deferred.js'
import { trackAll } from '../common/test/tracked.js'
import { ManualClock } from '../clock/index.js'
import { Sink, Ventilator, Worker } from './index.js'
import { Pipeline, start, told, upper } from './test/parts.js'
import { until } from '../../test/support/turn.js'

describe('a pipeline', () => {
  it('brings the result of each job to the sink, and then the end', async () => {
    const { ventilator, sink, outcomes, ...rest } = await start()
    const worker = rest.worker()
    for (const job of ['a', 'b', 'c']) await ventilator.send(job)
    expect(await ventilator.end()).toEqual({ jobs: 3, givenUp: 0 })
    expect(await sink.ended('in')).toEqual({ jobs: 3, givenUp: 0 })
    expect(outcomes).toEqual(['in 1 A', 'in 2 B', 'in 3 C', 'in 4 end'])
    expect(ventilator.stats).toEqual({
      ...{ jobs: 3, done: 3, givenUp: 0, waiting: 0, held: 0 },
      ...{ redelivered: 0, workers: 1, lost: 0, refused: 0 },
    })
    expect(worker.stats).toMatchObject({ done: 4, failed: 0, running: 0, refused: 0 })
    expect(sink.stats).toEqual({
      ...{ taken: 4, duplicates: 0, failed: 0, refused: 0, forgotten: 0, inputs: 0 },
    })
  })

  it('has jobs and results of any number of parts', async () => {
    const pipeline = await Pipeline.start()
    const jobs: number[] = []
    pipeline.worker({
      work({ body }) {
        jobs.push(body.length)
        return body.length === 2 ? ['x', 'y', 'z'] : undefined
      },
    })
    await pipeline.ventilator.send(['one', 'two'])
    await pipeline.ventilator.send([])
    await pipeline.ventilator.end()
    expect(jobs).toEqual([2, 0])
    expect(pipeline.outcomes).toEqual(['in 1 x y z', 'in 2 ', 'in 3 end'])
  })

  it('ends an input that had no jobs', async () => {
    const pipeline = await Pipeline.start()
    pipeline.worker()
    expect(await pipeline.ventilator.end()).toEqual({ jobs: 0, givenUp: 0 })
    expect(pipeline.outcomes).toEqual(['in 1 end'])
  })

  it('ends each of many inputs once, whoever worked for them', async () => {
    const clock = new ManualClock()
    const outcomes: string[] = []
    const sink = trackAll(new Sink({ take: (outcome) => void outcomes.push(told(outcome)) }))
    const results = await sink.bind('tcp://127.0.0.1:*')
    const inputs = ['apples', 'pears', 'plums'].map((input) => new Ventilator({ input, clock }))
    const ventilators: string[] = []
    for (const one of inputs) ventilators.push(await trackAll(one).bind('tcp://127.0.0.1:*'))
    for (let i = 0; i < 3; i++) {
      trackAll(new Worker({ ventilators, sink: results, clock, credit: 2, work: upper }))
    }
    const ends = Promise.all(['apples', 'pears', 'plums'].map((input) => sink.ended(input)))
    await Promise.all(
      inputs.map(async (one, index) => {
        for (let job = 0; job < 10 * index; job++) await one.send(`job ${job}`)
        await one.end()
      }),
    )
    expect((await ends).map(({ jobs }) => jobs)).toEqual([0, 10, 20])
    expect(new Set(outcomes).size).toBe(33)
    expect(outcomes.filter((line) => line.endsWith('end'))).toHaveLength(3)
    expect(sink.stats).toMatchObject({ taken: 33, refused: 0, inputs: 0 })
  })

  it('gives a slow worker few jobs', async () => {
    const pipeline = await Pipeline.start()
    const release = deferred<string>()
    const slow = pipeline.worker({ work: () => release.promise, credit: 2 })
    await until(() => pipeline.ventilator.stats.workers === 1)
    for (let job = 0; job < 50; job++) await pipeline.ventilator.send('x')
    const quick = pipeline.worker()
    await until(() => pipeline.ventilator.stats.done === 48)
    expect(slow.stats.running).toBe(2)
    release.resolve('at last')
    await pipeline.ventilator.end()
    expect([quick.stats.done + slow.stats.done, slow.stats.done >= 2]).toEqual([51, true])
  })

  it('lets nobody have more jobs than there is credit for', async () => {
    const pipeline = await Pipeline.start({ maxCredit: 3 })
    const release = deferred<string>()
    const worker = pipeline.worker({ work: () => release.promise, credit: 1000 })
    for (let job = 0; job < 10; job++) await pipeline.ventilator.send('x')
    await until(() => worker.stats.running === 3)
    expect(pipeline.ventilator.stats).toMatchObject({ held: 3, waiting: 7 })
    release.resolve('')
    await pipeline.ventilator.end()
  })

  it('makes whoever sends wait for room, in order', async () => {
    const { ventilator, ...rest } = await start({ window: 2 })
    const numbers: number[] = []
    const sent = ['a', 'b', 'c', 'd'].map(async (job) => numbers.push(await ventilator.send(job)))
    await Promise.all(sent.slice(0, 2))
    expect(numbers).toEqual([1, 2])
    const ended = ventilator.end()
    rest.worker()
    await Promise.all(sent)
    expect([numbers, await ended]).toEqual([[1, 2, 3, 4], { jobs: 4, givenUp: 0 }])
  })

  it('tries a job again that failed, and gives up in the end', async () => {
    const given: string[] = []
    const { ventilator, outcomes, sink, ...rest } = await start({
      attempts: 3,
      givenUp: ({ number, body, reason }) => given.push(`${number} ${body[0] as string} ${reason}`),
    })
    const tries: string[] = []
    const worker = rest.worker({
      work({ body: [name] }) {
        tries.push(String(name))
        if (String(name) === 'bad') throw new Error(`no ${tries.length}`)
        if (String(name) === 'worse') throw 'worse' as unknown as Error
        if (tries.length < 2) throw new Error('not yet')
        return 'good'
      },
    })
    for (const job of ['later', 'bad', 'worse']) await ventilator.send(job)
    expect(await ventilator.end()).toEqual({ jobs: 3, givenUp: 2 })
    expect(await sink.ended('in')).toEqual({ jobs: 3, givenUp: 2 })
    expect(tries).toEqual(['later', 'later', 'bad', 'bad', 'bad', 'worse', 'worse', 'worse'])
    expect(given).toEqual(['2 bad no 5', '3 worse worse'])
    expect(outcomes).toEqual([
      ...['in 1 good', 'in 2 given up: no 5', 'in 3 given up: worse'],
      'in 4 end',
    ])
    expect(worker.stats).toMatchObject({ failed: 7, done: 4 })
    expect(ventilator.stats).toMatchObject({ done: 1, givenUp: 2, redelivered: 5 })
  })

  it('brings an outcome again that the sink could not take', async () => {
    const taken: string[] = []
    let trouble = 2
    const take = (outcome: Parameters<typeof told>[0]): void => {
      if (trouble-- > 0) throw new Error('disk full')
      taken.push(told(outcome))
    }
    const { ventilator, sink, clock, worker } = await start({}, { take })
    const porter = worker({ resendInterval: 700 })
    await ventilator.send('a')
    await until(() => sink.stats.failed === 1)
    clock.advance(700)
    await until(() => sink.stats.failed === 2)
    clock.advance(700)
    await ventilator.end()
    expect(taken).toEqual(['in 1 A', 'in 2 end'])
    expect(porter.stats.resent).toBe(2)
  })

  it('takes an outcome once that was brought again while it was being taken', async () => {
    const gate = deferred<undefined>()
    const taken: string[] = []
    const take = async (outcome: Parameters<typeof told>[0]): Promise<void> => {
      await gate.promise
      taken.push(told(outcome))
    }
    const { ventilator, sink, clock, worker } = await start({}, { take })
    const porter = worker({ resendInterval: 500 })
    await ventilator.send('a')
    await until(() => porter.stats.running === 1)
    for (let beat = 0; beat < 3; beat++) clock.advance(500)
    gate.resolve(undefined)
    await ventilator.end()
    expect(taken).toEqual(['in 1 A', 'in 2 end'])
    await until(() => sink.stats.duplicates === porter.stats.resent)
  })
})

describe('a worker that leaves', () => {
  it('leaves its jobs to others, who have all their attempts', async () => {
    const { ventilator, outcomes, worker } = await start({ attempts: 1 })
    const first = worker({ work: () => new Promise(() => undefined), credit: 2 })
    await ventilator.send('a')
    await ventilator.send('b')
    await until(() => first.stats.running === 2)
    await first.close()
    worker()
    expect(await ventilator.end()).toEqual({ jobs: 2, givenUp: 0 })
    expect(outcomes).toEqual(['in 1 A', 'in 2 B', 'in 3 end'])
    expect(ventilator.stats).toMatchObject({ lost: 0, redelivered: 2 })
  })

  it('does not report what it finishes afterwards', async () => {
    const { ventilator, sink, worker } = await start()
    const work = deferred<string>()
    const first = worker({ work: () => work.promise })
    await ventilator.send('a')
    await until(() => first.stats.running === 1)
    await first.close()
    work.resolve('too late')
    worker()
    await ventilator.end()
    expect(sink.stats).toMatchObject({ taken: 2, duplicates: 0 })
    await first.close()
  })
})

describe('the end of a part', () => {
  it('rejects what waits for it', async () => {
    const { ventilator, sink } = await start({ window: 1 })
    await ventilator.send('a')
    const waiting = [ventilator.send('b'), ventilator.end(), sink.ended('in')]
    await ventilator.close()
    await sink.close()
    for (const result of await Promise.allSettled(waiting)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'EBADF' } })
    }
    await expect(ventilator.send('c')).rejects.toMatchObject({ code: 'EBADF' })
    await expect(ventilator.end()).rejects.toMatchObject({ code: 'EBADF' })
    await expect(sink.ended('in')).rejects.toMatchObject({ code: 'EBADF' })
  })

  it('takes no job after the end of its input', async () => {
    const { ventilator } = await start()
    void ventilator.end().catch(() => undefined)
    await expect(ventilator.send('late')).rejects.toMatchObject({ code: 'EFSM' })
  })

  it('leaves no timer behind', async () => {
    const { ventilator, sink, clock, worker } = await start()
    const one = worker()
    await ventilator.send('a')
    await ventilator.end()
    for (const part of [one, ventilator, sink]) {
      await part.close()
      await part[Symbol.asyncDispose]()
    }
    expect(clock.pending).toBe(0)
  })
})

describe('options', () => {
  const ends = { ventilators: [], sink: 'tcp://127.0.0.1:9' }
  it.each([
    [() => new Ventilator({ input: '' }), /1 to 255 bytes, not of 0/],
    [() => new Ventilator({ input: 'é'.repeat(128) }), /1 to 255 bytes, not of 256/],
    [() => new Ventilator({ input: 7 as unknown as string }), /name, not 7/],
    [() => new Ventilator({ input: 'a', window: 0 }), /window/],
    [() => new Ventilator({ input: 'a', attempts: 0.5 }), /attempts/],
    [() => new Ventilator({ input: 'a', timeLimit: -1 }), /timeLimit/],
    [() => new Worker({ ...ends, work: upper, credit: 0 }), /credit/],
    [() => new Worker({ ...ends, work: upper, resendInterval: NaN }), /resendInterval/],
    [() => new Worker({ ...ends, work: 'hard' as never }), /what does a job/],
    [() => new Sink({ take: undefined as never }), /take/],
    [() => new Sink({ take: () => undefined, maxInputs: -1 }), /maxInputs/],
  ])('are checked at once: %s', (make, message) => {
    expect(make).toThrow(message)
  })
})
