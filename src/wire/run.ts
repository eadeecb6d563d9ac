import type { Parts } from '../message.js'
import type { Chunk } from './chunk.js'
import { LONG, LONG_HEADER, MORE, readLength, SHORT_HEADER } from './frame.js'

/**
 * Whole messages in one chunk, which have been judged and are decoded when they are taken: what waits
 * in a queue then is bytes, not objects, and a message is made where it is used.
 */
export class Run {
  /** Messages that are left. */
  count: number
  since = 0
  readonly #chunk: Chunk
  #at: number

  constructor(chunk: Chunk, at: number, count: number) {
    this.#chunk = chunk
    this.#at = at
    this.count = count
  }

  /** The next message; there must be one. */
  next(): Parts {
    this.count--
    const { bytes } = this.#chunk
    const more = ((bytes[this.#at] as number) & MORE) !== 0
    // Nearly all messages have one part.
    return more ? this.#parts(bytes) : [this.#frame(bytes)]
  }

  #parts(bytes: Uint8Array): Parts {
    const parts: Parts = []
    while (((bytes[this.#at] as number) & MORE) !== 0) parts.push(this.#frame(bytes))
    parts.push(this.#frame(bytes))
    return parts
  }

  #frame(bytes: Uint8Array): Uint8Array {
    const at = this.#at
    let length = bytes[at + 1] as number
    let start = at + SHORT_HEADER
    if (((bytes[at] as number) & LONG) !== 0) {
      length = readLength(bytes, at + 1)
      start = at + LONG_HEADER
    }
    this.#at = start + length
    return this.#chunk.frame(start, this.#at)
  }
}
