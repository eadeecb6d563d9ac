import type { Endpoint } from '../endpoint.js'
import type { TlsOptions } from '../options.js'
import type { LocalPeer, Session, SessionOptions } from '../session/session.js'

/** The options of a socket that its transports heed. Read at `bind()` and at each attempt to connect. */
export interface TransportOptions extends SessionOptions {
  readonly backlog: number
  readonly useFileDescriptor: number
  readonly connectTimeout: number
  readonly multicastHops: number
  readonly ipv6: boolean
  readonly interface: string | null
  readonly tcpAcceptFilter: string | null
  readonly socksProxy: string | null
  readonly socksUsername: string | null
  readonly socksPassword: string | null
  readonly tcpKeepalive: number
  readonly tcpKeepaliveIdle: number
  readonly maxPendingHandshakes: number
  readonly tls: TlsOptions | null
  readonly allowedOrigins: readonly string[] | null
}

/** This end, as transports need to know it. */
export interface LocalEnd extends LocalPeer {
  readonly options: TransportOptions
  /** It speaks no protocol of ours: bytes are all there is. */
  readonly raw?: boolean
}

/** Takes a session whose handshake is done. */
export type Accept = (session: Session) => void

/** Something that is bound. */
export interface Listener {
  /** The endpoint with its wildcards resolved. */
  readonly endpoint: string
  /** Stops listening at once, and drops strangers whose handshake is not done. Accepted sessions live on. */
  close(): void
}

/** A way for sessions to come to be: one scheme of endpoints. */
export interface Transport {
  readonly scheme: string
  /** Whether it crosses a border of the process: such connections have events, and can come later. */
  readonly observable: boolean
  /** Whether an attempt that is not done yet will be, where nobody comes for the sake of a closed socket. */
  reaches?(endpoint: Endpoint): boolean
  /** Whether somebody listens there, as far as can be known by now. */
  isBound?(endpoint: Endpoint): Promise<boolean>
  /**
   * Checks the address of a peer, and of a proxy on the way to it, before anything happens.
   * @throws ZmqError at once: `EINVAL` when it is malformed, `ENOCOMPATPROTO` when sockets of this
   * type do not connect here.
   */
  check(endpoint: Endpoint, local?: LocalEnd): void
  /**
   * One attempt to connect, handshake included. Rejects when it fails or `signal` is aborted;
   * trying again is the caller's business. A session that is there at once is returned as such.
   */
  connect(endpoint: Endpoint, local: LocalEnd, signal: AbortSignal): Promise<Session> | Session
  /**
   * Does what `bind()` has the time for and `bindSync()` has not, such as looking up a name.
   * @returns the endpoint for `listen()`. Rejects with the ZmqError of `bind()`.
   */
  prepare?(endpoint: Endpoint, local: LocalEnd, server?: UpgradeServer): Promise<Endpoint>
  /**
   * Listens at once.
   * @throws ZmqError `EADDRINUSE`, `EADDRNOTAVAIL`, `ENODEV`, `EINVAL`, ...; `ENOTSUP` where it
   * cannot do without `prepare()`.
   */
  listen(endpoint: Endpoint, local: LocalEnd, accept: Accept, server?: UpgradeServer): Listener
}

/** A server of HTTP or HTTPS that somebody else runs (of node:http or node:https). */
export interface UpgradeServer {
  /** Whether it listens; it may begin to later. */
  readonly listening: boolean
  /** How many listen for requests to upgrade. */
  listenerCount(event: 'upgrade'): number
}
