import { parseWebRoute, type Endpoint } from '../endpoint.js'
import type { Session } from '../session/session.js'
import type {
  Accept,
  Listener,
  LocalEnd,
  Transport,
  UpgradeServer,
} from '../transport/transport.js'

/**
 * `ws://` and `wss://`, loaded when they are first used: HTTP and TLS would cost every other program
 * time and memory, and large messages over TCP up to half of their rate.
 */
export class LazyWebSocketTransport implements Transport {
  readonly scheme: 'ws' | 'wss'
  readonly observable = true
  readonly joins = true
  #loading: Promise<Transport> | undefined

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

  async listen(
    endpoint: Endpoint,
    local: LocalEnd,
    accept: Accept,
    server?: UpgradeServer,
  ): Promise<Listener> {
    const transport = await this.#load()
    return transport.listen(endpoint, local, accept, server)
  }

  #load(): Promise<Transport> {
    return (this.#loading ??= import('./websocket.js').then(
      ({ WebSocketTransport }) => new WebSocketTransport(this.scheme),
    ))
  }
}
