import type { Parts } from '../message.js'
import { copyOf, EMPTY } from '../util/bytes.js'
import { COPY_LIMIT, Encoder, LOOP_LIMIT } from './encoder.js'
import {
  CLOSE,
  KEY,
  LONGEST_CONTROL,
  LONGEST_HEADER,
  mask,
  MASKED,
  PING,
  PONG,
  turned,
  WHOLE_BINARY,
  WORTH_WORDS,
  writeLength,
  ZWS_COMMAND,
  ZWS_MORE,
} from './websocket.js'

/** Status 1000: the purpose has been fulfilled (RFC 6455 section 7.4.1). */
const NORMAL = Uint8Array.of(0x03, 0xe8)

/** Numbers that cannot be guessed, made many at a time. */
const keys = new Int32Array(1024)
let nextKey = keys.length

function randomKey(): number {
  if (nextKey === keys.length) {
    crypto.getRandomValues(keys)
    nextKey = 0
  }
  return keys[nextKey++] as number
}

/** Frames of ZWS 2.0, each a whole WebSocket message (RFC 45). */
export class WebSocketEncoder extends Encoder {
  readonly #masked: boolean

  /** @param masked as all that a client sends must be. */
  constructor(masked: boolean) {
    super()
    this.#masked = masked
  }

  message(parts: Parts): void {
    const last = parts.length - 1
    for (let i = 0; i < last; i++) this.#frame(parts[i] as Uint8Array, ZWS_MORE)
    this.#frame(parts[last] as Uint8Array, 0)
  }

  command(body: Uint8Array): void {
    this.#frame(body, ZWS_COMMAND)
  }

  ping(): void {
    this.#control(PING, EMPTY)
  }

  override pong(context: Uint8Array): void {
    this.#control(PONG, context.subarray(0, LONGEST_CONTROL))
  }

  override goodbye(): void {
    this.#control(CLOSE, NORMAL)
  }

  #frame(body: Uint8Array, flags: number): void {
    const { length } = body
    const copied = length <= COPY_LIMIT
    const chunk = this.room(copied ? LONGEST_HEADER + length : LONGEST_HEADER)
    const key = this.#header(chunk, WHOLE_BINARY, length + 1)
    chunk[this.end++] = flags ^ key
    if (copied) this.#body(chunk, body, turned(key, 1))
    else this.raw(this.#masked ? masked(body, turned(key, 1)) : body)
  }

  #control(opcode: number, payload: Uint8Array): void {
    const chunk = this.room(LONGEST_HEADER + payload.length)
    this.#body(chunk, payload, this.#header(chunk, opcode, payload.length))
  }

  /** @returns the key of what follows. */
  #header(chunk: Uint8Array, first: number, length: number): number {
    chunk[this.end] = first
    this.end = writeLength(chunk, this.end + 1, this.#masked ? MASKED : 0, length)
    if (!this.#masked) return 0
    const key = randomKey()
    for (let i = 0; i < KEY; i++) chunk[this.end++] = key >>> (i * 8)
    return key
  }

  #body(chunk: Uint8Array, body: Uint8Array, key: number): void {
    const { length } = body
    const { end } = this
    if (this.#masked && length < WORTH_WORDS) {
      for (let i = 0; i < length; i++)
        chunk[end + i] = (body[i] as number) ^ (key >>> ((i & 3) * 8))
    } else if (length < LOOP_LIMIT) {
      for (let i = 0; i < length; i++) chunk[end + i] = body[i] as number
    } else {
      chunk.set(body, end)
      if (this.#masked) mask(chunk.subarray(end, end + length), key)
    }
    this.end = end + length
  }
}

function masked(body: Uint8Array, key: number): Uint8Array {
  const copy = copyOf(body)
  mask(copy, key)
  return copy
}
