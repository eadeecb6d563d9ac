/** A FIFO in a ring whose size is a power of two: push and shift in O(1), no holes, no copying of the rest. */
export class Deque<T> {
  #ring: (T | undefined)[] = new Array<T | undefined>(16)
  #mask = 15
  #head = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  push(item: T): void {
    if (this.#length === this.#ring.length) this.#resize(this.#length * 2)
    this.#ring[(this.#head + this.#length) & this.#mask] = item
    this.#length++
  }

  /** Puts an item before all others. */
  unshift(item: T): void {
    if (this.#length === this.#ring.length) this.#resize(this.#length * 2)
    this.#head = (this.#head - 1) & this.#mask
    this.#ring[this.#head] = item
    this.#length++
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined
    const item = this.#ring[this.#head]
    this.#ring[this.#head] = undefined
    this.#head = (this.#head + 1) & this.#mask
    this.#length--
    // After a burst the ring is given back, so that an idle queue costs next to nothing.
    if (this.#length === 0 && this.#ring.length > 4096) this.#resize(16)
    return item
  }

  peek(): T | undefined {
    return this.#ring[this.#head]
  }

  /** Takes an item out; O(1) if it is the first, else O(n). */
  remove(item: T): boolean {
    if (this.#length > 0 && this.peek() === item) {
      this.shift()
      return true
    }
    let found = false
    for (let count = this.#length; count > 0; count--) {
      const candidate = this.shift()
      if (candidate === undefined) break
      if (!found && candidate === item) found = true
      else this.push(candidate)
    }
    return found
  }

  clear(): void {
    this.#ring = new Array<T | undefined>(16)
    this.#mask = 15
    this.#head = 0
    this.#length = 0
  }

  #resize(size: number): void {
    const ring = new Array<T | undefined>(size)
    for (let i = 0; i < this.#length; i++) ring[i] = this.#ring[(this.#head + i) & this.#mask]
    this.#ring = ring
    this.#mask = size - 1
    this.#head = 0
  }
}
