import { allocate, randomU32 } from '../util/bytes.js'

/** Where a value is kept; once its topic is removed, another may be given it. */
export type TopicId = number

/** An odd number whose bits are well mixed. */
const FACTOR = 0x9e3779b1

/** Bytes that are hashed, kept and compared together. */
const WORD = 4

/** Words of a record before its bytes. */
const HEADER = 2

/** No record begins here. */
const NONE = 0

/** Places there are at least; a power of two. */
const FEWEST = 16

/** A search that takes longer is no accident: somebody knows how topics are spread. */
const LONGEST_SEARCH = 256

/**
 * Values by topic: a hash table, without an object for any topic. Finding all prefixes of a subject
 * hashes it once, from one length that some topic has to the next, so that it costs the length of the
 * subject however many topics there are.
 */
export class TopicTable<V> {
  /** Pairs of a hash and the offset of a record; 0 is a free place. At most half of them are taken. */
  #places = new Int32Array(2 * FEWEST)
  #mask = FEWEST - 1
  #seed = 0
  #factor = 0
  #reseeded = false

  /** From 1 on, a record for each topic: its id, its length, its bytes in words. */
  #records = new Int32Array(4 * FEWEST)
  #end = 1
  /** Words of topics that are gone. */
  #wasted = 0

  // By id; a free one has the offset 0.
  #offsets = new Int32Array(FEWEST)
  #values: (V | undefined)[] = []
  #free: TopicId[] = []

  #size = 0
  /** How many topics there are of each length, and the lengths that there are, ascending. */
  readonly #ofLength = new Map<number, number>()
  readonly #ascending: number[] = []

  constructor() {
    this.#reseed()
  }

  /** How many topics there are. */
  get size(): number {
    return this.#size
  }

  /** The id of a topic. One that was not there has no value, and must be given one at once. */
  insert(topic: Uint8Array): TopicId {
    const known = this.find(topic)
    if (known !== undefined) return known
    const id = this.#free.pop() ?? this.#values.push(undefined) - 1
    this.#store(id, topic)
    this.#countLength(topic.length, 1)
    if (++this.#size * 2 > this.#mask + 1) this.#spread((this.#mask + 1) * 2)
    else if (this.#place(id) > LONGEST_SEARCH && !this.#reseeded) {
      this.#reseeded = true
      this.#reseed()
      this.#spread(this.#mask + 1)
    }
    return id
  }

  /** The id of a topic, undefined if it is not there. */
  find(topic: Uint8Array): TopicId | undefined {
    const record = this.#search(this.#hash(topic), topic, topic.length)
    return record === NONE ? undefined : this.#records[record]
  }

  get(id: TopicId): V | undefined {
    return this.#values[id]
  }

  set(id: TopicId, value: V): void {
    this.#values[id] = value
  }

  /** A copy of the topic's bytes. */
  topic(id: TopicId): Uint8Array {
    const record = this.#offsets[id] as number
    const topic = allocate(this.#records[record + 1] as number)
    for (let at = 0; at < topic.length; at++) {
      const bits = this.#records[record + HEADER + (at >> 2)] as number
      topic[at] = bits >> ((at & 3) * 8)
    }
    return topic
  }

  remove(id: TopicId): void {
    const record = this.#offsets[id] as number
    const length = this.#records[record + 1] as number
    this.#vacate(id)
    this.#values[id] = undefined
    this.#offsets[id] = NONE
    this.#free.push(id)
    this.#size--
    this.#countLength(length, -1)
    this.#wasted += sizeOf(length)
    if (this.#size === 0) {
      this.#reset()
      return
    }
    if (this.#wasted * 2 > this.#end) this.#compact(0)
    if (this.#size * 16 < this.#mask) {
      this.#trim()
      this.#spread((this.#mask + 1) / 2)
    }
  }

  /** Calls `visit` with the values of all topics that `subject` begins with, shortest first. */
  match(subject: Uint8Array, visit: (value: V) => void): void {
    const factor = this.#factor
    let hash = this.#seed
    let at = 0
    for (const length of this.#ascending) {
      if (length > subject.length) return
      for (; at + WORD <= length; at += WORD) hash = mix(hash, word(subject, at), factor)
      const record = this.#search(mix(hash, tail(subject, at, length), factor), subject, length)
      if (record !== NONE) visit(this.#values[this.#records[record] as number] as V)
    }
  }

  /** Whether `subject` begins with any topic. */
  matches(subject: Uint8Array): boolean {
    const factor = this.#factor
    let hash = this.#seed
    let at = 0
    for (const length of this.#ascending) {
      if (length > subject.length) return false
      for (; at + WORD <= length; at += WORD) hash = mix(hash, word(subject, at), factor)
      if (this.#search(mix(hash, tail(subject, at, length), factor), subject, length) !== NONE)
        return true
    }
    return false
  }

  #reseed(): void {
    this.#seed = randomU32() | 0
    this.#factor = randomU32() | 1
  }

  #hash(topic: Uint8Array): number {
    const { length } = topic
    const factor = this.#factor
    let hash = this.#seed
    let at = 0
    for (; at + WORD <= length; at += WORD) hash = mix(hash, word(topic, at), factor)
    return mix(hash, tail(topic, at, length), factor)
  }

  /** The record of the topic that is the first `length` bytes of `subject`. */
  #search(hash: number, subject: Uint8Array, length: number): number {
    const places = this.#places
    const mask = this.#mask
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const record = places[place * 2 + 1] as number
      if (record === NONE) return NONE
      if (places[place * 2] === hash && this.#begins(subject, record, length)) return record
    }
  }

  #begins(subject: Uint8Array, record: number, length: number): boolean {
    const records = this.#records
    if (records[record + 1] !== length) return false
    let from = record + HEADER
    let at = 0
    for (; at + WORD <= length; at += WORD) {
      if (records[from++] !== word(subject, at)) return false
    }
    return at === length || records[from] === bytesOf(subject, at, length)
  }

  /** @returns how far from its own place it had to go. */
  #place(id: TopicId): number {
    const places = this.#places
    const mask = this.#mask
    const hash = this.#hashOf(id)
    let place = hash & mask
    let distance = 0
    for (; places[place * 2 + 1] !== NONE; place = (place + 1) & mask) distance++
    places[place * 2] = hash
    places[place * 2 + 1] = this.#offsets[id] as number
    return distance
  }

  /** Frees the place of a topic, and moves up those that had to go further because of it. */
  #vacate(id: TopicId): void {
    const places = this.#places
    const mask = this.#mask
    let hole = this.#hashOf(id) & mask
    while (places[hole * 2 + 1] !== this.#offsets[id]) hole = (hole + 1) & mask
    for (let at = (hole + 1) & mask; places[at * 2 + 1] !== NONE; at = (at + 1) & mask) {
      const own = (places[at * 2] as number) & mask
      if (((at - own) & mask) < ((at - hole) & mask)) continue
      places.copyWithin(hole * 2, at * 2, at * 2 + 2)
      hole = at
    }
    places[hole * 2 + 1] = NONE
  }

  #hashOf(id: TopicId): number {
    const record = this.#offsets[id] as number
    const length = this.#records[record + 1] as number
    const end = record + HEADER + (length >> 2)
    const factor = this.#factor
    let hash = this.#seed
    for (let at = record + HEADER; at < end; at++) {
      hash = mix(hash, this.#records[at] as number, factor)
    }
    const left = length & 3
    return mix(hash, left === 0 ? 0 : (left << 24) | (this.#records[end] as number), factor)
  }

  /** Gives every topic a new place. */
  #spread(capacity: number): void {
    this.#reseeded &&= capacity <= this.#mask + 1
    this.#places = new Int32Array(2 * capacity)
    this.#mask = capacity - 1
    for (let id = 0; id < this.#values.length; id++) if (this.#offsets[id] !== NONE) this.#place(id)
  }

  #store(id: TopicId, topic: Uint8Array): void {
    const { length } = topic
    if (id >= this.#offsets.length) this.#offsets = resized(this.#offsets, id * 2)
    if (this.#end + sizeOf(length) > this.#records.length) this.#compact(sizeOf(length))
    const records = this.#records
    let record = (this.#offsets[id] = this.#end)
    records[record++] = id
    records[record++] = length
    let at = 0
    for (; at + WORD <= length; at += WORD) records[record++] = word(topic, at)
    if (at < length) records[record] = bytesOf(topic, at, length)
    this.#end += sizeOf(length)
  }

  /** Moves the records together, into memory of twice the size that they then have with `more`. */
  #compact(more: number): void {
    const old = this.#records
    const records = new Int32Array(Math.max(4 * FEWEST, (this.#end - this.#wasted + more) * 2))
    let end = 1
    for (let id = 0; id < this.#values.length; id++) {
      const record = this.#offsets[id] as number
      if (record === NONE) continue
      const size = sizeOf(old[record + 1] as number)
      records.set(old.subarray(record, record + size), end)
      this.#offsets[id] = end
      end += size
    }
    this.#records = records
    this.#end = end
    this.#wasted = 0
    this.#spread(this.#mask + 1)
  }

  /** Gives back the memory of ids beyond the last that is in use, if they are most. */
  #trim(): void {
    let end = this.#values.length
    while (this.#offsets[end - 1] === NONE) end--
    if (end * 2 > this.#values.length) return
    this.#values.length = end
    this.#offsets = resized(this.#offsets.subarray(0, end), Math.max(2 * end, FEWEST))
    this.#free = this.#free.filter((id) => id < end)
  }

  /** Gives all memory back. */
  #reset(): void {
    this.#values = []
    this.#free = []
    this.#offsets = new Int32Array(FEWEST)
    this.#mask = FEWEST - 1
    this.#wasted = this.#end - 1
    this.#compact(0)
  }

  #countLength(length: number, change: number): void {
    const before = this.#ofLength.get(length) ?? 0
    if (before + change > 0) this.#ofLength.set(length, before + change)
    else this.#ofLength.delete(length)
    if (before > 0 && before + change > 0) return
    const lengths = this.#ascending
    let at = 0
    for (let end = lengths.length; at < end;) {
      const middle = (at + end) >> 1
      if ((lengths[middle] as number) < length) at = middle + 1
      else end = middle
    }
    if (before === 0) lengths.splice(at, 0, length)
    else lengths.splice(at, 1)
  }
}

/** Words of the record of a topic. */
function sizeOf(length: number): number {
  return HEADER + ((length + WORD - 1) >> 2)
}

function resized(array: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(size)
  copy.set(array)
  return copy
}

/**
 * Multiplied twice, the second time by a number that nobody knows. After one multiplication a change of
 * the highest bit is still a known change, which the next bits can undo: whoever chooses topics could
 * then make any number of them that collide, whatever the seed.
 */
function mix(hash: number, bits: number, factor: number): number {
  const first = Math.imul(hash ^ bits, FACTOR)
  const second = Math.imul(first ^ (first >>> 15), factor)
  return second ^ (second >>> 15)
}

/** Four bytes at once: the multiplication is what takes time. */
function word(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
  return low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)
}

/** Up to three bytes. */
function bytesOf(bytes: Uint8Array, at: number, end: number): number {
  let bits = 0
  for (let i = at; i < end; i++) bits |= (bytes[i] as number) << ((i - at) * 8)
  return bits
}

/** The bytes behind the last whole word, and how many they are. */
function tail(bytes: Uint8Array, at: number, end: number): number {
  return at === end ? 0 : ((end - at) << 24) | bytesOf(bytes, at, end)
}
