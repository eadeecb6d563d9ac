import * as native from 'zeromq'
import { describe, expect, it } from 'vitest'
import { track } from '../../test/support/track.js'
import { freshAddress } from '../../test/support/transports.js'
import { trackAll } from '../common/test/tracked.js'
import { ManualClock } from '../clock/index.js'
import { Worker, type WorkerOptions } from './index.js'
import { u64, wire } from './test/frames.js'
import { Pipeline, start, upper } from './test/parts.js'
import { until } from '../../test/support/turn.js'

type Frames = (string | Buffer)[]

describe('a worker of another library', () => {
  it('takes part with the frames of the README', async () => {
    const pipeline = await Pipeline.start()
    const jobs = pipeline.connect(new native.Dealer(), 'ventilator')
    const results = pipeline.connect(new native.Dealer(), 'sink')
    await pipeline.ventilator.send(['a', 'b'])
    await jobs.send(wire.ready(1))
    expect(await jobs.receive()).toEqual(wire.job('in', 1, 'a', 'b'))
    await results.send(wire.result('in', 1, 'A', 'B'))
    expect(await results.receive()).toEqual(wire.taken('in', 1))
    await jobs.send(wire.done(1))
    const ended = pipeline.ventilator.end()
    expect(await jobs.receive()).toEqual(wire.end('in', 2))
    await results.send(wire.end('in', 2))
    expect(await results.receive()).toEqual(wire.taken('in', 2))
    await jobs.send(wire.done(2))
    expect(await ended).toEqual({ jobs: 1, givenUp: 0 })
    expect(pipeline.outcomes).toEqual(['in 1 A B', 'in 2 end'])
  })

  it('is told what was given up, and passes it on', async () => {
    const pipeline = await Pipeline.start({ attempts: 1 })
    const jobs = pipeline.connect(new native.Dealer(), 'ventilator')
    await pipeline.ventilator.send('a')
    await jobs.send(wire.ready(1))
    expect(await jobs.receive()).toEqual(wire.job('in', 1, 'a'))
    await jobs.send(wire.failed(1, 'too hard'))
    expect(await jobs.receive()).toEqual(wire.givenUp('in', 1, 'too hard'))
    const results = pipeline.connect(new native.Dealer(), 'sink')
    await results.send(wire.givenUp('in', 1, 'too hard'))
    expect(await results.receive()).toEqual(wire.taken('in', 1))
    expect(pipeline.outcomes).toEqual(['in 1 given up: too hard'])
  })

  it('hears a heartbeat, and is dead when it does not answer in three', async () => {
    const { ventilator, clock, ...pipeline } = await start()
    const jobs = pipeline.connect(new native.Dealer(), 'ventilator')
    await ventilator.send('a')
    await jobs.send(wire.ready(1))
    expect(await jobs.receive()).toEqual(wire.job('in', 1, 'a'))
    clock.advance(2000)
    expect(await jobs.receive()).toEqual(wire.heartbeat())
    expect(await jobs.receive()).toEqual(wire.heartbeat())
    expect(ventilator.stats.workers).toBe(1)
    clock.advance(999)
    expect(ventilator.stats).toMatchObject({ workers: 1, held: 1 })
    clock.advance(1)
    expect(ventilator.stats).toMatchObject({ workers: 0, lost: 1, waiting: 1, held: 0 })
    await jobs.send(wire.heartbeat())
    expect(await jobs.receive()).toEqual(wire.bye())
  })

  it('lives as long as it says so', async () => {
    const { ventilator, clock, ...pipeline } = await start()
    const jobs = pipeline.connect(new native.Dealer(), 'ventilator')
    await jobs.send(wire.ready(0))
    await until(() => ventilator.stats.workers === 1)
    for (let beat = 0; beat < 10; beat++) {
      clock.advance(1000)
      await jobs.receive()
      await jobs.send(wire.heartbeat())
      await jobs.send(wire.credit(0))
      // Once it has answered something new, what came before has been heard as well.
      const { refused } = ventilator.stats
      await jobs.send(wire.done(77))
      await until(() => ventilator.stats.refused > refused)
    }
    expect(ventilator.stats).toMatchObject({ workers: 1, lost: 0 })
  })

  it('has a job no longer than the time limit, however alive it is', async () => {
    const { ventilator, clock, worker, outcomes, ...pipeline } = await start({ timeLimit: 1500 })
    const jobs = pipeline.connect(new native.Dealer(), 'ventilator')
    await ventilator.send('a')
    await jobs.send(wire.ready(1))
    expect(await jobs.receive()).toEqual(wire.job('in', 1, 'a'))
    clock.advance(1000)
    expect(await jobs.receive()).toEqual(wire.heartbeat())
    clock.advance(1000)
    expect(await jobs.receive()).toEqual(wire.bye())
    expect(ventilator.stats).toMatchObject({ workers: 0, lost: 1, waiting: 1 })
    worker()
    await ventilator.end()
    expect(outcomes).toEqual(['in 1 A', 'in 2 end'])
  })

  it('loses its jobs at once when its connection breaks', async () => {
    const { ventilator, ...pipeline } = await start()
    const jobs = pipeline.connect(new native.Dealer(), 'ventilator')
    await ventilator.send('a')
    await jobs.send(wire.ready(1))
    await jobs.receive()
    jobs.close()
    await until(() => ventilator.stats.waiting === 1)
    expect(ventilator.stats).toMatchObject({ workers: 0, lost: 1 })
  })
})

describe('a worker that lies to the ventilator', () => {
  const strangers: [string, Frames][] = [
    ['a heartbeat before it is ready', wire.heartbeat()],
    ['a job done before it is ready', wire.done(1)],
    ['nothing that is known', ['hello']],
    ['credit that is no number', [Buffer.of(1), Buffer.of(1)]],
    ['no credit', [Buffer.of(1)]],
    ['an empty frame and more', ['', 'x']],
  ]
  it.each(strangers)('is sent away: %s', async (_what, message) => {
    const { ventilator, ...pipeline } = await start()
    const liar = pipeline.connect(new native.Dealer(), 'ventilator')
    await liar.send(message)
    expect(await liar.receive()).toEqual(wire.bye())
    expect(ventilator.stats).toMatchObject({ refused: 1, workers: 0 })
  })

  const ignored: [string, Frames][] = [
    ['done what it never had', wire.done(2)],
    ['done what never was', wire.done(99)],
    ['done what is no number', [Buffer.of(10), 'x']],
    ['failed at what it never had', wire.failed(2, 'why')],
    ['more than any number', [Buffer.of(10), Buffer.alloc(8, 0xff)]],
    ['number nothing', [Buffer.of(10), u64(0)]],
    ['credit that is no number', [Buffer.of(2), 'abc']],
  ]
  it.each(ignored)('is not heeded: %s', async (_what, message) => {
    const { ventilator, outcomes, worker, ...pipeline } = await start()
    const liar = pipeline.connect(new native.Dealer(), 'ventilator')
    await ventilator.send('a')
    await ventilator.send('b')
    await liar.send(wire.ready(1))
    expect(await liar.receive()).toEqual(wire.job('in', 1, 'a'))
    await liar.send(message)
    await until(() => ventilator.stats.refused === 1)
    expect(ventilator.stats).toMatchObject({ held: 1, waiting: 1, done: 0 })
    liar.close()
    worker()
    await ventilator.end()
    expect([...outcomes].sort()).toEqual(['in 1 A', 'in 2 B', 'in 3 end'])
  })

  const broken: [string, Frames][] = [
    ['it is new once more', wire.ready(1)],
    ['it is a ventilator', wire.job('in', 1, 'x')],
    ['two bytes for a command', [Buffer.of(3, 3)]],
    ['two empty frames', ['', '']],
  ]
  it.each(broken)('is taken for dead: %s', async (_what, message) => {
    const { ventilator, ...pipeline } = await start()
    const liar = pipeline.connect(new native.Dealer(), 'ventilator')
    await ventilator.send('a')
    await liar.send(wire.ready(1))
    expect(await liar.receive()).toEqual(wire.job('in', 1, 'a'))
    await liar.send(message)
    expect(await liar.receive()).toEqual(wire.bye())
    expect(ventilator.stats).toMatchObject({ workers: 0, lost: 1, waiting: 1, refused: 1 })
  })

  it('gets no more than its share for all the credit that there is', async () => {
    const { ventilator, ...pipeline } = await start({ maxCredit: 2 })
    const liar = pipeline.connect(new native.Dealer(), 'ventilator')
    for (let job = 0; job < 5; job++) await ventilator.send('x')
    await liar.send(wire.ready(0xffffffff))
    await liar.send(wire.credit(0xffffffff))
    await liar.send(wire.done(1))
    await liar.receive()
    await until(() => ventilator.stats.done === 1)
    expect(ventilator.stats).toMatchObject({ held: 2, waiting: 2 })
  })

  it('is one too many', async () => {
    const { ventilator, ...pipeline } = await start({ maxWorkers: 1 })
    const one = pipeline.connect(new native.Dealer(), 'ventilator')
    await one.send(wire.ready(1))
    await until(() => ventilator.stats.workers === 1)
    const other = pipeline.connect(new native.Dealer(), 'ventilator')
    await other.send(wire.ready(1))
    expect(await other.receive()).toEqual(wire.bye())
    await one.send(wire.bye())
    await until(() => ventilator.stats.workers === 0)
    await other.send(wire.ready(1))
    await until(() => ventilator.stats.workers === 1)
    expect(ventilator.stats).toMatchObject({ lost: 0, refused: 1 })
  })
})

describe('a ventilator and a sink of another library', () => {
  it('have our workers, with the frames of the README', async () => {
    const { jobs, results, worker } = await foreign()
    worker()
    const [id = '', ...hello] = await jobs.receive()
    expect(hello).toEqual(wire.ready(1))
    await jobs.send([id, ...wire.job('in', 1, 'a')])
    const [porter = '', ...result] = await results.receive()
    expect(result).toEqual(wire.result('in', 1, 'A'))
    await results.send([porter, ...wire.taken('in', 1)])
    expect((await jobs.receive()).slice(1)).toEqual(wire.done(1))
    await jobs.send([id, ...wire.givenUp('in', 2, 'why')])
    expect((await results.receive()).slice(1)).toEqual(wire.givenUp('in', 2, 'why'))
    await results.send([porter, ...wire.taken('in', 2)])
    expect((await jobs.receive()).slice(1)).toEqual(wire.done(2))
    await jobs.send([id, ...wire.end('in', 3)])
    expect((await results.receive()).slice(1)).toEqual(wire.end('in', 3))
  })

  it('hear what went wrong, and when a worker leaves', async () => {
    const { jobs, worker } = await foreign()
    const one = worker({ work: () => Promise.reject(new Error('no idea')) })
    const [id = ''] = await jobs.receive()
    await jobs.send([id, ...wire.job('in', 1, 'a')])
    expect((await jobs.receive()).slice(1)).toEqual(wire.failed(1, 'no idea'))
    await one.close()
    expect((await jobs.receive()).slice(1)).toEqual(wire.bye())
  })

  it('hear a heartbeat; a worker that hears none comes back as a new one', async () => {
    const { jobs, clock, worker } = await foreign()
    const one = worker()
    const [first] = await jobs.receive()
    clock.advance(1000)
    expect((await jobs.receive()).slice(1)).toEqual(wire.heartbeat())
    clock.advance(2000)
    expect((await jobs.receive()).slice(1)).toEqual(wire.heartbeat())
    const [second, ...hello] = await jobs.receive()
    expect(hello).toEqual(wire.ready(1))
    expect(second).not.toEqual(first)
    expect(one.stats.reopened).toBe(1)
  })

  it('that send a worker away see it again at the next heartbeat, not before', async () => {
    const { jobs, clock, worker } = await foreign()
    const one = worker()
    for (let time = 1; time <= 3; time++) {
      const [id = '', ...hello] = await jobs.receive()
      expect(hello).toEqual(wire.ready(1))
      await jobs.send([id, ...wire.bye()])
      await until(() => one.stats.ventilators === 0)
      clock.advance(1000)
      expect(one.stats).toMatchObject({ ventilators: 1, reopened: time })
    }
    expect((await jobs.receive()).slice(1)).toEqual(wire.ready(1))
  })

  it('have no more of a worker than it has room for, though it began anew', async () => {
    const { jobs, results, clock, worker } = await foreign()
    const one = worker({ credit: 2 })
    const [first = ''] = await jobs.receive()
    await jobs.send([first, ...wire.job('in', 1, 'a')])
    const [porter = ''] = await results.receive()
    await jobs.send([first, ...wire.bye()])
    await until(() => one.stats.ventilators === 0)
    clock.advance(1000)
    const [, ...hello] = await jobs.receive()
    expect(hello).toEqual(wire.ready(1))
    await results.send([porter, ...wire.taken('in', 1)])
    expect((await jobs.receive()).slice(1)).toEqual(wire.credit(1))
  })

  it('have a result later for which there was no room', async () => {
    const { jobs, results, clock, worker } = await foreign()
    const sink = freshAddress('ipc')
    const socket = { sendHighWaterMark: 2 }
    const one = worker({ sink, socket, credit: 4, resendInterval: 900 })
    const [id = ''] = await jobs.receive()
    for (const number of [1, 2, 3, 4]) await jobs.send([id, ...wire.job('in', number, 'a')])
    await until(() => one.stats.unsent === 2)
    await results.bind(sink)
    for (const number of [1, 2]) {
      const [porter = '', ...message] = await results.receive()
      expect(message).toEqual(wire.result('in', number, 'A'))
      await results.send([porter, ...wire.taken('in', number)])
    }
    await until(() => one.stats.done === 2)
    clock.advance(900)
    for (const number of [3, 4]) {
      expect((await results.receive()).slice(1)).toEqual(wire.result('in', number, 'A'))
    }
    expect(one.stats).toMatchObject({ unsent: 2, resent: 2, running: 2 })
  })

  const nonsense: [string, Frames][] = [
    ['more than was asked for', wire.job('in', 2, 'b')],
    ['no number', [Buffer.of(5), 'in']],
    ['no input', [Buffer.of(5), '', u64(2)]],
    ['a command of no ventilator', wire.result('in', 2)],
    ['an unknown one', [Buffer.of(99), 'in', u64(2)]],
    ['nothing', ['']],
  ]
  it.each(nonsense)('that lie are not heeded: %s', async (_what, message) => {
    const { jobs, results, worker } = await foreign()
    const one = worker()
    const [id = ''] = await jobs.receive()
    await jobs.send([id, ...wire.job('in', 1, 'a')])
    await jobs.send([id, ...message])
    const [porter = ''] = await results.receive()
    await until(() => one.stats.refused === 1)
    for (const lie of [wire.taken('in', 2), wire.taken('on', 1), wire.result('in', 1), ['']]) {
      await results.send([porter, ...lie])
    }
    await results.send([porter, ...wire.taken('in', 1)])
    await results.send([porter, ...wire.taken('in', 1)])
    expect((await jobs.receive()).slice(1)).toEqual(wire.done(1))
    await until(() => one.stats.refused === 6)
    expect(one.stats).toMatchObject({ done: 1, running: 0 })
  })
})

/** Two ROUTERs of libzmq, and workers of ours that are connected to them. */
async function foreign() {
  const [jobs, results] = [track(new native.Router()), track(new native.Router())]
  for (const router of [jobs, results]) await router.bind('tcp://127.0.0.1:*')
  const clock = new ManualClock()
  const ends = { ventilators: [String(jobs.lastEndpoint)], sink: String(results.lastEndpoint) }
  const worker = (options: Partial<WorkerOptions> = {}): Worker =>
    trackAll(new Worker({ ...ends, clock, work: upper, ...options }))
  return { jobs, results, clock, worker }
}
