import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { onTestFinished } from 'vitest'
import { tls } from './tls.js'
import { freshAddress, type Scheme } from './transports.js'
import { WakeUp } from './wake-up.js'
import { greeting, GREETING_SIZE, isCommand, ready, takeFrame, type Frame } from './wire.js'

/** A peer that speaks only the bytes a test tells it to. */
export class RawPeer {
  readonly #socket: Socket
  /** The connection itself, where it is not the same: below TLS. */
  readonly #below: Socket
  readonly #news = new WakeUp()
  #unread: Buffer = Buffer.alloc(0)

  /** Settles when the other side has closed the connection. */
  readonly closed: Promise<void>

  constructor(socket: Socket, below = socket) {
    this.#socket = socket
    this.#below = below
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => {
      this.#unread = Buffer.concat([this.#unread, chunk])
      this.#news.notify()
    })
    // A reset is as good as an orderly end to those who wait for the end.
    socket.on('error', () => undefined)
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#news.end(new Error('the connection is closed'))
        resolve()
      })
    })
    onTestFinished(() => {
      socket.destroy()
    })
  }

  /** Over TLS where the scheme says so; whose certificate it is does not matter. */
  static async connect(address: string): Promise<RawPeer> {
    const socket = connect(route(address))
    await once(socket, 'connect')
    if (!address.startsWith('wss:')) return new RawPeer(socket)
    return new RawPeer(connectTls({ socket, rejectUnauthorized: false }), socket)
  }

  write(...chunks: Uint8Array[]): void {
    this.#socket.write(Buffer.concat(chunks))
  }

  /** Writes, and waits until the system has taken it or the connection is gone. */
  async writeAll(bytes: Uint8Array): Promise<void> {
    if (this.#socket.destroyed) return
    await new Promise<void>((resolve) => {
      this.#socket.write(bytes, () => {
        resolve()
      })
    })
  }

  /** The next `size` bytes. */
  read(size: number): Promise<Buffer> {
    return this.#news.until(() => {
      if (this.#unread.length < size) return undefined
      const bytes = this.#unread.subarray(0, size)
      this.#unread = this.#unread.subarray(size)
      return bytes
    })
  }

  /** Everything up to and with the marker. */
  readUntil(marker: string): Promise<Buffer> {
    return this.#news.until(() => {
      const at = this.#unread.indexOf(marker)
      if (at < 0) return undefined
      const end = at + marker.length
      const bytes = this.#unread.subarray(0, end)
      this.#unread = this.#unread.subarray(end)
      return bytes
    })
  }

  /** What is left to read when the other side has closed the connection. */
  async rest(): Promise<Buffer> {
    await this.closed
    return this.#unread
  }

  readFrame(): Promise<Frame> {
    return this.#news.until(() => {
      const taken = takeFrame(this.#unread)
      if (taken === undefined) return undefined
      this.#unread = taken.rest
      return taken.frame
    })
  }

  /** The next frame that is not a PING. */
  async readAnswer(): Promise<Frame> {
    for (;;) {
      const frame = await this.readFrame()
      if (!isCommand(frame, 'PING')) return frame
    }
  }

  /** Greetings and READY with the NULL mechanism; returns the other side's READY. */
  async handshake(socketType: string, identity?: string): Promise<Frame> {
    this.write(greeting())
    await this.read(GREETING_SIZE)
    this.write(ready(socketType, identity))
    return this.readFrame()
  }

  /** Reads no more until `resume()`. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Ends the connection once everything has been written. */
  end(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** Ends the connection so that the other side cannot even write. */
  reset(): void {
    this.#below.resetAndDestroy()
  }
}

/** Where an endpoint is, for node:net. */
export function route(address: string): { host: string; port: number } | { path: string } {
  if (address.startsWith('ipc://')) return { path: address.slice('ipc://'.length) }
  const { hostname, port } = new URL(address.replace(/^\w+:/, 'http:'))
  return { host: hostname, port: Number(port) }
}

/** A listener whose connections are raw peers. */
export class RawListener {
  readonly address: string
  readonly #accepted: RawPeer[] = []
  readonly #news = new WakeUp()

  private constructor(address: string) {
    this.address = address
  }

  static async listen(scheme: Scheme = 'tcp'): Promise<RawListener> {
    const server = scheme === 'wss' ? createTlsServer(tls) : createServer()
    server.listen(scheme === 'ipc' ? route(freshAddress(scheme)) : { host: '127.0.0.1', port: 0 })
    await once(server, 'listening')
    onTestFinished(() => {
      server.close()
    })
    const bound = server.address()
    const listener = new RawListener(
      typeof bound === 'string' ? `ipc://${bound}` : `${scheme}://127.0.0.1:${String(bound?.port)}`,
    )
    server.on(scheme === 'wss' ? 'secureConnection' : 'connection', (socket: Socket) => {
      listener.#accepted.push(new RawPeer(socket))
      listener.#news.notify()
    })
    return listener
  }

  /** The next connection, in the order of arrival. */
  accept(): Promise<RawPeer> {
    return this.#news.until(() => this.#accepted.shift())
  }
}
