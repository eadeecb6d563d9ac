import { Context, context as defaultContext } from '../context.js'
import { ZmqError } from '../errors.js'
import { COMMON, type OptionName, type TlsOptions } from '../options.js'
import type { UpgradeServer } from '../transport/transport.js'
import { SocketCore } from './core.js'
import type { Observable, Observer } from './observer.js'
import { definitionOf } from './define-type.js'
import type { SocketStats } from './stats.js'
import type { Holder, OperationOptions } from './waiting.js'

/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- how types are compared for identity */
type IfEqual<A, B, Then> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? Then : never
/* eslint-enable */

type WritableKey<T> = {
  [K in keyof T]-?: T[K] extends (...args: never[]) => unknown
    ? never
    : IfEqual<Pick<T, K>, Mutable<Pick<T, K>>, K>
}[keyof T]

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** What the constructor of a socket takes: every option that the socket has as a writable property. */
export type SocketOptions<S> = Partial<Pick<S, WritableKey<S>>> & {
  /** @default the default `context` */
  context?: Context
}

/** The inner side of a socket. */
let coreOf: (socket: Socket) => SocketCore

/** Gives a class its options as properties that read and check through the core. */
export function defineOptions(target: { prototype: Socket }, names: readonly OptionName[]): void {
  for (const name of names) {
    Object.defineProperty(target.prototype, name, {
      configurable: true,
      get(this: Socket) {
        return coreOf(this).settings.get(name)
      },
      set(this: Socket, value: unknown) {
        coreOf(this).settings.set(name, value)
      },
    })
  }
}

/**
 * What all sockets have. A socket may bind and connect any number of endpoints; peers come, go and
 * come back without the program having to care.
 *
 * Endpoints are `tcp://host:port`, `ipc://path`, `inproc://name`, `ws://host:port/path` and `wss://...`. A socket that does nothing does
 * not keep the process alive; one that waits, or has messages to deliver, does.
 */
export abstract class Socket implements Observable {
  /** Accepted for compatibility, without effect. @default 0 */
  declare affinity: number
  /** Accepted for compatibility (multicast), without effect. @default 100 */
  declare rate: number
  /** Accepted for compatibility (multicast), without effect. @default 10000 */
  declare recoveryInterval: number
  /**
   * How long messages that are queued at `close()`, `unbind()` or `disconnect()` may take to leave,
   * in milliseconds: -1 as long as it takes, 0 not at all. @default -1 (0 for SUB and XSUB)
   */
  declare linger: number
  /** The wait before reconnecting, in milliseconds; 0 or -1 never reconnects. @default 100 */
  declare reconnectInterval: number
  /** How many connections may wait to be accepted. @default 100 */
  declare backlog: number
  /** Above `reconnectInterval`: waits double up to this, in milliseconds, with jitter. @default 0 */
  declare reconnectMaxInterval: number
  /** The largest frame accepted, in bytes; a larger one ends the connection. -1: 2 GiB. @default -1 */
  declare maxMessageSize: number
  /** TCP keep-alive: 1 on, 0 off, -1 as the system has it. @default -1 */
  declare tcpKeepalive: number
  /** Accepted for compatibility, without effect. @default -1 */
  declare tcpKeepaliveCount: number
  /** Seconds of silence before TCP keep-alive begins. @default -1 */
  declare tcpKeepaliveIdle: number
  /** Accepted for compatibility, without effect. @default -1 */
  declare tcpKeepaliveInterval: number
  /**
   * Only peers from this address, or `address/prefix`, are accepted over TCP, and from those that
   * were set before; null forgets them and accepts all. @default null
   */
  declare tcpAcceptFilter: string | null
  /** Queue only for peers that are connected, not for those being connected to. @default false */
  declare immediate: boolean
  /** Allow IPv6 beside IPv4. @default false */
  declare ipv6: boolean
  /** Keys and certificates for `wss://`; a listener needs `key` and `cert`. @default null */
  declare tls: TlsOptions | null
  /**
   * Web pages of only these origins, such as `https://example.com`, may connect over `ws://` and
   * `wss://`; null admits all. Programs that are no browsers name no origin, and are admitted. @default null
   */
  declare allowedOrigins: readonly string[] | null
  /**
   * What this socket tells its peers of itself in the handshake: texts by names that begin with `X-`,
   * such as `{ 'X-Version': '7' }` (libzmq's ZMQ_METADATA; RFC 37). Peers of zerowire see them as
   * `peer.metadata`. @default null
   */
  declare metadata: Readonly<Record<string, string>> | null
  /**
   * When not to connect again, as a sum: 1 when the connection is refused, 2 when the handshake
   * fails, 4 after `disconnect()` even while messages are queued (libzmq's ZMQ_RECONNECT_STOP).
   * What is queued for the endpoint is then dropped, and counted. @default 0
   */
  declare reconnectStop: number
  /** Not supported yet: other values than the default are refused with `ENOTSUP`. @default false */
  declare plainServer: boolean
  /** Not supported yet: other values than the default are refused with `ENOTSUP`. @default null */
  declare plainUsername: string | null
  /** Not supported yet: other values than the default are refused with `ENOTSUP`. @default null */
  declare plainPassword: string | null
  /** Not supported yet: other values than the default are refused with `ENOTSUP`. @default false */
  declare curveServer: boolean
  /** Not supported yet: other values than the default are refused with `ENOTSUP`. @default null */
  declare curvePublicKey: string | null
  /** Not supported yet: other values than the default are refused with `ENOTSUP`. @default null */
  declare curveSecretKey: string | null
  /** Not supported yet: other values than the default are refused with `ENOTSUP`. @default null */
  declare curveServerKey: string | null
  /** Not supported yet: other values than the default are refused with `ENOTSUP`. @default null */
  declare zapDomain: string | null
  /** Not supported yet: other values than the default are refused with `ENOTSUP`. @default false */
  declare zapEnforceDomain: boolean
  /** Accepted for compatibility, without effect. @default 0 */
  declare typeOfService: number
  /** How long a handshake may take, in milliseconds; 0 for ever. @default 30000 */
  declare handshakeInterval: number
  /** Not supported yet: other values than the default are refused with `ENOTSUP`. @default null */
  declare socksProxy: string | null
  /** Send a PING this often, in milliseconds; 0 never. @default 0 */
  declare heartbeatInterval: number
  /** Ask the peer to give us up after so many milliseconds of silence, in steps of 100. @default 0 */
  declare heartbeatTimeToLive: number
  /** Milliseconds within which a PING wants a sign of life; -1: `heartbeatInterval`. @default -1 */
  declare heartbeatTimeout: number
  /** How long an attempt to connect may take, in milliseconds; 0 as the system has it. @default 0 */
  declare connectTimeout: number
  /** Accepted for compatibility, without effect. @default 0 */
  declare tcpMaxRetransmitTimeout: number
  /** Accepted for compatibility (multicast), without effect. @default 1500 */
  declare multicastMaxTransportDataUnit: number
  /** The network interface that connections start from and `*` listens on; null for any. @default null */
  declare interface: string | null
  /** Accepted for compatibility (Windows), without effect. @default false */
  declare loopbackFastPath: boolean
  /**
   * How many `send()` calls, and how many `receive()` calls, may wait at a time, in order. With 1, as
   * in the reference, a second one throws `EBUSY`. @default 1
   */
  declare maxPendingOperations: number
  /** Accepted connections that may be in their handshake at a time; one more ends the oldest. @default 4096 */
  declare maxPendingHandshakes: number
  /**
   * The oldest version of ZMTP that a peer over `tcp://` or `ipc://` may speak: 3, 2 (ZMTP 2.0, RFC 15) or 1
   * (also ZMTP 1.0, RFC 13). Older peers are refused, which is a `handshake:error:protocol`. With 1, bytes
   * that are no ZMTP at all may pass for it. Has no effect, as if it were 3, while an option asks for
   * authentication or encryption, of which older versions have none. @default 3
   */
  declare minimumZmtpVersion: number
  /** For sockets of VMware, which there are none of here: refused with `EINVAL`. */
  declare vmciBufferSize: number
  /** As `vmciBufferSize`. */
  declare vmciBufferMinSize: number
  /** As `vmciBufferSize`. */
  declare vmciBufferMaxSize: number
  /** As `vmciBufferSize`. */
  declare vmciConnectTimeout: number

  readonly #core: SocketCore

  static {
    coreOf = (socket) => socket.#core
    defineOptions(Socket, COMMON)
  }

  /**
   * For classes of your own; those of this library take only options.
   *
   * @param type libzmq's number of the socket type, such as 5 for DEALER.
   * @param options values for options, and the `context`.
   * @throws TypeError on a type that is no number, an unknown option or a value of the wrong type,
   * ZmqError `EINVAL` on an unknown type, no context, or a value out of range.
   */
  protected constructor(type: number, options?: object) {
    // eslint-disable-next-line prefer-rest-params -- for callers without types
    const { length } = arguments
    if (length > 2) throw new TypeError(`Expected 2 arguments but received ${String(length)}`)
    const definition = definitionOf(type)
    if (options !== undefined && (typeof options !== 'object' || (options as unknown) === null)) {
      throw new TypeError('Options must be an object')
    }
    const { context = defaultContext, ...rest } = (options ?? {}) as { context?: Context }
    if (!(context instanceof Context)) {
      throw new ZmqError('EINVAL', { reason: 'option context is no Context' })
    }
    this.#core = new SocketCore(definition.type, context, definition.pattern)
    // Sealed, so that a misspelt option is an error at once.
    Object.seal(this)
    try {
      Object.assign(this, rest)
    } catch (error) {
      void this.#core.close()
      throw error
    }
  }

  /** libzmq's number of the socket type. */
  get type(): number {
    this.#core.settings.demand()
    return this.#core.type.number
  }

  /** The endpoint last bound or connected, wildcards resolved; null before. */
  get lastEndpoint(): string | null {
    return this.#core.lastEndpoint
  }

  /** The security mechanism; null means none. */
  get securityMechanism(): null | 'plain' | 'curve' | 'gssapi' {
    this.#core.settings.demand()
    return null
  }

  /** Whether several threads may use the socket in libzmq: draft types except Datagram. */
  get threadSafe(): boolean {
    this.#core.settings.demand()
    return this.#core.type.threadSafe === true
  }

  /** The context the socket belongs to. */
  get context(): Context {
    return this.#core.context
  }

  /** What happens to the socket's endpoints and connections; the same object each time. Events are kept from the first access on. */
  get events(): Observer {
    return this.#core.events
  }

  /** @internal */
  attachObserver(observer: Observer): Holder {
    return this.#core.attachObserver(observer)
  }

  /** Whether the socket is closed. */
  get closed(): boolean {
    return this.#core.closed
  }

  /** Whether `receive()` would complete at once. */
  get readable(): boolean {
    return !this.closed && this.#core.pattern.canReceive
  }

  /** Whether `send()` would complete at once. */
  get writable(): boolean {
    return !this.closed && this.#core.pattern.canSend
  }

  /** What the socket has done and holds, in messages, at this moment. */
  get stats(): SocketStats {
    return this.#core.stats
  }

  /**
   * Listens on an endpoint: `tcp://interface:port` (`*` for every interface, for any port),
   * `ipc://path` (`*` for a temporary one, `@name` for an abstract one on Linux), `inproc://name`,
   * `ws://interface:port/path` and `wss://...` (several sockets may share a port if their paths
   * differ). Until it settles the socket can do nothing else (`EBUSY`).
   *
   * @param options `server`: a server of `node:http` or `node:https` that you run, at whose path a
   * `ws://` or `wss://` endpoint waits; host and port are then the server's own. It leaves all other
   * requests to you, and `unbind()` leaves the server running.
   * @throws ZmqError `EADDRINUSE`, `EADDRNOTAVAIL`, `ENODEV`, `EINVAL`, `EPROTONOSUPPORT`,
   * `ENAMETOOLONG`, `EACCES` (rejected); `EBADF`, `EBUSY` (thrown at once).
   */
  bind(address: string, options?: BindOptions): Promise<void> {
    return this.#core.bind(address, checkServer(options?.server))
  }

  /**
   * Listens on an endpoint before it returns, so that `lastEndpoint` is known at once. It takes what
   * `bind()` takes but for what needs time: names of hosts, other than `localhost` and those of
   * network interfaces, and the first `ws://` or `wss://` endpoint of a program are `ENOTSUP`.
   * @throws ZmqError those of `bind()` and `ENOTSUP`, all at once.
   */
  bindSync(address: string): void {
    this.#core.bindSync(address)
  }

  /**
   * Stops listening on an endpoint, given as `lastEndpoint` had it, and ends the connections that it
   * accepted, after what is queued for them has left (see `linger`).
   * @throws ZmqError `ENOENT` when the socket is not bound to it.
   */
  unbind(address: string): Promise<void> {
    return this.#core.unbind(address)
  }

  /**
   * `unbind()`, done when it returns. (6.8.0 of the reference binds instead.)
   * @throws ZmqError `ENOENT` when the socket is not bound to it, `EBADF`, `EBUSY`, all at once.
   */
  unbindSync(address: string): void {
    this.#core.unbindSync(address)
  }

  /**
   * Connects to an endpoint, in the background and again whenever the connection is lost. Messages
   * can be sent at once: they are queued. `tcp://source:port;host:port` sets the local address.
   * @throws ZmqError `EINVAL`, `EPROTONOSUPPORT`, `ENAMETOOLONG`, `EBADF`, `EBUSY`, all at once.
   */
  connect(address: string): void {
    this.#core.connect(address)
  }

  /**
   * Ends a connection made with `connect()`, after what is queued for it has left (see `linger`).
   * @throws ZmqError `ENOENT` when the socket is not connected to it.
   */
  disconnect(address: string): void {
    this.#core.disconnect(address)
  }

  /**
   * Closes the socket. Waiting operations reject with `EAGAIN`; queued messages still leave, for as
   * long as `linger` says. Closing twice is the same as once.
   * @returns a promise that settles when linger has ended and every connection is gone; it never rejects.
   */
  close(): Promise<void> {
    return this.#core.close()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#core.close()
  }

  /** `close()`, for `using`; linger goes on in the background. */
  [Symbol.dispose](): void {
    void this.#core.close()
  }
}

/** Sends, where the socket type can. */
export function send(socket: Socket, message: unknown, options?: OperationOptions): Promise<void> {
  return coreOf(socket).send(message, options)
}

/** Receives, where the socket type can. */
export function receive<M extends object[]>(
  socket: Socket,
  options?: OperationOptions,
): Promise<M> {
  return coreOf(socket).receive(options) as Promise<unknown> as Promise<M>
}

/** The core, for what only one socket type does. */
export function core(socket: Socket): SocketCore {
  return coreOf(socket)
}

function checkServer(server: UpgradeServer | undefined): UpgradeServer | undefined {
  if (
    server === undefined ||
    typeof (server as Partial<UpgradeServer> | null)?.listenerCount === 'function'
  )
    return server
  throw new TypeError('Option server must be a server of node:http or node:https')
}

/** What `bind()` may be told beside the endpoint. */
export interface BindOptions {
  /** Wait on this server rather than on one of our own. */
  readonly server?: UpgradeServer
}
