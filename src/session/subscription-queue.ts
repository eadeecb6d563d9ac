import { copyOf, toLatin1 } from '../util/bytes.js'
import { Deque } from '../util/deque.js'
import type { Subscription } from '../message.js'

/** Up to here changes are sent as they were made; beyond it only the last of each topic matters. */
const COMPACT_ABOVE = 4096

/**
 * Subscriptions on their way to a peer. They count against no mark and none is lost. If the peer
 * does not read, what waits is reduced to the last word on each topic, so that it stays within the
 * number of topics.
 */
export class SubscriptionQueue {
  readonly #queue = new Deque<Subscription>()
  #limit = COMPACT_ABOVE

  get length(): number {
    return this.#queue.length
  }

  push({ topic, on }: Subscription): void {
    this.#queue.push({ topic: copyOf(topic), on })
    if (this.#queue.length > this.#limit) this.#compact()
  }

  shift(): Subscription | undefined {
    return this.#queue.shift()
  }

  #compact(): void {
    const last = new Map<string, Subscription>()
    for (let change = this.#queue.shift(); change !== undefined; change = this.#queue.shift()) {
      const key = toLatin1(change.topic)
      last.delete(key)
      last.set(key, change)
    }
    for (const change of last.values()) this.#queue.push(change)
    this.#limit = Math.max(COMPACT_ABOVE, last.size * 2)
  }
}
