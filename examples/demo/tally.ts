import type { Answers, Progress, Result, Share } from './messages.js'
import { merge, topWords, totalWords, type WordCounts } from './words.js'

/** The sum of all results so far. */
export class Tally {
  readonly #counts: WordCounts = new Map()
  readonly #shares: Record<string, Share> = {}
  #total: Share = { files: 0, bytes: 0 }
  #expected = Infinity

  /** The source and the workers are heard in any order: only the numbers tell when all is in. */
  get complete(): boolean {
    return this.#total.files >= this.#expected
  }

  get progress(): Progress {
    return { ...this.#total, shares: this.#shares }
  }

  add(result: Result): void {
    if (result.kind === 'expect') {
      this.#expected = result.files
    } else {
      merge(this.#counts, result.words)
      this.#total = grow(this.#total, result.bytes)
      this.#shares[result.worker] = grow(this.#shares[result.worker], result.bytes)
    }
  }

  answers(): Answers {
    const total = totalWords(this.#counts)
    return {
      summary: { ...this.progress, total, distinct: this.#counts.size },
      top: topWords(this.#counts),
      all: [...this.#counts],
    }
  }
}

function grow({ files, bytes }: Share = { files: 0, bytes: 0 }, more: number): Share {
  return { files: files + 1, bytes: bytes + more }
}
