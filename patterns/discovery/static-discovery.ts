import { Directory, type DirectoryOptions } from './directory.js'
import type { Discovery, Watch, Watcher } from './discovery.js'

/**
 * Knows who is there because it was told: endpoints by the names of services, which the program may
 * change while others watch.
 *
 * ```ts
 * const discovery = new StaticDiscovery({ orders: ['tcp://10.0.0.1:5555', 'tcp://10.0.0.2:5555'] })
 * ```
 */
export class StaticDiscovery implements Discovery {
  readonly #directory: Directory

  /**
   * @param services their endpoints by their names.
   * @throws RangeError when `maxEndpoints` is no whole number from 1 on, or too small for them.
   */
  constructor(
    services: Readonly<Record<string, readonly string[]>> = {},
    options: DirectoryOptions = {},
  ) {
    this.#directory = new Directory(options)
    for (const [service, endpoints] of Object.entries(services)) this.set(service, endpoints)
  }

  /** The endpoints of a service, in order. */
  endpoints(service: string): string[] {
    return this.#directory.endpoints(service)
  }

  /** Adds an endpoint to a service. @returns whether it is new. @throws RangeError when there is no room. */
  add(service: string, endpoint: string): boolean {
    return this.#withRoom(() => this.#directory.add(service, endpoint))
  }

  /** Takes an endpoint from a service. @returns whether it was there. */
  remove(service: string, endpoint: string): boolean {
    return this.#directory.remove(service, endpoint)
  }

  /** Gives a service these endpoints and no others. @throws RangeError when there is no room for some. */
  set(service: string, endpoints: Iterable<string>): void {
    this.#withRoom(() => this.#directory.replace(service, endpoints))
  }

  watch(service: string, watcher: Watcher): Watch {
    return this.#directory.watch(service, watcher)
  }

  close(): Promise<void> {
    this.#directory.close()
    return Promise.resolve()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** What a program says itself is not dropped without a word. */
  #withRoom<T>(change: () => T): T {
    const { refused } = this.#directory
    const result = change()
    if (this.#directory.refused === refused) return result
    throw new RangeError('there is no room for more endpoints: maxEndpoints')
  }
}
