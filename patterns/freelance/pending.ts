import type { MessageLike } from 'zerowire'
import { ZmqError, type Message } from 'zerowire/extra'
import { milliseconds, whole } from '../common/checks.js'
import { deferred, type Deferred } from '../common/deferred.js'
import type { Life } from '../common/life.js'

/** What a client may say about the requests that it has under way. */
export interface PendingOptions {
  /** How long to wait for a reply in all, in milliseconds. @default 3000; of a ShotgunClient, 2500 */
  readonly timeout?: number
  /** How many requests may be under way; more are rejected with `EBUSY`. @default 1000 */
  readonly maxRequests?: number
}

/** What `request()` of the clients may be told. */
export interface RequestOptions {
  /** Ends the waiting; the promise then rejects with `signal.reason`. Servers may still do their work. */
  readonly signal?: AbortSignal
}

/** A request that has no reply yet. */
export interface Inquiry {
  /** What servers send back: a decimal number. */
  readonly control: string
  readonly body: MessageLike[]
  /** Who has been asked. */
  readonly asked: Set<string>
}

/** The requests that have no reply yet, by their numbers. */
export class Pending {
  readonly #life: Life
  readonly #timeout: number
  readonly #maxRequests: number
  readonly #open = new Map<string, Inquiry & Deferred<Message[]>>()
  #count = 0

  constructor(life: Life, options: PendingOptions, timeout: number) {
    this.#life = life
    this.#timeout = milliseconds('timeout', options.timeout ?? timeout)
    this.#maxRequests = whole('maxRequests', options.maxRequests ?? 1000)
    life.own({ close: () => this.#close() })
  }

  /** How many there have been. */
  get count(): number {
    return this.#count
  }

  /** Those that are still open, the oldest first. */
  [Symbol.iterator](): IterableIterator<Inquiry> {
    return this.#open.values()
  }

  /** Asks, and waits. @throws ZmqError (rejected) as the clients say. */
  async wait(
    body: MessageLike | MessageLike[],
    signal: AbortSignal | undefined,
    ask: (inquiry: Inquiry) => void,
  ): Promise<Message[]> {
    signal?.throwIfAborted()
    if (this.#life.over) throw new ZmqError('EBADF', { message: 'The client is closed' })
    if (this.#open.size >= this.#maxRequests) {
      throw new ZmqError('EBUSY', { message: `${this.#maxRequests} requests have no reply yet` })
    }
    this.#count += 1
    const parts = Array.isArray(body) ? body : [body]
    const inquiry = { control: String(this.#count), body: parts, asked: new Set<string>() }
    const open = { ...inquiry, ...deferred<Message[]>() }
    this.#open.set(open.control, open)
    const timer = this.#life.after(this.#timeout, () => {
      open.reject(new ZmqError('ETIMEDOUT', { message: `No reply in ${this.#timeout} ms` }))
    })
    const abort = (): void => open.reject(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    try {
      ask(open)
      return await open.promise
    } finally {
      this.#open.delete(open.control)
      timer.cancel()
      signal?.removeEventListener('abort', abort)
    }
  }

  /** @returns false when it answers nothing that this server was asked and that is still open. */
  answer(control: string, server: string, body: Message[]): boolean {
    const open = this.#open.get(control)
    if (!open?.asked.has(server)) return false
    this.#open.delete(control)
    open.resolve(body)
    return true
  }

  #close(): void {
    const error = new ZmqError('EAGAIN', { message: 'The client was closed' })
    for (const open of this.#open.values()) open.reject(error)
  }
}

/** @throws RangeError when there is nobody to ask. */
export function checkServers(servers: readonly string[]): void {
  if (servers.length === 0) throw new RangeError('servers is a list of endpoints, not an empty one')
}
