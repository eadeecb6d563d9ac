import type { Message } from 'zerowire/extra'
import { decode, HUGZ, isFree, keyOf, KTHXBAI, type KeyValue } from './frames.js'
import { Table, type TableLimits } from './table.js'

/** What has become of one key: what a client tells whoever watches it. */
export interface Change {
  /** The key whose value has changed. */
  readonly key: string
  /** Its value now; undefined when it has been deleted. */
  readonly value: Message | undefined
  /** Its value before; undefined when there was none. */
  readonly previous: Message | undefined
  /** The server's number of the change; of changes found by comparing snapshots, that of the snapshot. */
  readonly sequence: number
  /** What was said of the value: lines of `name=value`, such as `ttl=30`. */
  readonly properties: string
}

/** Who wants to know what becomes of a replica. */
export interface Witness {
  changed(change: Change): void
  /** The server has published what somebody sent with this uuid. */
  published(uuid: string, sequence: number): void
}

/** Changes that may wait while a snapshot comes, unless somebody says otherwise. */
export const MAX_WAITING = 100_000

/** What a replica is told beside its limits. */
export interface ReplicaOptions extends Required<TableLimits> {
  readonly subtree: string
  readonly maxWaiting: number
  /** Whether the server counts without gaps, which shows only to those that hear all it says. */
  readonly consecutive: boolean
}

/**
 * What a message has led to. `subscribed`: the first that the publisher said, which shows that nothing
 * of what follows is missed, so that it is time to ask for a snapshot. `gap` and `overflow`: this
 * conversation has come to nothing.
 */
export type Outcome =
  'heard' | 'subscribed' | 'synchronized' | 'stale' | 'malformed' | 'gap' | 'overflow'

/**
 * A copy of a server's map, or of a subtree, from what two sockets say whose messages may come in any
 * order relative to each other. What the publisher says before the snapshot is complete waits.
 */
export class Replica {
  /** Consistent at any time: as it was on the server at `sequence`. */
  table: Table
  sequence = 0
  readonly #options: ReplicaOptions
  readonly #witness: Witness
  #state: 'subscribing' | 'syncing' | 'live' = 'subscribing'
  /** The snapshot, as far as it has come. */
  #coming: Table
  #waiting: KeyValue[] = []
  #waitingBytes = 0

  constructor(options: ReplicaOptions, witness: Witness) {
    this.#options = options
    this.#witness = witness
    this.table = new Table(options)
    this.#coming = new Table(options)
  }

  /** A new conversation, maybe with another server; what there is stays until the snapshot has come. */
  restart(): void {
    this.#state = 'subscribing'
    this.#forget()
  }

  /** A message of the publisher: KVPUB or HUGZ. */
  update(message: readonly Message[]): Outcome {
    const change = decode(message)
    if (!change) return 'malformed'
    const { key } = change
    if (key !== HUGZ && !(isFree(key) && this.#wants(key))) return 'malformed'
    if (this.#state === 'live') return key === HUGZ ? 'heard' : this.#follow(change)
    const outcome = this.#state === 'subscribing' ? 'subscribed' : 'heard'
    this.#state = 'syncing'
    return key === HUGZ || this.#wait(change) ? outcome : 'overflow'
  }

  /** A message of the snapshot: KVSYNC or KTHXBAI. */
  snapshot(message: readonly Message[]): Outcome {
    const entry = decode(message)
    if (!entry || this.#state !== 'syncing') return 'malformed'
    if (entry.key === KTHXBAI) return this.#complete(entry)
    if (entry.key === HUGZ || !this.#wants(entry.key) || entry.value.length === 0) {
      return 'malformed'
    }
    if (!this.#coming.fits(entry.key, entry.value)) return 'overflow'
    this.#coming.set(entry as KeyValue & { value: Message })
    return 'heard'
  }

  /** Makes a change, for which there must be room; tells what it has replaced. */
  apply({ key, sequence, properties, value }: KeyValue): void {
    const previous = this.table.entries.get(key)?.value
    this.sequence = sequence
    this.table.set({ key, sequence, properties, value: value as Message })
    const now = this.table.entries.get(key)?.value
    if (previous ?? now) {
      this.#witness.changed({ key, value: now, previous, sequence, properties })
    }
  }

  #wants(key: string): boolean {
    return key.startsWith(this.#options.subtree)
  }

  /** A change that comes before the snapshot is complete. */
  #wait(change: KeyValue): boolean {
    this.#waiting.push(change)
    this.#waitingBytes += change.key.length + change.value.length
    const { maxWaiting, maxBytes } = this.#options
    return this.#waiting.length <= maxWaiting && this.#waitingBytes <= maxBytes
  }

  #follow(change: KeyValue): Outcome {
    const { key, sequence, uuid, value } = change
    const isNew = sequence > this.sequence
    if (isNew && this.#options.consecutive && sequence > this.sequence + 1) return 'gap'
    if (isNew && value.length > 0 && !this.table.fits(key, value)) return 'overflow'
    if (isNew) this.apply(change)
    if (uuid.length > 0) this.#witness.published(keyOf(uuid), sequence)
    return isNew ? 'heard' : 'stale'
  }

  #complete({ sequence, value }: KeyValue): Outcome {
    // Servers that are made as the guide's leave the subtree out.
    if (value.length > 0 && String(value) !== this.#options.subtree) return 'malformed'
    const [before, waiting] = [this.table, this.#waiting]
    this.table = this.#coming
    this.sequence = sequence
    this.#state = 'live'
    this.#forget()
    this.#compare(before)
    for (const change of waiting) {
      const outcome = this.#follow(change)
      if (outcome === 'gap' || outcome === 'overflow') return outcome
    }
    return 'synchronized'
  }

  #forget(): void {
    this.#coming = new Table(this.#options)
    this.#waiting = []
    this.#waitingBytes = 0
  }

  /** Tells what the snapshot has changed. */
  #compare(before: Table): void {
    const { sequence } = this
    for (const { key, value: previous } of before.entries.values()) {
      if (this.table.entries.has(key)) continue
      this.#witness.changed({ key, value: undefined, previous, sequence, properties: '' })
    }
    for (const { key, value, properties } of this.table.entries.values()) {
      const previous = before.entries.get(key)?.value
      if (previous && properties === '' && equal(value, previous)) continue
      this.#witness.changed({ key, value, previous, sequence, properties })
    }
  }
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at])
}
