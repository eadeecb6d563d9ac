import { keyOf } from '../common/frames.js'
import { pages, type Change, type Store } from '../store/index.js'
import { join, pack, unpack, unpackRows } from './bytes.js'
import { keysOf, producerKey } from './keys.js'
import { MOST_IN_FLIGHT } from './words.js'

/** Where in its topic a record is. */
export interface Place {
  /** The number of the partition in its topic, from 0 on. */
  readonly partition: number
  /** The number of the record in its partition, from 0 on, without gaps. */
  readonly offset: number
}

/** Which offsets of a partition there are. */
export interface Span {
  /** The offset of the first record that is there. */
  readonly start: number
  /** The offset of the next record that will be appended. */
  readonly end: number
}

interface Producer {
  readonly id: Uint8Array
  /** Those after this one are in `places`. */
  settled: number
  places: Place[]
}

/** What an append is: the next one, one that was done, one that comes too early or too late, or none at all. */
export type Verdict = 'next' | Place | 'early' | 'late' | 'wrong'

/** What producers have appended last, so that what they repeat is not there twice. */
export class Producers {
  readonly #most: number
  /** The one that was heard longest ago first. */
  readonly #byId = new Map<string, Producer>()
  readonly #changed = new Set<Producer>()

  constructor(most: number) {
    this.#most = most
  }

  async load(store: Store): Promise<void> {
    for await (const page of pages(store, ...keysOf('p'))) {
      for (const { key, value } of page) {
        const id = key.slice(1)
        const [settled = 0] = unpack([8], value.subarray(0, 8)) ?? []
        const rows = unpackRows([2, 8], value.subarray(8)) ?? []
        const places = rows.map(([partition = 0, offset = 0]) => ({ partition, offset }))
        this.#byId.set(keyOf(id), { id, settled, places })
      }
    }
  }

  /**
   * Judges an append.
   * @param settled all up to this one are answered, says the producer.
   */
  judge(id: Uint8Array, sequence: number, settled: number): Verdict {
    const producer = this.#byId.get(keyOf(id)) ?? { id, settled, places: [] }
    if (settled >= sequence || sequence - settled > MOST_IN_FLIGHT) return 'wrong'
    // A copy of it was on another connection, and has been answered.
    if (sequence <= producer.settled) return 'late'
    const done = producer.places[sequence - producer.settled - 1]
    if (done) return done
    const last = producer.settled + producer.places.length
    return sequence > Math.max(last, settled) + 1 ? 'early' : 'next'
  }

  /** Remembers where the next append of a producer has gone. */
  remember(id: Uint8Array, sequence: number, settled: number, place: Place): void {
    const name = keyOf(id)
    const producer = this.#byId.get(name) ?? { id: id.slice(), settled, places: [] }
    this.#byId.delete(name)
    this.#byId.set(name, producer)
    // The next one follows the last, or what is settled.
    const gone = Math.max(settled - producer.settled, 0)
    producer.places = producer.places.slice(gone)
    producer.settled += gone
    producer.places.push(place)
    this.#changed.add(producer)
  }

  /** What of it has to be stored since the last time. */
  changes(): Change[] {
    const changes: Change[] = []
    for (const [name, { id }] of this.#byId) {
      if (this.#byId.size <= this.#most) break
      this.#byId.delete(name)
      changes.push({ key: producerKey(id) })
    }
    for (const producer of this.#changed) {
      if (this.#byId.get(keyOf(producer.id)) !== producer) continue
      const rows = producer.places.map(({ partition, offset }) => pack([2, 8], [partition, offset]))
      const value = join([pack([8], [producer.settled]), ...rows])
      changes.push({ key: producerKey(producer.id), value })
    }
    this.#changed.clear()
    return changes
  }
}
