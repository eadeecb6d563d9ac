import type { Parts } from '../message.js'
import { allocate } from '../util/bytes.js'
import { encodePing } from './command.js'
import { COPY_LIMIT, Encoder, LOOP_LIMIT } from './encoder.js'
import { COMMAND, LONG_HEADER, MORE, writeHeader } from './frame.js'

/** Frames of ZMTP 3.x (RFC 37 "Framing"). */
export class FrameEncoder extends Encoder {
  message(parts: Parts, shared = false): void {
    const bytes = shared && parts.length > 1 ? encodedOnce(parts) : undefined
    if (bytes !== undefined) {
      this.append(bytes)
      return
    }
    const last = parts.length - 1
    for (let i = 0; i < last; i++) this.#frame(parts[i] as Uint8Array, MORE)
    this.#frame(parts[last] as Uint8Array, 0)
  }

  command(body: Uint8Array): void {
    this.#frame(body, COMMAND)
  }

  ping(ttl: number, commands: Encoder = this): void {
    commands.command(encodePing(ttl))
  }

  #frame(body: Uint8Array, flags: number): void {
    const length = body.length
    const copied = length <= COPY_LIMIT
    const chunk = this.room(copied ? length + LONG_HEADER : LONG_HEADER)
    const at = writeHeader(chunk, this.end, flags, length)
    if (!copied) {
      this.end = at
      this.raw(body)
      return
    }
    if (length <= LOOP_LIMIT) for (let i = 0; i < length; i++) chunk[at + i] = body[i] as number
    else chunk.set(body, at)
    this.end = at + length
  }
}

/** Longer messages are not kept for the sake of those who get them as well. */
const LONGEST_SHARED = 65_536

/** The message that went to many last, and its bytes. */
let sharedParts: Parts | undefined
let sharedBytes: Uint8Array | undefined

/**
 * The bytes of a message of several parts that goes to many peers. One part alone would have to be
 * copied for each peer all the same, and a long one is sent as it is.
 */
function encodedOnce(parts: Parts): Uint8Array | undefined {
  if (parts === sharedParts) return sharedBytes
  let size = 0
  for (const { length } of parts) size += LONG_HEADER + length
  sharedParts = parts
  sharedBytes = undefined
  if (size > LONGEST_SHARED) return undefined
  const bytes = allocate(size)
  let end = 0
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as Uint8Array
    end = writeHeader(bytes, end, i < parts.length - 1 ? MORE : 0, part.length)
    bytes.set(part, end)
    end += part.length
  }
  return (sharedBytes = bytes.subarray(0, end))
}
