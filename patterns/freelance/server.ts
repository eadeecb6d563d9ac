import { Router, type SocketOptions } from 'zerowire'
import { ZmqError, type Message } from 'zerowire/extra'
import { systemClock } from '../clock/index.js'
import { isText } from '../common/frames.js'
import { Handling, type Handler } from '../common/handling.js'
import { Life } from '../common/life.js'

/** What {@link FreelanceServer} may be told. */
export interface FreelanceServerOptions {
  /** How many requests it works on at a time. @default 100 */
  readonly concurrency?: number
  /** How many more may wait; others stay without a reply. @default 1000 */
  readonly backlog?: number
  /** Is told what the handler has thrown. What it throws itself ends the server. @default console.warn */
  readonly onError?: (error: unknown) => void
  /** Options of the socket, such as keys. None by default. */
  readonly socket?: Omit<SocketOptions<Router>, 'mandatory' | 'routingId' | 'routerNotify'>
}

/** What a {@link FreelanceServer} has done so far. */
export interface FreelanceServerStats {
  /** Well formed. */
  readonly requests: number
  /** Sent, whether or not the client was still there. */
  readonly replies: number
  /** Not done because the handler failed. */
  readonly failed: number
  /** Not done because too many others waited. */
  readonly refused: number
  /** PINGs that were answered. */
  readonly pings: number
  /** Messages that were neither a request nor a PING. */
  readonly malformed: number
  /** Replies whose client had left, or was not reading. */
  readonly undeliverable: number
}

/**
 * A server of {@link FreelanceClient}s (RFC 10). It answers as replies are ready, in any order. Whatever
 * the handler throws is counted; the request then has no reply.
 *
 * ```ts
 * await using server = new FreelanceServer((request) => ['OK', ...request])
 * await server.bind('tcp://10.0.0.1:5555')
 * await server.ended
 * ```
 */
export class FreelanceServer {
  readonly #life = new Life(systemClock)
  readonly #router: Router
  readonly #handling: Handling
  readonly #counts = { requests: 0, replies: 0, pings: 0, malformed: 0 }

  /** @throws RangeError on wrong bounds, and what the socket throws. */
  constructor(handler: Handler, options: FreelanceServerOptions = {}) {
    const { concurrency = 100, backlog = 1000, onError, socket } = options
    this.#handling = new Handling({ handler, concurrency, backlog, onError })
    this.#router = this.#life.own(new Router(socket))
  }

  /** What it has done so far. */
  get stats(): FreelanceServerStats {
    const { unroutable, full } = this.#router.stats.dropped
    return { ...this.#counts, ...this.#handling.counts, undeliverable: unroutable + full }
  }

  /** Settles when it has been closed; rejects with what it has failed of. */
  get ended(): Promise<void> {
    return this.#life.ended
  }

  /**
   * Waits for clients there, and begins to work. To be called once.
   *
   * @param address where to listen, without a wildcard unless `publicEndpoint` is given.
   * @param publicEndpoint how clients reach this address; it is the server's name for them.
   * @returns the address that is bound, wildcards resolved.
   * @throws ZmqError `EINVAL` when the public endpoint has a wildcard, and what `Socket.bind()` rejects with.
   */
  async bind(address: string, publicEndpoint: string = address): Promise<string> {
    if (publicEndpoint.includes('*')) {
      const reason = 'clients know the server by its public endpoint, which can have no wildcard'
      throw new ZmqError('EINVAL', { address: publicEndpoint, reason })
    }
    this.#router.routingId = publicEndpoint
    await this.#router.bind(address)
    this.#life.read(this.#router, (message) => this.#hear(message))
    return String(this.#router.lastEndpoint)
  }

  async #hear([id, control, ...body]: Message[]): Promise<void> {
    if (!id || !control) return
    if (body.length > 0) {
      this.#counts.requests++
      this.#life.begin(() => this.#work(id, control, body))
    } else if (isText(control, 'PING')) {
      this.#counts.pings++
      await this.#router.send([id, 'PONG'])
    } else this.#counts.malformed++
  }

  async #work(id: Message, control: Message, body: Message[]): Promise<void> {
    const reply = await this.#handling.run(body, () => !this.#life.over)
    if (!reply || reply.length === 0 || this.#life.over) return
    this.#counts.replies++
    await this.#router.send([id, control, ...reply])
  }

  /** Ends it. What it works on has no reply: clients ask another. */
  close(): Promise<void> {
    return this.#life.end()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
