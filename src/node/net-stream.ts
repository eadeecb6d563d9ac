import type { Socket } from 'node:net'
import type { ByteStream, ByteStreamHandler } from '../session/byte-stream.js'

/** A socket of node:net (TCP or a Unix domain socket) as a stream of bytes. It never keeps the process alive. */
export class NetStream implements ByteStream {
  readonly #socket: Socket
  #handler: ByteStreamHandler | undefined
  #error: Error | undefined
  readonly #written = (): void => {
    if (this.#socket.writableLength === 0) this.#handler?.onDrain()
  }

  constructor(socket: Socket) {
    this.#socket = socket
    socket.unref()
    // Before anybody is attached an error only means that the stream will close.
    socket.on('error', (error) => {
      this.#error = error
    })
    socket.pause()
  }

  /** If the kernel took everything, Node's count is back to zero when `write()` returns. */
  get backlog(): number {
    return this.#socket.writableLength
  }

  attach(handler: ByteStreamHandler): void {
    this.#handler = handler
    const socket = this.#socket
    if (socket.destroyed) {
      queueMicrotask(() => {
        handler.onClose(this.#error)
      })
      return
    }
    socket.on('data', (chunk) => {
      handler.onData(chunk)
    })
    socket.on('end', () => {
      // The peer has said all it has to say; a half-open conversation is none.
      socket.destroySoon()
    })
    socket.on('close', () => {
      handler.onClose(this.#error)
    })
    socket.resume()
  }

  write(chunks: readonly Uint8Array[]): void {
    const socket = this.#socket
    const [first] = chunks
    if (first === undefined || socket.destroyed || socket.writableEnded) return
    if (chunks.length === 1) {
      socket.write(first, this.#written)
      return
    }
    socket.cork()
    const last = chunks.length - 1
    for (let i = 0; i < last; i++) socket.write(chunks[i] as Uint8Array)
    socket.write(chunks[last] as Uint8Array, this.#written)
    socket.uncork()
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  end(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }
}
