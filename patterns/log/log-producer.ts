import { ZmqError, type Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { whole } from '../common/checks.js'
import { deferred, type Deferred } from '../common/deferred.js'
import { Life } from '../common/life.js'
import { pack, unpack, join } from './bytes.js'
import { Link } from './link.js'
import type { Place } from './producers.js'
import { checkName, MOST_IN_FLIGHT, VERB } from './words.js'

/** What a {@link LogProducer} may be told. */
export interface LogProducerOptions {
  /** The time that it lives by; a test gives a `ManualClock`. @default the system's */
  clock?: Clock
  /** Milliseconds after which what is not answered is sent again, on a new connection. @default 2000 */
  timeout?: number
  /** Appends that are sent and not answered, 1024 at the most; others wait. @default 256 */
  maxInFlight?: number
  /** Appends that wait for their turn; more are refused with `ENOBUFS`. @default 10,000 */
  maxQueued?: number
}

/** What a {@link LogProducer} has done. */
export interface LogProducerStats {
  /** Appends that are stored. */
  readonly appended: number
  /** How often all that was not answered was sent again. */
  readonly retries: number
  /** Appends that are sent and not answered. */
  readonly inFlight: number
  /** Appends that wait for their turn. */
  readonly queued: number
  /** Messages that are no reply. */
  readonly malformed: number
}

interface Append extends Deferred<Place> {
  readonly topic: string
  readonly key: string | Uint8Array
  readonly value: string | Uint8Array
}

/**
 * Appends to the topics of a {@link LogServer}. What was not answered is sent again until it is; the
 * server knows what it has stored, so that it is there once.
 */
export class LogProducer {
  readonly #life: Life
  readonly #link: Link
  readonly #maxInFlight: number
  readonly #maxQueued: number
  /** By which the server knows what it has of this producer. */
  readonly #id = crypto.getRandomValues(new Uint8Array(16))
  readonly #waiting: Append[] = []
  /** The sequence numbers of what is not answered, the lowest first. */
  readonly #inFlight = new Set<number>()
  #sequence = 0
  #appended = 0

  /** @throws RangeError on an option that is none. */
  constructor({ clock = systemClock, ...options }: LogProducerOptions = {}) {
    this.#maxInFlight = whole('maxInFlight', options.maxInFlight ?? 256)
    if (this.#maxInFlight > MOST_IN_FLIGHT) {
      throw new RangeError(`maxInFlight is ${MOST_IN_FLIGHT} at the most, not ${this.#maxInFlight}`)
    }
    this.#maxQueued = whole('maxQueued', options.maxQueued ?? 10_000, 0)
    this.#life = new Life(clock)
    this.#link = new Link(this.#life, clock, whole('timeout', options.timeout ?? 2000))
  }

  /** Finds the server there. To be called once. @throws as `Socket.connect()`. */
  connect(address: string): void {
    this.#link.connect(address)
  }

  /**
   * Appends a record, and resolves with its place when the disk has it. Records with the same key go
   * to the same partition, in the order of the calls.
   *
   * @throws ZmqError (rejected) `ENOBUFS` when too many wait already, and `EBADF` when the producer
   * is closed, in which case it may be stored or not; `EINVAL` when the server has no such topic, or
   * the record is too long. RangeError (rejected) on a topic that cannot be one.
   */
  async append(
    topic: string,
    key: string | Uint8Array,
    value: string | Uint8Array,
  ): Promise<Place> {
    checkName('topic', topic)
    if (this.#life.over) throw new ZmqError('EBADF')
    if (this.#inFlight.size >= this.#maxInFlight && this.#waiting.length >= this.#maxQueued) {
      throw new ZmqError('ENOBUFS', { reason: `${this.#maxQueued} appends wait for their turn` })
    }
    const append = { topic, key, value, ...deferred<Place>() }
    this.#waiting.push(append)
    this.#next()
    return append.promise
  }

  /** What it has done so far. */
  get stats(): LogProducerStats {
    const { retries, malformed } = this.#link
    const [inFlight, queued] = [this.#inFlight.size, this.#waiting.length]
    return { appended: this.#appended, retries, malformed, inFlight, queued }
  }

  /** Ends it; what is not answered rejects with `EBADF`. */
  close(): Promise<void> {
    const ended = this.#life.end()
    for (const { reject } of this.#waiting.splice(0)) reject(new ZmqError('EBADF'))
    this.#link.end()
    return ended
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #next(): void {
    while (this.#inFlight.size < this.#maxInFlight) {
      const append = this.#waiting.shift()
      if (!append) return
      void this.#send(append)
    }
  }

  async #send({ topic, key, value, resolve, reject }: Append): Promise<void> {
    const sequence = ++this.#sequence
    this.#inFlight.add(sequence)
    try {
      const reply = await this.#link.request(() => {
        const [oldest = sequence] = this.#inFlight
        const header = join([this.#id, pack([8, 8], [sequence, oldest - 1])])
        return [VERB.append, header, topic, key, value]
      })
      resolve(placeOf(reply))
      this.#appended++
    } catch (error) {
      reject(error)
    }
    this.#inFlight.delete(sequence)
    this.#next()
  }
}

function placeOf([frame]: Message[]): Place {
  const [partition, offset] = unpack([2, 8], frame) ?? []
  if (partition !== undefined && offset !== undefined) return { partition, offset }
  throw new ZmqError('EPROTO', { reason: 'the server has answered without a place' })
}
