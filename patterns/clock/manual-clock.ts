import type { Clock, Timer } from './clock.js'

interface Call {
  readonly at: number
  readonly callback: () => void
}

/**
 * A clock that stands still until it is told to go on, so that tests of timeouts take no time and
 * always go the same way.
 *
 * ```ts
 * const clock = new ManualClock()
 * const broker = new Broker({ clock })
 * clock.advance(7500)
 * ```
 */
export class ManualClock implements Clock {
  readonly #start: number
  #now = 0
  /** In the order in which they were asked for. */
  readonly #calls = new Set<Call>()

  /** @param date What `date()` says at first, in milliseconds since the beginning of 1970. */
  constructor(date = 0) {
    this.#start = date
  }

  now(): number {
    return this.#now
  }

  date(): number {
    return this.#start + this.#now
  }

  after(milliseconds: number, callback: () => void): Timer {
    const call = { at: this.#now + Math.max(milliseconds, 0), callback }
    this.#calls.add(call)
    return {
      cancel: () => {
        this.#calls.delete(call)
      },
    }
  }

  /** How many calls were asked for and are still to be made. */
  get pending(): number {
    return this.#calls.size
  }

  /** Goes on by so many milliseconds, and makes each call at its time, also those that the calls ask for. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds
    for (;;) {
      const next = this.#next()
      if (!next || next.at > end) break
      this.#calls.delete(next)
      this.#now = next.at
      next.callback()
    }
    this.#now = end
  }

  #next(): Call | undefined {
    let next: Call | undefined
    for (const call of this.#calls) if (!next || call.at < next.at) next = call
    return next
  }
}
