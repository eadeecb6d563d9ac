import fc from 'fast-check'
import * as native from 'zeromq'
import { Pull, Push, Router } from 'zerowire'
import { describe, expect, it } from 'vitest'
import { holdsLater } from '../../test/support/property.js'
import { track } from '../../test/support/track.js'
import { trackAll } from '../common/test/tracked.js'
import { ManualClock } from '../clock/index.js'
import { draw, QueueMeter, type QueueReport } from './index.js'
import { until } from '../../test/support/turn.js'

const INTERVAL = 10
let names = 0

/** In each interval so many leave, and then so many come. */
const schedule = fc.array(
  fc.record({ leave: fc.integer({ min: 0, max: 6 }), come: fc.integer({ min: 0, max: 6 }) }),
  { minLength: 1, maxLength: 40 },
)

describe("Little's law", () => {
  it('holds: what the counters say is what the messages say that waited', async () => {
    await holdsLater(
      fc.asyncProperty(schedule, async (steps) => {
        const clock = new ManualClock()
        const meter = new QueueMeter({ clock, interval: INTERVAL })
        const [push, pull] = [new Push(), new Pull({ receiveHighWaterMark: 0 })]
        const name = `inproc://little-${names++}`
        await pull.bind(name)
        push.connect(name)
        meter.watch('queue', pull, 'incoming')
        const line = new Line(clock, (stamp) => push.send(stamp), pull)
        for (const { leave, come } of steps) {
          await line.leave(leave)
          await line.come(come)
          clock.advance(INTERVAL)
        }
        // Whoever is still in it has no end of waiting yet, which the messages could tell.
        await line.leave(Infinity)
        clock.advance(INTERVAL)
        const [report] = meter.report() as [QueueReport]
        const { waits } = line
        expect(report.arrivals).toBe(waits.length)
        expect(report.departures).toBe(waits.length)
        expect(report.meanWait).toBeCloseTo(mean(waits), 9)
        expect(report.meanLength).toBeCloseTo((report.throughput * mean(waits)) / 1000, 9)
        expect([report.length, report.longest]).toEqual([0, line.longest])
        expect(report.utilisation).toBeCloseTo(line.busy / clock.now(), 9)
        for (const part of [meter, push, pull]) await part.close()
      }),
    )
  })

  it('is wrong by less than one interval where messages come and go between samples', async () => {
    const later = fc.integer({ min: 0, max: 25 })
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), later, later), {
      maxLength: 20,
    })
    await holdsLater(
      fc.asyncProperty(steps, async (changes) => {
        const clock = new ManualClock()
        const meter = new QueueMeter({ clock, interval: INTERVAL })
        const [push, pull] = [new Push(), new Pull({ receiveHighWaterMark: 0 })]
        const name = `inproc://between-${names++}`
        await pull.bind(name)
        push.connect(name)
        meter.watch('queue', pull, 'incoming')
        const line = new Line(clock, (stamp) => push.send(stamp), pull)
        for (const [count, coming, going] of changes) {
          await line.come(count + 1)
          clock.advance(coming)
          await line.leave(count)
          clock.advance(going)
        }
        await line.leave(Infinity)
        clock.advance(INTERVAL)
        const [report] = meter.report() as [QueueReport]
        expect(report.departures).toBe(line.waits.length)
        expect(Math.abs(report.meanWait - mean(line.waits))).toBeLessThan(INTERVAL)
        for (const part of [meter, push, pull]) await part.close()
      }),
    )
  })

  it('holds where the messages come from another library, over TCP', async () => {
    const { clock, meter } = start()
    const pull = track(new Pull({ receiveHighWaterMark: 0 }))
    await pull.bind('tcp://127.0.0.1:*')
    const push = track(new native.Push())
    push.connect(String(pull.lastEndpoint))
    meter.watch('queue', pull, 'incoming')
    const line = new Line(clock, (stamp) => push.send(stamp), pull)
    for (let step = 0; step < 50; step++) {
      await line.leave(step % 5)
      await line.come(step % 7)
      clock.advance(INTERVAL)
    }
    await line.leave(Infinity)
    clock.advance(INTERVAL)
    const [report] = meter.report() as [QueueReport]
    expect(report.departures).toBe(line.waits.length)
    expect(report.meanWait).toBeCloseTo(mean(line.waits), 9)
    expect(report.throughput).toBeCloseTo((line.waits.length / clock.now()) * 1000, 9)
  })

  it('holds for what waits to be sent', async () => {
    const { clock, meter } = start()
    const push = track(new Push({ reconnectInterval: 1 }))
    const pull = track(new Pull())
    await pull.bind('tcp://127.0.0.1:*')
    const endpoint = String(pull.lastEndpoint)
    await pull.unbind(endpoint)
    meter.watch('queue', push, 'outgoing')
    push.connect(endpoint)
    for (let message = 0; message < 20; message++) {
      await push.send(String(clock.now()))
      clock.advance(INTERVAL)
    }
    const waits: number[] = []
    await pull.bind(endpoint)
    while (waits.length < 20) waits.push(clock.now() - Number((await pull.receive())[0]))
    await until(() => push.stats.queued.outgoing === 0)
    clock.advance(INTERVAL)
    const [report] = meter.report() as [QueueReport]
    expect(report).toMatchObject({ arrivals: 20, departures: 20, length: 0, longest: 20 })
    expect(report.meanWait).toBeCloseTo(mean(waits), 9)
  })
})

describe('a meter', () => {
  it('counts what was dropped', async () => {
    const { clock, meter } = start()
    const router = track(new Router())
    await router.bind('tcp://127.0.0.1:*')
    await router.send(['nobody', 'before'])
    meter.watch('replies', router, 'outgoing')
    await router.send(['nobody', 'x'])
    await router.send(['nobody', 'y'])
    clock.advance(INTERVAL)
    expect(meter.report()[0]).toMatchObject({ drops: 2, length: 0 })
  })

  it('begins with what is there, and anew with reset()', async () => {
    const { clock, meter } = start()
    const { push, pull } = await pair()
    for (let message = 0; message < 4; message++) await push.send('x')
    await until(() => pull.stats.queued.incoming === 4)
    meter.watch('queue', pull, 'incoming')
    clock.advance(INTERVAL)
    await pull.receive()
    clock.advance(INTERVAL)
    const [report] = meter.report()
    expect(report).toMatchObject({
      length: 3,
      longest: 4,
      arrivals: 0,
      departures: 1,
      seconds: 0.02,
    })
    expect(report).toMatchObject({ meanLength: 3.5, throughput: 50, meanWait: 70, utilisation: 1 })
    meter.reset()
    const still = { length: 3, longest: 3, seconds: 0, meanLength: 0, throughput: 0, meanWait: 0 }
    expect(meter.report()[0]).toMatchObject({ ...still, departures: 0, utilisation: 0 })
    clock.advance(INTERVAL)
    expect(meter.report()[0]).toMatchObject({ meanLength: 3, departures: 0, seconds: 0.01 })
  })

  it('samples between two intervals when it is told to', async () => {
    const { clock, meter } = start()
    const { push, pull } = await pair()
    meter.watch('queue', pull, 'incoming')
    await push.send('x')
    await until(() => pull.stats.queued.incoming === 1)
    clock.advance(4)
    meter.sample()
    await pull.receive()
    clock.advance(6)
    expect(meter.report()[0]).toMatchObject({ meanWait: 4, meanLength: 0.4, utilisation: 0.4 })
  })

  it('keeps the last figures of a socket that was closed', async () => {
    const { clock, meter } = start()
    const { push, pull } = await pair()
    meter.watch('queue', pull, 'incoming')
    await push.send('x')
    await until(() => pull.stats.queued.incoming === 1)
    clock.advance(INTERVAL)
    await pull.receive()
    await pull.close()
    clock.advance(INTERVAL)
    const before = meter.report()
    clock.advance(10 * INTERVAL)
    expect(before[0]).toMatchObject({ closed: true, departures: 1, meanWait: INTERVAL })
    expect(meter.report()).toEqual(before)
  })

  it('watches each name once, so many of them, and none when it is closed', async () => {
    const { clock, meter } = start({ maxQueues: 2 })
    const { push, pull } = await pair()
    meter.watch('a', pull, 'incoming')
    expect(() => meter.watch('a', push, 'outgoing')).toThrow(
      expect.objectContaining({ code: 'EADDRINUSE' }),
    )
    meter.watch('b', push, 'outgoing')
    expect(() => meter.watch('c', pull, 'incoming')).toThrow(
      expect.objectContaining({ code: 'ENOBUFS' }),
    )
    expect([meter.unwatch('a'), meter.unwatch('a')]).toEqual([true, false])
    meter.watch('c', pull, 'incoming')
    expect(meter.report().map(({ name }) => name)).toEqual(['b', 'c'])
    await meter.close()
    await meter[Symbol.asyncDispose]()
    expect(() => meter.watch('d', pull, 'incoming')).toThrow(
      expect.objectContaining({ code: 'EBADF' }),
    )
    expect(clock.pending).toBe(0)
  })

  it.each([
    [{ interval: 0 }, /interval/],
    [{ maxQueues: -1 }, /maxQueues/],
  ])('checks its options: %s', (options, message) => {
    expect(() => new QueueMeter(options)).toThrow(message)
  })
})

describe('a table', () => {
  const report = (name: string, meanLength: number): QueueReport => ({
    ...{ name, seconds: 1, length: 3, longest: 9, meanLength, arrivals: 5, departures: 2 },
    ...{ throughput: 1234.5, meanWait: 0.25, utilisation: 0.5, drops: 7, closed: false },
  })

  it('has a row for each queue, and a bar as long as it is', () => {
    expect(draw([report('short', 1), report('longer', 4)], 4).split('\n')).toEqual([
      'queue   now    L   λ/s  W ms  busy  drops',
      'short     3  1.0  1235   0.3   50%      7  █',
      'longer    3  4.0  1235   0.3   50%      7  ████',
    ])
  })

  it('has bars in eighths, and none for nothing', () => {
    expect(
      draw([report('a', 1), report('b', 8), report('c', 0)], 1)
        .split('\n')
        .map((row) => row.at(-1)),
    ).toEqual(['s', '▏', '█', '7'])
    expect(draw([])).toBe('queue  now  L  λ/s  W ms  busy  drops')
  })
})

/** Messages that tell how long they waited, in a queue whose length the test knows at any time. */
class Line {
  readonly waits: number[] = []
  longest = 0
  busy = 0
  readonly #clock: ManualClock
  readonly #send: (stamp: string) => Promise<void>
  readonly #pull: Pull
  #inside = 0
  #since = 0

  constructor(clock: ManualClock, send: (stamp: string) => Promise<void>, pull: Pull) {
    this.#clock = clock
    this.#send = send
    this.#pull = pull
  }

  async come(count: number): Promise<void> {
    for (let message = 0; message < count; message++) await this.#send(String(this.#clock.now()))
    this.#inside += count
    this.longest = Math.max(this.longest, this.#inside)
    await until(() => this.#pull.stats.queued.incoming === this.#inside)
  }

  async leave(most: number): Promise<void> {
    const now = this.#clock.now()
    // It has been as it is since the last interval.
    if (this.#inside > 0) this.busy += now - this.#since
    this.#since = now
    for (let left = Math.min(most, this.#inside); left > 0; left--, this.#inside--) {
      const [stamp] = await this.#pull.receive()
      this.waits.push(now - Number(stamp))
    }
  }
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

function start(options: { maxQueues?: number } = {}) {
  const clock = new ManualClock()
  return { clock, meter: trackAll(new QueueMeter({ clock, interval: INTERVAL, ...options })) }
}

async function pair() {
  const [push, pull] = [track(new Push()), track(new Pull())]
  await pull.bind('tcp://127.0.0.1:*')
  push.connect(String(pull.lastEndpoint))
  return { push, pull }
}
