import { copyOf, equal } from '../util/bytes.js'

const SLOTS = 4096

/** Longer subjects carry more than a topic, and hardly ever come again. */
const LONGEST_SUBJECT = 64

interface Entry<R> {
  readonly subject: Uint8Array
  readonly result: R
}

/**
 * Results by subject, for those that keep coming. A subject is stored when it is seen a second
 * time, so that subjects which never repeat cost no more than their hash.
 */
export class MatchCache<R> {
  readonly #seen = new Int32Array(SLOTS)
  #entries = new Array<Entry<R> | undefined>(SLOTS)
  #used = false

  /** The result for `subject`, computed unless it is known. */
  get(subject: Uint8Array, compute: (subject: Uint8Array) => R): R {
    const { length } = subject
    if (length > LONGEST_SUBJECT) return compute(subject)
    let hash = length
    for (let i = 0; i < length; i++) hash = (Math.imul(hash, 31) + (subject[i] as number) + i) | 0
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1)
    const entry = this.#entries[slot]
    if (entry !== undefined && equal(entry.subject, subject)) return entry.result
    const result = compute(subject)
    if (this.#seen[slot] === hash) {
      this.#entries[slot] = { subject: copyOf(subject), result }
      this.#used = true
    } else this.#seen[slot] = hash
    return result
  }

  /** What was stored is no longer true. */
  clear(): void {
    if (!this.#used) return
    this.#entries = new Array<Entry<R> | undefined>(SLOTS)
    this.#used = false
  }
}
