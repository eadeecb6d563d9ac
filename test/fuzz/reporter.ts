import { clearLine, cursorTo } from 'node:readline'
import type { Coverage } from './coverage.js'
import type { Fuzzer } from './engine.js'

/** How often there is news: on a terminal, and in a log. */
const TERMINAL_MS = 500
const LOG_MS = 30_000

/** Says how far the search has come. */
export class Reporter {
  readonly #fuzzer: Fuzzer
  readonly #coverage: Coverage
  readonly #isTerminal: boolean = process.stderr.isTTY
  #next = 0

  constructor(fuzzer: Fuzzer, coverage: Coverage) {
    this.#fuzzer = fuzzer
    this.#coverage = coverage
  }

  tick(): void {
    const now = performance.now()
    if (now < this.#next) return
    this.#next = now + (this.#isTerminal ? TERMINAL_MS : LOG_MS)
    if (!this.#isTerminal) {
      console.error(this.#line())
      return
    }
    this.clear()
    process.stderr.write(this.#line())
  }

  /** Makes room for other output. */
  clear(): void {
    if (!this.#isTerminal) return
    cursorTo(process.stderr, 0)
    clearLine(process.stderr, 0)
  }

  finish(): void {
    this.clear()
    console.log(this.#line())
    for (const { folder, covered, total } of this.#coverage.folders()) {
      console.log(
        `  src/${folder.padEnd(20)} ${((covered / total) * 100).toFixed(1)} % of what was entered`,
      )
    }
  }

  #line(): string {
    const { executions, seconds, corpus, crashes } = this.#fuzzer.progress
    const { covered, known } = this.#coverage.blocks
    return [
      `${seconds.toFixed(0)} s`,
      `${executions} executions`,
      `${(executions / Math.max(seconds, 0.001)).toFixed(0)}/s`,
      `${covered} of ${known} blocks`,
      `${corpus} in the corpus`,
      `${crashes} crashes`,
    ].join(' | ')
  }
}
