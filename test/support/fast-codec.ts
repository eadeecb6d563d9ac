import { FrameDecoder } from '../../src/wire/frame-decoder.js'
import { FrameEncoder } from '../../src/wire/frame-encoder.js'
import { Run } from '../../src/wire/run.js'
import { texts } from './messages.js'
import type { Item } from './slow-codec.js'

/** The decoder under test, recording in order what it finds, and decoding it only when it is asked for. */
export class Decoding {
  readonly decoder: FrameDecoder
  readonly #found: (Item | Run)[] = []
  readonly #most: number

  /** @param most messages that are taken at once. */
  constructor(maxMessageSize = -1, most = Infinity) {
    this.#most = most
    this.decoder = new FrameDecoder({ maxMessageSize }, (body) => {
      const [command = ''] = texts([body])
      this.#found.push({ command })
    })
    this.decoder.expectTraffic()
  }

  feed(...chunks: Uint8Array[]): this {
    for (const chunk of chunks) {
      this.decoder.push(chunk)
      while (this.#take());
    }
    return this
  }

  get items(): Item[] {
    const items: Item[] = []
    for (const found of this.#found.splice(0)) {
      if (!(found instanceof Run)) items.push(found)
      else while (found.count > 0) items.push({ message: texts(found.next()) })
    }
    this.#found.push(...items)
    return items
  }

  #take(): boolean {
    const run = this.decoder.run(this.#most)
    if (run !== undefined) {
      if (run.count > this.#most) throw new Error('more than was asked for')
      this.#found.push(run)
      return true
    }
    const parts = this.decoder.next()
    if (parts === undefined) return false
    this.#found.push({ message: texts(parts) })
    return true
  }
}

export function decodeAll(chunks: readonly Uint8Array[], most?: number): Item[] {
  return new Decoding(-1, most).feed(...chunks).items
}

/** All that the encoder makes of one thing. */
export function encoded(work: (encoder: FrameEncoder) => void): Buffer {
  const encoder = new FrameEncoder()
  work(encoder)
  const bytes = Buffer.concat(encoder.take())
  encoder.release()
  return bytes
}
