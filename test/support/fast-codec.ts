import { FrameDecoder } from '../../src/wire/decoder.js'
import { FrameEncoder } from '../../src/wire/encoder.js'
import { texts } from './messages.js'
import type { Item } from './slow-codec.js'

/** The decoder under test, recording in order what it finds. */
export class Decoding {
  readonly items: Item[] = []
  readonly decoder: FrameDecoder

  constructor(maxMessageSize = -1) {
    this.decoder = new FrameDecoder({ maxMessageSize }, (body) => {
      const [command = ''] = texts([body])
      this.items.push({ command })
    })
    this.decoder.expectTraffic()
  }

  feed(...chunks: Uint8Array[]): this {
    for (const chunk of chunks) {
      this.decoder.push(chunk)
      for (let parts = this.decoder.next(); parts !== undefined; parts = this.decoder.next()) {
        this.items.push({ message: texts(parts) })
      }
    }
    return this
  }
}

export function decodeAll(chunks: readonly Uint8Array[]): Item[] {
  return new Decoding().feed(...chunks).items
}

/** All that the encoder makes of one thing. */
export function encoded(work: (encoder: FrameEncoder) => void): Buffer {
  const encoder = new FrameEncoder()
  work(encoder)
  const bytes = Buffer.concat(encoder.take())
  encoder.release()
  return bytes
}
