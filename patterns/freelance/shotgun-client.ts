import { Dealer, type MessageLike, type SocketOptions } from 'zerowire'
import type { Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { Life } from '../common/life.js'
import {
  checkServers,
  Pending,
  type Inquiry,
  type PendingOptions,
  type RequestOptions,
} from './pending.js'

/** What {@link ShotgunClient} may be told. */
export interface ShotgunClientOptions extends PendingOptions {
  /** Options of its sockets, such as keys. None by default. */
  readonly socket?: Omit<SocketOptions<Dealer>, 'immediate' | 'linger' | 'sendTimeout'>
  /** The time that it lives by; a test gives a `ManualClock`. @default the system's */
  readonly clock?: Clock
}

/** What a {@link ShotgunClient} has done so far. */
export interface ShotgunClientStats {
  /** Accepted by `request()`. */
  readonly requests: number
  /** Of these, how many had their reply. */
  readonly replies: number
  /** Requests to single servers that were left out: the server was not there, or not reading. */
  readonly missed: number
  /** Replies after the first, or to nothing. */
  readonly late: number
}

/**
 * A Freelance client that asks all servers at once and takes the first reply (guide, chapter 4,
 * model 2). Servers are REP that send back the first frame of the request, a number, before their reply.
 *
 * ```ts
 * await using client = new ShotgunClient(['tcp://10.0.0.1:5555', 'tcp://10.0.0.2:5555'])
 * const [answer] = await client.request('hello')
 * ```
 */
export class ShotgunClient {
  readonly #life: Life
  readonly #pending: Pending
  readonly #servers: ReadonlyMap<string, Dealer>
  readonly #counts = { replies: 0, missed: 0, late: 0 }

  /** @throws RangeError on a wrong time or bound, or no server, and what the sockets throw. */
  constructor(servers: readonly string[], options: ShotgunClientOptions = {}) {
    checkServers(servers)
    this.#life = new Life(options.clock ?? systemClock)
    this.#pending = new Pending(this.#life, options, 2500)
    const always = { immediate: true, linger: 0, sendTimeout: 0 }
    this.#servers = new Map(
      servers.map((server) => [
        server,
        this.#life.own(new Dealer({ ...options.socket, ...always })),
      ]),
    )
    for (const [server, socket] of this.#servers) {
      socket.connect(server)
      // Who comes late may be the first to reply all the same.
      socket.events.on('handshake', () => {
        for (const inquiry of this.#pending) this.#ask(inquiry, server, socket)
      })
      this.#life.read(socket, (message) => this.#hear(server, message))
    }
  }

  /** What it has done so far. */
  get stats(): ShotgunClientStats {
    return { ...this.#counts, requests: this.#pending.count }
  }

  /**
   * Asks all servers that are there, and those that come meanwhile.
   *
   * @throws ZmqError (rejected) `ETIMEDOUT` when time is up; `EBUSY` when too many are under way;
   * `EAGAIN` when the client is closed meanwhile, `EBADF` when it was before.
   */
  async request(
    body: MessageLike | MessageLike[],
    { signal }: RequestOptions = {},
  ): Promise<Message[]> {
    const reply = await this.#pending.wait(body, signal, (inquiry) => {
      for (const [server, socket] of this.#servers) this.#ask(inquiry, server, socket)
    })
    this.#counts.replies++
    return reply
  }

  #ask({ control, body, asked }: Inquiry, server: string, socket: Dealer): void {
    asked.add(server)
    socket.send(['', control, ...body]).catch(() => this.#counts.missed++)
  }

  #hear(server: string, [delimiter, control, ...body]: Message[]): void {
    const formed = delimiter?.length === 0 && body.length > 0
    if (!formed || !this.#pending.answer(String(control), server, body)) this.#counts.late++
  }

  /** Ends it; requests that wait are rejected with `EAGAIN`. */
  close(): Promise<void> {
    return this.#life.end()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
