import fc from 'fast-check'
import { Dealer } from 'zerowire'
import { describe, expect, it } from 'vitest'
import { holdsLater } from '../../test/support/property.js'
import { ManualClock } from '../clock/index.js'
import { Sink, Ventilator, Worker } from './index.js'
import { told } from './test/parts.js'
import { wire } from './test/frames.js'
import { until } from '../../test/support/turn.js'

/** What becomes of a worker that has a job. */
const fates = ['works', 'dies first', 'dies after', 'fails', 'falls silent', 'works late'] as const
type Fate = (typeof fates)[number]

const ATTEMPTS = 3
const cases = fc.record({
  jobs: fc.integer({ min: 0, max: 12 }),
  fates: fc.array(fc.constantFrom(...fates), { maxLength: 25 }),
  window: fc.integer({ min: 1, max: 5 }),
})

describe('whatever becomes of the workers', () => {
  it('each job has one outcome, and is given up only after all its attempts', async () => {
    await holdsLater(
      fc.asyncProperty(cases, async ({ jobs, fates, window }) => {
        const run = new Run(window)
        try {
          await run.begin(jobs)
          for (const fate of fates) if (!(await run.meets(fate))) break
          await run.finish(jobs)
        } finally {
          await run.close()
        }
      }),
    )
  })
})

let runs = 0

/** A pipeline whose workers are played by the test, one job each. */
class Run {
  readonly #clock = new ManualClock()
  readonly #outcomes: string[] = []
  readonly #givenUp = new Set<number>()
  /** The model: how often each job was given to somebody who did not report it as done. */
  readonly #tried = new Map<number, number>()
  /** Results that reached the sink. */
  readonly #results = new Set<number>()
  readonly #dealers: Dealer[] = []
  readonly #name = `inproc://pipeline-model-${runs++}`
  readonly #sink = new Sink({ take: (outcome) => void this.#outcomes.push(told(outcome)) })
  readonly #ventilator: Ventilator
  #report: Promise<unknown> = Promise.resolve()
  readonly #late: (() => Promise<void>)[] = []

  constructor(window: number) {
    const givenUp = ({ number }: { number: number }): void => void this.#givenUp.add(number)
    const clock = this.#clock
    this.#ventilator = new Ventilator({ input: 'in', attempts: ATTEMPTS, window, clock, givenUp })
  }

  async begin(jobs: number): Promise<void> {
    await this.#ventilator.bind(`${this.#name}-jobs`)
    await this.#sink.bind(`${this.#name}-results`)
    const sent = Array.from({ length: jobs }, (_, job) => this.#ventilator.send(`job ${job + 1}`))
    this.#report = Promise.all([...sent, this.#ventilator.end()])
  }

  /** @returns false when there was nothing to do. */
  async meets(fate: Fate): Promise<boolean> {
    const { waiting } = this.#ventilator.stats
    if (waiting === 0) return false
    const [jobs, results] = [this.#dealer('jobs'), this.#dealer('results')]
    await jobs.send(wire.ready(1))
    const [command, input = '', numberFrame = '', ...body] = await jobs.receive()
    const number = Number(`0x${(numberFrame as Buffer).toString('hex')}`)
    const isJob = command?.[0] === 5
    if (isJob) this.#tried.set(number, (this.#tried.get(number) ?? 0) + 1)
    const bring = async (): Promise<void> => {
      await results.send(
        isJob
          ? [Buffer.of(8), input, numberFrame, 'r']
          : [command as Buffer, input, numberFrame, ...body],
      )
      expect(await results.receive()).toEqual(wire.taken('in', number))
      if (isJob) this.#results.add(number)
    }
    const { refused } = this.#ventilator.stats
    if (fate === 'works') {
      await bring()
      await jobs.send(wire.done(number))
      // It may have been given the next one by then, which it does not want.
      await jobs.send(wire.bye())
    } else if (fate === 'fails') {
      await jobs.send(wire.failed(number, 'no'))
      await jobs.send(wire.bye())
    } else if (fate === 'falls silent' || fate === 'works late') {
      this.#clock.advance(3000)
      // Others may have it by then.
      if (fate === 'works late') {
        this.#late.push(async () => {
          await bring()
          await jobs.send(wire.done(number))
          await until(() => this.#ventilator.stats.refused > refused)
        })
      }
    } else {
      if (fate === 'dies after') await bring()
      await jobs.close()
    }
    await until(() => this.#ventilator.stats.workers === 0)
    return true
  }

  async finish(jobs: number): Promise<void> {
    for (const late of this.#late.splice(0)) await late()
    const worker = new Worker({
      ventilators: [`${this.#name}-jobs`],
      sink: `${this.#name}-results`,
      clock: this.#clock,
      credit: 2,
      work: () => 'r',
    })
    await this.#report
    expect(await this.#sink.ended('in')).toMatchObject({ jobs })
    await worker.close()
    this.#check(jobs)
  }

  async close(): Promise<void> {
    this.#report.catch(() => undefined)
    for (const part of [...this.#dealers, this.#ventilator, this.#sink]) await part.close()
  }

  #check(jobs: number): void {
    const numbers = this.#outcomes.map((line) => Number(line.split(' ')[1]))
    expect([...numbers].sort((a, b) => a - b)).toEqual(
      Array.from({ length: jobs + 1 }, (_, i) => i + 1),
    )
    expect(this.#outcomes.at(-1)).toBe(`in ${jobs + 1} end`)
    for (const line of this.#outcomes.slice(0, -1)) {
      const number = Number(line.split(' ')[1])
      if (line.includes('given up')) expect(this.#givenUp).toContain(number)
      else expect(line).toBe(`in ${number} r`)
    }
    for (const number of this.#givenUp) expect(this.#tried.get(number)).toBe(ATTEMPTS)
    for (const [number, tried] of this.#tried)
      if (tried < ATTEMPTS) expect(this.#givenUp).not.toContain(number)
    // Nothing that reached the sink is given up there.
    for (const number of this.#results) {
      const line = this.#outcomes.find((outcome) => outcome.startsWith(`in ${number} `))
      expect(line === `in ${number} r` || this.#givenUp.has(number)).toBe(true)
    }
  }

  #dealer(end: 'jobs' | 'results'): Dealer {
    const dealer = new Dealer({ linger: 0 })
    dealer.connect(`${this.#name}-${end}`)
    this.#dealers.push(dealer)
    return dealer
  }
}
