import type { End } from './task.js'

/**
 * Deliveries that may be under way. A publisher drops what a slow subscriber has no room for, and
 * what is dropped cannot be compared: this bounds the queues in place of a mark.
 */
const WINDOW = 20_000

/** After so many deliveries a subscriber tells how many there were. */
export const REPORT = WINDOW / 4

/** Keeps the publisher within the window. */
export class Credit {
  #spent = 0
  #received = 0
  #wake: (() => void) | undefined

  constructor(end: End) {
    end.listen('received', (received) => {
      this.#received = received
      if (this.#spent - received <= WINDOW) this.#wake?.()
    })
  }

  /** @returns what to wait for, if it is too early. */
  spend(deliveries: number): Promise<void> | undefined {
    this.#spent += deliveries
    if (this.#spent - this.#received <= WINDOW) return undefined
    return new Promise((resolve) => (this.#wake = resolve))
  }
}
