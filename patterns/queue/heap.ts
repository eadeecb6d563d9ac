interface Numbered {
  readonly number: number
}

/** Gives back what it holds, the least number first. */
export class Heap<T extends Numbered> {
  readonly #items: T[] = []

  peek(): T | undefined {
    return this.#items[0]
  }

  push(item: T): void {
    const items = this.#items
    let index = items.length
    while (index > 0) {
      const above = (index - 1) >>> 1
      const other = items[above] as T
      if (other.number <= item.number) break
      items[index] = other
      index = above
    }
    items[index] = item
  }

  pop(): T | undefined {
    const items = this.#items
    const first = items[0]
    const last = items.pop()
    if (last === undefined || items.length === 0) return first
    let index = 0
    for (let below = 1; below < items.length; below = 2 * index + 1) {
      const right = items[below + 1]
      if (right !== undefined && right.number < (items[below] as T).number) below++
      const other = items[below] as T
      if (other.number >= last.number) break
      items[index] = other
      index = below
    }
    items[index] = last
    return first
  }
}

/** The same for who mostly brings greater and greater numbers: those wait in a line. */
export class Line<T extends Numbered> {
  #line: T[] = []
  #begin = 0
  readonly #others = new Heap<T>()

  peek(): T | undefined {
    const [first, other] = [this.#line[this.#begin], this.#others.peek()]
    return first && (!other || first.number < other.number) ? first : other
  }

  push(item: T): void {
    const last = this.#line.at(-1)
    if (last && last.number >= item.number) this.#others.push(item)
    else this.#line.push(item)
  }

  /** Of the one that `peek()` shows. */
  drop(): void {
    if (this.peek() === this.#others.peek()) {
      this.#others.pop()
      return
    }
    this.#begin++
    // Moved seldom enough that each item is moved once on average.
    if (this.#begin < 64 || this.#begin * 2 < this.#line.length) return
    this.#line = this.#line.slice(this.#begin)
    this.#begin = 0
  }
}
