import { deferred, type Deferred } from '../common/deferred.js'
import type { Life } from '../common/life.js'
import type { Item } from './archive.js'

interface Queue {
  readonly items: Set<Item>
  /** Whether nobody offers the service, for all we know. */
  resting: boolean
}

/** Requests that have no reply yet. Services have their turn one after the other; none blocks another. */
export class Backlog {
  readonly #life: Life
  /** By service; whose turn was the longest ago is first. */
  readonly #queues = new Map<string, Queue>()
  #news: Deferred<undefined> | undefined

  constructor(life: Life) {
    this.#life = life
    life.own({ close: () => this.#wake() })
  }

  add(item: Item): void {
    const queue = this.#queues.get(item.service) ?? { items: new Set(), resting: false }
    this.#queues.set(item.service, queue)
    queue.items.add(item)
    this.#wake()
  }

  /** Takes it out, if it is in. */
  delete(item: Item): void {
    const queue = this.#queues.get(item.service)
    queue?.items.delete(item)
    if (queue?.items.size === 0 && !queue.resting) this.#queues.delete(item.service)
  }

  /** The next one, taken out; undefined in the end. */
  async next(): Promise<Item | undefined> {
    while (!this.#life.over) {
      for (const [service, queue] of this.#queues) {
        const [item] = queue.items
        if (!item || queue.resting) continue
        this.#queues.delete(service)
        queue.items.delete(item)
        if (queue.items.size > 0) this.#queues.set(service, queue)
        return item
      }
      this.#news ??= deferred()
      await this.#news.promise
    }
    return undefined
  }

  /** Puts it back for later, with all of its service. */
  rest(item: Item, milliseconds: number): void {
    this.add(item)
    const queue = this.#queues.get(item.service)
    if (!queue || queue.resting || this.#life.over) return
    queue.resting = true
    this.#life.after(milliseconds, () => {
      queue.resting = false
      if (queue.items.size === 0) this.#queues.delete(item.service)
      this.#wake()
    })
  }

  #wake(): void {
    this.#news?.resolve(undefined)
    this.#news = undefined
  }
}
