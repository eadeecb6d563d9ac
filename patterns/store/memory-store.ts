import { SortedMap } from './sorted-map.js'
import {
  checkChanges,
  closedError,
  limitOf,
  type Change,
  type Entry,
  type RangeOptions,
  type Store,
} from './store.js'

/**
 * A store that lives as long as its process does, in whatever runs JavaScript. `close()` forgets all
 * of it.
 */
export class MemoryStore implements Store {
  #entries: SortedMap | undefined = new SortedMap()

  // eslint-disable-next-line @typescript-eslint/require-await -- rejects where it throws
  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#open().get(key)
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- rejects where it throws
  async range(from: Uint8Array, to: Uint8Array, options: RangeOptions = {}): Promise<Entry[]> {
    const [limit, entries] = [limitOf(options), this.#open()]
    const found: Entry[] = []
    let { bytes: room = Infinity } = options
    for (const entry of options.reverse
      ? entries.descending(from, to)
      : entries.ascending(from, to)) {
      found.push(entry)
      room -= entry.value.length
      if (found.length === limit || room <= 0) break
    }
    return found
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- rejects where it throws
  async write(changes: readonly Change[]): Promise<void> {
    const entries = this.#open()
    checkChanges(changes)
    for (const { key, value } of changes) {
      if (value) entries.set({ key, value })
      else entries.delete(key)
    }
  }

  close(): Promise<void> {
    this.#entries = undefined
    return Promise.resolve()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #open(): SortedMap {
    if (!this.#entries) throw closedError()
    return this.#entries
  }
}
