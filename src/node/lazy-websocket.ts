import { parseWebRoute, type Endpoint } from '../endpoint.js'
import { ZmqError } from '../errors.js'
import type { Session } from '../session/session.js'
import type {
  Accept,
  Listener,
  LocalEnd,
  Transport,
  UpgradeServer,
} from '../transport/transport.js'
import type { WebSocketTransport } from './websocket.js'

/**
 * `ws://` and `wss://`, loaded when they are first used: HTTP and TLS would cost every other program
 * time and memory, and large messages over TCP up to half of their rate.
 */
export class LazyWebSocketTransport implements Transport {
  readonly scheme: 'ws' | 'wss'
  readonly observable = true
  readonly joins = true
  #loading: Promise<WebSocketTransport> | undefined
  #loaded: WebSocketTransport | undefined

  constructor(scheme: 'ws' | 'wss') {
    this.scheme = scheme
  }

  check(endpoint: Endpoint): void {
    parseWebRoute(endpoint)
  }

  async connect(endpoint: Endpoint, local: LocalEnd, signal: AbortSignal): Promise<Session> {
    const transport = await this.#load()
    return transport.connect(endpoint, local, signal)
  }

  async prepare(endpoint: Endpoint, local: LocalEnd, server?: UpgradeServer): Promise<Endpoint> {
    const transport = await this.#load()
    return transport.prepare(endpoint, local, server)
  }

  listen(endpoint: Endpoint, local: LocalEnd, accept: Accept, server?: UpgradeServer): Listener {
    if (this.#loaded !== undefined) return this.#loaded.listen(endpoint, local, accept, server)
    const reason = `${this.scheme}:// has to be loaded first: use bind()`
    throw new ZmqError('ENOTSUP', { address: endpoint.text, reason })
  }

  #load(): Promise<WebSocketTransport> {
    return (this.#loading ??= import('./websocket.js').then(
      ({ WebSocketTransport }) => (this.#loaded = new WebSocketTransport(this.scheme)),
    ))
  }
}
