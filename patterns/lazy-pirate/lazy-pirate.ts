import { Request, type MessageLike, type SocketOptions } from 'zerowire'
import { ZmqError, type Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { milliseconds, whole } from '../common/checks.js'

/** What {@link LazyPirate} may be told. */
export interface LazyPirateOptions {
  /** How long to wait for a reply before asking again, in milliseconds. @default 2500 */
  readonly timeout?: number
  /** How often a request is sent in all before the client gives up. @default 3 */
  readonly tries?: number
  /**
   * Options of its sockets, such as keys. `correlate` is set, and can be switched off here for
   * servers that send back no more than one frame of an envelope.
   */
  readonly socket?: Omit<SocketOptions<Request>, 'linger' | 'relaxed' | 'routingId'>
  /** The time that it lives by; a test gives a `ManualClock`. @default the system's */
  readonly clock?: Clock
}

/** What {@link LazyPirate.request} may be told. */
export interface RequestOptions {
  /** Ends the waiting; the promise then rejects with `signal.reason`. The server may still do its work. */
  readonly signal?: AbortSignal
}

/** What a {@link LazyPirate} has done so far. */
export interface LazyPirateStats {
  /** Accepted by `request()`. */
  readonly requests: number
  /** Of these, how many had their reply. */
  readonly replies: number
  /** Sent again, because no reply came in time. */
  readonly retries: number
  /** Given up, after the last of all tries. */
  readonly abandoned: number
  /** Messages that were no reply to the request that waited for one: late, doubled, or malformed. */
  readonly dropped: number
}

/**
 * A client that does not wait for ever (guide, chapter 4). It asks a REP, or a ROUTER that does as one;
 * when no reply comes in time, it throws the socket away and asks again on a new one, to which no
 * late reply can come. A server may therefore be asked twice: see {@link Once}.
 *
 * ```ts
 * await using client = new LazyPirate('tcp://127.0.0.1:5555')
 * const [answer] = await client.request('hello')
 * ```
 */
export class LazyPirate {
  readonly #endpoint: string
  readonly #timeout: number
  readonly #tries: number
  readonly #options: SocketOptions<Request>
  readonly #clock: Clock
  readonly #counts = { requests: 0, replies: 0, retries: 0, abandoned: 0, dropped: 0 }
  #socket: Request
  #busy = false
  #closed = false

  /**
   * @param endpoint where the server is, or the queue in front of several.
   * @throws RangeError on a wrong `timeout` or `tries`, and what the socket and its `connect()` throw.
   */
  constructor(endpoint: string, options: LazyPirateOptions = {}) {
    this.#endpoint = endpoint
    this.#timeout = milliseconds('timeout', options.timeout ?? 2500)
    this.#tries = whole('tries', options.tries ?? 3)
    this.#options = { correlate: true, ...options.socket, linger: 0 }
    this.#clock = options.clock ?? systemClock
    this.#socket = this.#open()
  }

  /** What it has done so far. */
  get stats(): LazyPirateStats {
    const { closed, stats } = this.#socket
    const dropped = this.#counts.dropped + (closed ? 0 : stats.dropped.unexpected)
    return { ...this.#counts, dropped }
  }

  /**
   * Asks, and asks again, until there is a reply. One request at a time, as with a REQ.
   *
   * @throws ZmqError (rejected) `ETIMEDOUT` when no try had a reply; `EFSM` when the last request is
   * still waiting for its own; `EAGAIN` when the client is closed meanwhile, `EBADF` when it was before.
   */
  async request(
    body: MessageLike | MessageLike[],
    { signal }: RequestOptions = {},
  ): Promise<Message[]> {
    if (this.#closed) throw new ZmqError('EBADF', { message: 'The client is closed' })
    if (this.#busy) throw new ZmqError('EFSM', { reason: 'the last request has no reply yet' })
    signal?.throwIfAborted()
    this.#busy = true
    this.#counts.requests++
    try {
      return await this.#insist(body, signal)
    } finally {
      this.#busy = false
    }
  }

  async #insist(body: MessageLike | MessageLike[], signal?: AbortSignal): Promise<Message[]> {
    for (let left = this.#tries; left > 0; left--) {
      if (left < this.#tries) this.#counts.retries++
      const reply = await this.#ask(body, signal)
      if (reply) {
        this.#counts.replies++
        return reply
      }
      signal?.throwIfAborted()
      if (this.#closed) throw new ZmqError('EAGAIN', { message: 'The client was closed' })
    }
    this.#counts.abandoned++
    const message = `No reply in ${this.#tries} tries of ${this.#timeout} ms`
    throw new ZmqError('ETIMEDOUT', { message, address: this.#endpoint })
  }

  /** One try. @returns nothing when time was up, or somebody has ended the waiting. */
  async #ask(
    body: MessageLike | MessageLike[],
    signal: AbortSignal | undefined,
  ): Promise<Message[] | undefined> {
    if (this.#socket.closed) this.#socket = this.#open()
    const socket = this.#socket
    const stop = (): void => this.#discard(socket)
    const timer = this.#clock.after(this.#timeout, stop)
    signal?.addEventListener('abort', stop, { once: true })
    try {
      await socket.send(body)
      return await socket.receive()
    } catch (error) {
      if (!socket.closed) {
        stop()
        throw error
      }
      return undefined
    } finally {
      timer.cancel()
      signal?.removeEventListener('abort', stop)
    }
  }

  #open(): Request {
    const socket = new Request(this.#options)
    try {
      socket.connect(this.#endpoint)
    } catch (error) {
      void socket.close()
      throw error
    }
    return socket
  }

  #discard(socket: Request): void {
    if (socket.closed) return
    this.#counts.dropped += socket.stats.dropped.unexpected
    void socket.close()
  }

  /** Ends it; a request that waits is rejected with `EAGAIN`. */
  async close(): Promise<void> {
    this.#closed = true
    this.#discard(this.#socket)
    await this.#socket.close()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
