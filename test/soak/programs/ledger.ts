/** Which numbers came, each of which should come once, and in order. */
export class Ledger {
  readonly #seen: boolean[] = []
  count = 0
  first = Infinity
  last = -1
  /** That came after a higher one. */
  disordered = 0
  /** That had come before. */
  repeated = 0

  add(number: number): void {
    if (this.#seen[number] === true) this.repeated += 1
    else this.count += 1
    if (number < this.last) this.disordered += 1
    this.#seen[number] = true
    this.first = Math.min(this.first, number)
    this.last = Math.max(this.last, number)
  }

  /** Those between the first that came and `end` that have not. */
  missing(end: number): number[] {
    const missing: number[] = []
    for (let number = this.first; number < end; number += 1) {
      if (this.#seen[number] !== true) missing.push(number)
    }
    return missing
  }
}
