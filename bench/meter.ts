import type { Outcome } from './task.js'

/** The share of a run that warms up the compiler before the clock starts. */
const WARM_UP = 0.1

/** How many of `count` are not timed. */
export function warmUp(count: number): number {
  return Math.max(1, Math.floor(count * WARM_UP))
}

/** Counts every message and byte that comes in; the clock starts after the warm-up. */
export class Meter {
  readonly #expected: number
  readonly #skipped: number
  #messages = 0
  #bytes = 0
  #began = 0

  constructor(expected: number) {
    this.#expected = expected
    this.#skipped = warmUp(expected)
  }

  get messages(): number {
    return this.#messages
  }

  /** @returns whether this was the last one. */
  count(message: readonly { readonly length: number }[]): boolean {
    for (const { length } of message) this.#bytes += length
    this.#messages++
    if (this.#messages === this.#skipped) this.#began = performance.now()
    return this.#messages >= this.#expected
  }

  /** To be called when the last one is in. */
  outcome(figures: Outcome['figures'] = {}): Outcome {
    const seconds = (performance.now() - this.#began) / 1000
    const [messages, bytes] = [this.#messages, this.#bytes]
    const rate = (messages - this.#skipped) / seconds
    return { messages, bytes, figures: { rate, ...figures } }
  }
}
