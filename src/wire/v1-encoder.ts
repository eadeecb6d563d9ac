import type { Parts } from '../message.js'
import { Encoder } from './encoder.js'
import { MORE } from './frame.js'

/*
 * A frame of ZMTP 1.0 (RFC 13 "The Framing Layer"), whose length counts the flags and the body:
 *
 *   length(1)                     flags(1)  body(length - 1)     1 <= length <= 254
 *   FF length(8, big-endian)      flags(1)  body(length - 1)
 */
export const V1_LONG = 0xff
export const V1_SHORT_HEADER = 2
export const V1_LONG_HEADER = 10

/** Frames of ZMTP 1.0, which has no commands: nobody who knows the version asks for one. */
export class V1Encoder extends Encoder {
  message(parts: Parts): void {
    const last = parts.length - 1
    for (let i = 0; i < last; i++) this.#frame(parts[i] as Uint8Array, MORE)
    this.#frame(parts[last] as Uint8Array, 0)
  }

  command(): void {
    // Subscriptions are messages.
  }

  ping(): void {
    // Nobody would answer.
  }

  #frame(body: Uint8Array, flags: number): void {
    this.append(header(body.length + 1, flags))
    this.append(body)
  }
}

function header(length: number, flags: number): Uint8Array {
  if (length < V1_LONG) return Uint8Array.of(length, flags)
  const bytes = new Uint8Array(V1_LONG_HEADER)
  bytes[0] = V1_LONG
  new DataView(bytes.buffer).setBigUint64(1, BigInt(length))
  bytes[V1_LONG_HEADER - 1] = flags
  return bytes
}
