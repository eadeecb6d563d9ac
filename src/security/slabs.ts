import { allocate } from '../util/bytes.js'

/** Bytes of a slab: two frames of 64 KiB, or many shorter ones. */
const SIZE = 262_144

/** At most so many idle ones are kept for reuse, for all connections together. */
const KEEP = 4

const idle: Uint8Array[] = []

/** Memory for frames that are written from where they are, used again when they have been. */
export class Slabs {
  #used: Uint8Array[] = []
  #slab: Uint8Array | undefined
  #at = 0

  /** So many bytes, their content undefined. */
  take(size: number): Uint8Array {
    if (size > SIZE / 2) return allocate(size)
    if (this.#slab === undefined || this.#at + size > SIZE) {
      this.#slab = idle.pop() ?? allocate(SIZE)
      this.#used.push(this.#slab)
      this.#at = 0
    }
    const start = this.#at
    this.#at += size
    return this.#slab.subarray(start, this.#at)
  }

  /** All that was taken has been written. */
  release(): void {
    for (const slab of this.#used) if (idle.length < KEEP) idle.push(slab)
    this.abandon()
  }

  /** What was taken is still being written: leave it to those who do. */
  abandon(): void {
    if (this.#slab === undefined) return
    this.#used = []
    this.#slab = undefined
  }
}
