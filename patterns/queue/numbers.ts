import type { Change, Store } from '../store/index.js'
import { NUMBERS, readNumber, writeNumber } from './keys.js'

/** How many are reserved at a time; after a crash, those that were not used are left out. */
const RESERVED = 2 ** 20

/**
 * Numbers that are given out once and never again, also after a crash: what was true of a message
 * with such a number can never become true of another one.
 */
export class Numbers {
  #next: number
  #end: number

  constructor(next: number) {
    this.#next = next
    this.#end = next
  }

  static async read(store: Store): Promise<Numbers> {
    const kept = await store.get(NUMBERS)
    return new Numbers(kept ? readNumber(kept, 0) : 1)
  }

  /** @param changes go to the store together with what gets the number. */
  next(changes: Change[]): number {
    if (this.#next === this.#end) {
      this.#end += RESERVED
      const value = new Uint8Array(8)
      writeNumber(value, 0, this.#end)
      changes.push({ key: NUMBERS, value })
    }
    return this.#next++
  }
}
