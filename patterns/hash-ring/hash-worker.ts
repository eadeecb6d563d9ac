import { Dealer, type MessageLike } from 'zerowire'
import type { Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { whole } from '../common/checks.js'
import { deferred } from '../common/deferred.js'
import { Life } from '../common/life.js'
import { introduce, isName, isWeight, MAX_NAME, MAX_WEIGHT, STATUS, WORD } from './words.js'

/** What a {@link HashWorker} may be told. */
export interface HashWorkerOptions {
  /** Its share of the keys in proportion to that of others, above 0 and at most 100. @default 1 */
  weight?: number
  /** The time that it lives by; a test gives a `ManualClock`. @default the system's */
  clock?: Clock
  /** How often it says that it is there, in milliseconds. @default 1000 */
  interval?: number
  /** How many intervals `close()` waits for what is still to be done. @default 3 */
  liveness?: number
}

/** What a {@link HashWorker} has done. */
export interface HashWorkerStats {
  /** Requests that it was handed. */
  readonly requests: number
  /** Requests whose handler threw. */
  readonly failed: number
  /** How often the broker did not let it in: another has its name, or there are too many. */
  readonly refused: number
  /** Messages that it does not understand. */
  readonly malformed: number
  /** Replies that there was no room for, while the broker was away. */
  readonly dropped: number
}

/** Does what a request asks for; what it throws is the reply's text, with status 500. */
export type HashHandler = (
  key: Message,
  body: Message[],
) => MessageLike | MessageLike[] | Promise<MessageLike | MessageLike[]>

/**
 * A worker behind a {@link HashRouter}: gets the requests whose keys it owns. Its name is its place on
 * the ring: a worker that comes back with the same name gets the same keys.
 *
 * ```ts
 * const worker = new HashWorker('anna', (key, [amount]) => add(String(key), Number(amount)))
 * worker.connect('tcp://broker:5556')
 * ```
 */
export class HashWorker {
  readonly #life: Life
  readonly #dealer: Dealer
  readonly #handle: HashHandler
  readonly #patience: number
  readonly #ready = deferred<undefined>()
  readonly #dismissed = deferred<undefined>()
  readonly #busy = new Set<Promise<void>>()
  readonly #stats = { requests: 0, failed: 0, refused: 0, malformed: 0, dropped: 0 }
  #closing = false

  /**
   * @param name 1 to 128 characters without white space; no two workers may have the same.
   * @param handle is called for each request at once, whether or not others are still being handled.
   * @throws RangeError on a name, weight, interval or liveness that is none.
   */
  constructor(name: string, handle: HashHandler, options: HashWorkerOptions = {}) {
    const { weight = 1, clock = systemClock, interval = 1000, liveness = 3 } = options
    if (!isName(name)) {
      throw new RangeError(`name has 1 to ${MAX_NAME} characters, no white space, not "${name}"`)
    }
    if (!isWeight(weight)) {
      throw new RangeError(`weight is above 0 and at most ${MAX_WEIGHT}, not ${weight}`)
    }
    this.#handle = handle
    this.#patience = whole('interval', interval) * whole('liveness', liveness)
    this.#life = new Life(clock)
    // Also the first thing that a broker hears that has come back.
    const helloMessage = introduce({ name, weight })
    this.#dealer = this.#life.own(new Dealer({ linger: this.#patience, helloMessage }))
    this.#life.read(this.#dealer, (message) => this.#take(message))
    this.#life.every(interval, () => this.#send([helloMessage]))
  }

  /** Joins the broker there, and again whenever the connection breaks. @throws as `Socket.connect()`. */
  connect(address: string): void {
    this.#dealer.connect(address)
  }

  /** Resolves when the broker has let it in for the first time. */
  get ready(): Promise<void> {
    return this.#ready.promise
  }

  /** What it has done so far. */
  get stats(): HashWorkerStats {
    return { ...this.#stats }
  }

  /** Its end. Rejects with what it has failed of. */
  get ended(): Promise<void> {
    return this.#life.ended
  }

  /**
   * Leaves the ring, does what it was handed before, and ends; after `liveness` intervals at the
   * latest, whatever is left.
   */
  async close(): Promise<void> {
    if (this.#closing) return this.#life.ended
    this.#closing = true
    const timer = this.#life.after(this.#patience, () => this.#dismissed.resolve(undefined))
    this.#send([WORD.bye])
    await Promise.race([this.#dismissed.promise, this.#life.ended])
    timer.cancel()
    return this.#life.end()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #take([first, key, ...body]: Message[]): void {
    if (!first) return
    if (key) {
      this.#stats.requests++
      const work = this.#work(first, key, body).finally(() => this.#busy.delete(work))
      this.#busy.add(work)
      return
    }
    const word = first.toString()
    if (word === WORD.ok) this.#ready.resolve(undefined)
    else if (word === WORD.refused) this.#stats.refused++
    else if (word === WORD.bye)
      void Promise.all(this.#busy).then(this.#dismissed.resolve as () => void)
    else this.#stats.malformed++
  }

  async #work(number: Message, key: Message, body: Message[]): Promise<void> {
    try {
      const reply = await this.#handle(key, body)
      this.#send([number, STATUS.ok, ...(Array.isArray(reply) ? reply : [reply])])
    } catch (error) {
      this.#stats.failed++
      this.#send([
        number,
        `${STATUS.failed} ${error instanceof Error ? error.message : String(error)}`,
      ])
    }
  }

  #send(message: MessageLike[]): void {
    if (this.#life.over) return
    this.#dealer.send(message, { timeout: 0 }).catch(() => this.#stats.dropped++)
  }
}
