import { copyOf, EMPTY, toLatin1 } from '../util/bytes.js'

/** Where a value is kept; once its topic is removed, another may be given it. */
export type TopicId = number

/**
 * Values by topic, for web pages: what `topic-table.ts` does, in less code. It takes an object for
 * each topic, and hashes a subject anew for each length that topics have.
 */
export class TopicTable<V> {
  readonly #ids = new Map<string, TopicId>()
  readonly #topics: Uint8Array[] = []
  readonly #values: (V | undefined)[] = []
  readonly #free: TopicId[] = []
  /** How many topics there are of each length, and the lengths that there are, ascending. */
  readonly #ofLength = new Map<number, number>()
  #ascending: number[] = []

  /** How many topics there are. */
  get size(): number {
    return this.#ids.size
  }

  /** The id of a topic. One that was not there has no value, and must be given one at once. */
  insert(topic: Uint8Array): TopicId {
    const known = this.find(topic)
    if (known !== undefined) return known
    const id = this.#free.pop() ?? this.#topics.length
    this.#topics[id] = copyOf(topic)
    this.#ids.set(toLatin1(topic), id)
    this.#countLength(topic.length, 1)
    return id
  }

  /** The id of a topic, undefined if it is not there. */
  find(topic: Uint8Array): TopicId | undefined {
    return this.#ids.get(toLatin1(topic))
  }

  get(id: TopicId): V | undefined {
    return this.#values[id]
  }

  set(id: TopicId, value: V): void {
    this.#values[id] = value
  }

  /** A copy of the topic's bytes. */
  topic(id: TopicId): Uint8Array {
    return copyOf(this.#topics[id] ?? EMPTY)
  }

  remove(id: TopicId): void {
    const topic = this.#topics[id] ?? EMPTY
    this.#ids.delete(toLatin1(topic))
    this.#topics[id] = EMPTY
    this.#values[id] = undefined
    this.#free.push(id)
    this.#countLength(topic.length, -1)
  }

  /** Calls `visit` with the values of all topics that `subject` begins with, shortest first. */
  match(subject: Uint8Array, visit: (value: V) => void): void {
    const text = toLatin1(subject.subarray(0, this.#ascending.at(-1) ?? 0))
    for (const length of this.#ascending) {
      if (length > text.length) return
      const id = this.#ids.get(text.slice(0, length))
      if (id !== undefined) visit(this.#values[id] as V)
    }
  }

  /** Whether `subject` begins with any topic. */
  matches(subject: Uint8Array): boolean {
    let matches = false
    this.match(subject, () => {
      matches = true
    })
    return matches
  }

  #countLength(length: number, change: number): void {
    const count = (this.#ofLength.get(length) ?? 0) + change
    if (count > 0) this.#ofLength.set(length, count)
    else this.#ofLength.delete(length)
    if (count === 0 || count === change) {
      this.#ascending = [...this.#ofLength.keys()].sort((a, b) => a - b)
    }
  }
}
