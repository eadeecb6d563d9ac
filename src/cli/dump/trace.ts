import { COMMAND, LONG, LONG_HEADER, MORE, readLength, SHORT_HEADER } from '../../wire/frame.js'
import { GREETING_SIZE, GreetingReader } from '../../wire/greeting.js'
import { LIMITS } from '../../wire/limits.js'
import { versionOf } from '../../wire/older-greeting.js'
import { contentOf, type Content } from './command-content.js'

/** Something that one side has said. */
export type Item = { readonly offset: number } & (
  | { type: 'greeting'; version: string; mechanism: string; asServer: boolean }
  | { type: 'command'; flags: number; size: number; content: Content }
  /** One part of a message; of a long one only the beginning is kept. */
  | { type: 'frame'; flags: number; size: number; more: boolean; body: Uint8Array }
  /** What follows cannot be read any more. */
  | { type: 'error'; reason: string }
)

/** A frame whose header has been read. */
interface Frame {
  readonly offset: number
  readonly flags: number
  readonly size: number
  /** Bytes of the body that are kept. */
  readonly kept: Uint8Array
  /** Bytes of the body that have come. */
  filled: number
}

const RESERVED = 0xff & ~(MORE | LONG | COMMAND)
const NONE = new Uint8Array(0)

/**
 * Reads what one side of a connection says, from its first byte on, in chunks of any size. Memory is bounded:
 * of frames only the beginning is kept, and commands longer than any peer accepts are an error.
 */
export class Trace {
  readonly #shown: number
  /** Bytes before the chunk that is being read. */
  #offset = 0
  /** A greeting or header that has not come to its end. */
  #head: Uint8Array = NONE
  #frame: Frame | undefined
  #mechanism: string | undefined
  #failed = false

  /** @param shown bytes of a frame to keep. */
  constructor(shown: number) {
    this.#shown = shown
  }

  /** @returns what has come to its end with this chunk. */
  push(chunk: Uint8Array): Item[] {
    if (this.#failed) return []
    const items: Item[] = []
    let rest = chunk
    try {
      while (rest.length > 0) rest = this.#step(rest, items)
    } catch (error) {
      items.push(
        this.#error(error instanceof Malformed ? error : new Malformed(this.#offset, error)),
      )
    }
    return items
  }

  /** The other side has ended. @returns what is missing, if anything is. */
  end(): Item[] {
    if (this.#failed || (this.#frame === undefined && this.#head.length === 0)) return []
    const { size, filled, offset } = this.#frame ?? {
      size: 0,
      filled: 0,
      offset: this.#offset - this.#head.length,
    }
    const what =
      this.#frame === undefined
        ? `the ${this.#mechanism === undefined ? 'greeting' : 'header of a frame'}`
        : `a frame, after ${String(filled)} of ${String(size)} bytes`
    return [this.#error(new Malformed(offset, `this is the end, within ${what}`))]
  }

  /** Something that others found wrong. */
  fail(reason: string): Item[] {
    return this.#failed ? [] : [this.#error(new Malformed(this.#offset, reason))]
  }

  #error({ offset, message }: Malformed): Item {
    this.#failed = true
    return { type: 'error', offset, reason: message }
  }

  /** Reads the next thing. @returns what is left. */
  #step(chunk: Uint8Array, items: Item[]): Uint8Array {
    if (this.#frame !== undefined) return this.#body(this.#frame, chunk, items)
    return this.#mechanism === undefined ? this.#greeting(chunk, items) : this.#header(chunk, items)
  }

  /** Adds to what has to be read as a whole. @returns how many bytes that were. */
  #fill(chunk: Uint8Array, size: number): number {
    const taken = Math.min(size - this.#head.length, chunk.length)
    this.#head = Buffer.concat([this.#head, chunk.subarray(0, taken)])
    this.#offset += taken
    return taken
  }

  #greeting(chunk: Uint8Array, items: Item[]): Uint8Array {
    const taken = this.#fill(chunk, GREETING_SIZE)
    const version = versionOf(this.#head)
    if (version !== undefined && version.version < 3) throw new Malformed(0, older(this.#head))
    if (this.#head.length === GREETING_SIZE) {
      const reader = new GreetingReader()
      reader.read(this.#head)
      const { major = 0, minor = 0, mechanism = '' } = reader.greeting ?? {}
      const asServer = this.#head[32] === 1
      items.push({
        type: 'greeting',
        offset: 0,
        version: `${String(major)}.${String(minor)}`,
        mechanism,
        asServer,
      })
      this.#mechanism = mechanism
      this.#head = NONE
    }
    return chunk.subarray(taken)
  }

  #header(chunk: Uint8Array, items: Item[]): Uint8Array {
    const flags = this.#head[0] ?? chunk[0] ?? 0
    const offset = this.#offset - this.#head.length
    if ((flags & RESERVED) !== 0) {
      throw new Malformed(offset, `flags ${hex(flags)}: a frame has none beyond 0x07`)
    }
    const long = (flags & LONG) !== 0
    const taken = this.#fill(chunk, long ? LONG_HEADER : SHORT_HEADER)
    const rest = chunk.subarray(taken)
    if (this.#head.length < (long ? LONG_HEADER : SHORT_HEADER)) return rest
    const size = long ? readLength(this.#head, 1) : (this.#head[1] as number)
    this.#head = NONE
    const command = this.#isCommand(flags)
    if (size > (command ? LIMITS.command : LIMITS.message)) {
      const what = command ? 'command' : 'frame'
      throw new Malformed(offset, `a ${what} of ${String(size)} bytes, which nobody accepts`)
    }
    const kept = new Uint8Array(command ? size : Math.min(size, this.#shown))
    this.#frame = { offset, flags, size, kept, filled: 0 }
    // An empty one is complete, whether there is more to read or not.
    return size === 0 ? this.#body(this.#frame, rest, items) : rest
  }

  #body(frame: Frame, chunk: Uint8Array, items: Item[]): Uint8Array {
    const { offset, flags, size, kept } = frame
    const taken = Math.min(size - frame.filled, chunk.length)
    if (frame.filled < kept.length) {
      kept.set(chunk.subarray(0, Math.min(taken, kept.length - frame.filled)), frame.filled)
    }
    frame.filled += taken
    this.#offset += taken
    if (frame.filled === size) {
      this.#frame = undefined
      const more = (flags & MORE) !== 0
      if (!this.#isCommand(flags))
        items.push({ type: 'frame', offset, flags, size, more, body: kept })
      else
        items.push({ type: 'command', offset, flags, size, content: this.#content(kept, offset) })
    }
    return chunk.subarray(taken)
  }

  #content(body: Uint8Array, offset: number): Content {
    try {
      return contentOf(body, this.#mechanism ?? '')
    } catch (error) {
      throw new Malformed(offset, error)
    }
  }

  /** CURVE puts messages into commands, and libzmq does not mark them as such. */
  #isCommand(flags: number): boolean {
    return (flags & COMMAND) !== 0 || this.#mechanism === 'CURVE'
  }
}

/** Bytes that are no ZMTP, and where they are. */
class Malformed extends Error {
  readonly offset: number

  constructor(offset: number, why: unknown) {
    const { reason, message } = why as { reason?: string; message?: string }
    super(typeof why === 'string' ? why : (reason ?? message))
    this.offset = offset
  }
}

function older(head: Uint8Array): string {
  const first = head[0] ?? 0
  if (first !== 0xff) return `the first byte is ${hex(first)}, where ZMTP 3 has 0xff`
  return 'this is ZMTP 2.0 or older, of which only the greeting is known here'
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`
}
