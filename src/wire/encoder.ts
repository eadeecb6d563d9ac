import type { Parts } from '../message.js'
import { acquireChunk, CHUNK_SIZES, releaseChunk } from '../util/chunk-pool.js'
import { COMMAND, LONG_HEADER, MORE, writeHeader } from './frame.js'

/** Bodies up to this many bytes are copied next to their header; longer ones go out uncopied. */
const COPY_LIMIT = 4096

/** Below this a loop over the bytes beats the call of `set`. */
const LOOP_LIMIT = 32

const LARGEST = CHUNK_SIZES.length - 1

/**
 * Turns messages and commands into the bytes to be written: small ones back to back in chunks from
 * a pool, large bodies by reference between them.
 */
export class FrameEncoder {
  #chunk: Uint8Array | undefined
  #start = 0
  #end = 0
  #grade = 0
  #batch: Uint8Array[] = []
  readonly #used: Uint8Array[] = []
  #bytes = 0

  /** Bytes that wait to be taken. */
  get bytes(): number {
    return this.#bytes + this.#end - this.#start
  }

  message(parts: Parts): void {
    const last = parts.length - 1
    for (let i = 0; i < last; i++) this.#frame(parts[i] as Uint8Array, MORE)
    this.#frame(parts[last] as Uint8Array, 0)
  }

  command(body: Uint8Array): void {
    this.#frame(body, COMMAND)
  }

  /** Bytes that are no frame, such as the greeting. */
  raw(bytes: Uint8Array): void {
    this.#cut()
    this.#push(bytes)
  }

  /** Hands over what waits, in order. Whoever writes it calls `release()` or `abandon()` afterwards. */
  take(): readonly Uint8Array[] {
    this.#cut()
    const batch = this.#batch
    this.#batch = []
    this.#bytes = 0
    return batch
  }

  /** All that was taken has been written: its chunks can be used again. */
  release(): void {
    for (const chunk of this.#used) releaseChunk(chunk)
    this.#used.length = 0
    if (this.#chunk === undefined) return
    // A turn that filled little goes back to little chunks, so that thousands of quiet peers stay cheap.
    if (this.#end <= (CHUNK_SIZES[this.#grade - 1] ?? 0) / 4) this.#grade--
    releaseChunk(this.#chunk)
    this.#chunk = undefined
    this.#start = this.#end = 0
  }

  /** What was taken is still being written by the system: leave its chunks to it. */
  abandon(): void {
    this.#used.length = 0
    this.#chunk = undefined
    this.#start = this.#end = 0
  }

  #frame(body: Uint8Array, flags: number): void {
    const length = body.length
    const copied = length <= COPY_LIMIT
    const chunk = this.#room(copied ? length + LONG_HEADER : LONG_HEADER)
    const at = writeHeader(chunk, this.#end, flags, length)
    if (!copied) {
      this.#end = at
      this.#cut()
      this.#push(body)
      return
    }
    if (length <= LOOP_LIMIT) for (let i = 0; i < length; i++) chunk[at + i] = body[i] as number
    else chunk.set(body, at)
    this.#end = at + length
  }

  /** A chunk with room for `size` bytes at `#end`. */
  #room(size: number): Uint8Array {
    const chunk = this.#chunk
    if (chunk !== undefined && this.#end + size <= chunk.length) return chunk
    if (chunk !== undefined) {
      this.#cut()
      this.#used.push(chunk)
      if (this.#grade < LARGEST) this.#grade++
    }
    while ((CHUNK_SIZES[this.#grade] ?? size) < size) this.#grade++
    this.#start = this.#end = 0
    return (this.#chunk = acquireChunk(this.#grade))
  }

  /** Moves what the chunk has gained to the batch. */
  #cut(): void {
    if (this.#chunk === undefined || this.#end === this.#start) return
    this.#push(this.#chunk.subarray(this.#start, this.#end))
    this.#start = this.#end
  }

  #push(bytes: Uint8Array): void {
    this.#batch.push(bytes)
    this.#bytes += bytes.length
  }
}
