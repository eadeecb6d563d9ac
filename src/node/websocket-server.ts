import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { Socket, type AddressInfo } from 'node:net'
import type { SecureContextOptions } from 'node:tls'
import { ZmqError } from '../errors.js'
import type { TlsOptions } from '../options.js'
import { startTimer } from '../util/timer.js'
import { listening } from './stream-transport.js'
import { Strangers } from './strangers.js'
import { refuse } from './websocket-upgrade.js'

/** Who waits at a path. */
export interface Route {
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void
}

/** A server of HTTP on which endpoints are told apart by their path. */
export class PathServer {
  readonly server: Server
  readonly #routes = new Map<string, Route>()
  readonly #onUpgrade = (request: IncomingMessage, socket: Socket, head: Buffer): void => {
    const [path = ''] = (request.url ?? '').split('?', 1)
    const route = this.#routes.get(path)
    if (route !== undefined) route.upgrade(request, socket, head)
    // Others may listen on a server that is not ours; if nobody does, nobody else will answer.
    else if (this.server.listenerCount('upgrade') === 1) refuse(socket, '404 Not Found')
  }

  constructor(server: Server) {
    this.server = server
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
  readonly onFault: (error: Error, socket: Socket) => void
}

/** A server of our own: it upgrades, and does nothing else. */
export async function openServer(text: string, options: ServerOptions): Promise<PathServer> {
  const { tls, deadline, host, port, backlog } = options
  const strangers = new Strangers()
  const server =
    tls === null
      ? createHttpServer()
      : createHttpsServer({ ...(tls as SecureContextOptions), ALPNProtocols: ['http/1.1'] })
  server.maxHeadersCount = 100
  // One deadline for all of it, below.
  server.headersTimeout = server.requestTimeout = 0
  server.on('connection', (socket: Socket) => {
    socket.unref()
    strangers.admit(socket, options.maxStrangers)
    const timer =
      deadline > 0
        ? startTimer(deadline, () => {
            socket.destroy()
          })
        : undefined
    const done = (): void => {
      timer?.cancel()
      strangers.delete(socket)
    }
    socket.once('close', done)
    known.set(socket, done)
  })
  server.on('request', (request, response) => {
    request.resume()
    response.writeHead(426, { Connection: 'close', Upgrade: 'websocket' })
    response.end('This is a WebSocket endpoint of ZeroMQ (ZWS 2.0).\n')
  })
  server.on('clientError', (error, stream) => {
    const socket: unknown = stream
    if (!(socket instanceof Socket)) return
    options.onFault(error, socket)
    if (socket.writable) refuse(socket, '400 Bad Request')
    else socket.destroy()
  })
  server.on('tlsClientError', (error: Error, socket: Socket) => {
    options.onFault(error, socket)
  })
  server.unref()
  await listening(server, text, { host, port, backlog })
  server.on('close', () => {
    strangers.destroyAll()
  })
  return new PathServer(server)
}

/** What to do when a stranger of one of our servers is one no longer. */
const known = new WeakMap<Socket, () => void>()

/** The request is there: what follows has a deadline of its own. */
export function arrived(socket: Socket): void {
  known.get(socket)?.()
}

/** The port that a server listens on, if it does. */
export function boundTo({ server }: PathServer): AddressInfo | undefined {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address : undefined
}

/** Servers of one context: its sockets share a port if their paths differ. */
export class PathServers {
  readonly #open = new Map<string, Promise<PathServer>>()
  readonly #foreign = new WeakMap<Server, PathServer>()

  /** A server that somebody else runs. */
  of(server: Server): PathServer {
    let known = this.#foreign.get(server)
    if (known === undefined) this.#foreign.set(server, (known = new PathServer(server)))
    return known
  }

  /** The server at an address of our own. */
  async at(text: string, options: ServerOptions): Promise<PathServer> {
    const key = (port: number): string => `${options.host} ${String(port)}`
    const shared = options.port === 0 ? undefined : this.#open.get(key(options.port))
    if (shared !== undefined) return shared
    const opening = openServer(text, options)
    if (options.port !== 0) this.#open.set(key(options.port), opening)
    try {
      const opened = await opening
      const port = boundTo(opened)?.port ?? options.port
      this.#open.set(key(port), opening)
      opened.server.once('close', () => this.#open.delete(key(port)))
      return opened
    } catch (error) {
      this.#open.delete(key(options.port))
      throw error
    }
  }
}
