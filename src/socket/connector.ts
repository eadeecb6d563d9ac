import type { Endpoint } from '../endpoint.js'
import { ZmqError } from '../errors.js'
import type { Pipe } from '../routing/pipe.js'
import { handshakeFailures } from '../session/handshake-failure.js'
import type { Session } from '../session/session.js'
import type { LocalEnd, Transport, TransportOptions } from '../transport/transport.js'
import { Backoff } from '../util/backoff.js'
import { startTimer } from '../util/timer.js'

/** The options of a socket that govern reconnecting, read at each attempt. */
export interface ConnectorEnd extends LocalEnd {
  readonly options: TransportOptions & {
    readonly reconnectInterval: number
    readonly reconnectMaxInterval: number
    readonly reconnectStop: number
  }
}

/** The bits of `reconnectStop`. */
export const STOP = { connectionRefused: 1, handshakeFailed: 2, afterDisconnect: 4 } as const

/** The socket, as its connectors see it. */
export interface ConnectorHost {
  /** A session begins; settles when it has ended. */
  connected(connector: Connector, session: Session): Promise<void>
  /** No further attempt will be made. */
  abandoned(connector: Connector): void
}

/** Why attempts end: made once, since an error with its stack costs more than all else here. */
const STOPPED = new Error('the socket no longer wants this connection')

/** Connects to one endpoint, again and again, until it is told to stop or the peer refuses for good. */
export class Connector {
  readonly endpoint: Endpoint
  readonly transport: Transport
  /** What the local name of the peer shall be, where the socket type has such names. */
  readonly peerId: Uint8Array | undefined
  /** The peer's pipe; undefined while `immediate` waits for a session. */
  pipe: Pipe | undefined
  readonly #local: ConnectorEnd
  readonly #host: ConnectorHost
  readonly #abort = new AbortController()
  readonly #backoff = new Backoff()

  constructor(
    host: ConnectorHost,
    local: ConnectorEnd,
    transport: Transport,
    endpoint: Endpoint,
    peerId: Uint8Array | undefined,
  ) {
    this.#host = host
    this.#local = local
    this.transport = transport
    this.endpoint = endpoint
    this.peerId = peerId
  }

  start(): void {
    void this.#run()
  }

  /** No more attempts; a session that is there lives on. */
  stop(): void {
    this.#abort.abort(STOPPED)
  }

  get stopped(): boolean {
    return this.#abort.signal.aborted
  }

  async #run(): Promise<void> {
    while (!this.stopped && (await this.#attempt()) && (await this.#pause()));
    this.#host.abandoned(this)
  }

  /**
   * One attempt, and the session that it makes, to its end. A function of its own: a loop that waits
   * would hold on to the last session and the last error for as long as the next session lives.
   * @returns whether there may be another.
   */
  async #attempt(): Promise<boolean> {
    try {
      const attempt = this.transport.connect(this.endpoint, this.#local, this.#abort.signal)
      // inproc connects at once: what follows may count on it.
      const session = attempt instanceof Promise ? await attempt : attempt
      this.#backoff.reset()
      if (this.stopped) session.destroy()
      else await this.#host.connected(this, session)
    } catch (error) {
      return !isFinal(error) && !this.#stopsAt(error)
    }
    return true
  }

  /** Whether the user wants no further attempt after such a failure. */
  #stopsAt(error: unknown): boolean {
    if (!(error instanceof Error)) return false
    const { reconnectStop } = this.#local.options
    if (handshakeFailures.has(error)) return (reconnectStop & STOP.handshakeFailed) !== 0
    const refused = error instanceof ZmqError && error.code === 'ECONNREFUSED'
    return refused && (reconnectStop & STOP.connectionRefused) !== 0
  }

  /** Waits before the next attempt. @returns false when there is to be none. */
  async #pause(): Promise<boolean> {
    const { signal } = this.#abort
    const { reconnectInterval, reconnectMaxInterval } = this.#local.options
    if (signal.aborted || reconnectInterval <= 0) return false
    const interval = this.#backoff.next(reconnectInterval, reconnectMaxInterval)
    this.#local.emit({ type: 'connect:retry', address: this.endpoint.text, interval })
    if (this.stopped) return false
    await new Promise<void>((resolve) => {
      const done = (): void => {
        timer.cancel()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = startTimer(interval, done)
      signal.addEventListener('abort', done)
    })
    return !this.stopped
  }
}

/** The peer has broken the protocol in a way that it will break again, or does not want us; or our keys are none. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof ZmqError)) return false
  const { code, status = 300 } = error
  return (
    code.startsWith('ERR_ZMTP_') ||
    status > 300 ||
    (code === 'EINVAL' && handshakeFailures.has(error))
  )
}
