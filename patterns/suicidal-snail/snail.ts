import { Subscriber, type SocketOptions } from 'zerowire'
import type { Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { milliseconds, whole } from '../common/checks.js'
import { keyOf } from '../common/frames.js'
import { stampOf, type Stamp } from './stamp.js'

/** What a snail dies of. */
export type SnailErrorCode =
  /** A message was older than is allowed. */
  | 'LATE'
  /** A message is from the future: the clocks differ by more than is allowed. */
  | 'EARLY'
  /** Messages are missing. */
  | 'GAP'

/** What a snail dies with: thrown to whoever reads it. */
export class SnailError extends Error {
  /** Why it died: too late, too early, or a gap. */
  readonly code: SnailErrorCode
  /** The message that it died of, which nobody gets. */
  readonly letter: SnailLetter

  constructor(code: SnailErrorCode, message: string, letter: SnailLetter) {
    super(message)
    this.name = 'SnailError'
    this.code = code
    this.letter = letter
  }
}

/** A message with what it said of itself. */
export interface SnailLetter extends Stamp {
  /** What it is about: the first part, by which it was subscribed to. */
  readonly topic: Message
  /** What it says: all parts that the publisher was given after the topic. */
  readonly body: readonly Message[]
  /** Milliseconds since it was sent, if both clocks agree. */
  readonly delay: number
}

/** What a snail has received. */
export interface SnailStats {
  /** Messages that were handed over. */
  readonly received: number
  /** Messages without a stamp, which are left out. */
  readonly refused: number
  /** Topics forgotten to make room; a gap there is not noticed. */
  readonly forgotten: number
}

/** What a {@link SuicidalSnail} may be told. */
export interface SuicidalSnailOptions {
  /** Milliseconds that a message may be old when it is received, or ahead of our clock. @default 1000 */
  maxDelay?: number
  /** Whether it dies of missing messages too. @default true */
  gaps?: boolean
  /** Topics whose numbers are remembered; the one longest silent makes room. @default 100000 */
  maxTopics?: number
  /** Called when it dies, before the one who receives hears of it. */
  died?: (error: SnailError) => void
  /** Options of its socket, such as keys and `context`. None by default. */
  socket?: SocketOptions<Subscriber>
  /** The time that it lives by; a test gives a `ManualClock`. @default systemClock */
  clock?: Clock
}

/**
 * A subscriber that rather ends itself than be late: who cannot keep up is noticed at once, and does
 * not make decisions on what was true once.
 */
export class SuicidalSnail {
  readonly #socket: Subscriber
  readonly #clock: Clock
  readonly #maxDelay: number
  readonly #gaps: boolean
  readonly #maxTopics: number
  readonly #died: SuicidalSnailOptions['died']
  /** The number of the last message of each topic; the longest silent first. */
  readonly #sequences = new Map<string, number>()
  readonly #counts = { received: 0, refused: 0, forgotten: 0 }
  #death: SnailError | undefined

  /** @throws RangeError on an option that is none. */
  constructor(options: SuicidalSnailOptions = {}) {
    const { maxDelay = 1000, gaps = true, maxTopics = 100_000, clock = systemClock } = options
    this.#maxDelay = milliseconds('maxDelay', maxDelay)
    this.#maxTopics = whole('maxTopics', maxTopics)
    this.#gaps = gaps
    this.#clock = clock
    this.#died = options.died
    this.#socket = new Subscriber({ linger: 0, ...options.socket })
  }

  /** Connects to a publisher. @throws what `Socket.connect()` throws. */
  connect(endpoint: string): void {
    this.#socket.connect(endpoint)
  }

  /** Wants the topics that begin so; none for all of them. */
  subscribe(...prefixes: (string | Uint8Array)[]): void {
    this.#socket.subscribe(...prefixes)
  }

  /** What it died of; undefined while it lives, and when it was closed. */
  get death(): SnailError | undefined {
    return this.#death
  }

  /** What it has done so far. */
  get stats(): SnailStats {
    return { ...this.#counts }
  }

  /** Messages until it is closed; throws what it dies of. One reader at a time. */
  async *[Symbol.asyncIterator](): AsyncGenerator<SnailLetter, void, undefined> {
    if (this.#death) throw this.#death
    for await (const message of this.#socket) {
      const letter = this.#open(message)
      if (!letter) continue
      this.#death = this.#verdict(letter)
      if (this.#death) {
        await this.close()
        this.#died?.(this.#death)
        throw this.#death
      }
      this.#counts.received++
      yield letter
    }
  }

  /** Ends at once, without an error; who reads it comes to the end. */
  async close(): Promise<void> {
    await this.#socket.close()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #open(message: readonly Message[]): SnailLetter | undefined {
    const stamp = stampOf(message)
    const [topic, , , ...body] = message
    if (stamp && topic) return { ...stamp, topic, body, delay: this.#clock.date() - stamp.date }
    this.#counts.refused++
    return undefined
  }

  #verdict(letter: SnailLetter): SnailError | undefined {
    const { delay, topic, sequence } = letter
    const last = this.#last(topic, sequence)
    if (delay > this.#maxDelay) {
      return new SnailError('LATE', `a message is ${delay} ms old, which is too late`, letter)
    }
    if (-delay > this.#maxDelay) {
      return new SnailError('EARLY', `a message is ${-delay} ms ahead of this clock`, letter)
    }
    if (!this.#gaps || last === undefined || sequence === last + 1) return undefined
    return new SnailError('GAP', `after message ${last} comes ${sequence}, not ${last + 1}`, letter)
  }

  /** @returns the number before, of a topic that is known. */
  #last(topic: Message, sequence: number): number | undefined {
    const key = keyOf(topic)
    const last = this.#sequences.get(key)
    this.#sequences.delete(key)
    this.#sequences.set(key, sequence)
    if (this.#sequences.size > this.#maxTopics) {
      const [oldest = ''] = this.#sequences.keys()
      this.#sequences.delete(oldest)
      this.#counts.forgotten++
    }
    return last
  }
}
