import type { Parts } from '../message.js'
import type { Batch } from '../session/session.js'
import { Deque } from '../util/deque.js'

/** Of messages that are queued one by one, the wait of one in so many is measured: a power of two. */
const SAMPLE = 64

/** Messages in order: each by itself, or in the batch that it came in. Knows how long they wait. */
export class Queue {
  readonly #queue = new Deque<Parts | Batch>()
  /** The batch whose messages come next, and of how many its next look at the clock tells. */
  #batch: Batch | undefined
  #weight = 0
  #pushed = 0
  #taken = 0
  /** Messages whose wait is known, and how long they waited together, in milliseconds. */
  measured = 0
  waited = 0

  /** Messages, whether decoded or not. */
  get length(): number {
    return this.#pushed - this.#taken
  }

  /** Messages that were here and have been taken. */
  get taken(): number {
    return this.#taken
  }

  push(message: Parts): void {
    if ((this.#pushed & (SAMPLE - 1)) === 0) {
      this.pushBatch(new Sample(message))
      return
    }
    this.#pushed++
    this.#queue.push(message)
  }

  /** Puts a message before all others, of which none is in a batch. */
  unshift(message: Parts): void {
    this.#pushed++
    this.#queue.unshift(message)
  }

  /** The batch belongs to the queue from now on. */
  pushBatch(batch: Batch): void {
    batch.since = performance.now()
    this.#pushed += batch.count
    this.#queue.push(batch)
  }

  shift(): Parts | undefined {
    if (this.#pushed === this.#taken) return undefined
    this.#taken++
    let batch = this.#batch
    if (batch === undefined) {
      const first = this.#queue.shift() as Parts | Batch
      if (Array.isArray(first)) return first
      batch = this.#begin(first)
    }
    const message = batch.next()
    if (batch.count === 0) this.#end(batch)
    return message
  }

  clear(): void {
    this.#pushed = this.#taken
    this.#queue.clear()
    this.#batch = undefined
  }

  /** Messages of a batch wait, on average, as long as its first and its last. */
  #begin(batch: Batch): Batch {
    const { count } = batch
    this.#weight = count
    if (count > 1) {
      this.#weight = count / 2
      this.#measure(batch)
    }
    return (this.#batch = batch)
  }

  #end(batch: Batch): void {
    this.#batch = undefined
    this.#measure(batch)
  }

  #measure({ since }: Batch): void {
    this.measured += this.#weight
    this.waited += this.#weight * (performance.now() - since)
  }
}

/** A message whose wait is measured. */
class Sample implements Batch {
  count = 1
  since = 0
  readonly #message: Parts

  constructor(message: Parts) {
    this.#message = message
  }

  next(): Parts {
    this.count = 0
    return this.#message
  }
}
