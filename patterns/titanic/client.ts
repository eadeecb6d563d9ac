import type { MessageLike } from 'zerowire'
import { ZmqError, type Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { milliseconds } from '../common/checks.js'
import { Client, type Body, type ClientOptions } from '../majordomo/index.js'
import * as tsp from './protocol.js'

/** What {@link TitanicClient} may be told. */
export interface TitanicClientOptions extends ClientOptions {
  /** How long `call()` waits before it asks for the reply again, in milliseconds. @default 1000 */
  readonly pollInterval?: number
}

/** How {@link TitanicClient} calls. */
export interface CallOptions {
  /** Ends the waiting; the promise then rejects with `signal.reason`. The request stays stored. */
  readonly signal?: AbortSignal
}

/**
 * Leaves requests with a Titanic, and fetches the replies whenever they are there (RFC 9). Its calls
 * wait for each other. All of them reject with `ETIMEDOUT` when nobody answers in all tries, with
 * `EPROTO` when the answer is not of the protocol, with `EAGAIN` on status 500 (ask again later), and
 * with `EAGAIN` or `EBADF` once the client is closed.
 *
 * ```ts
 * await using client = new TitanicClient('tcp://127.0.0.1:5555')
 * const uuid = await client.request('echo', 'hello') // whatever crashes from now on
 * ```
 */
export class TitanicClient {
  readonly #client: Client
  readonly #clock: Clock
  readonly #pollInterval: number
  readonly #closing = new AbortController()
  /** What was asked last. */
  #last: Promise<unknown> = Promise.resolve()

  /**
   * @param endpoint of the broker.
   * @throws RangeError on a wrong version or number, and what a DEALER and its `connect()` throw.
   */
  constructor(endpoint: string, options: TitanicClientOptions = {}) {
    this.#pollInterval = milliseconds('pollInterval', options.pollInterval ?? 1000)
    this.#clock = options.clock ?? systemClock
    this.#client = new Client(endpoint, options)
  }

  /**
   * Stores a request. @returns its uuid, once it is on the disk.
   *
   * A request whose answer is lost is asked again, and then stored twice: `tries: 1` for none of that.
   * @throws ZmqError (rejected) `EINVAL` when no service has such a name.
   */
  async request(service: string, body: Body): Promise<string> {
    const frames = Array.isArray(body) ? body : [body]
    // One frame at least, as for any other request.
    const [status, answer] = await this.#ask(tsp.REQUEST, [
      service,
      ...(frames.length ? frames : ['']),
    ])
    if (status === tsp.UNKNOWN) throw new ZmqError('EINVAL', { reason: `no service: ${service}` })
    const uuid = tsp.uuidOf(answer)
    if (uuid === undefined) throw new ZmqError('EPROTO', { reason: 'no uuid in the answer' })
    return uuid
  }

  /**
   * The reply; undefined while there is none. The same each time, until the request is closed.
   *
   * @throws ZmqError (rejected) `ENOENT` when the request is unknown: closed, expired, or never stored.
   */
  async reply(uuid: string): Promise<Message[] | undefined> {
    const [status, body] = await this.#ask(tsp.REPLY, [uuid])
    if (status === tsp.PENDING) return undefined
    if (status === tsp.UNKNOWN) throw new ZmqError('ENOENT', { reason: `no such request: ${uuid}` })
    return body
  }

  /** Removes a request and its reply, if they are there. */
  async closeRequest(uuid: string): Promise<void> {
    await this.#ask(tsp.CLOSE, [uuid])
  }

  /**
   * Stores a request, waits for its reply for as long as it takes, also while nobody answers at all,
   * and removes both. To outlive a crash of its own, a program keeps the uuid of `request()`.
   */
  async call(service: string, body: Body, { signal }: CallOptions = {}): Promise<Message[]> {
    signal?.throwIfAborted()
    const uuid = await this.request(service, body)
    for (;;) {
      signal?.throwIfAborted()
      const reply = await this.reply(uuid).catch((error: unknown) => this.#orLater(error))
      if (reply) {
        // It has its reply; what is not closed expires.
        await this.closeRequest(uuid).catch(() => undefined)
        return reply
      }
      await this.#pause(signal)
    }
  }

  /** Ends at once. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#client.close()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #ask(service: string, request: MessageLike[]): Promise<[status: string, body: Message[]]> {
    const asked = this.#last.then(() => this.#client.request(service, request))
    this.#last = asked.catch(() => undefined)
    const answer = await asked
    const status = tsp.statusOf(answer)
    if (status === tsp.ERROR)
      throw new ZmqError('EAGAIN', { reason: 'Titanic has failed, or is full' })
    if (status !== tsp.OK && status !== tsp.PENDING && status !== tsp.UNKNOWN) {
      throw new ZmqError('EPROTO', { reason: `no status in the answer of ${service}` })
    }
    return [status, answer.slice(1)]
  }

  /** What may pass by itself. */
  #orLater(error: unknown): undefined {
    const { code } = error as { code?: unknown }
    if (this.#closing.signal.aborted || (code !== 'ETIMEDOUT' && code !== 'EAGAIN')) throw error
  }

  #pause(signal?: AbortSignal): Promise<void> {
    const signals = [this.#closing.signal, ...(signal ? [signal] : [])]
    return new Promise((resolve) => {
      const over = (): void => {
        timer.cancel()
        for (const each of signals) each.removeEventListener('abort', over)
        resolve()
      }
      const timer = this.#clock.after(this.#pollInterval, over)
      for (const each of signals) each.addEventListener('abort', over)
      if (signals.some(({ aborted }) => aborted)) over()
    })
  }
}
