/** Who wants to know where a service is. */
export interface Watcher {
  /** Somebody offers the service at this endpoint; told once, until it was removed. */
  added(endpoint: string): void
  /** The endpoint does not offer it any more. */
  removed(endpoint: string): void
  /** All that was there when the watch began has been told. Called once. */
  ready?(): void
  /**
   * The source of what is told cannot be reached, or says what cannot be understood. What was told so
   * far holds; to go on, and to tell what has changed meanwhile, is the business of the discovery.
   */
  failed?(error: unknown): void
}

/** Ends with `close()`: its watcher hears no more. */
export interface Watch {
  /** Tells no more; twice is the same as once. */
  close(): void
}

/** Knows who is there: the endpoints at which services are offered, as they come and go. */
export interface Discovery {
  /**
   * Tells a watcher the endpoints of a service, first those that are there and then each change, until
   * the watch or the discovery is closed. A service that nobody offers is no error: it may come.
   */
  watch(service: string, watcher: Watcher): Watch
  /** Ends all watches, and lets go of what the discovery holds. What was told is not taken back. */
  close(): Promise<void>
  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}
