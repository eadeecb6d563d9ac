import { encodedOnce } from '#shared-frames'
import type { Parts } from '../message.js'
import { encodePing } from './ping.js'
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
