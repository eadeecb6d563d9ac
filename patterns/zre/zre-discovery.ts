import { ZmqError } from 'zerowire/extra'
import { Directory, type Discovery, type Watch, type Watcher } from '../discovery/index.js'
import type { ZrePeer } from './events.js'
import type { Zre } from './zre.js'

/** What a discovery by ZRE looks for. */
export interface ZreDiscoveryOptions {
  /** Headers that begin like this say where a service is. @default 'X-SERVICE-' */
  readonly prefix?: string
  /** Endpoints that one node may tell of; more are ignored and counted. @default 100 */
  readonly maxPerPeer?: number
  /** Endpoints of all services and nodes; more are ignored and counted. @default 10000 */
  readonly maxEndpoints?: number
}

/**
 * Knows where services are by what nodes say of themselves: the header `X-SERVICE-orders` lists the
 * endpoints, separated by spaces, at which a node offers the service `orders`.
 *
 * ```ts
 * const server = new Zre({ headers: { 'X-SERVICE-orders': 'tcp://10.0.0.1:5555' } })
 *
 * const discovery = new ZreDiscovery(node)
 * follow(push, discovery, { service: 'orders' })
 * ```
 */
export class ZreDiscovery implements Discovery {
  readonly #node: Zre
  readonly #prefix: string
  readonly #maxPerPeer: number
  readonly #directory: Directory
  /** What each node says: its endpoints by service. */
  readonly #offers = new Map<string, Map<string, string[]>>()
  readonly #done: Promise<void>
  #watch: AsyncIterableIterator<unknown> | undefined
  #closed = false
  #refused = 0

  /**
   * @param node which goes on when the discovery is closed.
   * @throws RangeError when a bound is no whole number from 1 on.
   */
  constructor(node: Zre, options: ZreDiscoveryOptions = {}) {
    const { prefix = 'X-SERVICE-', maxPerPeer = 100, maxEndpoints = 10_000 } = options
    if (!Number.isSafeInteger(maxPerPeer) || maxPerPeer < 1) {
      throw new RangeError(`maxPerPeer must be a whole number from 1 on, not ${String(maxPerPeer)}`)
    }
    this.#node = node
    this.#prefix = prefix
    this.#maxPerPeer = maxPerPeer
    this.#directory = new Directory({ maxEndpoints })
    this.#done = this.#run()
  }

  /** The endpoints of a service, in order. */
  endpoints(service: string): string[] {
    return this.#directory.endpoints(service)
  }

  /** How many endpoints there was no room for. */
  get refused(): number {
    return this.#refused + this.#directory.refused
  }

  watch(service: string, watcher: Watcher): Watch {
    return this.#directory.watch(service, watcher)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#directory.close()
    await this.#watch?.return?.()
    await this.#done
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      try {
        const watch = this.#node.watch()
        this.#watch = watch
        this.#restart()
        for await (const event of watch) {
          if (event.type === 'enter') this.#hear(event.peer)
          if (event.type === 'exit') this.#forget(event.peer.id)
        }
        return
      } catch (error) {
        // Too many events at once: what is there now is told again.
        if (!(error instanceof ZmqError) || error.code !== 'ENOBUFS') throw error
      }
    }
  }

  /** Forgets who is no longer there; the others are told again. */
  #restart(): void {
    const there = new Set(this.#node.peers.map(({ id }) => id))
    for (const id of [...this.#offers.keys()]) if (!there.has(id)) this.#forget(id)
  }

  #hear({ id, headers }: ZrePeer): void {
    const offers = new Map<string, string[]>()
    let room = this.#maxPerPeer
    for (const [name, value] of headers) {
      if (!name.startsWith(this.#prefix)) continue
      const endpoints = value.split(' ').filter(Boolean)
      this.#refused += Math.max(endpoints.length - room, 0)
      offers.set(name.slice(this.#prefix.length), endpoints.slice(0, room))
      room = Math.max(room - endpoints.length, 0)
    }
    this.#change(id, offers)
  }

  #forget(id: string): void {
    this.#change(id, new Map())
  }

  /** Several nodes may tell of one endpoint: it is there as long as one of them is. */
  #change(id: string, offers: Map<string, string[]>): void {
    const services = new Set([...offers.keys(), ...(this.#offers.get(id)?.keys() ?? [])])
    if (offers.size === 0) this.#offers.delete(id)
    else this.#offers.set(id, offers)
    for (const service of services) {
      const all = [...this.#offers.values()].flatMap((offer) => offer.get(service) ?? [])
      this.#directory.replace(service, all)
    }
  }
}
