import { protocolError } from '../errors.js'
import { Decoder } from './decoder.js'
import { MORE, readLength } from './frame.js'
import { V1_LONG, V1_LONG_HEADER, V1_SHORT_HEADER } from './v1-encoder.js'

/** Frames of ZMTP 1.0 (RFC 13 "The Framing Layer"), one by one: whoever speaks it is in no hurry. */
export class V1Decoder extends Decoder {
  run(): undefined {
    return undefined
  }

  protected header(): number {
    const { bytes } = this.chunk
    const { at } = this
    if (at === bytes.length) return -1
    const isLong = bytes[at] === V1_LONG
    const start = at + (isLong ? V1_LONG_HEADER : V1_SHORT_HEADER)
    // A length counts the flags, which are always there.
    if (!isLong) this.#measure(bytes[at] as number)
    if (start > bytes.length) return -1
    if (isLong) this.#measure(readLength(bytes, at + 1))
    // The other bits mean nothing, and must not pass for those of later versions.
    this.flags = (bytes[start - 1] as number) & MORE
    return start
  }

  #measure(length: number): void {
    if (length === 0) throw protocolError('a frame of ZMTP 1.0 with a length of 0')
    this.length = length - 1
  }
}
