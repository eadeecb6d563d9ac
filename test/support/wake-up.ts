/** Lets readers of a growing record wait until it has what they look for. */
export class WakeUp {
  readonly #waiting: (() => void)[] = []
  #over: Error | undefined

  /** Tells everybody who waits to look again. */
  notify(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }

  /** Nothing will come any more: those who have not found what they wait for get the reason. */
  end(reason: Error): void {
    this.#over ??= reason
    this.notify()
  }

  /** What `find` returns as soon as that is something. */
  async until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      if (this.#over !== undefined) throw this.#over
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }
}
