import { Dealer, type MessageLike, type SocketOptions } from 'zerowire'
import type { Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { milliseconds, whole } from '../common/checks.js'
import { Life } from '../common/life.js'
import { Delivery } from './delivery.js'
import { Link, type Task } from './link.js'
import { COMMAND, commandFrame, type JobId } from './protocol.js'

/** A job as a worker gets it. */
export interface Job extends JobId {
  /** What the ventilator was given. */
  readonly body: readonly Message[]
}

/** What comes of a job: one part, several, or none. */
export type Work = (
  job: Job,
) => MessageLike | MessageLike[] | undefined | Promise<MessageLike | MessageLike[] | undefined>

/** What a worker has done, and does. */
export interface WorkerStats {
  /** Jobs, and ends, whose result the sink has. */
  readonly done: number
  /** Jobs that went wrong. */
  readonly failed: number
  /** Being worked on, or on the way to the sink. */
  readonly running: number
  /** Results that were sent again: the sink had not answered in time. */
  readonly resent: number
  /** Of these and of those sent for the first time, how many had no room: they are sent again as well. */
  readonly unsent: number
  /** Ventilators that have not sent it away, or that it has come back to. */
  readonly ventilators: number
  /** How often a connection to a ventilator was made anew. */
  readonly reopened: number
  /** Messages that made no sense, and answers of the sink to what it had answered before. */
  readonly refused: number
}

/** What a {@link Worker} may be told. */
export interface WorkerOptions {
  /** Where jobs come from. */
  ventilators: readonly string[]
  /** Where results go to. */
  sink: string
  /** Does one job; what it throws is told to the ventilator. May be called twice for one job. */
  work: Work
  /** Jobs at the same time from each ventilator, until the sink has their results. @default 1 */
  credit?: number
  /** Milliseconds between two heartbeats; the same for ventilators. @default 1000 */
  heartbeatInterval?: number
  /** A ventilator that misses so many heartbeats in a row is dead. @default 3 */
  liveness?: number
  /** Milliseconds after which a result is sent again that the sink has not answered. @default 5000 */
  resendInterval?: number
  /** Options of its sockets, such as keys and `context`. None by default. */
  socket?: SocketOptions<Dealer>
  /** The time that it lives by; a test gives a `ManualClock`. @default systemClock */
  clock?: Clock
}

/**
 * Asks ventilators for jobs, does them, and brings the results to the sink. Only when that has a
 * result is the job reported as done, so that nothing is lost wherever a worker ends.
 */
export class Worker {
  readonly #life: Life
  readonly #work: Work
  readonly #links: readonly Link[]
  readonly #delivery: Delivery
  #done = 0
  #failed = 0

  /** @throws RangeError, TypeError on an option that is none; ZmqError those of `Socket.connect()`. */
  constructor(options: WorkerOptions) {
    const { work, ventilators, sink, clock = systemClock } = options
    const { credit = 1, liveness = 3, heartbeatInterval = 1000, resendInterval = 5000 } = options
    if (typeof work !== 'function') throw new TypeError('work is what does a job')
    whole('credit', credit)
    whole('liveness', liveness)
    milliseconds('heartbeatInterval', heartbeatInterval)
    milliseconds('resendInterval', resendInterval)
    this.#work = work
    const life = new Life(clock)
    this.#life = life
    const makeSocket = (): Dealer =>
      new Dealer({ linger: heartbeatInterval, ...options.socket, sendTimeout: 0 })
    const toSink = life.own(makeSocket())
    // A sink whose machine is gone says no good-bye; this finds out.
    toSink.heartbeatInterval = heartbeatInterval
    toSink.connect(sink)
    this.#delivery = new Delivery(life, toSink, resendInterval)
    const begin = (task: Task, report: (reason?: string) => void): void => {
      void this.#begin(task, report)
    }
    this.#links = ventilators.map(
      (endpoint) => new Link({ life, endpoint, credit, liveness, makeSocket, begin }),
    )
    life.every(heartbeatInterval, () => {
      for (const link of this.#links) link.beat()
    })
  }

  /** What it has done so far. */
  get stats(): WorkerStats {
    const sum = (count: (link: Link) => number): number =>
      this.#links.reduce((total, link) => total + count(link), 0)
    return {
      done: this.#done,
      failed: this.#failed,
      running: sum(({ running }) => running),
      resent: this.#delivery.resent,
      unsent: this.#delivery.unsent,
      ventilators: sum(({ open }) => Number(open)),
      reopened: sum(({ reopened }) => reopened),
      refused: this.#delivery.refused + sum(({ refused }) => refused),
    }
  }

  /** Leaves: the ventilators give its jobs to others. Waits no longer than `heartbeatInterval`. */
  close(): Promise<void> {
    if (!this.#life.over) for (const link of this.#links) link.leave()
    return this.#life.end()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #begin(task: Task, report: (reason?: string) => void): Promise<void> {
    const { input, number, command, message } = task
    const [, inputFrame = null, numberFrame = null, ...body] = message
    let result: MessageLike[] = [...message]
    if (command === COMMAND.job) {
      try {
        const parts = await this.#work({ input, number, body })
        const head = [commandFrame(COMMAND.result), inputFrame, numberFrame]
        result = parts === undefined ? head : [...head, ...[parts].flat()]
      } catch (error) {
        this.#failed++
        report(error instanceof Error ? error.message : String(error))
        return
      }
    }
    if (this.#life.over) return
    this.#delivery.send(task, result, () => {
      this.#done++
      report()
    })
  }
}
