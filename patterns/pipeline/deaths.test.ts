import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Child } from '../../test/support/child.js'
import { Pipeline } from './test/parts.js'
import { until } from '../../test/support/turn.js'

const programs = 'patterns/pipeline/test/programs'

describe('a worker process', { timeout: 120_000 }, () => {
  it('that is killed with a job leaves it to another at once', async () => {
    const { ventilator, outcomes, spawn } = await start()
    const victim = await spawn()
    await ventilator.send('a')
    expect(await victim.line()).toBe('has 1')
    const heir = await spawn()
    await until(() => ventilator.stats.workers === 2)
    await victim.kill()
    // No clock was moved: the connection broke.
    expect(await heir.line()).toBe('has 1')
    heir.signal('SIGUSR2')
    expect(await ventilator.end()).toEqual({ jobs: 1, givenUp: 0 })
    expect(outcomes).toEqual(['in 1 result 1', 'in 2 end'])
    expect(ventilator.stats).toMatchObject({ lost: 1, redelivered: 1 })
  })

  it('that is stopped is dead after three heartbeats, and comes back as a new one', async () => {
    const { ventilator, sink, clock, outcomes, spawn } = await start()
    const stopped = await spawn()
    await ventilator.send('a')
    expect(await stopped.line()).toBe('has 1')
    stopped.signal('SIGSTOP')
    await until(
      () => ventilator.stats.workers === 0,
      () => clock.advance(1000),
    )
    const other = await spawn()
    expect(await other.line()).toBe('has 1')
    other.signal('SIGUSR2')
    await until(() => ventilator.stats.done === 1)
    stopped.signal('SIGUSR2')
    stopped.signal('SIGCONT')
    // Its own result comes as well, on a slow machine more than once, and is recognised.
    await until(() => sink.stats.duplicates > 0)
    await until(() => ventilator.stats.workers === 2)
    expect(outcomes).toEqual(['in 1 result 1'])
    expect(await ventilator.end()).toEqual({ jobs: 1, givenUp: 0 })
  })

  it('may be killed with any job: each has one result', async () => {
    const { ventilator, sink, outcomes, spawn } = await start()
    const jobs = 200
    const sent = (async () => {
      for (let job = 1; job <= jobs; job++) await ventilator.send(`job ${job}`)
      return ventilator.end()
    })()
    for (let death = 0; death < 3; death++) {
      const child = await spawn('at once')
      for (let has = 0; has < 20; has++) await child.line()
      await child.kill()
    }
    await spawn('at once')
    expect(await sent).toEqual({ jobs, givenUp: 0 })
    expect(await sink.ended('in')).toEqual({ jobs, givenUp: 0 })
    const expected = Array.from({ length: jobs }, (_, job) => `in ${job + 1} result ${job + 1}`)
    expect([...outcomes].sort()).toEqual([...expected, `in ${jobs + 1} end`].sort())
  })
})

describe('a ventilator process', { timeout: 120_000 }, () => {
  it('that is killed goes on with the same jobs, and none is taken twice', async () => {
    const { sink, outcomes, ends } = await start()
    const endpoint = `ipc://${await folder()}/jobs`
    const run = (): Child => Child.run(`${programs}/ventilator.ts`, endpoint, '60')
    const first = run()
    const worker = Child.run(`${programs}/worker.ts`, endpoint, ends.sink, 'at once')
    await until(() => outcomes.length >= 20)
    await first.kill()
    const second = run()
    expect(await second.line()).toBe('ended 60 0')
    expect(await sink.ended('in')).toEqual({ jobs: 60, givenUp: 0 })
    const numbers = outcomes.map((line) => Number(line.split(' ')[1]))
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 61 }, (_, i) => i + 1))
    expect(sink.stats.duplicates).toBeGreaterThanOrEqual(20)
    await worker.kill()
  })
})

describe('a sink process', { timeout: 120_000 }, () => {
  it('that is killed and remembers what it took gets the rest, each once', async () => {
    const { ventilator, ends, ...rest } = await start()
    const path = await folder()
    const endpoint = `ipc://${path}/results`
    const file = join(path, 'taken')
    const first = Child.run(`${programs}/sink.ts`, endpoint, file)
    const worker = rest.worker({ ...ends, sink: endpoint, credit: 10 })
    const ended = (async () => {
      for (let job = 1; job <= 60; job++) await ventilator.send(`job ${job}`)
      return ventilator.end()
    })()
    for (let took = 0; took < 20; took++) await first.line()
    await first.kill()
    const second = Child.run(`${programs}/sink.ts`, endpoint, file)
    await until(
      () => ventilator.stats.done === 60,
      () => rest.clock.advance(500),
    )
    expect(await ended).toEqual({ jobs: 60, givenUp: 0 })
    const lines = await second.rest()
    expect(lines.at(-1)).toBe('ended 60 0')
    const taken = (await readFile(file, 'utf8')).trim().split('\n')
    const numbers = taken.map((line) => (JSON.parse(line) as { number: number }).number)
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 61 }, (_, i) => i + 1))
    expect(worker.stats.done).toBe(61)
  })
})

async function start() {
  const pipeline = await Pipeline.start({ attempts: 1000 })
  const { ventilator, sink, clock, outcomes, ends } = pipeline
  const [jobs = ''] = ends.ventilators
  /** A worker process that the ventilator knows. */
  const spawn = async (...how: string[]): Promise<Child> => {
    const child = Child.run(`${programs}/worker.ts`, jobs, ends.sink, ...how)
    expect(await child.line()).toBe('ready')
    return child
  }
  const worker = pipeline.worker.bind(pipeline)
  return { ventilator, sink, clock, outcomes, ends, spawn, worker }
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'pipeline-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}
