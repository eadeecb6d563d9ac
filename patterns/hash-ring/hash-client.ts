import { Dealer, type MessageLike } from 'zerowire'
import { ZmqError, type Message } from 'zerowire/extra'
import { systemClock, type Clock, type Timer } from '../clock/index.js'
import { whole } from '../common/checks.js'
import { Life } from '../common/life.js'
import { STATUS } from './words.js'

/** What a {@link HashClient} may be told. */
export interface HashClientOptions {
  /** The time that it lives by; a test gives a `ManualClock`. @default the system's */
  clock?: Clock
  /** How long to wait for a reply, in milliseconds. @default 5000 */
  timeout?: number
  /** Requests that may wait for a reply; more are refused with `ENOBUFS`. @default 1000 */
  maxPending?: number
}

/** What a {@link HashClient} has received and had no use for. */
export interface HashClientStats {
  /** Replies that came too late. */
  readonly late: number
  /** Messages that it does not understand. */
  readonly malformed: number
}

/** A request was answered, but not done: by whom and why says the status. */
export class RequestFailed extends Error {
  /** As in HTTP. 500: the worker could not do it; 503: nobody has done anything; 504: it may have been done. */
  readonly status: number

  constructor(status: number, text: string) {
    super(text)
    this.name = 'RequestFailed'
    this.status = status
  }
}

interface Waiting {
  readonly resolve: (reply: Message[]) => void
  readonly reject: (error: Error) => void
  readonly timer: Timer
}

/**
 * Asks the workers behind a {@link HashRouter}. It never asks twice by itself: only the program knows
 * whether that does harm.
 */
export class HashClient {
  readonly #life: Life
  readonly #dealer: Dealer
  readonly #timeout: number
  readonly #maxPending: number
  readonly #waiting = new Map<string, Waiting>()
  readonly #stats = { late: 0, malformed: 0 }
  #numbers = 0

  /** @throws RangeError on an option that is no whole number from 1 on. */
  constructor({ clock = systemClock, ...options }: HashClientOptions = {}) {
    this.#timeout = whole('timeout', options.timeout ?? 5000)
    this.#maxPending = whole('maxPending', options.maxPending ?? 1000)
    this.#life = new Life(clock)
    const room = { sendHighWaterMark: this.#maxPending, receiveHighWaterMark: this.#maxPending }
    this.#dealer = this.#life.own(new Dealer({ linger: 0, ...room }))
    this.#life.read(this.#dealer, (message) => this.#take(message))
  }

  /** Finds the broker there. @throws as `Socket.connect()`. */
  connect(address: string): void {
    this.#dealer.connect(address)
  }

  /**
   * Has the owner of a key do something, and resolves with the frames of its reply.
   *
   * @throws RequestFailed (rejected) when it was not done; ZmqError (rejected) `ETIMEDOUT` without a
   * reply in time, when it may have been done; `ENOBUFS` when too many wait already, and nothing was
   * sent; `EBADF` when the client is closed.
   */
  async request(key: MessageLike, ...body: MessageLike[]): Promise<Message[]> {
    if (this.#life.over) throw new ZmqError('EBADF')
    if (this.#waiting.size >= this.#maxPending) throw this.#full()
    const number = String(++this.#numbers)
    const sent = this.#dealer.send([number, null, key, ...body], { timeout: 0 })
    return new Promise((resolve, reject) => {
      const timer = this.#life.after(this.#timeout, () => {
        this.#settle(number)?.reject(new ZmqError('ETIMEDOUT'))
      })
      this.#waiting.set(number, { resolve, reject, timer })
      // What has timed out may still wait for a connection, and take the room.
      sent.catch(() => this.#settle(number)?.reject(this.#full()))
    })
  }

  /** What it had no use for so far. */
  get stats(): HashClientStats {
    return { ...this.#stats }
  }

  /** Ends it; requests that wait reject with `EBADF`. */
  close(): Promise<void> {
    const ended = this.#life.end()
    for (const number of this.#waiting.keys()) this.#settle(number)?.reject(new ZmqError('EBADF'))
    return ended
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #take([number, empty, status, ...reply]: Message[]): void {
    const [, code, text = ''] = /^(\d{3})(?: (.*))?$/s.exec(status?.toString() ?? '') ?? []
    if (!number || empty?.length !== 0 || code === undefined) {
      this.#stats.malformed++
      return
    }
    const waiting = this.#settle(number.toString())
    if (!waiting) this.#stats.late++
    else if (code === STATUS.ok) waiting.resolve(reply)
    else waiting.reject(new RequestFailed(Number(code), text))
  }

  #settle(number: string): Waiting | undefined {
    const waiting = this.#waiting.get(number)
    this.#waiting.delete(number)
    waiting?.timer.cancel()
    return waiting
  }

  #full(): ZmqError {
    return new ZmqError('ENOBUFS', { reason: `${this.#maxPending} requests wait for replies` })
  }
}
