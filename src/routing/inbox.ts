import type { Parts } from '../message.js'
import type { Batch } from '../session/session.js'
import { Deque } from '../util/deque.js'

/** Messages that wait to be received, in order: each by itself, or in the batch that it came in. */
export class Inbox {
  readonly #queue = new Deque<Parts | Batch>()
  /** The batch whose messages come next. */
  #batch: Batch | undefined
  #length = 0

  /** Messages, whether decoded or not. */
  get length(): number {
    return this.#length
  }

  push(message: Parts): void {
    this.#length++
    this.#queue.push(message)
  }

  /** The batch belongs to the inbox from now on. */
  pushBatch(batch: Batch): void {
    this.#length += batch.count
    this.#queue.push(batch)
  }

  shift(): Parts | undefined {
    if (this.#length === 0) return undefined
    this.#length--
    let batch = this.#batch
    if (batch === undefined) {
      const first = this.#queue.shift() as Parts | Batch
      if (Array.isArray(first)) return first
      batch = this.#batch = first
    }
    const message = batch.next()
    if (batch.count === 0) this.#batch = undefined
    return message
  }

  clear(): void {
    this.#queue.clear()
    this.#batch = undefined
    this.#length = 0
  }
}
