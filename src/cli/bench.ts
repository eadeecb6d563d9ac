import { Pull, Push, Request, type Socket } from 'zerowire'
import { attach, placesOf, type Places } from './endpoints.js'
import { untilMet } from './events.js'
import { misuse } from './exit.js'
import { within } from './late.js'
import { rateText } from './meter.js'
import { Progress } from './progress.js'
import type { Run } from './run.js'
import { Twin } from './self.js'
import { print } from './streams.js'
import { settingsOf, using, type SocketOptions } from './talk.js'

export const MEASURES = ['throughput', 'latency'] as const

type Measure = (typeof MEASURES)[number]

/** What is measured, and how much of it. */
export interface BenchOptions extends SocketOptions {
  readonly count?: number
  readonly size: number
  readonly receive?: boolean
  readonly json?: boolean
}

/** Messages or round trips, unless there is a count. */
const COUNTS: Readonly<Record<Measure, number>> = { throughput: 1_000_000, latency: 10_000 }

/** The time of each round trip is kept: 8 bytes. */
const MOST_ROUND_TRIPS = 10_000_000

/** Messages between two looks at the clock. */
const BATCH = 1000

/** What came out, and what it means. */
interface Outcome {
  readonly figures: Readonly<Record<string, number | string>>
  readonly text: string
}

/** Everything that one measurement needs. */
interface Task {
  readonly places: Places
  readonly options: BenchOptions
  readonly count: number
  /** The command line of the other end, if that is ours as well; it connects to us. */
  readonly other: readonly string[] | undefined
  readonly run: Run
}

/**
 * Measures one socket against another: in a process that is started for it, or at an endpoint. There the other
 * end is for somebody else to run: a PULL, with `--receive` a PUSH, or a REP that answers with what it got.
 */
export async function bench(
  measure: Measure,
  endpoints: readonly string[],
  options: BenchOptions,
  run: Run,
): Promise<void> {
  const { count = COUNTS[measure], size, receive = false, json = false } = options
  if (receive && measure === 'latency') throw misuse('--receive is for throughput')
  if (measure === 'latency' && count > MOST_ROUND_TRIPS) {
    throw misuse(
      `--count ${String(count)}: expected at most ${String(MOST_ROUND_TRIPS)} round trips`,
    )
  }
  const own = endpoints.length === 0 && (options.bind ?? options.connect) === undefined
  if (own && Object.keys(await settingsOf(options)).some((name) => /^(curve|plain)/.test(name))) {
    throw misuse('keys and passwords are for an endpoint: start the other end yourself')
  }
  const push = ['bench', 'throughput', '--count', String(count), '--size', String(size)]
  const other = measure === 'latency' ? ['rep', '--echo'] : push
  const places = own ? { bind: ['tcp://127.0.0.1:*'], connect: [] } : placesOf(endpoints, options)
  const task: Task = { places, options, count, other: own ? other : undefined, run }
  const work = measure === 'latency' ? latency : receive || own ? receiving : sending
  const { figures, text } = await work(task)
  await print(json ? `${JSON.stringify({ measure, ...figures })}\n` : `${text}\n`, run)
}

/** From the first message to the last. */
async function receiving(task: Task): Promise<Outcome> {
  const { count, options, run } = task
  const { signal } = run
  const socket = new Pull(await settingsOf(options))
  let [bytes, begin, end] = [0, 0, 0]
  await meeting(socket, task, async (progress) => {
    await socket.receive({ signal })
    begin = performance.now()
    for (let left = count - 1; left > 0;) {
      const messages = await socket.receiveMany(Math.min(BATCH, left), { signal })
      left -= messages.length
      for (const parts of messages) for (const { length } of parts) bytes += length
      end = performance.now()
      const seconds = (end - begin) / 1000
      progress.at(count - left, rateText((count - left) / seconds, bytes / seconds))
    }
  })
  return throughput(count - 1, bytes, end - begin)
}

/** Until the system has taken the last message. */
async function sending(task: Task): Promise<Outcome> {
  const { count, options, run } = task
  const { signal } = run
  const socket = new Push(await settingsOf(options))
  const body = Buffer.alloc(options.size)
  let begin = 0
  await meeting(socket, task, async (progress) => {
    begin = performance.now()
    for (let left = count; left > 0;) {
      const batch = Math.min(BATCH, left)
      await socket.sendMany(
        Array.from({ length: batch }, () => body),
        { signal },
      )
      left -= batch
      const rate = (count - left) / ((performance.now() - begin) / 1000)
      progress.at(count - left, rateText(rate, rate * body.length))
    }
  })
  return throughput(count, count * body.length, performance.now() - begin)
}

/** The time that an answer takes. The first one, for which there has to be a connection, is not counted. */
async function latency(task: Task): Promise<Outcome> {
  const { count, options, run } = task
  const { signal } = run
  const socket = new Request(await settingsOf(options))
  const body = Buffer.alloc(options.size)
  const times = new Float64Array(count)
  await meeting(socket, task, async (progress) => {
    for (let i = -1; i < count; i++) {
      const begin = performance.now()
      await socket.send(body, { signal })
      await within(socket.receive({ signal }), options.timeout, signal, 'there was no answer')
      if (i >= 0) times[i] = (performance.now() - begin) * 1000
      progress.at(i + 1, 'round trips')
    }
  })
  times.sort()
  const at = (share: number): number => times[Math.ceil(share * count) - 1] ?? 0
  const mean = times.reduce((sum, each) => sum + each, 0) / count
  const [median, high, longest] = [at(0.5), at(0.99), at(1)]
  return {
    figures: { roundTrips: count, size: body.length, unit: 'µs', mean, median, p99: high, longest },
    text:
      `${String(count)} round trips of ${String(body.length)} bytes: ` +
      `mean ${mean.toFixed(1)} µs, median ${median.toFixed(1)}, 99 % below ${high.toFixed(1)}, longest ${longest.toFixed(1)}`,
  }
}

function throughput(messages: number, bytes: number, milliseconds: number): Outcome {
  const seconds = milliseconds / 1000
  const [messagesPerSecond, bytesPerSecond] = [messages / seconds, bytes / seconds]
  return {
    figures: { messages, bytes, seconds, messagesPerSecond, bytesPerSecond },
    text: `${String(messages)} messages in ${seconds.toFixed(3)} s: ${rateText(messagesPerSecond, bytesPerSecond)}`,
  }
}

/** Works with the other end as soon as that is there. */
async function meeting(
  socket: Socket,
  task: Task,
  work: (progress: Progress) => Promise<void>,
): Promise<void> {
  const { places, other, options, count, run } = task
  const progress = new Progress(count, options.quiet !== true)
  const met = untilMet(socket)
  await using(socket, run, async () => {
    await attach(socket, places, other === undefined ? run : silent)
    const where = ['--connect', socket.lastEndpoint ?? '', '--quiet']
    const twin = other === undefined ? undefined : new Twin([...other, ...where])
    try {
      const all = within(met, options.timeout, run.signal, 'nobody was there').then(() =>
        work(progress),
      )
      await (twin === undefined ? all : Promise.race([all, twin.failed]))
    } finally {
      progress.end()
      twin?.end()
    }
  })
}

/** That we wait for our own is nothing to note. */
const silent = { note: (): void => undefined }
