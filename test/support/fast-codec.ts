import type { Batch, Decoder } from '../../src/wire/decoder.js'
import type { Encoder } from '../../src/wire/encoder.js'
import { FrameDecoder } from '../../src/wire/frame-decoder.js'
import { FrameEncoder } from '../../src/wire/frame-encoder.js'
import { bytes, texts } from './messages.js'
import type { Item } from './slow-codec.js'

/** A decoder under test, recording in order what it finds, and decoding it only when it is asked for. */
export class DecodingBy<D extends Decoder> {
  readonly decoder: D
  readonly #found: (Item | Batch)[] = []
  readonly #most: number

  /** @param most messages that are taken at once. */
  constructor(create: (onCommand: (body: Uint8Array) => void) => D, most = Infinity) {
    this.#most = most
    this.decoder = create((body) => {
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
      if (!('count' in found)) items.push(found)
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

/** The decoder of ZMTP. */
export class Decoding extends DecodingBy<FrameDecoder> {
  constructor(maxMessageSize = -1, most?: number) {
    super((onCommand) => new FrameDecoder({ maxMessageSize }, onCommand), most)
  }
}

export function decodeAll(chunks: readonly Uint8Array[], most?: number): Item[] {
  return new Decoding(-1, most).feed(...chunks).items
}

/** All that an encoder makes of one thing. */
export function encodedBy<E extends Encoder>(encoder: E, work: (encoder: E) => void): Buffer {
  work(encoder)
  const bytes = Buffer.concat(encoder.take())
  encoder.release()
  return bytes
}

export function encoded(work: (encoder: FrameEncoder) => void): Buffer {
  return encodedBy(new FrameEncoder(), work)
}

export function encodeItem(encoder: Encoder, item: Item): void {
  if ('command' in item) encoder.command(Buffer.from(item.command, 'latin1'))
  else encoder.message(bytes(...item.message))
}
