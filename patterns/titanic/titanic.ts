import type { Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { milliseconds, whole } from '../common/checks.js'
import { Life } from '../common/life.js'
import { Client, Worker, type ClientOptions, type WorkerOptions } from '../majordomo/index.js'
import type { Store } from '../store/index.js'
import { Archive, type Item } from './archive.js'
import { Backlog } from './backlog.js'
import * as tsp from './protocol.js'

/** What {@link Titanic} may be told. */
export interface TitanicOptions {
  /** Requests that are kept at a time, answered or not; further ones get 500. @default 100000 */
  readonly maxRequests?: number
  /** Bytes of these, replies included; with more, further requests get 500. @default 1073741824 */
  readonly maxBytes?: number
  /** How long a request is kept, and its reply, from when it was stored, in milliseconds. @default 604800000 */
  readonly expiry?: number
  /** Requests that are with their services at a time. @default 8 */
  readonly concurrency?: number
  /** How long a service may take for a request before it is sent again, in milliseconds. @default 30000 */
  readonly timeout?: number
  /** How long to wait, in milliseconds, before a missing service or an unanswered request is tried again. @default 1000 */
  readonly retryInterval?: number
  /** Workers for each of the three services: so many of its requests go to the disk together. @default 4 */
  readonly workers?: number
  /** How its workers live with the broker. */
  readonly worker?: Omit<WorkerOptions, 'clock' | 'onError'>
  /** How its clients speak to the broker. */
  readonly client?: Pick<ClientOptions, 'version' | 'socket'>
  /** Told when the store has failed. @default tells the console */
  readonly onError?: (error: unknown) => void
  /** The time that it lives by; a test gives a `ManualClock`. @default the system's */
  readonly clock?: Clock
}

/** What a {@link Titanic} holds, and has done so far. */
export interface TitanicStats {
  /** Kept in the store, answered or not. */
  readonly requests: number
  /** Bytes of these, about. */
  readonly bytes: number
  /** Requests that were stored. */
  readonly stored: number
  /** Requests for which there was no room. */
  readonly refused: number
  /** Sent to their services; one request may be sent many times. */
  readonly dispatched: number
  /** Replies of services that were stored. */
  readonly answered: number
  /** Sent, and no reply in time. */
  readonly unanswered: number
  /** How often a service was looked for and not there. */
  readonly missing: number
  /** Removed by their clients. */
  readonly closed: number
  /** Removed because they were too old. */
  readonly expired: number
  /** Requests to the three services that are not of the protocol. */
  readonly malformed: number
  /** Times the store has failed. */
  readonly failed: number
}

/** How often it looks for what is too old, in milliseconds. */
const SWEEP_MS = 60_000

/**
 * Keeps requests in a store until their services have answered, and the replies until their clients
 * have fetched them (RFC 9): a worker of `titanic.request`, `titanic.reply` and `titanic.close` at a
 * Majordomo broker, which has to know `mmi.service`, and a client of all others.
 *
 * ```ts
 * await using titanic = await Titanic.open(store, 'tcp://127.0.0.1:5555')
 * ```
 */
export class Titanic {
  readonly #archive: Archive
  readonly #backlog: Backlog
  readonly #life: Life
  readonly #clock: Clock
  readonly #expiry: number
  readonly #timeout: number
  readonly #retryInterval: number
  readonly #onError: (error: unknown) => void
  readonly #counts = {
    ...{ stored: 0, refused: 0, dispatched: 0, answered: 0, unanswered: 0, missing: 0 },
    ...{ closed: 0, expired: 0, malformed: 0, failed: 0 },
  }

  /** @internal Use {@link Titanic.open}. */
  constructor(store: Store, options: TitanicOptions) {
    this.#archive = new Archive(store, {
      maxRequests: whole('maxRequests', options.maxRequests ?? 100_000),
      maxBytes: whole('maxBytes', options.maxBytes ?? 1_073_741_824),
    })
    this.#expiry = milliseconds('expiry', options.expiry ?? 604_800_000)
    this.#timeout = milliseconds('timeout', options.timeout ?? 30_000)
    this.#retryInterval = milliseconds('retryInterval', options.retryInterval ?? 1000)
    this.#onError = options.onError ?? console.warn
    this.#clock = options.clock ?? systemClock
    this.#life = new Life(this.#clock)
    this.#backlog = new Backlog(this.#life)
  }

  /**
   * Finds in the store what was there before, and begins to work on what has no reply yet.
   *
   * @param store stays open when this is closed. No other Titanic is to use it.
   * @param endpoint of the broker.
   * @throws (rejected) RangeError on a wrong number, and what the store, a DEALER and its `connect()`
   * throw.
   */
  static async open(
    store: Store,
    endpoint: string,
    options: TitanicOptions = {},
  ): Promise<Titanic> {
    const titanic = new Titanic(store, options)
    const workers = whole('workers', options.workers ?? 4)
    const concurrency = whole('concurrency', options.concurrency ?? 8)
    const items = await titanic.#archive.load()
    for (const item of items) if (!item.answered) titanic.#backlog.add(item)
    try {
      titanic.#start(endpoint, options, workers, concurrency)
    } catch (error) {
      await titanic.close()
      throw error
    }
    return titanic
  }

  /** What it holds, and has done so far. */
  get stats(): TitanicStats {
    return { requests: this.#archive.size, bytes: this.#archive.bytes, ...this.#counts }
  }

  /** Waits for what is on its way to the store. Requests that are with their services are sent again by the next one. */
  close(): Promise<void> {
    return this.#life.end()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #start(endpoint: string, options: TitanicOptions, workers: number, concurrency: number): void {
    const clock = this.#clock
    const onError = (error: unknown): string => {
      this.#fail(error)
      return tsp.ERROR
    }
    const services = [
      [tsp.REQUEST, (message: Message[]) => this.#store(message)],
      [tsp.REPLY, (message: Message[]) => this.#fetch(message)],
      [tsp.CLOSE, (message: Message[]) => this.#remove(message)],
    ] as const
    for (const [service, handler] of services) {
      for (let i = 0; i < workers; i++) {
        this.#life.own(
          new Worker(endpoint, service, handler, { ...options.worker, clock, onError }),
        )
      }
    }
    for (let i = 0; i < concurrency; i++) {
      const client = new Client(endpoint, { ...options.client, clock })
      this.#life.own(client)
      this.#life.run(() => this.#dispatch(client))
    }
    this.#life.every(Math.min(this.#expiry, SWEEP_MS), () => this.#life.run(() => this.#sweep()))
  }

  // --- the three services

  async #store([name, ...body]: Message[]): Promise<string | string[]> {
    const service = tsp.serviceOf(name)
    if (service === undefined || body.length === 0) return this.#malformed(tsp.UNKNOWN)
    const about = { uuid: tsp.newUuid(), service, date: this.#clock.date() }
    const item = await this.#archive.add(about, body)
    if (!item) {
      this.#counts.refused++
      return tsp.ERROR
    }
    this.#counts.stored++
    this.#backlog.add(item)
    return [tsp.OK, item.uuid]
  }

  async #fetch(message: Message[]): Promise<string | (string | Uint8Array)[]> {
    const uuid = tsp.uuidOf(message)
    if (uuid === undefined) return this.#malformed(tsp.UNKNOWN)
    const item = this.#archive.get(uuid)
    if (!item || this.#isOld(item)) return tsp.UNKNOWN
    if (!item.answered) return tsp.PENDING
    const body = await this.#archive.reply(item)
    // It may have been closed meanwhile.
    return body ? [tsp.OK, ...body] : tsp.UNKNOWN
  }

  async #remove(message: Message[]): Promise<string> {
    const uuid = tsp.uuidOf(message)
    if (uuid === undefined) return this.#malformed(message.length === 1 ? tsp.OK : tsp.UNKNOWN)
    const item = this.#archive.get(uuid)
    if (!item) return tsp.OK
    await this.#archive.remove([item])
    this.#backlog.delete(item)
    this.#counts.closed++
    return tsp.OK
  }

  #malformed(status: string): string {
    this.#counts.malformed++
    return status
  }

  // --- what is to be done

  async #dispatch(client: Client): Promise<void> {
    for (let item = await this.#backlog.next(); item; item = await this.#backlog.next()) {
      try {
        if (await this.#isOffered(client, item)) await this.#send(client, item)
        else this.#backlog.rest(item, this.#retryInterval)
      } catch (error) {
        this.#fail(error)
        this.#later(item)
      }
    }
  }

  /** Asks first: a request that waits at the broker would be there once more with every try. */
  async #isOffered(client: Client, { service }: Item): Promise<boolean> {
    const answer = await this.#ask(client, 'mmi.service', [service])
    const isOffered = answer !== undefined && tsp.statusOf(answer) === tsp.OK
    if (!isOffered) this.#counts.missing++
    return isOffered
  }

  async #send(client: Client, item: Item): Promise<void> {
    const request = await this.#archive.request(item)
    // Closed or expired meanwhile.
    if (!request || this.#archive.get(item.uuid) !== item) return
    this.#counts.dispatched++
    const reply = await this.#ask(client, item.service, request)
    if (!reply) {
      this.#counts.unanswered++
      this.#later(item)
      return
    }
    await this.#archive.answer(item, reply)
    if (item.answered) this.#counts.answered++
  }

  /** The reply; undefined when none came. */
  async #ask(
    client: Client,
    service: string,
    body: (string | Uint8Array)[],
  ): Promise<Message[] | undefined> {
    try {
      return await client.request(service, body, { tries: 1, timeout: this.#timeout })
    } catch {
      return undefined
    }
  }

  #later(item: Item): void {
    if (this.#life.over) return
    this.#life.after(this.#retryInterval, () => {
      if (this.#archive.get(item.uuid) === item) this.#backlog.add(item)
    })
  }

  #isOld({ date }: Item): boolean {
    return this.#clock.date() - date >= this.#expiry
  }

  async #sweep(): Promise<void> {
    const old = [...this.#archive.items()].filter((item) => this.#isOld(item))
    if (old.length === 0) return
    for (const item of old) this.#backlog.delete(item)
    this.#counts.expired += old.length
    await this.#archive.remove(old).catch((error: unknown) => this.#fail(error))
  }

  #fail(error: unknown): void {
    this.#counts.failed++
    this.#onError(error)
  }
}
