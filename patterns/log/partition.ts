import { pages, type Change, type Store } from '../store/index.js'
import { encodeContent, pack, unpack } from './bytes.js'
import { recordKey, segmentKey, startKey } from './keys.js'

/** What is kept of a partition. */
export interface Retention {
  readonly retainBytes: number
  readonly retainAge: number
  readonly segmentBytes: number
}

/** Records that are removed together. */
interface Segment {
  first: number
  /** The offset behind its last. */
  next: number
  bytes: number
  oldest: number
  newest: number
}

/** What a record takes beside its own bytes: its key in the store, about. */
const OVERHEAD = 32

/** A segment has at most so many records: that many are removed in one write. */
const MOST_RECORDS = 4096

/** How much of the age that is retained one segment may span. */
const SPAN = 1 / 8

/** One partition of a topic: records at dense offsets, the oldest of which go segment by segment. */
export class Partition {
  readonly topic: string
  readonly number: number
  readonly #retention: Retention
  /** From the oldest on; the last one grows. */
  readonly #segments: Segment[] = [empty(0)]
  /** Behind the last record that is stored. */
  #end = 0

  constructor(topic: string, number: number, retention: Retention) {
    this.topic = topic
    this.number = number
    this.#retention = retention
  }

  /** The first offset that is still there, or the next one. */
  get start(): number {
    return this.#segments[0]?.first ?? 0
  }

  /** Behind the last record that is stored: nobody sees more. */
  get end(): number {
    return this.#end
  }

  /** Bytes of all records. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Finds out what the store has of it. */
  async load(store: Store): Promise<void> {
    const key = await store.get(startKey(this.topic, this.number))
    const [start = 0] = unpack([8], key) ?? []
    const segments: Segment[] = []
    const from = segmentKey(this.topic, this.number, start)
    for await (const page of pages(store, from, segmentKey(this.topic, this.number + 1, 0))) {
      for (const entry of page) {
        const [first = 0, next = 0, bytes = 0, oldest = 0, newest = 0] =
          unpack([8, 8, 8, 8, 8], entry.value) ?? []
        segments.push({ first, next, bytes, oldest, newest })
      }
    }
    const open = empty(segments.at(-1)?.next ?? start)
    this.#segments.splice(0, Infinity, ...segments, open)
    const rest = recordKey(this.topic, this.number, open.first)
    for await (const page of pages(store, rest, recordKey(this.topic, this.number + 1, 0))) {
      for (const { value } of page) grow(open, value, unpack([8], value.subarray(0, 8))?.[0] ?? 0)
    }
    this.#end = open.next
  }

  /** Gives a record its offset; it counts once the changes are stored. */
  append(date: number, key: Uint8Array, value: Uint8Array, changes: Change[]): number {
    const open = this.#open(date, changes)
    const content = encodeContent(date, key, value)
    changes.push({ key: recordKey(this.topic, this.number, open.next), value: content })
    return grow(open, content, date)
  }

  /** Everything before this offset is stored. */
  stored(next: number): void {
    this.#end = Math.max(this.#end, next)
  }

  /** Stored records from an offset on: not more bytes than that, but one at least, if there is one. */
  async read(store: Store, from: number, most: number, bytes: number): Promise<Uint8Array[]> {
    const each = this.bytes / Math.max(this.#end - this.start, 1)
    const limit = Math.max(Math.min(most, this.#end - from, Math.ceil(bytes / each)), 1)
    if (from >= this.#end) return []
    const first = recordKey(this.topic, this.number, from)
    const behind = recordKey(this.topic, this.number, this.#end)
    const entries = await store.range(first, behind, { limit, bytes })
    let room = bytes
    // What was removed a moment ago makes a gap, of which the reader has to learn first.
    if (from < this.start) return []
    return entries
      .map(({ value }) => value)
      .filter(({ length }, i) => (room -= length) >= 0 || i === 0)
  }

  /**
   * Removes what is too old or too much.
   * @returns how many records have gone, with the changes that do it.
   */
  expire(now: number): { removed: number; changes: Change[] } {
    const { retainBytes, retainAge } = this.#retention
    const [start, changes]: [number, Change[]] = [this.start, []]
    let { bytes } = this
    for (let oldest = this.#segments[0]; oldest; oldest = this.#segments[0]) {
      const isSpare = bytes > retainBytes && this.#segments.length > 1
      if (oldest.next === oldest.first || (!isSpare && oldest.newest > now - retainAge)) break
      bytes -= oldest.bytes
      for (let i = oldest.first; i < oldest.next; i++) {
        changes.push({ key: recordKey(this.topic, this.number, i) })
      }
      changes.push({ key: segmentKey(this.topic, this.number, oldest.first) })
      this.#segments.shift()
      if (this.#segments.length === 0) this.#segments.push(empty(oldest.next))
    }
    if (changes.length > 0) {
      changes.push({ key: startKey(this.topic, this.number), value: pack([8], [this.start]) })
    }
    return { removed: this.start - start, changes }
  }

  /** The segment that the next record belongs to. */
  #open(date: number, changes: Change[]): Segment {
    const { segmentBytes, retainAge } = this.#retention
    const open = this.#segments.at(-1) ?? empty(this.#end)
    const { first, next, bytes, oldest, newest } = open
    const isFull = bytes >= segmentBytes || next - first >= MOST_RECORDS
    if (next === first || (!isFull && date - oldest < retainAge * SPAN)) return open
    const value = pack([8, 8, 8, 8, 8], [first, next, bytes, oldest, newest])
    changes.push({ key: segmentKey(this.topic, this.number, first), value })
    const segment = empty(next)
    this.#segments.push(segment)
    return segment
  }
}

function empty(first: number): Segment {
  return { first, next: first, bytes: 0, oldest: 0, newest: 0 }
}

/** @returns the offset of the record. */
function grow(segment: Segment, content: Uint8Array, date: number): number {
  if (segment.next === segment.first) segment.oldest = date
  segment.newest = Math.max(segment.newest, date)
  segment.bytes += content.length + OVERHEAD
  return segment.next++
}
