import { copyOf, EMPTY, View } from '../util/bytes.js'

/**
 * Frames below `SMALL` bytes are views of pieces of this size rather than of a whole chunk: a kept one
 * pins at most 8 KiB, or as much as one of Node's small buffers (64 KiB since Node 26); a longer one at
 * most a chunk.
 */
const PIECE = 8192
const SMALL = 192

/** Bytes that were read together, and the frames in them. */
export class Chunk {
  static readonly NONE: Chunk = new Chunk(EMPTY)

  readonly bytes: Uint8Array
  // Kept because asking for them costs more than a frame does.
  readonly #memory: ArrayBufferLike
  readonly #offset: number
  readonly #whole: boolean
  /** A copy of a part of the chunk, from `#pieceStart` on, that small frames are views of. */
  #piece: ArrayBufferLike
  #pieceOffset = 0
  #pieceStart = 0
  #pieceEnd = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.#piece = this.#memory = bytes.buffer
    this.#offset = bytes.byteOffset
    this.#whole = bytes.length <= PIECE
  }

  /** The frame that is there. One that somebody keeps does not keep a chunk many times its size. */
  frame(start: number, end: number): Uint8Array {
    const length = end - start
    if (length >= SMALL || this.#whole) return new View(this.#memory, this.#offset + start, length)
    if (end > this.#pieceEnd || start < this.#pieceStart) this.#cut(start)
    return new View(this.#piece, this.#pieceOffset + start - this.#pieceStart, length)
  }

  #cut(start: number): void {
    const piece = copyOf(this.bytes.subarray(start, start + PIECE))
    this.#piece = piece.buffer
    this.#pieceOffset = piece.byteOffset
    this.#pieceStart = start
    this.#pieceEnd = start + piece.length
  }
}
