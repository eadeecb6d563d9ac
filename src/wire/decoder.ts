import { protocolError, ZmqError } from '../errors.js'
import type { Parts } from '../message.js'
import { allocate, concat, copyOf, EMPTY } from '../util/bytes.js'
import { Chunk } from './chunk.js'
import { COMMAND, MORE } from './frame.js'
import { LIMITS } from './limits.js'

/** A frame that spans chunks gets its memory at once up to this size, and as it arrives beyond it. */
const TRUSTED = 1_048_576

/** Frames from this size on make larger reads worth their memory. */
const LARGE = 16_384

/** With less than this to come, a large frame is cheaper read together with what follows it. */
const WORTH_AIMING = 65_536

/** What the decoder needs to know of its connection. */
export interface DecoderOptions {
  /** Bytes of the largest frame of a message; -1 for no limit but our own. Read at each frame. */
  readonly maxMessageSize: number
}

/** Messages that came together, and are decoded as they are taken. */
export interface Batch {
  /** Messages that are left. */
  readonly count: number
  /** When it was queued, as `performance.now()` has it; whoever queues it says so. */
  since: number
  /** The next message; there must be one. */
  next(): Parts
}

/**
 * Turns chunks of bytes into whole messages, one pass over each chunk. The caller pulls: bytes that
 * nobody has room for stay bytes. Frames are views of the chunk they came in; one that spans
 * chunks is assembled once. What a header looks like is for each protocol to say.
 */
export abstract class Decoder {
  readonly options: DecoderOptions
  readonly onCommand: (body: Uint8Array) => void
  protected chunk: Chunk = Chunk.NONE
  /** How far the chunk has been read. */
  protected at = 0
  /** Largest command accepted; rises when the handshake is done. */
  #commandLimit: number = LIMITS.handshakeCommand

  #parts: Parts = []
  #partBytes = 0
  /** Parts of an unfinished message that no longer depend on the chunk they came in. */
  #owned = 0

  /** Of the frame that is being read. */
  flags = 0
  protected length = 0
  #body: Uint8Array | undefined
  #filled = 0

  constructor(options: DecoderOptions, onCommand: (body: Uint8Array) => void) {
    this.options = options
    this.onCommand = onCommand
  }

  /** The handshake is done: commands may now be as long as topics are. */
  expectTraffic(): void {
    this.#commandLimit = LIMITS.command
  }

  /** Adds bytes; they belong to the decoder from now on. */
  push(chunk: Uint8Array): void {
    this.ownParts()
    const { bytes } = this.chunk
    const rest = bytes.length - this.at
    this.chunk = new Chunk(rest === 0 ? chunk : concat([bytes.subarray(this.at), chunk]))
    this.at = 0
  }

  /** Where the rest of an unfinished large frame belongs: what is read straight into it is not copied. */
  target(): Uint8Array | undefined {
    if (this.#body === undefined || this.length - this.#filled < WORTH_AIMING) return undefined
    if (this.#filled === this.#body.length) this.#grow(this.#filled + 1)
    return this.#body.subarray(this.#filled)
  }

  /** A large frame has begun and not ended: more of them may follow. */
  get largeFrames(): boolean {
    return this.#body !== undefined && this.length >= LARGE
  }

  /** So many bytes were read into `target()`. */
  filled(count: number): void {
    this.#filled += count
  }

  /**
   * Whole messages that come next, at most `most` of them (at least 1), as bytes. Undefined when what
   * comes next is not a plain message that is all there: `next()` then knows what to do with it.
   */
  abstract run(most: number): Batch | undefined

  /**
   * Reads the header at `at`: sets `flags` and `length`.
   * @returns where the body begins; -1 when more bytes are needed.
   */
  protected abstract header(): number

  /** A message has begun and not ended. */
  protected get unfinished(): boolean {
    return this.#body !== undefined || this.#parts.length > 0
  }

  /**
   * The next whole message, or undefined when more bytes are needed. Commands on the way are handed
   * to `onCommand`, also between the parts of a message.
   * @throws ZmqError `EMSGSIZE` or `EPROTO` when the peer exceeds a limit.
   */
  next(): Parts | undefined {
    for (;;) {
      const body = this.#body === undefined ? this.frame() : this.#fill()
      if (body === undefined) return undefined
      if ((this.flags & COMMAND) !== 0) {
        this.onCommand(body)
        continue
      }
      if ((this.flags & MORE) === 0) {
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
   * either, or for a mechanism that puts messages into commands. Undefined when more bytes are needed.
   * @param limit bytes of the longest one, from now on.
   */
  nextCommand(limit: number = this.#commandLimit): Uint8Array | undefined {
    this.#commandLimit = limit
    return this.#body === undefined ? this.frame(true) : this.#fill()
  }

  /** Reads a header; returns the body if all of it is in this chunk. */
  protected frame(handshake = false): Uint8Array | undefined {
    const { bytes } = this.chunk
    const start = this.header()
    if (start < 0) {
      if (this.at === bytes.length) this.#forget()
      return undefined
    }
    const { length } = this
    this.judge(length, handshake || (this.flags & COMMAND) !== 0)
    const end = start + length
    if (end <= bytes.length) {
      this.at = end
      return this.complete(this.chunk.frame(start, end))
    }
    this.#filled = bytes.length - start
    this.#body = EMPTY
    // With nothing there yet, the next chunk may be all of it.
    this.#grow(this.#filled).set(bytes.subarray(start))
    this.at = bytes.length
    return undefined
  }

  /** All of a body is there. */
  protected complete(body: Uint8Array): Uint8Array {
    return body
  }

  /** The parts of a message that spans chunks must not keep those chunks: they may be tiny and many. */
  protected ownParts(): void {
    for (; this.#owned < this.#parts.length; this.#owned++) {
      const part = this.#parts[this.#owned] as Uint8Array
      if (part.length * 4 < part.buffer.byteLength) this.#parts[this.#owned] = copyOf(part)
    }
  }

  /** Lets go of a chunk that has been read to its end. */
  #forget(): void {
    this.chunk = Chunk.NONE
    this.at = 0
  }

  /** Goes on with a body that began in an earlier chunk; returns it when it is complete. */
  #fill(): Uint8Array | undefined {
    const { bytes } = this.chunk
    const taken = Math.min(this.length - this.#filled, bytes.length - this.at)
    if (taken === this.length) {
      this.#body = undefined
      this.at += taken
      return this.complete(this.chunk.frame(this.at - taken, this.at))
    }
    const filled = this.#filled + taken
    const body = this.#grow(filled)
    if (taken > 0) body.set(bytes.subarray(this.at, this.at + taken), this.#filled)
    this.at += taken
    this.#filled = filled
    if (filled < this.length) {
      this.#forget()
      return undefined
    }
    this.#body = undefined
    return this.complete(body)
  }

  /** The body with room for `size` bytes. Doubling keeps the copying linear, and memory in proportion to what really arrived. */
  #grow(size: number): Uint8Array {
    const body = this.#body as Uint8Array
    if (size <= body.length) return body
    const grown = allocate(Math.min(this.length, Math.max(size, body.length * 2, TRUSTED)))
    grown.set(body.subarray(0, this.#filled))
    return (this.#body = grown)
  }

  /** @throws ZmqError `EMSGSIZE` */
  protected judge(length: number, command: boolean): void {
    if (command) {
      if (length > this.#commandLimit) throw tooLarge('command', length, this.#commandLimit)
      return
    }
    if (length > this.limit) throw tooLarge('frame', length, this.limit)
    if (this.#partBytes + length > LIMITS.message) {
      throw tooLarge('message', this.#partBytes + length, LIMITS.message)
    }
  }

  /** Bytes of the largest frame of a message. */
  protected get limit(): number {
    const { maxMessageSize } = this.options
    return maxMessageSize < 0 ? LIMITS.message : Math.min(maxMessageSize, LIMITS.message)
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
