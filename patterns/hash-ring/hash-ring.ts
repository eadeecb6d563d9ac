import { whole } from '../common/checks.js'
import { hash } from './hash.js'

/** What a {@link HashRing} may be told. */
export interface HashRingOptions {
  /** Places on the ring of a member of weight 1. @default 512 */
  points?: number
  /** Places on the ring of all members together. @default 1,048,576 */
  maxPoints?: number
}

/**
 * Consistent hashing: says which member owns a key. Each member has many places on a ring of 2³²
 * positions, and owns the keys between the place before and its own. Whoever knows the same members
 * with the same weights gets the same answers, in whatever order they were added; when one comes or
 * goes, only the keys change hands that it gets or had.
 *
 * ```ts
 * const ring = new HashRing(['anna', 'bert', 'cleo'])
 * ring.get('user:17') // one of them
 * ring.get('user:17', 2) // the same one, and whose it would be without it
 * ```
 */
export class HashRing {
  readonly #pointsEach: number
  readonly #maxPoints: number
  readonly #weights = new Map<string, number>()
  /** Positions in rising order, and whose they are. */
  #positions = new Uint32Array()
  #owners: string[] = []

  /**
   * @param members names, each with weight 1.
   * @throws TypeError, RangeError as `add()`.
   */
  constructor(members: Iterable<string> = [], options: HashRingOptions = {}) {
    this.#pointsEach = whole('points', options.points ?? 512)
    this.#maxPoints = whole('maxPoints', options.maxPoints ?? 2 ** 20)
    for (const member of members) this.add(member)
  }

  /** How many members there are. */
  get size(): number {
    return this.#weights.size
  }

  /** The names of the members, in the order in which they were added. */
  get members(): string[] {
    return [...this.#weights.keys()]
  }

  /** The weight of a member; undefined for a stranger. */
  weight(member: string): number | undefined {
    return this.#weights.get(member)
  }

  /**
   * Adds a member, or gives it another weight.
   * @param weight its share of keys in proportion to that of others; it is rounded to whole places.
   * @throws TypeError when the member is no text, RangeError on a weight that is not above 0, or when there would be more than `maxPoints`.
   */
  add(member: string, weight = 1): void {
    if (typeof member !== 'string') {
      throw new TypeError(`member must be a string, not ${typeof member}`)
    }
    if (!(weight > 0)) throw new RangeError(`weight must be above 0, not ${weight}`)
    if (this.#weights.get(member) === weight) return
    const count = this.#count(weight)
    const others = this.#positions.length - this.#count(this.#weights.get(member) ?? 0)
    if (others + count > this.#maxPoints) {
      throw new RangeError(`${member} with weight ${weight} is more than maxPoints has room for`)
    }
    this.remove(member)
    const places = new Uint32Array(count)
    for (let i = 0; i < count; i++) places[i] = hash(`${member}#${i}`)
    this.#merge(places.sort(), member)
    this.#weights.set(member, weight)
  }

  /** @returns whether there was such a member. */
  remove(member: string): boolean {
    if (!this.#weights.delete(member)) return false
    const owners = this.#owners
    this.#positions = this.#positions.filter((_, i) => owners[i] !== member)
    this.#owners = owners.filter((owner) => owner !== member)
    return true
  }

  /** Who owns the key; undefined when there is nobody. */
  get(key: string | Uint8Array): string | undefined
  /** Its owner and those who come next on the ring: `replicas` different members, or as many as there are. */
  get(key: string | Uint8Array, replicas: number): string[]
  get(key: string | Uint8Array, replicas?: number): string | undefined | string[] {
    const first = this.#find(hash(key))
    if (replicas === undefined) return this.#owners[first]
    const found = new Set<string>()
    const most = Math.min(replicas, this.size)
    for (let i = first; found.size < most; i = (i + 1) % this.#owners.length) {
      found.add(this.#owners[i] ?? '')
    }
    return [...found]
  }

  #count(weight: number): number {
    return weight === 0 ? 0 : Math.max(Math.round(weight * this.#pointsEach), 1)
  }

  /** The index of the first place at or after a position; behind the last comes the first. */
  #find(position: number): number {
    const positions = this.#positions
    let [low, high] = [0, positions.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((positions[middle] ?? 0) < position) low = middle + 1
      else high = middle
    }
    return low === positions.length ? 0 : low
  }

  #merge(places: Uint32Array, member: string): void {
    const [before, owners] = [this.#positions, this.#owners]
    const after = new Uint32Array(before.length + places.length)
    const whose: string[] = []
    for (let i = 0, from = 0, to = 0; i < after.length; i++) {
      const [old, place] = [before[from] ?? Infinity, places[to] ?? Infinity]
      const owner = owners[from] ?? ''
      // Of two at one position the lesser name is first: the order of adding must not matter.
      const isOld = old < place || (old === place && from < before.length && owner < member)
      after[i] = isOld ? old : place
      whose.push(isOld ? owner : member)
      if (isOld) from++
      else to++
    }
    this.#positions = after
    this.#owners = whose
  }
}
