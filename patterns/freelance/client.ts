import { Router, type MessageLike, type SocketOptions } from 'zerowire'
import type { Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { milliseconds } from '../common/checks.js'
import { isText } from '../common/frames.js'
import { Life } from '../common/life.js'
import { Liveness } from '../common/liveness.js'
import {
  checkServers,
  Pending,
  type Inquiry,
  type PendingOptions,
  type RequestOptions,
} from './pending.js'

/** What {@link FreelanceClient} may be told. */
export interface FreelanceClientOptions extends PendingOptions {
  /** How often servers are asked whether they are there, in milliseconds. @default 2000 */
  readonly pingInterval?: number
  /** After how long a silence a server is taken for dead, in milliseconds. @default 6000 */
  readonly expiry?: number
  /** How long to wait before connecting again to a server that is gone, in milliseconds. @default 100 */
  readonly reconnectInterval?: number
  /** Options of the socket, such as keys. None by default. */
  readonly socket?: Omit<SocketOptions<Router>, 'linger' | 'mandatory' | 'routingId'>
  /** The time that it lives by; a test gives a `ManualClock`. @default the system's */
  readonly clock?: Clock
}

/** What a {@link FreelanceClient} has done so far. */
export interface FreelanceClientStats {
  /** Accepted by `request()`. */
  readonly requests: number
  /** Of these, how many had their reply. */
  readonly replies: number
  /** Sent again to another server, because the one that had it was gone. */
  readonly failovers: number
  /** Replies that came when nobody waited for them, or from servers that were not asked. */
  readonly late: number
  /** Messages that were neither a reply nor a PONG. */
  readonly malformed: number
  /** Messages for which the queue to a server had no room. */
  readonly dropped: number
  /** Servers that are there. */
  readonly live: number
}

interface Server {
  readonly endpoint: string
  /** Undefined while there is no connection, and none is tried. */
  liveness: Liveness | undefined
}

/**
 * A client that knows its servers and needs no broker (RFC 10; guide, chapter 4: Freelance, model 3).
 * It asks one that has shown to be there, and keeps to it; when that is gone, whatever it has not
 * answered goes to the next. Any number of requests may be under way.
 *
 * ```ts
 * await using client = new FreelanceClient(['tcp://10.0.0.1:5555', 'tcp://10.0.0.2:5555'])
 * const [answer] = await client.request('hello')
 * ```
 */
export class FreelanceClient {
  readonly #clock: Clock
  readonly #life: Life
  readonly #router: Router
  readonly #pending: Pending
  readonly #expiry: number
  readonly #reconnectInterval: number
  readonly #servers: ReadonlyMap<string, Server>
  /** Those that are there; the first is asked. */
  readonly #live = new Set<Server>()
  readonly #counts = { replies: 0, failovers: 0, late: 0, malformed: 0 }

  /**
   * @param servers their public endpoints, which are also their names.
   * @throws RangeError on wrong times or bounds, or no server, and what the socket and its `connect()` throw.
   */
  constructor(servers: readonly string[], options: FreelanceClientOptions = {}) {
    checkServers(servers)
    const pingInterval = milliseconds('pingInterval', options.pingInterval ?? 2000)
    this.#expiry = milliseconds('expiry', options.expiry ?? 6000)
    this.#reconnectInterval = milliseconds('reconnectInterval', options.reconnectInterval ?? 100)
    this.#clock = options.clock ?? systemClock
    this.#life = new Life(this.#clock)
    this.#pending = new Pending(this.#life, options, 3000)
    this.#router = this.#life.own(new Router({ ...options.socket, linger: 0 }))
    this.#router.events.on('disconnect', ({ address }) => {
      const server = this.#servers.get(address)
      if (server) this.#lose(server)
    })
    this.#servers = new Map(
      servers.map((endpoint) => [endpoint, { endpoint, liveness: undefined }]),
    )
    for (const server of this.#servers.values()) this.#reach(server)
    this.#life.read(this.#router, (message) => this.#hear(message))
    this.#life.every(pingInterval, () => {
      for (const server of this.#live) this.#ping(server)
    })
  }

  /** What it has done so far. */
  get stats(): FreelanceClientStats {
    return {
      ...this.#counts,
      requests: this.#pending.count,
      dropped: this.#router.stats.dropped.full,
      live: this.#live.size,
    }
  }

  /**
   * Asks a server that is there, or the first that comes, and others when that is gone.
   *
   * @throws ZmqError (rejected) `ETIMEDOUT` when time is up; `EBUSY` when too many are under way;
   * `EAGAIN` when the client is closed meanwhile, `EBADF` when it was before.
   */
  async request(
    body: MessageLike | MessageLike[],
    { signal }: RequestOptions = {},
  ): Promise<Message[]> {
    const reply = await this.#pending.wait(body, signal, (inquiry) => this.#ask(inquiry))
    this.#counts.replies++
    return reply
  }

  #ask({ control, body, asked }: Inquiry): void {
    const [server] = this.#live
    if (!server) return
    if (asked.size > 0) this.#counts.failovers++
    asked.add(server.endpoint)
    this.#send(server, [control, ...body])
  }

  #ping(server: Server): void {
    this.#send(server, ['PING'])
  }

  /** Without waiting: what there is no room for is dropped, and counted. */
  #send({ endpoint }: Server, frames: MessageLike[]): void {
    void this.#router.send([endpoint, ...frames])
  }

  /** Whoever answers is there. */
  #reach(server: Server): void {
    const { endpoint } = server
    this.#router.connect(endpoint, { routingId: endpoint })
    server.liveness = new Liveness({
      ...{ life: this.#life, clock: this.#clock, patience: this.#expiry },
      onSilence: () => this.#lose(server),
    })
    this.#ping(server)
  }

  #hear([id, control, ...body]: Message[]): void {
    const server = this.#servers.get(String(id))
    if (!server?.liveness || !control) return
    server.liveness.heard()
    if (body.length === 0 && !isText(control, 'PONG')) this.#counts.malformed++
    if (body.length > 0 && !this.#pending.answer(String(control), server.endpoint, body)) {
      this.#counts.late++
    }
    if (this.#live.has(server)) return
    this.#live.add(server)
    // There was nobody to ask until now.
    if (this.#live.size === 1) for (const inquiry of this.#pending) this.#ask(inquiry)
  }

  /** With its connection goes what was queued: it shall not do late what others do meanwhile. */
  #lose(server: Server): void {
    if (!server.liveness || this.#life.over) return
    server.liveness.cancel()
    server.liveness = undefined
    this.#disconnect(server)
    this.#life.after(this.#reconnectInterval, () => this.#reach(server))
    const [first] = this.#live
    if (!this.#live.delete(server) || server !== first) return
    for (const inquiry of this.#pending) this.#ask(inquiry)
  }

  #disconnect({ endpoint }: Server): void {
    try {
      this.#router.disconnect(endpoint)
    } catch {
      // The socket has given it up by itself, after a handshake that failed for good.
    }
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
