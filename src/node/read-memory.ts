import { copyOf } from '../util/bytes.js'

/** What one read takes at most, unless it goes straight into a large frame. */
const READ_SIZE = 65_536

/** Below this a read is copied out, so that what a user keeps does not pin memory many times its size. */
const WORTH_KEEPING = READ_SIZE / 2

/** Where all quiet connections of this thread read to: an idle one has no buffer of its own. */
const shared = Buffer.allocUnsafeSlow(READ_SIZE)

/**
 * Memory for what comes in on one connection. Little comes into shared memory and is copied out at
 * its size; a flood comes into memory of its own, which is then handed over.
 */
export class ReadMemory {
  #own: Buffer | undefined

  /** Where the next read goes. */
  next(): Buffer {
    return this.#own ?? shared
  }

  /** The bytes of a read, in memory that nobody else will write to. */
  take(count: number): Uint8Array {
    const memory = this.next()
    const bytes = memory.subarray(0, count)
    const flood = count >= WORTH_KEEPING
    const kept = flood && this.#own !== undefined
    this.#own = flood ? Buffer.allocUnsafeSlow(READ_SIZE) : undefined
    return kept ? bytes : copyOf(bytes)
  }
}
