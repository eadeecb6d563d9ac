import { ZmqError } from 'zerowire/extra'
import { whole } from '../common/checks.js'
import { HashRing } from '../hash-ring/index.js'
import type { Store } from '../store/index.js'
import { pack, unpack } from './bytes.js'
import { Groups, type GroupLimits } from './groups.js'
import { topicKey } from './keys.js'
import { Partition } from './partition.js'
import { checkName } from './words.js'

/** What a topic is like. */
export interface TopicOptions {
  /** How many parts it has, each in an order of its own; it cannot be changed later. @default 1 */
  partitions?: number
  /** A partition keeps so many bytes, or the newest segment if that is larger. @default 1 GiB */
  retainBytes?: number
  /** A record is kept for so many milliseconds, and up to an eighth longer. @default 7 days */
  retainAge?: number
  /** So many bytes are removed at once. @default 1 MiB */
  segmentBytes?: number
}

/** A topic may have so many partitions. */
const MOST_PARTITIONS = 1024

/** A topic: its partitions, who owns a key among them, and the groups that read it. */
export class Topic {
  readonly name: string
  readonly partitions: readonly Partition[]
  readonly groups: Groups
  readonly #ring: HashRing

  constructor(name: string, options: TopicOptions, limits: GroupLimits) {
    this.name = checkName('topic', name)
    const count = whole('partitions', options.partitions ?? 1)
    if (count > MOST_PARTITIONS) {
      throw new RangeError(`partitions is ${MOST_PARTITIONS} at the most, not ${count}`)
    }
    const retention = {
      retainBytes: whole('retainBytes', options.retainBytes ?? 2 ** 30),
      retainAge: whole('retainAge', options.retainAge ?? 7 * 24 * 3600 * 1000),
      segmentBytes: whole('segmentBytes', options.segmentBytes ?? 2 ** 20),
    }
    const numbers = Array.from({ length: count }, (_, i) => i)
    this.partitions = numbers.map((number) => new Partition(name, number, retention))
    this.#ring = new HashRing(numbers.map(String))
    this.groups = new Groups(name, count, limits)
  }

  /**
   * Finds out what the store has of it.
   * @throws ZmqError `EINVAL` (rejected) when it has another number of partitions there.
   */
  async load(store: Store, quietUntil: number): Promise<void> {
    const count = this.partitions.length
    const [known] = unpack([2], await store.get(topicKey(this.name))) ?? []
    if (known !== undefined && known !== count) {
      const reason = `topic ${this.name} has ${known} partitions in the store, not ${count}`
      throw new ZmqError('EINVAL', { reason })
    }
    await store.write([{ key: topicKey(this.name), value: pack([2], [count]) }])
    for (const partition of this.partitions) await partition.load(store)
    // Of a new topic there are no readers yet.
    if (known !== undefined) await this.groups.load(store, quietUntil)
  }

  /** The partition that records with this key go to. */
  partitionOf(key: Uint8Array): Partition | undefined {
    return this.partitions[Number(this.#ring.get(key))]
  }
}
