import type { Parts } from '../message.js'
import type { Chunk } from './chunk.js'
import type { Batch } from './decoder.js'
import {
  KEY,
  lengthEnd,
  mask,
  MASKED,
  payloadLength,
  readKey,
  turned,
  ZWS_MORE,
} from './websocket.js'

/** Whole messages of ZWS in one chunk, which are unmasked and decoded when they are taken. */
export class WebSocketRun implements Batch {
  count: number
  since = 0
  readonly #chunk: Chunk
  #at: number
  #more = false

  constructor(chunk: Chunk, at: number, count: number) {
    this.#chunk = chunk
    this.#at = at
    this.count = count
  }

  next(): Parts {
    this.count--
    const first = this.#frame()
    if (!this.#more) return [first]
    const parts = [first]
    while (this.#more) parts.push(this.#frame())
    return parts
  }

  #frame(): Uint8Array {
    const { bytes } = this.#chunk
    const at = this.#at
    let start = lengthEnd(bytes, at)
    const masked = (bytes[at + 1] as number) >= MASKED
    const key = masked ? readKey(bytes, start) : 0
    if (masked) start += KEY
    this.#more = (((bytes[start] as number) ^ key) & ZWS_MORE) !== 0
    this.#at = start + payloadLength(bytes, at)
    const body = this.#chunk.frame(start + 1, this.#at)
    if (masked) mask(body, turned(key, 1))
    return body
  }
}
