import { Router } from 'zerowire'
import { attach, placesOf } from './endpoints.js'
import { misuse } from './exit.js'
import { framingOf, type Framing } from './framing.js'
import { orLate } from './late.js'
import type { Letter } from './letter.js'
import { Meter } from './meter.js'
import type { Run } from './run.js'
import { runShell } from './shell.js'
import { fromStdin, Output } from './streams.js'
import { settingsOf, using, type TalkOptions } from './talk.js'

/** How requests are answered; without any of them, by what is typed. */
export interface ReplyOptions extends TalkOptions {
  readonly echo?: boolean
  readonly text?: string
  readonly exec?: string
  readonly jobs?: number
}

/** Requests whose commands may run at a time, unless something else is asked for. */
export const JOBS = 4

type Answer = (request: Letter) => Promise<Letter>

/**
 * Answers requests. The socket is a ROUTER, to which a REQ talks as to a REP: it can go on with the next
 * request while a command still works on the one before.
 */
export async function reply(
  endpoints: readonly string[],
  options: ReplyOptions,
  run: Run,
): Promise<void> {
  const framing = framingOf(options)
  const places = placesOf(endpoints, options)
  const { answer, jobs } = answering(options, framing, run)
  const { hwm } = options
  const marks = hwm === undefined ? {} : { sendHighWaterMark: hwm, receiveHighWaterMark: hwm }
  const socket = new Router({ ...(await settingsOf(options)), ...marks })
  await using(socket, run, async () => {
    await attach(socket, places, run)
    await serve(socket, answer, jobs, options, run)
  })
}

function answering(
  options: ReplyOptions,
  framing: Framing,
  run: Run,
): { answer: Answer; jobs: number } {
  const { echo, text, exec, jobs = JOBS } = options
  const ways = [echo, text, exec].filter((each) => each !== undefined)
  if (ways.length > 1) throw misuse('--echo, --text and --exec exclude each other')
  if (options.jobs !== undefined && exec === undefined) throw misuse('--jobs is for --exec')
  if (echo === true) return { answer: (request) => Promise.resolve(request), jobs: 1 }
  if (text !== undefined) {
    const fixed = framing.read(Buffer.from(text))
    return { answer: () => Promise.resolve(fixed), jobs: 1 }
  }
  if (exec === undefined) return { answer: byHand(framing, run), jobs: 1 }
  return {
    answer: async (request) => framing.read(await runShell(exec, framing.write(request), run)),
    jobs,
  }
}

/** Prints the request, and takes the next letter of stdin for its answer. */
function byHand(framing: Framing, run: Run): Answer {
  const output = new Output(framing, run)
  const typed = one(fromStdin(framing, run.signal))
  return async (request) => {
    await output.write([request])
    const { done, value } = await typed.next()
    if (done === true) throw misuse('stdin has no answer left; see --echo, --text and --exec')
    return value
  }
}

async function* one(batches: AsyncIterable<Letter[]>): AsyncGenerator<Letter, undefined> {
  for await (const batch of batches) yield* batch
}

async function serve(
  socket: Router,
  answer: Answer,
  jobs: number,
  options: ReplyOptions,
  run: Run,
): Promise<void> {
  const { timeout = -1, count = Infinity } = options
  const meter = new Meter(options.rate === true, run)
  const { signal } = run
  const running = new Set<Promise<void>>()
  for (let left = count; left > 0;) {
    if (running.size >= jobs) await Promise.race(running)
    const message = await orLate(timeout, 'no request came', () =>
      socket.receive({ timeout, signal }),
    )
    const end = message.findIndex(({ length }, i) => i > 0 && length === 0) + 1
    if (end === 0 || end === message.length) {
      run.note('a message that is no request was dropped: its envelope does not end')
      continue
    }
    left--
    meter.add(message)
    const job = answer(message.slice(end)).then((letter) =>
      socket.send([...message.slice(0, end), ...letter]),
    )
    running.add(job)
    void job.then(
      () => running.delete(job),
      () => undefined,
    )
  }
  await Promise.all(running)
}
