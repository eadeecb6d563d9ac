import { COMMAND, LONG, LONG_HEADER, MORE, readLength, SHORT_HEADER } from './frame.js'
import { Decoder } from './decoder.js'
import { LIMITS } from './limits.js'
import { Run } from './run.js'

/** Frames of ZMTP 3.x (RFC 37 "Framing"). */
export class FrameDecoder extends Decoder {
  run(most: number): Run | undefined {
    if (this.unfinished) return undefined
    const begin = this.at
    const count = this.#scan(most)
    return count === 0 ? undefined : new Run(this.chunk, begin, count)
  }

  /** Goes past whole messages, as far as they are beyond reproach. @returns how many. */
  #scan(most: number): number {
    const { bytes } = this.chunk
    const { length: size } = bytes
    const { limit } = this
    let count = 0
    let parts = 0
    for (let at = this.at; at + SHORT_HEADER <= size;) {
      const flags = bytes[at] as number
      let length = bytes[at + 1] as number
      let start = at + SHORT_HEADER
      if ((flags & (LONG | COMMAND)) !== 0) {
        if ((flags & COMMAND) !== 0 || at + LONG_HEADER > size) break
        length = readLength(bytes, at + 1)
        start = at + LONG_HEADER
      }
      at = start + length
      if (at > size || length > limit || ++parts > LIMITS.parts) break
      if ((flags & MORE) !== 0) continue
      this.at = at
      parts = 0
      if (++count === most) break
    }
    return count
  }

  protected header(): number {
    const { bytes } = this.chunk
    const { at } = this
    if (at + SHORT_HEADER > bytes.length) return -1
    const flags = (this.flags = bytes[at] as number)
    if ((flags & LONG) === 0) {
      this.length = bytes[at + 1] as number
      return at + SHORT_HEADER
    }
    if (at + LONG_HEADER > bytes.length) return -1
    this.length = readLength(bytes, at + 1)
    return at + LONG_HEADER
  }
}
