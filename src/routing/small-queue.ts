import type { Parts } from '../message.js'
import type { Batch } from '../session/session.js'
import { Deque } from '../util/deque.js'

/** What queue.ts is, for pages: it looks at no clock. */
export class Queue {
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

  /** Puts a message before all others, of which none is in a batch. */
  unshift(message: Parts): void {
    this.#length++
    this.#queue.unshift(message)
  }

  /** The batch belongs to the queue from now on. */
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
