import type { MessageLike } from 'zerowire'
import { ZmqError, type Message } from 'zerowire/extra'
import { LazyPirate, type LazyPirateOptions } from '../lazy-pirate/index.js'
import { checkServers, type RequestOptions } from './pending.js'

/** What {@link SequentialClient} may be told. */
export interface SequentialClientOptions extends LazyPirateOptions {
  /** How long to wait for each server, in milliseconds. @default 1000 */
  readonly timeout?: number
  /** How often each server is asked. @default 1, or 3 when there is but one */
  readonly tries?: number
}

/**
 * The simplest Freelance client (guide, chapter 4, model 1): it asks one REP server after the other
 * until one replies, and begins with that one the next time. One request at a time.
 *
 * ```ts
 * await using client = new SequentialClient(['tcp://10.0.0.1:5555', 'tcp://10.0.0.2:5555'])
 * const [answer] = await client.request('hello')
 * ```
 */
export class SequentialClient {
  /** The one that replied last is the first. */
  readonly #clients: LazyPirate[]

  /** @throws RangeError on a wrong `timeout` or `tries`, or no server, and what the sockets throw. */
  constructor(servers: readonly string[], options: SequentialClientOptions = {}) {
    checkServers(servers)
    const { timeout = 1000, tries = servers.length === 1 ? 3 : 1 } = options
    this.#clients = servers.map((each) => new LazyPirate(each, { ...options, timeout, tries }))
  }

  /**
   * Asks until there is a reply.
   * @throws ZmqError (rejected) `ETIMEDOUT` when no server replied, and what {@link LazyPirate.request} rejects with.
   */
  async request(
    body: MessageLike | MessageLike[],
    options: RequestOptions = {},
  ): Promise<Message[]> {
    for (const client of [...this.#clients]) {
      try {
        return await client.request(body, options)
      } catch (error) {
        if (!(error instanceof ZmqError && error.code === 'ETIMEDOUT')) throw error
        // Others come first now; after all of them have failed, the order is what it was.
        this.#clients.push(...this.#clients.splice(this.#clients.indexOf(client), 1))
      }
    }
    throw new ZmqError('ETIMEDOUT', { message: `No reply from ${this.#clients.length} servers` })
  }

  /** Ends it; a request that waits is rejected with `EAGAIN`. */
  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()))
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
