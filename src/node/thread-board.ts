import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads'
import { ZmqError } from '../errors.js'
import { randomU32 } from '../util/bytes.js'

/*
 * Memory that threads share: who they are, and who has which name of inproc. Whoever wants a name
 * looks here, and need not wait for threads that are busy.
 *
 *   header   id, lock, how many records of names have ever been used
 *   members  turn (odd while somebody has the record), lifeline, lives, when it was last asked
 *   names    owner, the owner's turn, hash of the name
 */

/** Where a thread finds the memory that its parent had; the number is that of the layout. */
const KEY = 'zerowire:threads:2'

const RECORD = 4
const MOST_MEMBERS = 4096
const MOST_NAMES = 8192

const [ID, LOCK, NAME_COUNT] = [0, 1, 2] as const
const MEMBERS = 16
const [TURN, LIFELINE, LIVES, ASKED] = [0, 1, 2, 3] as const
const NAMES = MEMBERS + MOST_MEMBERS * RECORD
const [OWNER, OWNER_TURN, HASH_1, HASH_2] = [0, 1, 2, 3] as const
const WORDS = NAMES + MOST_NAMES * RECORD

/** Promises of a member that end with its thread: a question takes one until the member has run. */
const FULL_LIFE = 16

/** How long an answer holds; the longer, the longer a member has not run. */
const ASK_EVERY_MS = 200

/** How long to sleep before looking whether whoever has the lock is alive. */
const LOCK_MS = 10

/** A member of a board, dead or alive: records are used again, in another turn. */
export interface Member {
  readonly slot: number
  readonly turn: number
}

type Hash = readonly [number, number]

/** Gives a name back. */
export type Release = () => void

/** This thread's place on a board. */
export class Board {
  readonly memory: SharedArrayBuffer
  readonly id: number
  readonly me: Member
  readonly #words: Int32Array
  /** No record of a name before it is free, as far as we know. */
  #free = 0

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory
    this.#words = new Int32Array(memory)
    this.id = idOf(memory)
    this.me = this.#join()
  }

  /** Who has the name. */
  find(name: string): Member | undefined {
    const hash = hashOf(name)
    const count = Atomics.load(this.#words, NAME_COUNT)
    for (let index = 0; index < count; index++) {
      const at = NAMES + index * RECORD
      const owner = this.#has(at, hash) ? this.#owner(at) : undefined
      if (owner !== undefined && this.isAlive(owner)) return owner
    }
    return undefined
  }

  /** Takes a name that nobody has: to be called by whoever holds the lock. */
  claim(name: string): Release {
    const words = this.#words
    const [first, second] = hashOf(name)
    const { slot, turn } = this.me
    const index = this.#freeName()
    const at = NAMES + index * RECORD
    Atomics.store(words, at + OWNER, slot)
    Atomics.store(words, at + HASH_1, first)
    Atomics.store(words, at + HASH_2, second)
    Atomics.store(words, at + OWNER_TURN, turn)
    return () => {
      Atomics.store(words, at + OWNER_TURN, 0)
      this.#free = Math.min(this.#free, index)
    }
  }

  /** Only one thread at a time does such work. A thread that has died at it is no obstacle. */
  locked<T>(work: () => T): T {
    const words = this.#words
    const mine = this.me.slot + 1
    for (;;) {
      const holder = Atomics.compareExchange(words, LOCK, 0, mine)
      if (holder === 0) break
      const turn = this.#turnOf(holder - 1)
      const woken = Atomics.wait(words, LOCK, holder, LOCK_MS)
      if (woken === 'timed-out' && !this.isAlive({ slot: holder - 1, turn })) {
        Atomics.compareExchange(words, LOCK, holder, 0)
      }
    }
    try {
      return work()
    } finally {
      Atomics.store(words, LOCK, 0)
      Atomics.notify(words, LOCK, 1)
    }
  }

  /**
   * Whether a member's thread still is. A thread that has ended in good order has said so; of one
   * that was terminated the engine forgets what it waited for. That it does so is all there is to
   * notice: `notify()` then wakes nobody. A busy thread cannot wait anew, so it is asked less and less often.
   */
  isAlive(member: Member): boolean {
    const words = this.#words
    const at = MEMBERS + member.slot * RECORD
    if (!isTaken(member.turn) || Atomics.load(words, at + TURN) !== member.turn) return false
    if (member.slot === this.me.slot) return true
    const lives = Atomics.load(words, at + LIVES)
    const asked = Atomics.load(words, at + ASKED)
    const now = milliseconds()
    if (lives <= 0 || ((now - asked) | 0) < ASK_EVERY_MS * 2 ** (FULL_LIFE - lives)) return true
    // One of those who ask at once does it for all.
    if (Atomics.compareExchange(words, at + ASKED, asked, now) !== asked) return true
    Atomics.sub(words, at + LIVES, 1)
    if (Atomics.notify(words, at + LIFELINE, 1) > 0) return true
    this.#bury(member)
    return false
  }

  /** This thread ends: its names are free. */
  leave(): void {
    this.#bury(this.me)
  }

  // --- members

  #join(): Member {
    const slot = this.#takeSlot()
    const words = this.#words
    const at = MEMBERS + slot * RECORD
    const turn = Atomics.load(words, at + TURN)
    const wait = (): void => {
      if (Atomics.load(words, at + TURN) !== turn) return
      const waiting = Atomics.waitAsync(words, at + LIFELINE, 0)
      if (waiting.async) void waiting.value.then(revive)
    }
    const revive = (): void => {
      wait()
      Atomics.add(words, at + LIVES, 1)
    }
    for (let life = 0; life < FULL_LIFE; life++) wait()
    Atomics.store(words, at + ASKED, milliseconds())
    // Until now it counted as alive.
    Atomics.store(words, at + LIVES, FULL_LIFE)
    return { slot, turn }
  }

  #takeSlot(): number {
    const words = this.#words
    for (let slot = 0; slot < MOST_MEMBERS; slot++) {
      const turn = this.#turnOf(slot)
      const at = MEMBERS + slot * RECORD + TURN
      if (isTaken(turn)) continue
      if (Atomics.compareExchange(words, at, turn, (turn + 1) | 0) !== turn) continue
      return slot
    }
    const reason = `inproc:// is in use in ${String(MOST_MEMBERS)} threads, which is the most`
    throw new ZmqError('ENOBUFS', { reason })
  }

  #bury({ slot, turn }: Member): void {
    const at = MEMBERS + slot * RECORD
    Atomics.store(this.#words, at + LIVES, 0)
    Atomics.compareExchange(this.#words, at + TURN, turn, (turn + 1) | 0)
  }

  #turnOf(slot: number): number {
    return Atomics.load(this.#words, MEMBERS + slot * RECORD + TURN)
  }

  // --- names

  #has(at: number, [first, second]: Hash): boolean {
    const words = this.#words
    return Atomics.load(words, at + HASH_1) === first && Atomics.load(words, at + HASH_2) === second
  }

  /** Whose the record is, unless it is free. */
  #owner(at: number): Member | undefined {
    const turn = Atomics.load(this.#words, at + OWNER_TURN)
    const slot = Atomics.load(this.#words, at + OWNER)
    return isTaken(turn) && this.#turnOf(slot) === turn ? { slot, turn } : undefined
  }

  #freeName(): number {
    for (let tried = 0; tried < MOST_NAMES; tried++) {
      const index = (this.#free + tried) % MOST_NAMES
      if (this.#owner(NAMES + index * RECORD) !== undefined) continue
      if (index >= Atomics.load(this.#words, NAME_COUNT)) {
        Atomics.store(this.#words, NAME_COUNT, index + 1)
      }
      this.#free = index + 1
      return index
    }
    const reason = `${String(MOST_NAMES)} names of inproc:// are bound, which is the most`
    throw new ZmqError('ENOBUFS', { reason })
  }
}

/** The board that this thread shares with its parent, if that had one; otherwise one of its own. */
export function homeBoard(): { memory: SharedArrayBuffer; inherited: boolean } {
  const known: unknown = getEnvironmentData(KEY)
  if (known instanceof SharedArrayBuffer) return { memory: known, inherited: true }
  const memory = new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT)
  new Int32Array(memory)[ID] = randomU32()
  pass(memory)
  return { memory, inherited: false }
}

/** Threads that this one will start find the board. */
export function pass(memory: SharedArrayBuffer): void {
  setEnvironmentData(KEY, memory)
}

/** Tells boards apart. */
export function idOf(memory: SharedArrayBuffer): number {
  return new Int32Array(memory)[ID] as number
}

/** Long enough that no two names of a program have the same. */
function hashOf(name: string): Hash {
  let first = 0x811c9dc5
  let second = name.length
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at)
    first = Math.imul(first ^ code, 0x01000193)
    second = Math.imul(second ^ code, 0x5bd1e995)
    second ^= second >>> 15
  }
  return [first | 0, second | 0]
}

function isTaken(turn: number): boolean {
  return (turn & 1) === 1
}

/** Of a clock that is the same in all threads, and wraps. */
function milliseconds(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return (seconds * 1000 + nanoseconds / 1_000_000) | 0
}
