import type { Watch, Watcher } from './discovery.js'

/** What a directory may be told. */
export interface DirectoryOptions {
  /** Endpoints of all services together; more are refused and counted. @default 10000 */
  readonly maxEndpoints?: number
}

/**
 * Endpoints by service, and who watches them: what implementations of a `Discovery` have in common. They
 * tell it what they hear, one by one or as whole lists, and it tells watchers what has changed.
 */
export class Directory {
  readonly #maxEndpoints: number
  readonly #services = new Map<string, Set<string>>()
  readonly #watchers = new Map<string, Set<Watcher>>()
  /** Told in order, also where a watcher changes the directory while it is told of a change. */
  readonly #news: (() => void)[] = []
  #telling = false
  #size = 0
  #refused = 0

  /** @throws RangeError when `maxEndpoints` is no whole number from 1 on. */
  constructor({ maxEndpoints = 10_000 }: DirectoryOptions = {}) {
    this.#maxEndpoints = atLeastOne('maxEndpoints', maxEndpoints)
  }

  /** How many endpoints there was no room for. */
  get refused(): number {
    return this.#refused
  }

  /** The endpoints of a service, in order. */
  endpoints(service: string): string[] {
    return [...(this.#services.get(service) ?? [])].sort()
  }

  /**
   * An endpoint offers a service from now on; watchers are told.
   * @returns whether it is new. False, too, when there is no room for it, which `refused` counts.
   */
  add(service: string, endpoint: string): boolean {
    const endpoints = this.#services.get(service) ?? new Set()
    if (endpoints.has(endpoint)) return false
    if (this.#size === this.#maxEndpoints) {
      this.#refused++
      return false
    }
    this.#size++
    this.#services.set(service, endpoints.add(endpoint))
    this.#tell(service, (watcher) => watcher.added(endpoint))
    return true
  }

  /** An endpoint offers a service no more; watchers are told. @returns whether it was there. */
  remove(service: string, endpoint: string): boolean {
    const endpoints = this.#services.get(service)
    if (!endpoints?.delete(endpoint)) return false
    this.#size--
    if (endpoints.size === 0) this.#services.delete(service)
    this.#tell(service, (watcher) => watcher.removed(endpoint))
    return true
  }

  /** These are all endpoints of a service, as a source says that tells whole lists. */
  replace(service: string, endpoints: Iterable<string>): void {
    const wanted = new Set(endpoints)
    for (const endpoint of this.endpoints(service)) {
      if (!wanted.has(endpoint)) this.remove(service, endpoint)
    }
    for (const endpoint of wanted) this.add(service, endpoint)
  }

  /** Tells all watchers that the source is in trouble. */
  fail(error: unknown): void {
    for (const service of this.#watchers.keys()) {
      this.#tell(service, (watcher) => watcher.failed?.(error))
    }
  }

  /**
   * As {@link Discovery.watch}.
   * @param ready when all that is there is known, for sources that take their time.
   */
  watch(service: string, watcher: Watcher, ready?: Promise<unknown>): Watch {
    // The same watcher may watch twice: each watch is its own.
    const own: Watcher = {
      added: (endpoint) => watcher.added(endpoint),
      removed: (endpoint) => watcher.removed(endpoint),
      ready: () => watcher.ready?.(),
      failed: (error) => watcher.failed?.(error),
    }
    const watchers = this.#watchers.get(service) ?? new Set()
    this.#watchers.set(service, watchers.add(own))
    const only = new Set([own])
    const tell = (news: (watcher: Watcher) => void): void => this.#tell(service, news, only)
    for (const endpoint of this.endpoints(service)) tell(() => own.added(endpoint))
    const complete = (): void => tell(() => own.ready?.())
    if (ready) void ready.then(complete, (error: unknown) => tell(() => own.failed?.(error)))
    else complete()
    return { close: () => this.#leave(service, own) }
  }

  /** Ends all watches: nobody is told of anything any more. */
  close(): void {
    this.#watchers.clear()
    this.#news.length = 0
  }

  #leave(service: string, watcher: Watcher): void {
    const watchers = this.#watchers.get(service)
    watchers?.delete(watcher)
    if (watchers?.size === 0) this.#watchers.delete(service)
  }

  /** Tells those who watch the service now, unless they leave before it is their turn. */
  #tell(
    service: string,
    news: (watcher: Watcher) => void,
    watchers: ReadonlySet<Watcher> | undefined = this.#watchers.get(service),
  ): void {
    for (const watcher of watchers ?? []) {
      this.#news.push(() => {
        if (this.#watchers.get(service)?.has(watcher)) news(watcher)
      })
    }
    if (this.#telling) return
    this.#telling = true
    for (let next = this.#news.shift(); next; next = this.#news.shift()) {
      try {
        next()
      } catch (error) {
        // The fault of one watcher is no reason not to tell the others.
        queueMicrotask(() => {
          throw error
        })
      }
    }
    this.#telling = false
  }
}

/** @throws RangeError when it is no whole number from 1 on. */
export function atLeastOne(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new RangeError(`${name} must be a whole number from 1 on, not ${String(value)}`)
}
