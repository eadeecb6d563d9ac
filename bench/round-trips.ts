import { warmUp } from './meter.js'
import { quantile } from './statistics.js'

/** How long each of `count` round trips took, without those of the warm-up. */
export class RoundTrips {
  readonly #microseconds: Float64Array
  #added = 0

  constructor(count: number) {
    this.#microseconds = new Float64Array(count)
  }

  add(milliseconds: number): void {
    this.#microseconds[this.#added++] = milliseconds * 1000
  }

  get figures(): { p50: number; p99: number } {
    const timed = this.#microseconds.slice(warmUp(this.#added), this.#added).sort()
    return { p50: quantile(timed, 0.5), p99: quantile(timed, 0.99) }
  }
}
