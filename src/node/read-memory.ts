import { copyOf } from '../util/bytes.js'

/** What one read takes, while it does not go straight into a large frame. */
const READ_SIZE = 65_536

/** The same between frames that fill most of a read: fewer of them are then cut in two. */
const LARGE_READ_SIZE = 262_144

/** From here on reads come as a flood. */
const FLOOD = 32_768

/** Where all quiet connections of this thread read to: an idle one has no buffer of its own. */
const shared = Buffer.allocUnsafeSlow(READ_SIZE)

/**
 * Memory for what comes in on one connection. Little comes into shared memory and is copied out at
 * its size; a flood comes into memory of its own, which is handed over if at least half of it was
 * filled, so that what a user keeps does not pin memory many times its size.
 */
export class ReadMemory {
  #flooded = false
  #own: Buffer | undefined

  /** Where the next read goes. */
  next(largeFrames: boolean): Buffer {
    if (!this.#flooded) return shared
    const size = largeFrames ? LARGE_READ_SIZE : READ_SIZE
    if (this.#own?.length !== size) this.#own = Buffer.allocUnsafeSlow(size)
    return this.#own
  }

  /** The bytes of a read into `memory`, where nobody else will write to. */
  take(memory: Buffer, count: number): Uint8Array {
    const bytes = memory.subarray(0, count)
    this.#flooded = count >= FLOOD
    const kept = memory !== shared && count * 2 >= memory.length
    if (kept || !this.#flooded) this.#own = undefined
    return kept ? bytes : copyOf(bytes)
  }
}
