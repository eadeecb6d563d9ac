import { Context, context as defaultContext } from '../context.js'
import { ZmqError } from '../errors.js'
import { COMMON, type OptionName } from '../options.js'
import type { UpgradeServer } from '../transport/transport.js'
import type { CommonOptions } from './common-options.js'
import { SocketCore } from './core.js'
import { NumberedBase } from './numbered.js'
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

/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type --
   defineOptions() makes the properties, on the prototype, where subclasses can replace them */
export interface Socket extends CommonOptions {}

/**
 * What all sockets have. A socket may bind and connect any number of endpoints; peers come, go and
 * come back without the program having to care.
 *
 * Endpoints are `tcp://host:port`, `ipc://path`, `inproc://name`, `ws://host:port/path` and `wss://...`. A socket that does nothing does
 * not keep the process alive; one that waits, or has messages to deliver, does.
 */
export abstract class Socket extends NumberedBase implements Observable {
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
    super()
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
    this.#core.inUse.watch(this)
    // Sealed, so that a misspelt option is an error at once.
    Object.seal(this)
    try {
      Object.assign(this, rest)
      this.#core.tally.open(this)
    } catch (error) {
      void this.#core.close()
      throw error
    }
  }

  /** libzmq's number of the socket type, such as 5 for DEALER. @throws ZmqError `ENOTSOCK` after `close()`. */
  get type(): number {
    this.#core.settings.demand()
    return this.#core.type.number
  }

  /**
   * The endpoint last bound or connected, wildcards resolved; null before.
   * @throws ZmqError `ENOTSOCK` after `close()`.
   */
  get lastEndpoint(): string | null {
    return this.#core.lastEndpoint
  }

  /**
   * The security mechanism that the options amount to (RFC 24, RFC 26); null means none. `gssapi` is there for
   * programs that compare, and never given. @throws ZmqError `ENOTSOCK` after `close()`.
   */
  get securityMechanism(): null | 'plain' | 'curve' | 'gssapi' {
    this.#core.settings.demand()
    const { mechanism } = this.#core.options
    return mechanism === 'NULL' ? null : (mechanism.toLowerCase() as 'plain' | 'curve')
  }

  /**
   * Whether several threads may use the socket in libzmq: draft types except Datagram. Here a socket belongs to the
   * thread that made it, whatever its type. @throws ZmqError `ENOTSOCK` after `close()`.
   */
  get threadSafe(): boolean {
    this.#core.settings.demand()
    return this.#core.type.threadSafe === true
  }

  /** The context the socket belongs to: the one it was given, or the default one. */
  get context(): Context {
    return this.#core.context
  }

  /**
   * What happens to the socket's endpoints and connections; the same object each time. Events are kept from the
   * first access on. @throws ZmqError `ENOTSOCK` when that comes after `close()`.
   */
  get events(): Observer {
    return this.#core.events
  }

  /** @internal */
  attachObserver(observer: Observer): Holder {
    return this.#core.attachObserver(observer)
  }

  /** Whether `close()` was called, though messages may still be leaving. */
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

  /** What the socket has done and holds at this moment; its peers one by one in `stats.perPeer`. */
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
   * `ENAMETOOLONG`, `EACCES` (rejected); `EBADF`, `EBUSY`, `EINVAL` when nothing can wait there on
   * that server (thrown at once).
   */
  bind(address: string, options?: BindOptions): Promise<void> {
    return this.#core.bind(address, options?.server)
  }

  /**
   * Listens on an endpoint before it returns, so that `lastEndpoint` is known at once. It takes what
   * `bind()` takes, except names of hosts that have to be looked up (`ENOTSUP`): `localhost` and the
   * names of network interfaces have not.
   * @throws ZmqError those of `bind()` and `ENOTSUP`, all at once.
   */
  bindSync(address: string): void {
    this.#core.bindSync(address)
  }

  /**
   * Stops listening on an endpoint, given as `lastEndpoint` had it, and ends the connections that it
   * accepted, after what is queued for them has left (see `linger`).
   * @throws ZmqError `ENOENT` when the socket has nothing there (rejected); `EBADF`, `EBUSY` at once.
   */
  unbind(address: string): Promise<void> {
    return this.#core.unbind(address)
  }

  /**
   * `unbind()`, done when it returns. (6.8.0 of the reference binds instead.)
   * @throws ZmqError `ENOENT` when the socket has nothing there, `EBADF`, `EBUSY`, all at once.
   */
  unbindSync(address: string): void {
    this.#core.disconnect(address)
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
   * As `unbind()`, it ends what is bound there too.
   * @throws ZmqError `ENOENT` when the socket has nothing there, `EBADF`, `EBUSY`, all at once.
   */
  disconnect(address: string): void {
    this.#core.disconnect(address)
  }

  /**
   * Closes the socket. Waiting operations reject with `EAGAIN`; queued messages still leave, for as
   * long as `linger` says. Closing twice is the same as once.
   * @returns a promise that settles when linger has ended and every connection is gone; it never rejects.
   * Subclasses need not return one, as in the reference.
   */
  close(): Promise<void> | void {
    return this.#core.close()
  }

  /** `close()`, for `await using`: the block ends when linger has. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#core.close()
  }

  /** `close()`, for `using`; linger goes on in the background. */
  [Symbol.dispose](): void {
    void this.#core.close()
  }
}

/* eslint-enable */

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

/** What `bind()` may be told beside the endpoint. */
export interface BindOptions {
  /** Wait on this server, of `node:http` or `node:https`, rather than on one of our own. For `ws://` and `wss://`. */
  readonly server?: UpgradeServer
}
