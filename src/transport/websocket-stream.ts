import { protocolError, ZmqError } from '../errors.js'
import type { ByteStream, ByteStreamHandler } from '../session/byte-stream.js'
import { Deque } from '../util/deque.js'
import { startTimer, type Timer } from '../util/timer.js'

/** Bytes that the browser may hold for us before we hold them ourselves, in order and countable. */
const MOST_BUFFERED = 1_048_576

/** Bytes that may come while there is no room for them: nobody can make a browser stop reading. */
const MOST_HELD = 67_108_864

/** What holding a message costs beside its bytes. */
const OVERHEAD = 128

/** A browser does not tell when it has sent something: one has to look. */
const LOOK_MS = 5

/** Status of a connection that is closed for a reason of our own (RFC 6455 section 7.4.2). */
const FAULT_STATUS = 4000
const NORMAL_STATUS = 1000

/** Bytes of the longest reason of a close. */
const LONGEST_REASON = 123

/** The WebSocket of a browser as a stream whose chunks are messages. */
export class WebSocketStream implements ByteStream {
  readonly #socket: WebSocket
  #handler: ByteStreamHandler | undefined
  #look: Timer | undefined
  #paused = false
  readonly #held = new Deque<Uint8Array>()
  #heldBytes = 0

  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.binaryType = 'arraybuffer'
  }

  get backlog(): number {
    const { bufferedAmount } = this.#socket
    return bufferedAmount > MOST_BUFFERED ? bufferedAmount : 0
  }

  attach(handler: ByteStreamHandler): void {
    this.#handler = handler
    const socket = this.#socket
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (!(data instanceof ArrayBuffer)) {
        this.#fail(protocolError('a WebSocket message of text, where all are binary'))
        return
      }
      const message = new Uint8Array(data)
      if (this.#paused) this.#hold(message)
      else handler.onData(message)
    }
    socket.onclose = ({ wasClean, code, reason }) => {
      const error = wasClean && code === NORMAL_STATUS ? undefined : abnormal(code, reason)
      this.#ended(error)
    }
    // It may have been lost in the very moment of success.
    if (socket.readyState >= socket.CLOSING) {
      queueMicrotask(() => {
        this.#ended(abnormal(0, ''))
      })
    }
  }

  write(chunks: readonly Uint8Array[]): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    for (const chunk of chunks) this.#socket.send(chunk as Uint8Array<ArrayBuffer>)
    if (this.backlog > 0) this.#lookLater()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    while (!this.#paused) {
      const message = this.#held.shift()
      if (message === undefined) return
      this.#heldBytes -= message.length + OVERHEAD
      this.#handler?.onData(message)
    }
  }

  #hold(message: Uint8Array): void {
    this.#held.push(message)
    this.#heldBytes += message.length + OVERHEAD
    if (this.#heldBytes <= MOST_HELD) return
    const reason =
      `more than ${String(MOST_HELD)} bytes wait beyond receiveHighWaterMark, ` +
      'and a browser cannot slow the peer down'
    this.#fail(new ZmqError('ENOBUFS', { reason }))
  }

  /** Gives up, and tells the peer why. */
  #fail(error: ZmqError): void {
    this.#socket.close(FAULT_STATUS, error.reason?.slice(0, LONGEST_REASON))
    this.#held.clear()
    this.#ended(error)
  }

  end(): void {
    this.#socket.close(NORMAL_STATUS)
  }

  destroy(): void {
    this.#socket.close()
    this.#held.clear()
    queueMicrotask(() => {
      this.#ended(undefined)
    })
  }

  #lookLater(): void {
    this.#look ??= startTimer(LOOK_MS, () => {
      this.#look = undefined
      if (this.#handler === undefined) return
      if (this.backlog > 0) this.#lookLater()
      else this.#handler.onDrain()
    })
  }

  #ended(error: Error | undefined): void {
    const handler = this.#handler
    this.#handler = undefined
    this.#look?.cancel()
    this.#socket.onmessage = this.#socket.onclose = null
    handler?.onClose(error)
  }
}

function abnormal(code: number, reason: string): ZmqError {
  const why = reason === '' ? '' : `, ${JSON.stringify(reason)}`
  return new ZmqError('ECONNRESET', {
    reason: `the WebSocket was closed with ${String(code)}${why}`,
  })
}
