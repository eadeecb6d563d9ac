/**
 * The wait before each attempt to reconnect. Without a maximum: `interval` to twice that, at random.
 * With one: the base doubles up to it, and the wait is drawn from its upper half, so that a thousand
 * clients of a restarted server do not come back in the same millisecond.
 */
export class Backoff {
  #attempts = 0

  /** Milliseconds until the next attempt. */
  next(interval: number, maximum: number, random: () => number = Math.random): number {
    if (maximum <= interval) return Math.round(interval + interval * random())
    const base = Math.min(interval * 2 ** Math.min(this.#attempts++, 30), maximum)
    const least = Math.max(interval, base / 2)
    return Math.round(least + (base - least) * random())
  }

  reset(): void {
    this.#attempts = 0
  }
}
