import { whole } from '../common/checks.js'

/** What {@link Once} may be told. */
export interface OnceOptions {
  /** Of how many clients the last reply is kept; beyond, the one not heard of for longest is forgotten. @default 10,000 */
  readonly maxClients?: number
}

/** What a {@link Once} has done so far. */
export interface OnceStats {
  /** Requests that were done. */
  readonly done: number
  /** Repeated requests that had the reply of the first. */
  readonly replayed: number
  /** Requests older than the last of their client. */
  readonly stale: number
  /** Clients that were forgotten for others. */
  readonly forgotten: number
  /** Clients whose last reply is kept. */
  readonly clients: number
}

interface Entry<R> {
  readonly number: number
  readonly reply: Promise<R>
  failed: boolean
}

/**
 * Makes a server do each request once, though clients ask again (guide, chapter 4, on idempotency).
 * Each request says whose it is, and bears a number that grows; the last reply to each client is
 * kept, and given again to whoever asks for the same once more, also while it is being worked on.
 */
export class Once<R> {
  readonly #maxClients: number
  /** The one heard of last is the last. */
  readonly #last = new Map<string, Entry<R>>()
  readonly #counts = { done: 0, replayed: 0, stale: 0, forgotten: 0 }

  /** @throws RangeError on a wrong `maxClients`. */
  constructor(options: OnceOptions = {}) {
    this.#maxClients = whole('maxClients', options.maxClients ?? 10_000)
  }

  /** What it has done so far. */
  get stats(): OnceStats {
    return { ...this.#counts, clients: this.#last.size }
  }

  /**
   * Does the work unless it has been done.
   *
   * @param client who asks, such as a UUID that the client has made for itself.
   * @param number that of the request, greater than those before; any whole number from 0 on.
   * @returns the reply; undefined for a request older than the last, whose client no longer waits.
   * @throws RangeError (rejected) when the number is none; what the work throws, which is then not
   * done: the next time it is tried again.
   */
  async answer(client: string, number: number, work: () => R | Promise<R>): Promise<R | undefined> {
    whole('number', number, 0)
    const last = this.#last.get(client)
    if (last && number < last.number) {
      this.#counts.stale++
      return undefined
    }
    const again = last?.number === number
    const entry = again ? last : { number, reply: this.#work(work), failed: false }
    this.#remember(client, entry)
    if (again) this.#counts.replayed++
    try {
      return await entry.reply
    } catch (error) {
      entry.failed = true
      if (this.#last.get(client) === entry) {
        // What was done before it is not to be done again.
        if (last && !last.failed) this.#last.set(client, last)
        else this.#last.delete(client)
      }
      throw error
    }
  }

  async #work(work: () => R | Promise<R>): Promise<R> {
    const reply = await work()
    this.#counts.done++
    return reply
  }

  #remember(client: string, entry: Entry<R>): void {
    this.#last.delete(client)
    this.#last.set(client, entry)
    if (this.#last.size <= this.#maxClients) return
    const [oldest = ''] = this.#last.keys()
    this.#last.delete(oldest)
    this.#counts.forgotten++
  }
}
