import { connect, Socket, type NetConnectOpts, type OnReadOpts } from 'node:net'
import type { ByteStream, ByteStreamHandler } from '../session/byte-stream.js'
import { ReadMemory } from './read-memory.js'

/** A socket of node:net (TCP or a Unix domain socket) as a stream of bytes. It never keeps the process alive. */
export class NetStream implements ByteStream {
  readonly socket: Socket
  readonly #memory = new ReadMemory()
  /** Part of a large frame that the next read goes to. */
  #target: Uint8Array | undefined
  /** Where the next read goes otherwise. */
  #buffer: Buffer | undefined
  #handler: ByteStreamHandler | undefined
  #error: Error | undefined
  readonly #written = (error?: Error | null): void => {
    // Node also calls back for what failed, or was discarded with the connection.
    if (error) return
    const { destroyed, writableEnded, writableLength } = this.socket
    if (!destroyed && !writableEnded && writableLength === 0) this.#handler?.onDrain()
  }

  /** @param open makes the socket, which reads through the given functions instead of emitting `data`. */
  constructor(open: (onread: OnReadOpts) => Socket) {
    const socket = open({
      buffer: () => this.#nextBuffer(),
      callback: (count) => {
        this.#read(count)
        return true
      },
    })
    this.socket = socket
    socket.unref()
    // Before anybody is attached an error only means that the stream will close.
    socket.on('error', (error) => {
      this.#error = error
    })
    socket.pause()
  }

  static dial(options: NetConnectOpts): NetStream {
    return new NetStream((onread) => connect({ ...options, onread }))
  }

  /**
   * Takes over a connection that a server has accepted (paused). A server makes its sockets without
   * `onread`, so the connection moves to a new one; where that cannot be done, as in Bun, it stays.
   */
  static accept(accepted: Socket): NetStream {
    return new NetStream((onread) => {
      const { _handle: handle } = accepted as unknown as {
        _handle?: { readStart?: unknown } | null
      }
      if (handle?.readStart === undefined) return accepted
      Object.assign(accepted, { _handle: null })
      const options = { handle, onread, allowHalfOpen: true, pauseOnCreate: true }
      return new Socket(options)
    })
  }

  /** If the kernel took everything, Node's count is back to zero when `write()` returns. */
  get backlog(): number {
    return this.socket.writableLength
  }

  attach(handler: ByteStreamHandler): void {
    this.#handler = handler
    const { socket } = this
    if (socket.destroyed) {
      queueMicrotask(() => {
        handler.onClose(this.#error)
      })
      return
    }
    // Only where reading through functions is not to be had.
    socket.on('data', (chunk) => {
      handler.onData(chunk)
    })
    socket.on('end', () => {
      // The peer has said all it has to say; a half-open conversation is none.
      handler.onEnd()
      socket.destroySoon()
    })
    socket.on('close', () => {
      handler.onClose(this.#error)
    })
    socket.resume()
  }

  write(chunks: readonly Uint8Array[]): void {
    const { socket } = this
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
    this.socket.pause()
  }

  resume(): void {
    this.socket.resume()
  }

  end(): void {
    this.socket.end()
  }

  destroy(): void {
    this.socket.destroy()
  }

  #nextBuffer(): Uint8Array {
    const handler = this.#handler
    this.#target = handler?.target()
    return this.#target ?? (this.#buffer = this.#memory.next(handler?.largeFrames ?? false))
  }

  #read(count: number): void {
    if (this.#target !== undefined) this.#handler?.onFilled(count)
    else if (this.#buffer !== undefined)
      this.#handler?.onData(this.#memory.take(this.#buffer, count))
  }
}
