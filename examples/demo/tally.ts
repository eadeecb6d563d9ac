import type { Answers, Progress, Question, Result, Share } from './messages.js'
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

  answer(question: Question, word: string): Answers[keyof Answers] | number {
    switch (question) {
      case 'summary':
        return { ...this.progress, total: totalWords(this.#counts), distinct: this.#counts.size }
      case 'top':
        return topWords(this.#counts)
      case 'all':
        return [...this.#counts]
      case 'count':
        return this.#counts.get(word.toLowerCase()) ?? 0
    }
  }
}

function grow({ files, bytes }: Share = { files: 0, bytes: 0 }, more: number): Share {
  return { files: files + 1, bytes: bytes + more }
}
