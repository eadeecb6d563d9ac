import { protocolError, ZmqError } from '../errors.js'
import type { Parts } from '../message.js'
import { Deque } from '../util/deque.js'
import { encodePing } from './ping.js'
import { Decoder } from './decoder.js'
import { Encoder } from './encoder.js'
import { COMMAND, MORE } from './frame.js'
import { ZWS_COMMAND, ZWS_MORE } from './websocket.js'

/*
 * A frame of ZWS 2.0 (RFC 45) where WebSocket itself is somebody else's work, as in a browser: each
 * chunk is one message.
 *
 *   flags(1)  body
 */

/** Makes a message of WebSocket of each frame. */
export class MessageEncoder extends Encoder {
  readonly #longest: number

  /** @param longest bytes of the longest frame that the peer can take. */
  constructor(longest: number) {
    super()
    this.#longest = longest
  }

  override check(parts: Parts, extra = 0): void {
    for (const { length } of parts) {
      if (length + extra > this.#longest) throw this.#tooLong(length + extra)
    }
  }

  /** @throws ZmqError `EMSGSIZE` when a part is longer than the peer can take. */
  message(parts: Parts): void {
    this.check(parts)
    const last = parts.length - 1
    for (let i = 0; i < last; i++) this.#frame(parts[i] as Uint8Array, ZWS_MORE)
    this.#frame(parts[last] as Uint8Array, 0)
  }

  command(body: Uint8Array): void {
    this.#frame(body, ZWS_COMMAND)
  }

  /** A script cannot send the PINGs of WebSocket. */
  ping(ttl: number, commands: Encoder = this): void {
    commands.command(encodePing(ttl))
  }

  #frame(body: Uint8Array, flags: number): void {
    const frame = new Uint8Array(body.length + 1)
    frame[0] = flags
    frame.set(body, 1)
    this.raw(frame)
  }

  #tooLong(length: number): ZmqError {
    return new ZmqError('EMSGSIZE', {
      reason:
        `a part of ${String(length)} bytes: browsers send more than ${String(this.#longest)} in ` +
        'fragments, which libzmq does not understand',
    })
  }
}

/** Reads messages of WebSocket, each of them a frame. */
export class MessageDecoder extends Decoder {
  readonly #waiting = new Deque<Uint8Array>()

  override push(message: Uint8Array): void {
    if (message.length === 0) throw protocolError('an empty WebSocket message, without flags')
    if (this.#isRead) super.push(message)
    else this.#waiting.push(message)
  }

  run(): undefined {
    return undefined
  }

  protected override frame(handshake = false): Uint8Array | undefined {
    if (this.#isRead) {
      const next = this.#waiting.shift()
      if (next === undefined) return super.frame(handshake)
      super.push(next)
    }
    return super.frame(handshake)
  }

  protected header(): number {
    const { bytes } = this.chunk
    const flags = bytes[this.at]
    if (flags === undefined) return -1
    this.flags = ((flags & ZWS_MORE) === 0 ? 0 : MORE) | ((flags & ZWS_COMMAND) === 0 ? 0 : COMMAND)
    this.length = bytes.length - 1
    return 1
  }

  get #isRead(): boolean {
    return this.at === this.chunk.bytes.length
  }
}
