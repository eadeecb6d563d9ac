import { sizeOf, type Letter } from './letter.js'
import type { Run } from './run.js'

/** Says every second on stderr how much has gone by. */
export class Meter {
  #messages = 0
  #bytes = 0

  /** @param shown whether anybody wants to know. */
  constructor(shown: boolean, run: Run) {
    if (!shown) return
    let [messages, bytes] = [0, 0]
    const timer = setInterval(() => {
      const rate = rateText(this.#messages - messages, this.#bytes - bytes)
      run.note(`${rate}, ${String(this.#messages)} messages in all`)
      messages = this.#messages
      bytes = this.#bytes
    }, 1000)
    timer.unref()
  }

  add(letter: Letter): void {
    this.#messages++
    this.#bytes += sizeOf(letter)
  }
}

/** How much that is in a second. */
export function rateText(messages: number, bytes: number): string {
  return `${String(Math.round(messages))} messages/s, ${(bytes / 1e6).toFixed(1)} MB/s`
}
