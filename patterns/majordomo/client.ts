import { Dealer, type MessageLike, type SocketOptions } from 'zerowire'
import { ZmqError, type Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { milliseconds, whole } from '../common/checks.js'
import {
  begin,
  checkService,
  CLIENT,
  dialectFor,
  toFrames,
  type Body,
  type Dialect,
  type Version,
} from './protocol.js'
import { isFrom, replyOf, type Reply } from './reply.js'

/** How long and how often {@link Client} asks. */
export interface RequestOptions {
  /** How long to wait for the reply, or for its next part, in milliseconds. @default the client's */
  readonly timeout?: number
  /** How often the request is sent in all; 1 for work that must not be done twice. @default the client's */
  readonly tries?: number
  /** Ends the waiting; the promise then rejects with `signal.reason`. The work may still be done. */
  readonly signal?: AbortSignal
}

/** What {@link Client} may be told. */
export interface ClientOptions {
  /** The version of the protocol that it speaks: `'0.1'` is RFC 7, `'0.2'` RFC 18. @default '0.2' */
  readonly version?: Version
  /** How long to wait for a reply, or for its next part, in milliseconds. @default 2500 */
  readonly timeout?: number
  /** How often a request is sent in all before the client gives up. @default 3 */
  readonly tries?: number
  /** Options of its sockets, such as keys. None by default. */
  readonly socket?: Omit<SocketOptions<Dealer>, 'linger'>
  /** The time that it lives by; a test gives a `ManualClock`. @default the system's */
  readonly clock?: Clock
}

/** What a {@link Client} has done so far. */
export interface ClientStats {
  /** Asked for by `request()` and `stream()`. */
  readonly requests: number
  /** Requests that had their last or only reply. */
  readonly final: number
  /** Replies in part that came. */
  readonly partials: number
  /** Sent again, because nothing came in time. */
  readonly retries: number
  /** Given up: after the last try, or because the reply broke off. */
  readonly abandoned: number
  /** Messages that were no reply to the request that waited for one. */
  readonly malformed: number
}

interface Question {
  readonly service: string
  readonly request: MessageLike[]
  readonly timeout: number
  readonly tries: number
  readonly signal: AbortSignal | undefined
}

/**
 * A client with one request under way, which it sends again on a new socket when no reply comes in
 * time (RFC 7, RFC 18). A request may therefore be handled more than once.
 *
 * ```ts
 * await using client = new Client('tcp://127.0.0.1:5555')
 * const [reply] = await client.request('echo', 'hello')
 * ```
 */
export class Client {
  readonly #endpoint: string
  readonly #dialect: Dialect
  readonly #timeout: number
  readonly #tries: number
  readonly #options: SocketOptions<Dealer>
  readonly #clock: Clock
  readonly #counts = {
    ...{ requests: 0, final: 0, partials: 0, retries: 0, abandoned: 0, malformed: 0 },
  }
  #socket: Dealer
  #busy = false
  #closed = false

  /**
   * @param endpoint of the broker.
   * @throws RangeError on a wrong version or number, and what a DEALER and its `connect()` throw.
   */
  constructor(endpoint: string, options: ClientOptions = {}) {
    this.#endpoint = endpoint
    this.#dialect = dialectFor(CLIENT, options.version)
    this.#timeout = milliseconds('timeout', options.timeout ?? 2500)
    this.#tries = whole('tries', options.tries ?? 3)
    this.#options = { ...options.socket, linger: 0 }
    this.#clock = options.clock ?? systemClock
    this.#socket = this.#connect()
  }

  /** What it has done so far. */
  get stats(): ClientStats {
    return { ...this.#counts }
  }

  /**
   * Asks a service, and asks again, until the last or only reply has come; replies in part are left out.
   *
   * @throws ZmqError (rejected) `ETIMEDOUT` when no reply came, or one broke off; `EFSM` when the last
   * request is still waiting for its own; `EAGAIN` when the client is closed meanwhile, `EBADF` when
   * it was before. RangeError on a name that no service has, or a wrong number.
   */
  async request(service: string, body: Body, options: RequestOptions = {}): Promise<Message[]> {
    for await (const reply of this.stream(service, body, options)) {
      if (reply.final) return reply.body
    }
    throw new ZmqError('EPROTO', { reason: 'a reply without end' })
  }

  /**
   * Asks a service, and gives the replies in part as they come, and then the last one. Once the first
   * has come the request is not sent again. Whoever stops before the last gives up its rest.
   *
   * @throws ZmqError those of `request()`.
   */
  async *stream(
    service: string,
    body: Body,
    options: RequestOptions = {},
  ): AsyncGenerator<Reply, void, void> {
    const { signal } = options
    const timeout = milliseconds('timeout', options.timeout ?? this.#timeout)
    const tries = whole('tries', options.tries ?? this.#tries)
    const request = [...begin(this.#dialect, 'request'), checkService(service), ...toFrames(body)]
    if (this.#closed) throw new ZmqError('EBADF', { message: 'The client is closed' })
    if (this.#busy) throw new ZmqError('EFSM', { reason: 'the last request has no reply yet' })
    signal?.throwIfAborted()
    this.#busy = true
    this.#counts.requests++
    const stop = (): void => this.#drop()
    signal?.addEventListener('abort', stop, { once: true })
    let isOver = false
    try {
      for await (const reply of this.#replies({ service, request, timeout, tries, signal })) {
        isOver = reply.final
        this.#counts[isOver ? 'final' : 'partials']++
        yield reply
      }
    } finally {
      this.#busy = false
      signal?.removeEventListener('abort', stop)
      // The rest of what was asked is not for the next request.
      if (!isOver) this.#drop()
    }
  }

  /** Ends at once; a request that waits for its reply fails. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#socket.close()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async *#replies(question: Question): AsyncGenerator<Reply, void, void> {
    const { request, tries, timeout } = question
    let begun = false
    for (let sent = 1; sent <= tries && !begun; sent++) {
      if (sent > 1) this.#counts.retries++
      this.#renew()
      let reply = await this.#next(question, request)
      for (; reply; reply = await this.#next(question)) {
        begun = true
        yield reply
        if (reply.final) return
      }
    }
    this.#counts.abandoned++
    const message = begun
      ? `The reply broke off: nothing came for ${timeout} ms`
      : `No reply in ${tries} tries of ${timeout} ms`
    throw new ZmqError('ETIMEDOUT', { message, address: this.#endpoint })
  }

  /** The next reply; nothing when time was up. */
  async #next(
    { service, timeout, signal }: Question,
    request?: MessageLike[],
  ): Promise<Reply | undefined> {
    const socket = this.#socket
    const timer = this.#clock.after(timeout, () => this.#drop())
    try {
      if (request) await socket.send(request)
      for (;;) {
        const reply = replyOf(this.#dialect, await socket.receive())
        if (reply && isFrom(reply, service)) return reply
        this.#counts.malformed++
      }
    } catch (error) {
      if (!socket.closed) throw error
      signal?.throwIfAborted()
      if (this.#closed) throw new ZmqError('EAGAIN', { message: 'The client was closed' })
      return undefined
    } finally {
      timer.cancel()
    }
  }

  // --- sockets

  #connect(): Dealer {
    const socket = new Dealer(this.#options)
    socket.connect(this.#endpoint)
    return socket
  }

  /** Sees to a socket from which nothing can come but the replies to the next request. */
  #renew(): void {
    if (this.#socket.readable) {
      this.#counts.malformed++
      this.#drop()
    }
    if (this.#socket.closed) this.#socket = this.#connect()
  }

  /** Who waits for it has waited for long enough; late replies have nowhere to go. */
  #drop(): void {
    void this.#socket.close()
  }
}
