import { SingleBar } from 'cli-progress'
import { clearLine, cursorTo } from 'node:readline'

/** A bar for whoever watches; nothing in a pipe or a log. */
export class Progress {
  readonly #bar: SingleBar | undefined
  readonly #total: number

  constructor(total: number) {
    this.#total = total
    if (!process.stderr.isTTY) return
    this.#bar = new SingleBar({
      stream: process.stderr,
      format: '{bar} {value}/{total} | {eta_formatted} left | {doing}',
      clearOnComplete: true,
      hideCursor: true,
    })
  }

  start(): void {
    this.#bar?.start(this.#total, 0, { doing: '' })
  }

  /** Makes room for a line of output; the bar comes back with the next step. */
  clear(): void {
    if (this.#bar === undefined) return
    cursorTo(process.stderr, 0)
    clearLine(process.stderr, 0)
  }

  step(doing: string): void {
    this.#bar?.increment({ doing })
  }

  stop(): void {
    this.#bar?.stop()
  }
}
