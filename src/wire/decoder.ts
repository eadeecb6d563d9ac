import { protocolError, ZmqError } from '../errors.js'
import type { Parts } from '../message.js'
import { allocate, concat, copyOf, EMPTY, View } from '../util/bytes.js'
import { COMMAND, LONG, LONG_HEADER, MORE, readLength, SHORT_HEADER } from './frame.js'
import { LIMITS } from './limits.js'

/** A frame that spans chunks gets its memory at once up to this size, and as it arrives beyond it. */
const TRUSTED = 1_048_576

/**
 * Frames below `SMALL` bytes are views of pieces of this size rather than of a whole chunk: a kept one
 * pins at most 8 KiB, as much as one of Node's small buffers; a longer one at most a chunk.
 */
const PIECE = 8192
const SMALL = 192

/** Frames from this size on make larger reads worth their memory. */
const LARGE = 16_384

/** With less than this to come, a large frame is cheaper read together with what follows it. */
const WORTH_AIMING = 65_536

/** What the decoder needs to know of its connection. */
export interface DecoderOptions {
  /** Bytes of the largest frame of a message; -1 for no limit but our own. Read at each frame. */
  readonly maxMessageSize: number
}

/**
 * Turns chunks of bytes into whole messages, one pass over each chunk. The caller pulls: bytes that
 * nobody has room for stay bytes. Frames are views of the chunk they came in; one that spans
 * chunks is assembled once.
 */
export class FrameDecoder {
  readonly #options: DecoderOptions
  readonly #onCommand: (body: Uint8Array) => void
  #chunk: Uint8Array = EMPTY
  #at = 0
  // Of the chunk, kept because asking for them costs more than a frame does.
  #memory: ArrayBufferLike = EMPTY.buffer
  #offset = 0
  /** A copy of a part of the chunk, from `#pieceStart` on, that small frames are views of. */
  #piece: ArrayBufferLike = EMPTY.buffer
  #pieceOffset = 0
  #pieceStart = 0
  #pieceEnd = 0
  /** Largest command accepted; rises when the handshake is done. */
  #commandLimit: number = LIMITS.handshakeCommand

  #parts: Parts = []
  #partBytes = 0
  /** Parts of an unfinished message that no longer depend on the chunk they came in. */
  #owned = 0

  // A frame whose body has not all arrived.
  #flags = 0
  #length = 0
  #body: Uint8Array | undefined
  #filled = 0

  constructor(options: DecoderOptions, onCommand: (body: Uint8Array) => void) {
    this.#options = options
    this.#onCommand = onCommand
  }

  /** The handshake is done: commands may now be as long as topics are. */
  expectTraffic(): void {
    this.#commandLimit = LIMITS.command
  }

  /** Adds bytes; they belong to the decoder from now on. */
  push(chunk: Uint8Array): void {
    this.#ownParts()
    this.#chunk =
      this.#at === this.#chunk.length ? chunk : concat([this.#chunk.subarray(this.#at), chunk])
    this.#memory = this.#chunk.buffer
    this.#offset = this.#chunk.byteOffset
    this.#at = 0
    this.#pieceEnd = 0
  }

  /** Where the rest of an unfinished large frame belongs: what is read straight into it is not copied. */
  target(): Uint8Array | undefined {
    if (this.#body === undefined || this.#length - this.#filled < WORTH_AIMING) return undefined
    if (this.#filled === this.#body.length) this.#grow(this.#filled + 1)
    return this.#body.subarray(this.#filled)
  }

  /** A large frame has begun and not ended: more of them may follow. */
  get largeFrames(): boolean {
    return this.#body !== undefined && this.#length >= LARGE
  }

  /** So many bytes were read into `target()`. */
  filled(count: number): void {
    this.#filled += count
  }

  /**
   * The next whole message, or undefined when more bytes are needed. Commands on the way are handed
   * to `onCommand`, also between the parts of a message.
   * @throws ZmqError `EMSGSIZE` or `EPROTO` when the peer exceeds a limit.
   */
  next(): Parts | undefined {
    for (;;) {
      const body = this.#body === undefined ? this.#frame() : this.#fill()
      if (body === undefined) return undefined
      if ((this.#flags & COMMAND) !== 0) {
        this.#onCommand(body)
        continue
      }
      if ((this.#flags & MORE) === 0) {
        if (this.#parts.length === 0) return [body]
        const parts = this.#parts
        parts.push(body)
        this.#parts = []
        this.#partBytes = this.#owned = 0
        return parts
      }
      this.#keep(body)
    }
  }

  /**
   * One frame regardless of its flags, for the handshake, in which libzmq does not look at them
   * either. Undefined when more bytes are needed.
   */
  nextCommand(): Uint8Array | undefined {
    return this.#body === undefined ? this.#frame(true) : this.#fill()
  }

  /** Reads a header; returns the body if all of it is in this chunk. */
  #frame(handshake = false): Uint8Array | undefined {
    const chunk = this.#chunk
    const at = this.#at
    const available = chunk.length - at
    if (available < SHORT_HEADER) {
      if (available === 0) this.#forget()
      return undefined
    }
    const flags = chunk[at] as number
    let length = chunk[at + 1] as number
    let start = at + SHORT_HEADER
    if ((flags & LONG) !== 0) {
      if (available < LONG_HEADER) return undefined
      length = readLength(chunk, at + 1)
      start = at + LONG_HEADER
    }
    this.#flags = flags
    this.#judge(length, handshake || (flags & COMMAND) !== 0)
    const end = start + length
    if (end <= chunk.length) {
      this.#at = end
      return length < SMALL && chunk.length > PIECE
        ? this.#viewOfPiece(start, end)
        : new View(this.#memory, this.#offset + start, length)
    }
    this.#length = length
    this.#filled = chunk.length - start
    this.#body = allocate(Math.max(Math.min(length, TRUSTED), this.#filled))
    this.#body.set(chunk.subarray(start))
    this.#at = chunk.length
    return undefined
  }

  /** A view of a copy: a small frame that somebody keeps must not keep a large chunk. */
  #viewOfPiece(start: number, end: number): Uint8Array {
    if (end > this.#pieceEnd) {
      const piece = copyOf(this.#chunk.subarray(start, start + PIECE))
      this.#piece = piece.buffer
      this.#pieceOffset = piece.byteOffset
      this.#pieceStart = start
      this.#pieceEnd = start + piece.length
    }
    return new View(this.#piece, this.#pieceOffset + start - this.#pieceStart, end - start)
  }

  /** The parts of a message that spans chunks must not keep those chunks: they may be tiny and many. */
  #ownParts(): void {
    for (; this.#owned < this.#parts.length; this.#owned++) {
      const part = this.#parts[this.#owned] as Uint8Array
      if (part.length * 4 < part.buffer.byteLength) this.#parts[this.#owned] = copyOf(part)
    }
  }

  /** Lets go of a chunk that has been read to its end. */
  #forget(): void {
    this.#chunk = EMPTY
    this.#at = 0
    this.#memory = this.#piece = EMPTY.buffer
    this.#pieceEnd = 0
  }

  /** Goes on with a body that began in an earlier chunk; returns it when it is complete. */
  #fill(): Uint8Array | undefined {
    const taken = Math.min(this.#length - this.#filled, this.#chunk.length - this.#at)
    const filled = this.#filled + taken
    const body = this.#grow(filled)
    if (taken > 0) body.set(this.#chunk.subarray(this.#at, this.#at + taken), this.#filled)
    this.#at += taken
    this.#filled = filled
    if (filled < this.#length) {
      this.#forget()
      return undefined
    }
    this.#body = undefined
    return body
  }

  /** The body with room for `size` bytes. Doubling keeps the copying linear, and memory in proportion to what really arrived. */
  #grow(size: number): Uint8Array {
    const body = this.#body ?? EMPTY
    if (size <= body.length) return body
    const grown = allocate(Math.min(this.#length, Math.max(size, body.length * 2)))
    grown.set(body.subarray(0, this.#filled))
    return (this.#body = grown)
  }

  #judge(length: number, command: boolean): void {
    if (command) {
      if (length > this.#commandLimit) throw tooLarge('command', length, this.#commandLimit)
      return
    }
    const { maxMessageSize } = this.#options
    const limit = maxMessageSize < 0 ? LIMITS.message : Math.min(maxMessageSize, LIMITS.message)
    if (length > limit) throw tooLarge('frame', length, limit)
    if (this.#partBytes + length > LIMITS.message) {
      throw tooLarge('message', this.#partBytes + length, LIMITS.message)
    }
  }

  #keep(body: Uint8Array): void {
    this.#parts.push(body)
    this.#partBytes += body.length
    if (this.#parts.length >= LIMITS.parts) {
      throw protocolError(`a message of more than ${String(LIMITS.parts)} parts`)
    }
  }
}

function tooLarge(what: string, length: number, limit: number): ZmqError {
  return new ZmqError('EMSGSIZE', {
    reason: `a ${what} of ${String(length)} bytes, where at most ${String(limit)} are accepted`,
  })
}
