import { Dealer, type OperationOptions, type SocketOptions } from 'zerowire'
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
import { replyOf, type Reply } from './reply.js'

/** What {@link AsyncClient} may be told. */
export interface AsyncClientOptions {
  /** The version of the protocol that it speaks: `'0.1'` is RFC 7, `'0.2'` RFC 18. @default '0.2' */
  readonly version?: Version
  /** Options of its socket, such as keys, or how many messages may wait. */
  readonly socket?: SocketOptions<Dealer>
}

/** What an {@link AsyncClient} has done so far. */
export interface AsyncClientStats {
  /** Accepted by `send()`. */
  readonly requests: number
  /** Last or only replies that came. */
  readonly final: number
  /** Replies in part that came. */
  readonly partials: number
  /** Messages that were no replies. */
  readonly malformed: number
}

/**
 * A client with any number of requests under way, which it never sends again. The protocol does not
 * say which request a reply is to: with several workers they come in any order, so that whoever has
 * to know puts a number of his own into both.
 *
 * ```ts
 * await using client = new AsyncClient('tcp://127.0.0.1:5555')
 * await client.send('echo', ['1', 'hello'])
 * for await (const { body, final } of client) console.log(String(body))
 * ```
 */
export class AsyncClient {
  readonly #dialect: Dialect
  readonly #socket: Dealer
  readonly #counts = { requests: 0, final: 0, partials: 0, malformed: 0 }

  /** @throws RangeError on a wrong version, and what a DEALER and its `connect()` throw. */
  constructor(endpoint: string, options: AsyncClientOptions = {}) {
    this.#dialect = dialectFor(CLIENT, options.version)
    this.#socket = new Dealer({ linger: 0, ...options.socket })
    this.#socket.connect(endpoint)
  }

  /** What it has done so far. */
  get stats(): AsyncClientStats {
    return { ...this.#counts }
  }

  /**
   * Asks a service. Settles when the request is queued, as `send()` of a socket does.
   *
   * @throws RangeError (rejected) when no service can be called that; ZmqError as `send()` of a socket.
   */
  async send(service: string, body: Body, options?: OperationOptions): Promise<void> {
    const head = begin(this.#dialect, 'request')
    await this.#socket.send([...head, checkService(service), ...toFrames(body)], options)
    this.#counts.requests++
  }

  /**
   * The next reply, to whichever request.
   *
   * @throws ZmqError as `receive()` of a socket.
   */
  async receive(options?: OperationOptions): Promise<Reply> {
    for (;;) {
      const reply = replyOf(this.#dialect, await this.#socket.receive(options))
      if (reply) return this.#count(reply)
      this.#counts.malformed++
    }
  }

  /** Replies until the client is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Reply, void, void> {
    for await (const message of this.#socket) {
      const reply = replyOf(this.#dialect, message)
      if (reply) yield this.#count(reply)
      else this.#counts.malformed++
    }
  }

  #count(reply: Reply): Reply {
    this.#counts[reply.final ? 'final' : 'partials']++
    return reply
  }

  /** Ends at once, unless `linger` is set: what was not sent yet is lost. */
  async close(): Promise<void> {
    await this.#socket.close()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
