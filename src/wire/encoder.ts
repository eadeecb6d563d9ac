import { acquireChunk, CHUNK_SIZES, releaseChunk } from '../util/chunk-pool.js'
import type { Parts } from '../message.js'

/** Bodies up to this many bytes are copied next to their header; longer ones go out uncopied. */
export const COPY_LIMIT = 4096

/** Below this a loop over the bytes beats the call of `set`. */
export const LOOP_LIMIT = 32

const LARGEST = CHUNK_SIZES.length - 1

/**
 * Turns messages and commands into the bytes to be written: small ones back to back in chunks from
 * a pool, others by reference between them. What a frame looks like is for each protocol to say.
 */
export abstract class Encoder {
  /** Where small frames are gathered, and the end of what has been. */
  #chunk: Uint8Array | undefined
  protected end = 0
  #start = 0
  #grade = 0
  #batch: Uint8Array[] = []
  readonly #used: Uint8Array[] = []
  #bytes = 0

  /** Bytes that wait to be taken. */
  get bytes(): number {
    return this.#bytes + this.end - this.#start
  }

  /** @param shared the same message goes to others as well, right now. */
  abstract message(parts: Parts, shared?: boolean): void

  /**
   * @param extra bytes that each part will be longer by.
   * @throws ZmqError `EMSGSIZE` when a part is longer than the peer can take.
   */
  check(_parts: Parts, _extra?: number): void {
    // Most peers say when they have read enough.
  }

  abstract command(body: Uint8Array): void

  /**
   * Asks for a sign of life; `ttl` in tenths of a second, where the protocol has one.
   * @param commands who encodes it where it is a command.
   */
  abstract ping(ttl: number, commands?: Encoder): void

  /** Answers a PING of a protocol below, where there is one. */
  pong(_context: Uint8Array): void {
    // ZMTP's own PINGs are commands.
  }

  /** Says that nothing will follow, where the protocol has a word for it. */
  goodbye(): void {
    // The end of the stream says it.
  }

  /** Bytes that are no frame, such as the greeting. */
  raw(bytes: Uint8Array): void {
    this.#cut()
    this.#push(bytes)
  }

  /** Whole frames: short ones are copied. */
  protected append(bytes: Uint8Array): void {
    if (bytes.length > COPY_LIMIT) {
      this.raw(bytes)
      return
    }
    this.room(bytes.length).set(bytes, this.end)
    this.end += bytes.length
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
    if (this.end <= (CHUNK_SIZES[this.#grade - 1] ?? 0) / 4) this.#grade--
    releaseChunk(this.#chunk)
    this.#chunk = undefined
    this.#start = this.end = 0
  }

  /** What was taken is still being written by the system: leave its chunks to it. */
  abandon(): void {
    this.#used.length = 0
    this.#chunk = undefined
    this.#start = this.end = 0
  }

  /** A chunk with room for `size` bytes at `end`. */
  protected room(size: number): Uint8Array {
    const chunk = this.#chunk
    if (chunk !== undefined && this.end + size <= chunk.length) return chunk
    if (chunk !== undefined) {
      this.#cut()
      this.#used.push(chunk)
      if (this.#grade < LARGEST) this.#grade++
    }
    while ((CHUNK_SIZES[this.#grade] as number) < size) this.#grade++
    this.#start = this.end = 0
    return (this.#chunk = acquireChunk(this.#grade))
  }

  /** Moves what the chunk has gained to the batch. */
  #cut(): void {
    if (this.#chunk === undefined || this.end === this.#start) return
    this.#push(this.#chunk.subarray(this.#start, this.end))
    this.#start = this.end
  }

  #push(bytes: Uint8Array): void {
    this.#batch.push(bytes)
    this.#bytes += bytes.length
  }
}
