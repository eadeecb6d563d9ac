const WIDTH = 30

/** At least so many milliseconds between two looks of the bar. */
const INTERVAL = 100

/** A bar on stderr, for whoever watches it there; nothing in a pipe or a log. */
export class Progress {
  readonly #total: number
  readonly #shown: boolean
  #next = 0

  constructor(total: number, shown: boolean) {
    this.#total = total
    this.#shown = shown && process.stderr.isTTY
  }

  /** @param facts what else is to be seen. */
  at(done: number, facts: string): void {
    const now = performance.now()
    if (!this.#shown || now < this.#next) return
    this.#next = now + INTERVAL
    const filled = Math.round((done / this.#total) * WIDTH)
    const bar = '█'.repeat(filled).padEnd(WIDTH, '░')
    process.stderr.write(
      `\r${bar} ${String(Math.floor((done / this.#total) * 100))}% ${facts}\x1b[K`,
    )
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#shown && this.#next > 0) process.stderr.write('\r\x1b[K')
  }
}
