import type { Entry } from './store.js'

/** Small enough to move half of it, large enough that there are few. */
const LONGEST_RUN = 256

/** Which of two keys comes first: negative when it is `a`, 0 when they are the same. */
function compare(a: Uint8Array, b: Uint8Array): number {
  const end = Math.min(a.length, b.length)
  for (let i = 0; i < end; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** The first index at which `isBehind` holds; it holds for all that follow. */
function firstIndex(length: number, isBehind: (index: number) => boolean): number {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBehind(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** Entries in the order of their keys, in runs of bounded length. */
export class SortedMap {
  /** None of them empty. */
  readonly #runs: Entry[][] = []

  get(key: Uint8Array): Uint8Array | undefined {
    const { run, index, found } = this.#find(key)
    return found ? this.#runs[run]?.[index]?.value : undefined
  }

  set(entry: Entry): void {
    const { run, index, found } = this.#find(entry.key)
    const entries = this.#runs[run]
    if (!entries) {
      this.#runs.push([entry])
      return
    }
    entries.splice(index, found ? 1 : 0, entry)
    if (entries.length <= LONGEST_RUN) return
    // Whoever adds at the end leaves full runs behind.
    const isLast = run === this.#runs.length - 1 && index === entries.length - 1
    this.#runs.splice(run + 1, 0, entries.splice(isLast ? index : LONGEST_RUN / 2))
  }

  delete(key: Uint8Array): void {
    const { run, index, found } = this.#find(key)
    const entries = this.#runs[run]
    if (!found || !entries) return
    if (entries.length === 1) this.#runs.splice(run, 1)
    else entries.splice(index, 1)
  }

  /** From `from` on, and before `to`. */
  *ascending(from: Uint8Array, to: Uint8Array): Generator<Entry, void, undefined> {
    let { run, index } = this.#find(from)
    for (; run < this.#runs.length; run++, index = 0) {
      const entries = this.#runs[run] ?? []
      for (const entry of entries.slice(index)) {
        if (compare(entry.key, to) >= 0) return
        yield entry
      }
    }
  }

  /** What comes before `to`, back to `from`. */
  *descending(from: Uint8Array, to: Uint8Array): Generator<Entry, void, undefined> {
    const { run, index } = this.#find(to)
    for (let i = run; i >= 0; i--) {
      const entries = this.#runs[i] ?? []
      for (const entry of entries.slice(0, i === run ? index : undefined).reverse()) {
        if (compare(entry.key, from) < 0) return
        yield entry
      }
    }
  }

  /** Where the key is, or else where it would be. */
  #find(key: Uint8Array): { run: number; index: number; found: boolean } {
    const runs = this.#runs
    const startsBehind = (run: number): boolean => {
      const first = runs[run]?.[0]
      return first !== undefined && compare(first.key, key) > 0
    }
    const last = runs.length - 1
    // Most keys are new ones that come after all others.
    const behind = startsBehind(last) ? firstIndex(last, startsBehind) : runs.length
    const run = Math.max(behind - 1, 0)
    const entries = runs[run] ?? []
    const order = (index: number): number => {
      const entry = entries[index]
      return entry ? compare(entry.key, key) : 1
    }
    if (entries.length > 0 && order(entries.length - 1) < 0) {
      return { run, index: entries.length, found: false }
    }
    const index = firstIndex(entries.length, (i) => order(i) >= 0)
    return { run, index, found: index < entries.length && order(index) === 0 }
  }
}
