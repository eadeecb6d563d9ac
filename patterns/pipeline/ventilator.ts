import { Router, type MessageLike, type SocketOptions } from 'zerowire'
import { ZmqError, type Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { milliseconds, whole } from '../common/checks.js'
import { deferred, type Deferred } from '../common/deferred.js'
import { keyOf } from '../common/frames.js'
import { Life } from '../common/life.js'
import {
  checkInput,
  COMMAND,
  commandFrame,
  commandOf,
  creditOf,
  numberFrame,
  numberOf,
} from './protocol.js'

/** A job that nobody could do, as `givenUp` is told of it. */
export interface GivenUpJob {
  /** Its number in the input. */
  readonly number: number
  /** What `send()` was given. */
  readonly body: readonly MessageLike[]
  /** Why the last attempt failed. */
  readonly reason: string
}

/** How an input ended. */
export interface InputReport {
  /** Jobs that it had. */
  readonly jobs: number
  /** How many of them nobody could do. */
  readonly givenUp: number
}

/** What a ventilator has done, and holds. */
export interface VentilatorStats {
  /** Jobs that `send()` took. */
  readonly jobs: number
  /** Of which the sink has the result. */
  readonly done: number
  /** Given up, whether the sink knows already or not. */
  readonly givenUp: number
  /** That wait for a worker. */
  readonly waiting: number
  /** That a worker has. */
  readonly held: number
  /** Given to another worker: the first one failed, died or was too slow. */
  readonly redelivered: number
  /** Workers that are alive. */
  readonly workers: number
  /** Workers that were taken for dead. */
  readonly lost: number
  /** Messages that made no sense, or came from nobody we know. */
  readonly refused: number
}

/** What a {@link Ventilator} may be told. */
export interface VentilatorOptions {
  /**
   * The name of its jobs, 1 to 255 bytes of UTF-8. A second ventilator of that name which is given
   * the same jobs in the same order goes on where the first one was killed.
   */
  input: string
  /** Milliseconds between two heartbeats; the same for workers. @default 1000 */
  heartbeatInterval?: number
  /** A worker that misses so many heartbeats in a row is dead. @default 3 */
  liveness?: number
  /** How often a job is tried before it is given up. @default 3 */
  attempts?: number
  /** Milliseconds that a worker may have one job before it is taken for dead. @default Infinity */
  timeLimit?: number
  /** Numbers from the oldest open job to the newest: `send()` waits for room. @default 10000 */
  window?: number
  /** Workers at the same time; others are sent away. @default 1000 */
  maxWorkers?: number
  /** Jobs that one worker may have, however many it asks for. @default 100 */
  maxCredit?: number
  /** Called for each job that is given up. */
  givenUp?: (job: GivenUpJob) => void
  /** Options of its socket, such as keys and `context`. None by default. */
  socket?: SocketOptions<Router>
  /** The time that it lives by; a test gives a `ManualClock`. @default systemClock */
  clock?: Clock
}

interface Job {
  readonly number: number
  command: number
  body: readonly MessageLike[]
  attempts: number
  reason: string
}

/** A worker as the ventilator knows it. */
interface Hand {
  readonly id: Message
  /** Jobs that it still takes. */
  credit: number
  /** Its jobs, the oldest first, and since when it has them. */
  readonly held: Map<Job, number>
  /** Heartbeats in a row that did not come. */
  missed: number
}

type Settings = Required<Omit<VentilatorOptions, 'socket' | 'clock'>>

interface Sender {
  readonly body: readonly MessageLike[]
  readonly done: Deferred<number>
}

/**
 * Hands jobs out to workers that ask for them, and keeps each until a worker says that its result is
 * with the sink. Jobs of a worker that fails, dies or stays silent go to another.
 */
export class Ventilator {
  readonly #options: Settings
  readonly #clock: Clock
  readonly #life: Life
  readonly #router: Router
  /** Those that are not done, by number, the oldest first. */
  readonly #jobs = new Map<number, Job>()
  readonly #waiting: Job[] = []
  readonly #senders: Sender[] = []
  readonly #hands = new Map<string, Hand>()
  /** Those with credit; whose turn it is comes first. */
  readonly #ready = new Set<Hand>()
  readonly #counts = { jobs: 0, done: 0, givenUp: 0, redelivered: 0, lost: 0, refused: 0 }
  #ending: Deferred<InputReport> | undefined

  /** @throws RangeError, TypeError on an option that is none. */
  constructor(options: VentilatorOptions) {
    const { clock = systemClock, socket } = options
    this.#options = checked(options)
    this.#clock = clock
    this.#life = new Life(clock)
    this.#router = this.#life.own(
      new Router({
        ...{ linger: 0, ...socket, mandatory: true, sendTimeout: 0, routerNotify: 2 },
        // Never full for those who read: their jobs, and a few heartbeats.
        sendHighWaterMark: this.#options.maxCredit + 1000,
      }),
    )
    this.#life.read(this.#router, (message) => this.#take(message))
    this.#life.every(this.#options.heartbeatInterval, () => this.#beat())
  }

  /** Listens for workers. @returns the endpoint, wildcards resolved. @throws what `Socket.bind()` throws. */
  async bind(endpoint: string): Promise<string> {
    await this.#router.bind(endpoint)
    return String(this.#router.lastEndpoint)
  }

  /**
   * Adds a job, which must not change until it is done. Waits while the window is full.
   * @returns its number. @throws ZmqError (rejected) `EFSM` after `end()`, `EBADF` when closed.
   */
  send(body: MessageLike | MessageLike[]): Promise<number> {
    if (this.#life.over) return Promise.reject(new ZmqError('EBADF'))
    if (this.#ending) return Promise.reject(new ZmqError('EFSM', { reason: 'the input has ended' }))
    const sender = { body: [body].flat(), done: deferred<number>() }
    this.#senders.push(sender)
    this.#admit()
    return sender.done.promise
  }

  /**
   * No further jobs. Resolves when the sink has the result of each, or knows that it was given up, and
   * knows that these were all. @throws ZmqError (rejected) `EBADF` when closed before.
   */
  end(): Promise<InputReport> {
    if (this.#life.over) return Promise.reject(new ZmqError('EBADF'))
    this.#ending ??= deferred()
    this.#admit()
    return this.#ending.promise
  }

  /** What it has done so far. */
  get stats(): VentilatorStats {
    const waiting = this.#waiting.length
    const held = this.#jobs.size - waiting
    return { ...this.#counts, waiting, held, workers: this.#hands.size }
  }

  /** Ends at once. Jobs that are not done are forgotten; `stats` says how many these were. */
  close(): Promise<void> {
    for (const { done } of this.#senders.splice(0)) done.reject(new ZmqError('EBADF'))
    this.#ending?.reject(new ZmqError('EBADF'))
    return this.#life.end()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  // --- jobs

  /** Takes jobs in while the window has room, and the end when nothing else is left. */
  #admit(): void {
    const { window } = this.#options
    for (let next = this.#senders[0]; next; next = this.#senders[0]) {
      const [oldest = this.#counts.jobs + 1] = this.#jobs.keys()
      if (this.#counts.jobs + 1 - oldest >= window) break
      this.#senders.shift()
      next.done.resolve(++this.#counts.jobs)
      this.#add(this.#counts.jobs, COMMAND.job, next.body)
    }
    const isLast = this.#ending && this.#jobs.size === 0 && this.#senders.length === 0
    if (isLast && !this.#life.over) this.#add(this.#counts.jobs + 1, COMMAND.end, [])
    this.#give()
  }

  #add(number: number, command: number, body: readonly MessageLike[]): void {
    const job = { number, command, body, attempts: 0, reason: '' }
    this.#jobs.set(number, job)
    this.#waiting.push(job)
  }

  /** Gives each waiting job to the worker whose turn it is. */
  #give(): void {
    for (const hand of this.#ready) {
      const job = this.#waiting.shift()
      if (!job) return
      this.#ready.delete(hand)
      hand.credit--
      hand.held.set(job, this.#clock.now())
      job.attempts++
      // Behind the others, for whom it is now the turn; this very loop comes to it again.
      if (hand.credit > 0) this.#ready.add(hand)
      const { input } = this.#options
      this.#send(hand, [commandFrame(job.command), input, numberFrame(job.number), ...job.body])
    }
  }

  #done(job: Job): void {
    this.#jobs.delete(job.number)
    if (job.command === COMMAND.end) {
      const { jobs, givenUp } = this.#counts
      this.#ending?.resolve({ jobs, givenUp })
      return
    }
    if (job.command === COMMAND.job) this.#counts.done++
    this.#admit()
  }

  /** Somebody else shall do it, unless it was tried often enough. */
  #again(job: Job, reason: string): void {
    job.reason = reason
    if (job.command === COMMAND.job && job.attempts >= this.#options.attempts) this.#giveUp(job)
    else this.#counts.redelivered++
    this.#waiting.unshift(job)
  }

  /** From now on it is not to be done, only to be told to the sink. */
  #giveUp(job: Job): void {
    const { number, body, reason } = job
    job.command = COMMAND.givenUp
    job.body = [reason]
    this.#counts.givenUp++
    this.#options.givenUp?.({ number, body, reason })
  }

  // --- workers

  #take([id, ...message]: Message[]): void {
    if (!id) return
    const command = commandOf(message)
    const hand = this.#hands.get(keyOf(id))
    if (message.length === 1 && message[0]?.length === 0) {
      // The socket says that the connection is gone.
      if (hand) this.#lose(hand, 'the worker went away')
    } else if (!hand) this.#welcome(id, command, message)
    else {
      hand.missed = 0
      if (!this.#hear(hand, command, message)) this.#counts.refused++
    }
    this.#give()
  }

  #welcome(id: Message, command: number, message: readonly Message[]): void {
    const credit = creditOf(message[1])
    const hand: Hand = { id, credit: 0, held: new Map(), missed: 0 }
    if (
      command === COMMAND.ready &&
      credit !== undefined &&
      this.#hands.size < this.#options.maxWorkers
    ) {
      this.#hands.set(keyOf(id), hand)
      this.#credit(hand, credit)
      return
    }
    // Whoever says good-bye is not to be answered.
    if (command === COMMAND.bye) return
    this.#counts.refused++
    this.#send(hand, [commandFrame(COMMAND.bye)])
  }

  /** @returns whether it made sense. */
  #hear(hand: Hand, command: number, message: readonly Message[]): boolean {
    switch (command) {
      case COMMAND.heartbeat:
        return true
      case COMMAND.credit: {
        const credit = creditOf(message[1])
        if (credit !== undefined) this.#credit(hand, credit)
        return credit !== undefined
      }
      case COMMAND.done:
      case COMMAND.failed: {
        const job = this.#jobs.get(numberOf(message[1]) ?? 0)
        if (!job || !hand.held.delete(job)) return false
        this.#credit(hand, 1)
        if (command === COMMAND.done) this.#done(job)
        else this.#again(job, message[2]?.toString() ?? '')
        return true
      }
      case COMMAND.bye:
        this.#lose(hand, 'the worker left', true)
        return true
      default:
        // Also a second introduction: what the first one was given, nobody would answer for.
        this.#lose(hand, 'the worker broke the protocol')
        this.#send(hand, [commandFrame(COMMAND.bye)])
        return false
    }
  }

  #credit(hand: Hand, more: number): void {
    hand.credit = Math.min(hand.credit + more, this.#options.maxCredit - hand.held.size)
    if (hand.credit > 0) this.#ready.add(hand)
  }

  /** Every heartbeat: who is dead? The others hear that we are not. */
  #beat(): void {
    const { liveness, timeLimit } = this.#options
    for (const hand of this.#hands.values()) {
      const [since = Infinity] = hand.held.values()
      if (++hand.missed >= liveness) this.#lose(hand, 'the worker fell silent')
      else if (this.#clock.now() - since >= timeLimit) {
        this.#lose(hand, 'the worker took too long')
        this.#send(hand, [commandFrame(COMMAND.bye)])
      } else this.#send(hand, [commandFrame(COMMAND.heartbeat)])
    }
    this.#give()
  }

  /** Its jobs go to others. Of those that leave in good order nobody says that they have tried. */
  #lose(hand: Hand, reason: string, inGoodOrder = false): void {
    this.#ready.delete(hand)
    // A worker that has come again has its id from the old one.
    const key = keyOf(hand.id)
    if (this.#hands.get(key) === hand) {
      this.#hands.delete(key)
      if (!inGoodOrder) this.#counts.lost++
    }
    for (const job of [...hand.held.keys()].reverse()) {
      if (inGoodOrder) job.attempts--
      this.#again(job, reason)
    }
    hand.held.clear()
  }

  /** Never waits: a worker that takes nothing more, or has gone, is lost. */
  #send(hand: Hand, frames: MessageLike[]): void {
    if (this.#life.over) return
    this.#router.send([hand.id, ...frames]).catch(() => {
      this.#lose(hand, 'the worker could not be reached')
      this.#give()
    })
  }
}

function checked(options: VentilatorOptions): Settings {
  const { input, attempts = 3, window = 10_000, timeLimit = Infinity } = options
  const { heartbeatInterval = 1000, liveness = 3, maxWorkers = 1000, maxCredit = 100 } = options
  return {
    input: checkInput(input),
    heartbeatInterval: milliseconds('heartbeatInterval', heartbeatInterval),
    liveness: whole('liveness', liveness),
    attempts: whole('attempts', attempts),
    timeLimit: timeLimit === Infinity ? timeLimit : milliseconds('timeLimit', timeLimit),
    window: whole('window', window),
    maxWorkers: whole('maxWorkers', maxWorkers),
    maxCredit: whole('maxCredit', maxCredit),
    givenUp: options.givenUp ?? (() => undefined),
  }
}
