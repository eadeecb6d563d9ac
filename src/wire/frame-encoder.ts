import type { Parts } from '../message.js'
import { encodePing } from './command.js'
import { Encoder } from './encoder.js'
import { COMMAND, LONG_HEADER, MORE, writeHeader } from './frame.js'

/** Bodies up to this many bytes are copied next to their header; longer ones go out uncopied. */
const COPY_LIMIT = 4096

/** Below this a loop over the bytes beats the call of `set`. */
const LOOP_LIMIT = 32

/** Frames of ZMTP 3.x (RFC 37 "Framing"). */
export class FrameEncoder extends Encoder {
  message(parts: Parts): void {
    const last = parts.length - 1
    for (let i = 0; i < last; i++) this.#frame(parts[i] as Uint8Array, MORE)
    this.#frame(parts[last] as Uint8Array, 0)
  }

  command(body: Uint8Array): void {
    this.#frame(body, COMMAND)
  }

  ping(ttl: number): void {
    this.command(encodePing(ttl))
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
