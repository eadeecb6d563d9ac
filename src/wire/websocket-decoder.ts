import { protocolError } from '../errors.js'
import { asFrame } from '../util/bytes.js'
import { Decoder, type DecoderOptions } from './decoder.js'
import { COMMAND, MORE } from './frame.js'
import { LIMITS } from './limits.js'
import {
  CLOSE,
  CONTROL,
  FINAL,
  KEY,
  lengthEnd,
  mask,
  MASKED,
  payloadLength,
  readKey,
  turned,
  WHOLE_BINARY,
  ZWS_COMMAND,
  ZWS_MORE,
} from './websocket.js'
import { WebSocketRun } from './websocket-run.js'

/** Who takes irregular frames: control frames, fragments, and what nobody may send. */
export interface Irregular {
  /** Takes bytes of irregular frames. @throws ZmqError when they break the protocol. */
  feed(bytes: Uint8Array): void
  /** The payload of a message that has become whole. */
  shift(): Uint8Array | undefined
}

/** Frames of ZWS 2.0 in whole WebSocket messages (RFC 45); everything else is for somebody else. */
export class WebSocketDecoder extends Decoder {
  /** The second byte of a header must have this bit. */
  readonly #masked: number
  readonly #irregular: Irregular
  /** Bytes of an irregular frame that are still to come; without end, once the peer has said goodbye. */
  #passing = 0
  /** What is passed on is a goodbye. */
  #closing = false
  /** Between the first fragment of a message and its last: nothing else is regular then. */
  #fragmented = false
  /** Bytes of the fragments of a message so far. */
  #gathered = 0
  #key = 0

  /** @param masked what comes in is masked: it comes from a client. */
  constructor(
    options: DecoderOptions,
    onCommand: (body: Uint8Array) => void,
    masked: boolean,
    irregular: Irregular,
  ) {
    super(options, onCommand)
    this.#masked = masked ? MASKED : 0
    this.#irregular = irregular
  }

  run(most: number): WebSocketRun | undefined {
    if (this.unfinished || this.#passing > 0 || this.#fragmented) return undefined
    const begin = this.at
    const count = this.#scan(most)
    return count === 0 ? undefined : new WebSocketRun(this.chunk, begin, count)
  }

  /** Goes past whole messages, as far as they are beyond reproach. @returns how many. */
  #scan(most: number): number {
    const { bytes } = this.chunk
    const { limit } = this
    let count = 0
    let parts = 0
    for (let at = this.at; this.#isRegular(at);) {
      const length = payloadLength(bytes, at)
      let start = lengthEnd(bytes, at)
      let flags: number
      if (this.#masked === 0) flags = bytes[start] as number
      else {
        flags = (bytes[start + KEY] as number) ^ (bytes[start] as number)
        start += KEY
      }
      at = start + length
      if (length === 0 || at > bytes.length || length - 1 > limit) break
      if ((flags & ZWS_COMMAND) !== 0 || ++parts > LIMITS.parts) break
      if ((flags & ZWS_MORE) !== 0) continue
      this.at = at
      parts = 0
      if (++count === most) break
    }
    return count
  }

  /** The frame is as nearly all are, and its length is there. */
  #isRegular(at: number): boolean {
    const { bytes } = this.chunk
    if (lengthEnd(bytes, at) < 0) return false
    return bytes[at] === WHOLE_BINARY && ((bytes[at + 1] as number) & MASKED) === this.#masked
  }

  protected override frame(handshake = false): Uint8Array | undefined {
    do {
      const message = this.#irregular.shift()
      if (message !== undefined) return this.#whole(message, handshake)
    } while (this.#passOn(handshake))
    return super.frame(handshake)
  }

  /** A message that came in fragments. */
  #whole(message: Uint8Array, handshake: boolean): Uint8Array {
    this.#readFlags(message[0])
    this.judge(message.length - 1, handshake || (this.flags & COMMAND) !== 0)
    return asFrame(message.subarray(1))
  }

  /** Hands on what is irregular. @returns whether there was any. */
  #passOn(handshake: boolean): boolean {
    const { bytes } = this.chunk
    if (this.#passing === Infinity) {
      this.at = bytes.length
      return false
    }
    if (this.#passing === 0) {
      const end = lengthEnd(bytes, this.at)
      if (end < 0 || (this.#isRegular(this.at) && !this.#fragmented)) return false
      const first = bytes[this.at] as number
      const length = payloadLength(bytes, this.at)
      if ((first & CONTROL) === 0) this.#gather(length, (first & FINAL) !== 0, handshake)
      const key = (bytes[this.at + 1] as number) < MASKED ? 0 : KEY
      this.#passing = end - this.at + key + length
      this.#closing = first === CLOSE
    }
    const taken = Math.min(this.#passing, bytes.length - this.at)
    if (taken === 0) return false
    this.#irregular.feed(bytes.subarray(this.at, this.at + taken))
    this.#passing -= taken
    this.at += taken
    // Nobody listens to what comes later (RFC 6455 section 5.5.1).
    if (this.#passing === 0 && this.#closing) this.#passing = Infinity
    return true
  }

  /** Another fragment begins: what they come to is judged before it is there. */
  #gather(length: number, final: boolean, handshake: boolean): void {
    this.#gathered += length
    this.judge(Math.max(0, this.#gathered - 1), handshake)
    this.#fragmented = !final
    if (final) this.#gathered = 0
  }

  protected header(): number {
    const { bytes } = this.chunk
    if (this.#passing > 0 || this.#fragmented || !this.#isRegular(this.at)) return -1
    const length = payloadLength(bytes, this.at)
    if (length === 0) throw protocolError('an empty WebSocket message, without the flags of ZWS')
    let start = lengthEnd(bytes, this.at)
    if (this.#masked !== 0) {
      if (start + KEY > bytes.length) return -1
      this.#key = readKey(bytes, start)
      start += KEY
    }
    const flags = bytes[start]
    if (flags === undefined) return -1
    this.#readFlags(flags ^ (this.#key & 0xff))
    this.length = length - 1
    return start + 1
  }

  #readFlags(flags: number | undefined): void {
    if (flags === undefined)
      throw protocolError('an empty WebSocket message, without the flags of ZWS')
    const more = (flags & ZWS_MORE) === 0 ? 0 : MORE
    this.flags = more | ((flags & ZWS_COMMAND) === 0 ? 0 : COMMAND)
  }

  protected override complete(body: Uint8Array): Uint8Array {
    if (this.#masked !== 0) mask(body, turned(this.#key, 1))
    return body
  }
}
