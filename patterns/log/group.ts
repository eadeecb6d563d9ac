/**
 * Who of a group reads which partition. Each has one reader at a time: a partition that is to change
 * hands does so when its reader no longer claims it, has left, or has been silent for too long.
 */
export class Group {
  /** The offsets that were committed, by partition. */
  readonly committed: (number | undefined)[]
  readonly #partitions: number
  readonly #maxMembers: number
  /** Until then nothing is given away that members of before a restart may be reading. */
  readonly #quietUntil: number
  readonly #owners: (string | undefined)[]
  /** Until when each member is held to be alive, by its name. */
  readonly #deadlines = new Map<string, number>()

  constructor(partitions: number, maxMembers: number, quietUntil: number = -Infinity) {
    this.#partitions = partitions
    this.#maxMembers = maxMembers
    this.#quietUntil = quietUntil
    this.#owners = new Array<undefined>(partitions).fill(undefined)
    this.committed = new Array<undefined>(partitions).fill(undefined)
  }

  /** Whether there is nothing to remember of it. */
  get isEmpty(): boolean {
    return this.#deadlines.size === 0 && this.committed.every((offset) => offset === undefined)
  }

  /** The names of its members. */
  get members(): string[] {
    return [...this.#deadlines.keys()]
  }

  /** Whether a partition is the member's to read, and to commit. */
  owns(member: string, partition: number): boolean {
    return this.#owners[partition] === member
  }

  /**
   * A member says that it is there, and which partitions it reads.
   * @returns those that it shall read from now on; undefined when the group is full.
   */
  beat(
    member: string,
    held: ReadonlySet<number>,
    now: number,
    deadline: number,
  ): number[] | undefined {
    this.expire(now)
    if (!this.#deadlines.has(member) && this.#deadlines.size >= this.#maxMembers) return undefined
    this.#deadlines.set(member, deadline)
    const owners = this.#owners
    for (let i = 0; i < this.#partitions; i++) {
      if (held.has(i)) owners[i] ??= member
      else if (owners[i] === member) owners[i] = undefined
    }
    const shares = share(owners, this.members)
    const granted: number[] = []
    for (let i = 0; i < this.#partitions; i++) {
      if (shares[i] !== member) continue
      if (now >= this.#quietUntil) owners[i] ??= member
      if (owners[i] === member) granted.push(i)
    }
    return granted
  }

  leave(member: string): void {
    this.#deadlines.delete(member)
    this.#owners.forEach((owner, i) => {
      if (owner === member) this.#owners[i] = undefined
    })
  }

  /** Whoever has been silent for too long has left. */
  expire(now: number): void {
    for (const [member, deadline] of this.#deadlines) if (deadline <= now) this.leave(member)
  }
}

/**
 * Shares partitions among members: nobody has two more than another, and as few as possible change
 * hands.
 * @param owners who has each partition, if anybody.
 * @returns who is to have each.
 */
export function share(
  owners: readonly (string | undefined)[],
  members: readonly string[],
): (string | undefined)[] {
  const has = new Map(members.map((member) => [member, 0]))
  for (const owner of owners) {
    const count = has.get(owner ?? '')
    if (owner !== undefined && count !== undefined) has.set(owner, count + 1)
  }
  // Those who have most may have one more than the rest, where it does not come out even.
  const inOrder = [...has].sort(([a, most], [b, least]) => least - most || (a < b ? -1 : 1))
  const [least, more] = [Math.floor(owners.length / has.size), owners.length % has.size]
  const room = new Map(inOrder.map(([member], i) => [member, i < more ? least + 1 : least]))
  const take = (member: string | undefined): boolean => {
    const left = room.get(member ?? '') ?? 0
    if (member !== undefined && left > 0) room.set(member, left - 1)
    return left > 0
  }
  const shares = owners.map((owner) => (take(owner) ? owner : undefined))
  const names = inOrder.map(([member]) => member)
  return shares.map((owner) => owner ?? names.find(take))
}
