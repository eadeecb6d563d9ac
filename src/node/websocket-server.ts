import type { IncomingMessage, Server } from 'node:http'
import { Socket, type AddressInfo } from 'node:net'
import type { SecureContextOptions } from 'node:tls'
import { isDeepStrictEqual } from 'node:util'
import { fromSystemError, protocolError, ZmqError } from '../errors.js'
import type { TlsOptions } from '../options.js'
import { startTimer } from '../util/timer.js'
import { http, https } from './builtin.js'
import { listenNow } from './listen.js'
import { Strangers } from './strangers.js'
import { refuse } from './websocket-upgrade.js'

/** Headers of a request that are looked at. */
const MOST_HEADERS = 100

/** Who waits at a path. */
export interface Route {
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void
  /** Something went wrong with somebody who had not come to any path, or with the server. */
  fault(error: Error, socket?: Socket): void
}

/** A server of HTTP on which endpoints are told apart by their path. */
export class PathServer {
  readonly server: Server
  readonly #routes = new Map<string, Route>()
  readonly #onUpgrade = (request: IncomingMessage, socket: Socket, head: Buffer): void => {
    const [path = ''] = (request.url ?? '').split('?', 1)
    const route = this.#routes.get(path)
    this.arrived(socket)
    if (route !== undefined) route.upgrade(request, socket, head)
    // Others may listen on a server that is not ours; if nobody does, nobody else will answer.
    else if (this.server.listenerCount('upgrade') === 1) {
      refuse(socket, '404 Not Found')
      this.report(protocolError(`nobody waits at ${abridged(path)}`), socket)
    }
  }

  constructor(server: Server) {
    this.server = server
  }

  /** Where it listens, if it does. */
  get address(): AddressInfo | undefined {
    const address = this.server.address()
    return typeof address === 'object' && address !== null ? address : undefined
  }

  get isEmpty(): boolean {
    return this.#routes.size === 0
  }

  /** @throws ZmqError `EADDRINUSE` when somebody waits there already. */
  add(path: string, route: Route, address: string): void {
    if (this.#routes.has(path)) throw new ZmqError('EADDRINUSE', { address })
    if (this.isEmpty) this.server.on('upgrade', this.#onUpgrade)
    this.#routes.set(path, route)
  }

  remove(path: string): void {
    this.#routes.delete(path)
    if (this.isEmpty) this.server.off('upgrade', this.#onUpgrade)
  }

  /** Tells everybody who waits here. */
  protected report(error: Error, socket?: Socket): void {
    for (const route of this.#routes.values()) route.fault(error, socket)
  }

  /** A request to upgrade is there. */
  protected arrived(_socket: Socket): void {
    // How long that took is for whoever runs the server to bound.
  }
}

/** What a server of our own is made with. */
export interface ServerOptions {
  readonly host: string
  readonly port: number
  readonly backlog: number
  readonly tls: TlsOptions | null
  /** Milliseconds for a request to be there; 0 for ever. */
  readonly deadline: number
  readonly maxStrangers: number
}

/** A server of our own: it upgrades, and does nothing else. */
class OwnServer extends PathServer {
  readonly #options: ServerOptions
  readonly #strangers = new Strangers((error) => {
    this.report(error)
  })
  /** By where they come from: below TLS a connection is another object than above. */
  readonly #visits = new Map<string, Visit>()

  /** @throws ZmqError the error of `bind()`; whatever else is thrown is a fault in `tls`. */
  constructor(options: ServerOptions, text: string) {
    const { tls, host, port, backlog } = options
    super(
      tls === null
        ? http().createServer()
        : https().createServer({ ...(tls as SecureContextOptions), ALPNProtocols: ['http/1.1'] }),
    )
    this.#options = options
    const { server } = this
    server.maxHeadersCount = MOST_HEADERS
    // One deadline for all of it, below.
    server.headersTimeout = server.requestTimeout = 0
    server.on('connection', (socket: Socket) => {
      this.#meet(socket)
    })
    server.on('request', ({ method, url = '', socket }, response) => {
      this.#dismiss(
        socket,
        protocolError(`${String(method)} ${abridged(url)} asks for no upgrade to WebSocket`),
      )
      response.writeHead(426, { Connection: 'close', Upgrade: 'websocket' })
      response.end('This is a WebSocket endpoint of ZeroMQ (ZWS 2.0).\n')
    })
    // Faults of TLS come this way as well.
    server.on('clientError', (error, stream) => {
      const socket: unknown = stream
      if (!(socket instanceof Socket)) return
      this.#dismiss(socket, error)
      if (socket.writable) refuse(socket, '400 Bad Request')
      else socket.destroy()
    })
    server.unref()
    listenNow(server, { host, port }, backlog, text)
    server.on('error', (error) => {
      this.report(error)
    })
  }

  get tls(): TlsOptions | null {
    return this.#options.tls
  }

  protected override arrived(socket: Socket): void {
    this.#visits.get(origin(socket))?.end()
  }

  /** Connections that were upgraded live on. */
  close(): void {
    this.server.close()
    this.#strangers.destroyAll()
  }

  #meet(socket: Socket): void {
    const { deadline, maxStrangers } = this.#options
    const from = origin(socket)
    const destroy = (error?: Error): void => {
      if (error !== undefined) this.#dismiss(socket, error)
      socket.destroy()
    }
    const expire = (): void => {
      const reason = `no request within ${String(deadline)} ms`
      destroy(new ZmqError('ETIMEDOUT', { reason }))
    }
    const timer = deadline > 0 ? startTimer(deadline, expire) : undefined
    const visit = {
      destroy,
      end: () => {
        timer?.cancel()
        this.#strangers.delete(visit)
        if (this.#visits.get(from) === visit) this.#visits.delete(from)
      },
    }
    this.#visits.set(from, visit)
    socket.unref()
    // HTTP and TLS have listeners of their own, but not all the time.
    socket.on('error', () => undefined)
    socket.once('close', () => {
      if (this.#visits.get(from) !== visit) return
      this.#dismiss(socket, new ZmqError('EPIPE', { reason: 'the peer left without a request' }))
    })
    this.#strangers.admit(visit, maxStrangers)
  }

  /** Somebody gets no further; each is told of once. */
  #dismiss(socket: Socket, error: Error): void {
    const visit = this.#visits.get(origin(socket))
    if (visit === undefined) return
    visit.end()
    this.report(error, socket)
  }
}

/** @throws ZmqError `EINVAL` when `tls` is no good. */
function ownServer(options: ServerOptions, text: string): OwnServer {
  try {
    return new OwnServer(options, text)
  } catch (error) {
    throw fromSystemError(error, text, 'EINVAL')
  }
}

/** A connection that has not asked for anything yet. */
interface Visit {
  destroy(error?: Error): void
  end(): void
}

function origin({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress ?? ''} ${String(remotePort)}`
}

const LONGEST_QUOTE = 100

/** What a stranger says may be long. */
function abridged(text: string): string {
  return JSON.stringify(text.slice(0, LONGEST_QUOTE))
}

/** Where a route has been put. */
export interface Place {
  /** Where its server listens, if it does. */
  readonly address: AddressInfo | undefined
  /** Nobody waits there any more. */
  remove(): void
}

/** Servers of one context: its sockets share a port if their paths differ. */
export class PathServers {
  readonly #own = new Map<string, OwnServer>()
  readonly #foreign = new WeakMap<Server, PathServer>()

  /** Waits at a path of a server that somebody else runs. */
  join(server: Server, path: string, route: Route, text: string): Place {
    let at = this.#foreign.get(server)
    if (at === undefined) this.#foreign.set(server, (at = new PathServer(server)))
    at.add(path, route, text)
    return { address: at.address, remove: at.remove.bind(at, path) }
  }

  /** Waits at a path of a server of our own, which may be there already. */
  open(options: ServerOptions, path: string, route: Route, text: string): Place {
    const key = `${options.host} ${String(options.port)}`
    const known = options.port === 0 ? undefined : this.#own.get(key)
    // Or certificates of clients that one of them asks for would be asked for by nobody.
    if (known !== undefined && !isDeepStrictEqual(known.tls, options.tls)) {
      const reason = 'sockets that share a port must have the same tls'
      throw new ZmqError('EINVAL', { address: text, reason })
    }
    const server = known ?? ownServer(options, text)
    server.add(path, route, text)
    const { address } = server
    this.#own.set(`${options.host} ${String(address?.port)}`, server)
    const remove = (): void => {
      server.remove(path)
      if (!server.isEmpty) return
      for (const [at, each] of this.#own) if (each === server) this.#own.delete(at)
      server.close()
    }
    return { address, remove }
  }
}

/**
 * Checks a server that somebody else runs, on which an endpoint is to wait.
 * @throws TypeError when it is none, ZmqError `EINVAL` when the endpoint is not for servers of HTTP.
 */
export function checkServer(server: unknown, address: string): void {
  if (typeof (server as Partial<Server> | null)?.listenerCount !== 'function') {
    throw new TypeError('Option server must be a server of node:http or node:https')
  }
  if (address.startsWith('ws://') || address.startsWith('wss://')) return
  const reason = 'only ws:// and wss:// can wait on a server of yours'
  throw new ZmqError('EINVAL', { address, reason })
}
