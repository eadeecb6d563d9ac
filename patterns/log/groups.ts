import { pages, type Change, type Store } from '../store/index.js'
import { pack, unpack } from './bytes.js'
import { Group } from './group.js'
import { commitKey, keysOf } from './keys.js'

/** How many there may be of what clients can make. */
export interface GroupLimits {
  readonly maxGroups: number
  readonly maxMembers: number
}

/** The groups that read one topic, and what they have committed. */
export class Groups {
  readonly #topic: string
  readonly #partitions: number
  readonly #limits: GroupLimits
  readonly #byName = new Map<string, Group>()
  #quietUntil = -Infinity

  constructor(topic: string, partitions: number, limits: GroupLimits) {
    this.#topic = topic
    this.#partitions = partitions
    this.#limits = limits
  }

  get size(): number {
    return this.#byName.size
  }

  /**
   * Finds out what the store has.
   * @param quietUntil so long has whoever read before a restart to say so.
   */
  async load(store: Store, quietUntil: number): Promise<void> {
    this.#quietUntil = quietUntil
    for await (const page of pages(store, ...keysOf('c', this.#topic))) {
      for (const { key, value } of page) {
        const names = new TextDecoder().decode(key.subarray(1, -2)).split('\0')
        const [partition = 0] = unpack([2], key.subarray(-2)) ?? []
        const group = this.#byName.get(names[1] ?? '') ?? this.#make(names[1] ?? '')
        group.committed[partition] = unpack([8], value)?.[0]
      }
    }
  }

  get(name: string): Group | undefined {
    return this.#byName.get(name)
  }

  /** The group of that name, made if need be; undefined when there are too many. */
  join(name: string): Group | undefined {
    const group = this.#byName.get(name)
    if (group || this.#byName.size >= this.#limits.maxGroups) return group
    return this.#make(name)
  }

  /** @returns the change that makes it last. */
  commit(name: string, partition: number, offset: number): Change[] {
    const group = this.#byName.get(name)
    if (!group) return []
    group.committed[partition] = offset
    return [{ key: commitKey(this.#topic, name, partition), value: pack([8], [offset]) }]
  }

  /** Forgets a group, and what it has committed. @returns the changes that make it last. */
  remove(name: string): Change[] {
    const group = this.#byName.get(name)
    this.#byName.delete(name)
    return (group?.committed ?? []).map((_, i) => ({ key: commitKey(this.#topic, name, i) }))
  }

  /** Lets go of members that are silent, and of groups of which there is nothing to remember. */
  expire(now: number): void {
    for (const [name, group] of this.#byName) {
      group.expire(now)
      if (group.isEmpty) this.#byName.delete(name)
    }
  }

  #make(name: string): Group {
    const group = new Group(this.#partitions, this.#limits.maxMembers, this.#quietUntil)
    this.#byName.set(name, group)
    return group
  }
}
