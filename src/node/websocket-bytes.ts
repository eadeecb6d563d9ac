import { protocolError } from '../errors.js'
import type { ByteStream, ByteStreamHandler } from '../session/byte-stream.js'
import { concat, copyOf, EMPTY } from '../util/bytes.js'
import { WebSocketEncoder } from '../wire/websocket-encoder.js'
import {
  BINARY,
  CONTINUATION,
  CONTROL,
  KEY,
  lengthEnd,
  LONGEST_CONTROL,
  LONGEST_HEADER,
  mask,
  MASKED,
  OPCODE,
  payloadLength,
  readKey,
  RESERVED,
  turned,
  WHOLE_BINARY,
  writeLength,
} from '../wire/websocket.js'
import { IrregularFrames, type ReceiverClass } from './ws-receiver.js'

/**
 * The bytes inside the binary messages that a browser sends, as a stream: where one message ends and
 * the next begins means nothing. Control frames are for `ws`.
 */
export class WebSocketBytes implements ByteStream, ByteStreamHandler {
  readonly #inner: ByteStream
  readonly #control: IrregularFrames
  readonly #encoder = new WebSocketEncoder(false)
  #handler: ByteStreamHandler | undefined
  #error: Error | undefined
  /** The beginning of a frame whose header, or whose control frame, is not all there. */
  #rest: Uint8Array = EMPTY
  /** Bytes of the payload that are still to come, and the key that they are masked with. */
  #left = 0
  #key = 0
  /** Where in the chunk payloads have been gathered that are handed on together, however short they are. */
  #from = 0
  #to = 0
  /** The peer has said goodbye: nobody listens to what comes later (RFC 6455 section 5.5.1). */
  #over = false

  constructor(inner: ByteStream, receiver: ReceiverClass) {
    this.#inner = inner
    this.#control = new IrregularFrames(receiver, true, {
      command: () => undefined,
      onPing: (context) => {
        this.#encoder.pong(context)
        this.#say()
      },
      goodbye: () => {
        this.#over = true
        this.end()
      },
    })
  }

  get backlog(): number {
    return this.#inner.backlog
  }

  attach(handler: ByteStreamHandler): void {
    this.#handler = handler
    this.#inner.attach(this)
  }

  write(chunks: readonly Uint8Array[]): void {
    let length = 0
    for (const chunk of chunks) length += chunk.length
    if (length === 0) return
    const header = new Uint8Array(LONGEST_HEADER)
    header[0] = WHOLE_BINARY
    this.#inner.write([header.subarray(0, writeLength(header, 1, 0, length)), ...chunks])
  }

  pause(): void {
    this.#inner.pause()
  }

  resume(): void {
    this.#inner.resume()
  }

  end(): void {
    this.#encoder.goodbye()
    this.#say()
    this.#inner.end()
  }

  destroy(): void {
    this.#inner.destroy()
  }

  #say(): void {
    this.#inner.write(this.#encoder.take())
    this.#encoder.abandon()
  }

  // --- ByteStreamHandler: what comes from below

  readonly largeFrames = false

  target(): undefined {
    return undefined
  }

  onFilled(): void {
    // Nothing is read into memory of ours.
  }

  onData(chunk: Uint8Array): void {
    const bytes = this.#rest.length === 0 ? chunk : concat([this.#rest, chunk])
    this.#rest = EMPTY
    this.#from = this.#to = 0
    try {
      for (let at = 0; at < bytes.length && !this.#over;) {
        const next = this.#left > 0 ? this.#payload(bytes, at) : this.#frame(bytes, at)
        if (next < 0) {
          this.#rest = copyOf(bytes.subarray(at))
          break
        }
        at = next
      }
      this.#handOn(bytes)
    } catch (error) {
      this.#handOn(bytes)
      this.#error = error instanceof Error ? error : new Error(String(error))
      this.#inner.destroy()
    }
  }

  #handOn(bytes: Uint8Array): void {
    const payload = bytes.subarray(this.#from, this.#to)
    this.#from = this.#to = 0
    if (payload.length > 0) this.#handler?.onData(payload)
  }

  /** Reads a header, or a whole control frame. @returns where it ends; -1 when it is not all there. */
  #frame(bytes: Uint8Array, at: number): number {
    const start = lengthEnd(bytes, at) + KEY
    if (start < KEY || start > bytes.length) return -1
    const first = bytes[at] as number
    const length = payloadLength(bytes, at)
    if ((first & RESERVED) !== 0) throw protocolError('a WebSocket frame with reserved bits')
    if ((bytes[at + 1] as number) < MASKED) throw protocolError('a WebSocket frame without a mask')
    if ((first & CONTROL) !== 0) {
      if (length > LONGEST_CONTROL) throw protocolError('a control frame of more than 125 bytes')
      const end = start + length
      if (end > bytes.length) return -1
      this.#handOn(bytes)
      this.#control.feed(bytes.subarray(at, end))
      return end
    }
    const opcode = first & OPCODE
    if (opcode !== BINARY && opcode !== CONTINUATION) {
      throw protocolError(`a WebSocket frame with the opcode ${String(opcode)}`)
    }
    this.#left = length
    this.#key = readKey(bytes, start - KEY)
    return start
  }

  #payload(bytes: Uint8Array, at: number): number {
    const taken = Math.min(this.#left, bytes.length - at)
    mask(bytes.subarray(at, at + taken), this.#key)
    this.#key = turned(this.#key, taken)
    this.#left -= taken
    if (this.#from === this.#to) this.#from = this.#to = at
    else bytes.copyWithin(this.#to, at, at + taken)
    this.#to += taken
    return at + taken
  }

  onDrain(): void {
    this.#handler?.onDrain()
  }

  onEnd(): void {
    this.#handler?.onEnd()
  }

  onClose(error: Error | undefined): void {
    this.#handler?.onClose(this.#error ?? error)
  }
}
