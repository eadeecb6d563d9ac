import { copy } from './shared-bytes.js'

/*
 * Memory that the two ends of a connection between threads share: for each end some words and the
 * ring of bytes that it writes. Counters wrap; only their differences mean something.
 *
 * Large memory need not go through the ring: it is moved beside it, and its place among the bytes is
 * marked. A place is where writing had come to, in one word; there are as many as may be under way.
 */

/** Bytes that one end may be ahead of the other. A power of two. */
const RING = 262_144

/** Words of one end, on cache lines of their own. */
const END = 64

/** Where the places of what has been moved are among them, and how many there are: a power of two. */
const PLACES = 32
const MOST_MOVED = 32

/** Bytes that may be under way beside the ring, if it is more than one piece. */
const MOST_BYTES = 8_388_608

const HEADER = 2 * END * Int32Array.BYTES_PER_ELEMENT

const WORD = {
  /** Bytes it has written. */
  written: 0,
  /** Bytes it has read of the other's. */
  read: 1,
  /** It has been called, and has not looked since. */
  called: 2,
  /** It waits for room in its ring. */
  cramped: 3,
  /** It will write nothing more. */
  closed: 4,
  /** Messages that it takes in all. */
  limit: 5,
  /** Messages that it has taken. */
  taken: 6,
  /** It waits for the other's limit to rise. */
  starved: 7,
  /** Its thread, as Node numbers them. */
  thread: 8,
  /** It has what the other moves memory by. */
  open: 9,
  /** Pieces of memory, and bytes in them, that it has moved. */
  moved: 10,
  movedBytes: 11,
  /** The same of the other's that it has fetched. */
  fetched: 12,
  fetchedBytes: 13,
} as const

type Word = keyof typeof WORD

/** One end of the shared memory. */
export class Link {
  readonly memory: SharedArrayBuffer
  readonly end: 0 | 1
  readonly #words: Int32Array
  readonly #mine: number
  readonly #theirs: number
  readonly #out: Uint8Array
  readonly #in: Uint8Array

  /** @param end 0 for who has made the memory, 1 for who was given it. */
  constructor(memory: SharedArrayBuffer, end: 0 | 1) {
    this.memory = memory
    this.end = end
    this.#words = new Int32Array(memory, 0, 2 * END)
    this.#mine = end * END
    this.#theirs = (1 - end) * END
    this.#out = new Uint8Array(memory, HEADER + end * RING, RING)
    this.#in = new Uint8Array(memory, HEADER + (1 - end) * RING, RING)
  }

  static create(): Link {
    return new Link(new SharedArrayBuffer(HEADER + 2 * RING), 0)
  }

  mine(word: Word): number {
    return Atomics.load(this.#words, this.#mine + WORD[word])
  }

  theirs(word: Word): number {
    return Atomics.load(this.#words, this.#theirs + WORD[word])
  }

  set(word: Word, value: number): void {
    Atomics.store(this.#words, this.#mine + WORD[word], value)
  }

  /** Sets a word of the other end. @returns what it was. */
  swap(word: Word, value: number): number {
    return Atomics.exchange(this.#words, this.#theirs + WORD[word], value)
  }

  /** Writes as many of the bytes as there is room for. @returns how many. */
  write(bytes: Uint8Array): number {
    const written = this.mine('written')
    const free = RING - ((written - this.theirs('read')) | 0)
    const count = Math.min(free, bytes.length)
    const at = written & (RING - 1)
    const before = Math.min(count, RING - at)
    const there = this.#out.subarray(at)
    copy(bytes.subarray(0, before), there, there)
    if (count > before) copy(bytes.subarray(before, count), this.#out, this.#out)
    this.set('written', (written + count) | 0)
    return count
  }

  /** Bytes that wait to be read. */
  get readable(): number {
    return (this.theirs('written') - this.mine('read')) | 0
  }

  /** Some of the bytes that wait, at most `most`: where they are now, until they are `consumed()`. */
  peek(most: number): Uint8Array {
    const at = this.mine('read') & (RING - 1)
    return this.#in.subarray(at, Math.min(at + Math.min(most, this.readable), RING))
  }

  /** Whether so many bytes may be moved beside the ring now. */
  mayMove(size: number): boolean {
    const count = (this.mine('moved') - this.theirs('fetched')) | 0
    const bytes = (this.mine('movedBytes') - this.theirs('fetchedBytes')) >>> 0
    return count === 0 || (count < MOST_MOVED && bytes + size <= MOST_BYTES)
  }

  /** So many bytes can be fetched: they belong where writing has come to. */
  moved(size: number): void {
    const count = this.mine('moved')
    const place = this.#mine + PLACES + (count & (MOST_MOVED - 1))
    Atomics.store(this.#words, place, this.mine('written'))
    this.set('movedBytes', (this.mine('movedBytes') + size) | 0)
    this.set('moved', (count + 1) | 0)
  }

  /** Pieces that can be fetched. */
  get fetchable(): number {
    return (this.theirs('moved') - this.mine('fetched')) | 0
  }

  /** Bytes to read before the next piece, which there must be. */
  get beforeNext(): number {
    const place = this.#theirs + PLACES + (this.mine('fetched') & (MOST_MOVED - 1))
    return (Atomics.load(this.#words, place) - this.mine('read')) | 0
  }

  /** The next piece has been fetched. */
  fetched(size: number): void {
    this.set('fetchedBytes', (this.mine('fetchedBytes') + size) | 0)
    this.set('fetched', (this.mine('fetched') + 1) | 0)
  }

  /** So many bytes have been copied elsewhere. */
  consumed(count: number): void {
    this.set('read', (this.mine('read') + count) | 0)
  }
}
