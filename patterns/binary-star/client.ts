import { Request, type MessageLike, type SocketOptions } from 'zerowire'
import { ZmqError, type Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { milliseconds, whole } from '../common/checks.js'
import { deferred } from '../common/deferred.js'

/** What {@link BinaryStarClient} may be told. */
export interface BinaryStarClientOptions {
  /** How long to wait for a reply before it is the other server's turn, in milliseconds. @default 1000 */
  readonly timeout?: number
  /**
   * How long to wait between the two, in milliseconds: no less than the two heartbeats after which
   * the other server may take over. @default 2000
   */
  readonly settle?: number
  /** How often a request is sent in all before the client gives up. @default 6 */
  readonly tries?: number
  /** Options of its sockets, such as keys. None by default. */
  readonly socket?: Omit<SocketOptions<Request>, 'linger' | 'relaxed' | 'routingId'>
  /** The time that it lives by; a test gives a `ManualClock`. @default the system's */
  readonly clock?: Clock
}

/** What a {@link BinaryStarClient} has done so far. */
export interface BinaryStarClientStats {
  /** Requests that were accepted. */
  readonly requests: number
  /** Of these, how many had their reply. */
  readonly replies: number
  /** How often it has gone over to the other server. */
  readonly switches: number
  /** Requests given up, after the last of all tries. */
  readonly abandoned: number
}

/**
 * A client of two servers of which one serves ({@link BinaryStar}). No reply in time: it throws its
 * socket away, waits until the other server may take over, and asks that one, to and fro. Its asking
 * is the vote by which the other does take over. A request may be done by both.
 *
 * ```ts
 * await using client = new BinaryStarClient(['tcp://primary:5001', 'tcp://backup:5001'])
 * const [reply] = await client.request('hello')
 * ```
 */
export class BinaryStarClient {
  readonly #endpoints: readonly [string, string]
  readonly #timeout: number
  readonly #settle: number
  readonly #tries: number
  readonly #options: SocketOptions<Request>
  readonly #clock: Clock
  readonly #counts = { requests: 0, replies: 0, switches: 0, abandoned: 0 }
  #socket: Request
  #current: 0 | 1 = 0
  #busy = false
  #closed = false
  /** Ends a wait for the other server. */
  #wake: () => void = () => undefined

  /**
   * @param endpoints where the primary serves, and where the backup.
   * @throws RangeError on a wrong number, and what the socket and its `connect()` throw.
   */
  constructor(endpoints: readonly [string, string], options: BinaryStarClientOptions = {}) {
    this.#endpoints = [...endpoints]
    this.#timeout = milliseconds('timeout', options.timeout ?? 1000)
    this.#settle = milliseconds('settle', options.settle ?? 2000)
    this.#tries = whole('tries', options.tries ?? 6)
    this.#options = { ...options.socket, linger: 0 }
    this.#clock = options.clock ?? systemClock
    this.#socket = this.#open()
  }

  /** Which server it asks at the moment. */
  get server(): string {
    return this.#endpoints[this.#current]
  }

  /** What it has done so far. */
  get stats(): BinaryStarClientStats {
    return { ...this.#counts }
  }

  /**
   * Asks, and asks again. One request at a time, as with a REQ.
   *
   * @throws ZmqError (rejected) `ETIMEDOUT` when no try had a reply; `EFSM` when the last request is
   * still waiting for its own; `EAGAIN` when the client is closed meanwhile, `EBADF` when it was before.
   */
  async request(body: MessageLike | MessageLike[]): Promise<Message[]> {
    if (this.#closed) throw new ZmqError('EBADF', { message: 'The client is closed' })
    if (this.#busy) throw new ZmqError('EFSM', { reason: 'the last request has no reply yet' })
    this.#busy = true
    this.#counts.requests++
    try {
      return await this.#insist(body)
    } finally {
      this.#busy = false
    }
  }

  /** Ends it; a request that waits is rejected with `EAGAIN`. */
  async close(): Promise<void> {
    this.#closed = true
    this.#wake()
    await this.#socket.close()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #insist(body: MessageLike | MessageLike[]): Promise<Message[]> {
    for (let left = this.#tries; left > 0; left--) {
      const reply = await this.#ask(body)
      if (reply) {
        this.#counts.replies++
        return reply
      }
      if (!this.#closed) await this.#switch(left > 1)
      if (this.#closed) throw new ZmqError('EAGAIN', { message: 'The client was closed' })
    }
    this.#counts.abandoned++
    const message = `No reply in ${this.#tries} tries of ${this.#timeout} ms`
    throw new ZmqError('ETIMEDOUT', { message })
  }

  /** One try. @returns nothing when time was up, or the client was closed. */
  async #ask(body: MessageLike | MessageLike[]): Promise<Message[] | undefined> {
    if (this.#socket.closed) this.#socket = this.#open()
    const socket = this.#socket
    const timer = this.#clock.after(this.#timeout, () => void socket.close())
    try {
      await socket.send(body)
      return await socket.receive()
    } catch (error) {
      if (socket.closed) return undefined
      void socket.close()
      throw error
    } finally {
      timer.cancel()
    }
  }

  /** It is the other server's turn, as soon as that may have taken over. */
  async #switch(wait: boolean): Promise<void> {
    this.#current = this.#current === 0 ? 1 : 0
    this.#counts.switches++
    if (!wait) return
    const { promise, resolve } = deferred<undefined>()
    this.#wake = () => resolve(undefined)
    const timer = this.#clock.after(this.#settle, this.#wake)
    await promise
    timer.cancel()
  }

  #open(): Request {
    const socket = new Request(this.#options)
    try {
      socket.connect(this.server)
    } catch (error) {
      void socket.close()
      throw error
    }
    return socket
  }
}
