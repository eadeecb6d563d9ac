import { WebSocketServer, type WebSocket } from 'ws'
import { WakeUp } from '../wake-up.js'
import type { FarSocket } from './far.js'
import { toBytes, type Part } from './parts.js'
import { noEvents, serve, type WebServer } from './web-server.js'

/** What a WebSocket server that knows nothing of ZeroMQ does. */
export interface RawOptions {
  /** The subprotocol that it chooses. */
  readonly protocol: string
  /** The messages that it greets everybody with. */
  readonly greets?: readonly Part[]
  /** Whether `send()` makes messages of text. */
  readonly speaksText?: boolean
}

/** A message of WebSocket is a part; which connection it came through does not matter. */
export class RawSocket implements FarSocket {
  linger = 0
  lastEndpoint: string | null = null
  readonly events = noEvents
  readonly #options: RawOptions
  readonly #inbox: Uint8Array[] = []
  readonly #news = new WakeUp()
  readonly #connections = new Set<WebSocket>()
  #server: WebServer | undefined

  constructor(options: RawOptions) {
    this.#options = options
  }

  async bind(address: string): Promise<void> {
    const { protocol, greets = [] } = this.#options
    this.#server = await serve(address)
    const { endpoint, server } = this.#server
    this.lastEndpoint = endpoint
    const sockets = new WebSocketServer({ server, handleProtocols: () => protocol })
    sockets.on('connection', (socket) => {
      this.#connections.add(socket)
      socket.on('close', () => this.#connections.delete(socket))
      socket.on('message', (bytes: Buffer) => {
        this.#inbox.push(bytes)
        this.#news.notify()
      })
      for (const part of greets) socket.send(toBytes(part))
    })
  }

  send(parts: Uint8Array[]): Promise<void> {
    const binary = this.#options.speaksText !== true
    for (const socket of this.#connections) {
      for (const part of parts) socket.send(part, { binary })
    }
    return Promise.resolve()
  }

  async receive(): Promise<Uint8Array[]> {
    return [await this.#news.until(() => this.#inbox.shift())]
  }

  subscribe(): void {
    throw new TypeError('this is no subscriber')
  }

  unsubscribe(): void {
    throw new TypeError('this is no subscriber')
  }

  close(): void {
    this.#news.end(new Error('the socket was closed'))
    this.#server?.close()
  }
}
