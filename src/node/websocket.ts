import type { IncomingMessage, Server } from 'node:http'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { formatHostPort, parseWebBind, parseWebRoute, type Endpoint } from '../endpoint.js'
import { fromSystemError, ZmqError } from '../errors.js'
import type { TlsOptions } from '../options.js'
import type { Speak } from '../session/dialect.js'
import { handshakeFailures } from '../session/handshake-failure.js'
import { ZMTP_STREAM } from '../session/id-handshake.js'
import {
  isOpen,
  nextConnection,
  NOTHING_SAID,
  type Connection,
  type Session,
} from '../session/session.js'
import { StreamSession } from '../session/stream-session.js'
import { zmtp } from '../session/zmtp-handshake.js'
import { zwsHandshake, type Subprotocol } from '../session/zws-handshake.js'
import type {
  Accept,
  Listener,
  LocalEnd,
  Transport,
  UpgradeServer,
} from '../transport/transport.js'
import { WebSocketDecoder } from '../wire/websocket-decoder.js'
import { WebSocketEncoder } from '../wire/websocket-encoder.js'
import { demandKeys } from './demand-keys.js'
import { tls } from './builtin.js'
import { NetStream } from './net-stream.js'
import { connected, welcome } from './stream-transport.js'
import { Strangers } from './strangers.js'
import { listenAddress, lookUpHost } from './tcp-address.js'
import { filter, keepAlive } from './tcp-options.js'
import { WebSocketBytes } from './websocket-bytes.js'
import { warnIfOpen } from './open-warning.js'
import { PathServers, type Route, type ServerOptions } from './websocket-server.js'
import {
  agree,
  judge,
  refuse,
  requestUpgrade,
  UpgradeError,
  type Agreed,
  type Refusal,
} from './websocket-upgrade.js'
import { IrregularFrames, loadReceiver, type ReceiverClass } from './ws-receiver.js'

/** ZWS 2.0 in frames of WebSocket, as one side of a connection puts and reads them. */
function zws(subprotocol: Subprotocol, isServer: boolean, receiver: ReceiverClass): Speak {
  return (local, listener, connection) => {
    const encoder = new WebSocketEncoder(!isServer)
    const decoder = new WebSocketDecoder(
      local.options,
      (body) => {
        listener.command(body)
      },
      isServer,
      new IrregularFrames(receiver, isServer, listener),
    )
    // PING is a frame of WebSocket, which everybody answers.
    const agreement = { subprotocol, answersPing: true }
    const codec = { encoder, decoder }
    return { ...codec, handshake: zwsHandshake(agreement, local, codec, connection) }
  }
}

/** What a listener answers, such as jszmq's, that takes no slash in the name of a subprotocol. */
const BAD_REQUEST = 400
const WITHOUT_SLASH = ['ZWS2.0'] as const

/** `ws://host:port/path` and `wss://host:port/path` (RFC 45). */
export class WebSocketTransport implements Transport {
  readonly scheme: 'ws' | 'wss'
  readonly observable = true
  readonly #servers = new PathServers()

  constructor(scheme: 'ws' | 'wss') {
    this.scheme = scheme
  }

  check(endpoint: Endpoint, local?: LocalEnd): void {
    parseWebRoute(endpoint)
    if (local !== undefined) demandKeys(endpoint, local)
  }

  async connect(endpoint: Endpoint, local: LocalEnd, signal: AbortSignal): Promise<Session> {
    const open = isOpen(local.options)
    const offered: Subprotocol[] = [`ZWS2.0/${local.options.mechanism}`]
    if (open) offered.push(...WITHOUT_SLASH)
    try {
      return await this.#attempt(endpoint, local, signal, offered)
    } catch (error) {
      if (!(error instanceof UpgradeError)) throw error
      if (error.status !== BAD_REQUEST || !open || signal.aborted) throw error.error
    }
    try {
      return await this.#attempt(endpoint, local, signal, WITHOUT_SLASH)
    } catch (error) {
      throw error instanceof UpgradeError ? error.error : error
    }
  }

  async #attempt(
    endpoint: Endpoint,
    local: LocalEnd,
    signal: AbortSignal,
    offered: readonly Subprotocol[],
  ): Promise<Session> {
    const { text } = endpoint
    let socket: Socket
    try {
      socket = this.#dial(endpoint, local)
    } catch (cause) {
      // `tls` holds what is no certificate, say.
      const error = fromSystemError(cause, text, 'EINVAL')
      local.emit({ type: 'close', address: text, error })
      throw error
    }
    const abort = (): void => {
      socket.destroy()
    }
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    try {
      await connected(socket, endpoint, local, this.scheme === 'wss' ? 'secureConnect' : 'connect')
      signal.throwIfAborted()
      const facts = {
        ...{ endpoint: text, remoteAddress: text, connection: nextConnection() },
        accepted: false,
      }
      return await shakeHands(socket, endpoint, local, facts, offered)
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  #dial(endpoint: Endpoint, { options }: LocalEnd): Socket {
    const { host, port } = parseWebRoute(endpoint)
    const target = { host, port, ...(options.ipv6 ? {} : { family: 4 }) }
    const name = isIP(host) === 0 ? { servername: host } : {}
    const socket =
      this.scheme === 'ws'
        ? connectTcp(target)
        : tls().connect({ ...target, ...name, ...(options.tls as ConnectionOptions | null) })
    socket.setNoDelay(true)
    socket.unref()
    keepAlive(socket, options)
    return socket
  }

  async prepare(
    endpoint: Endpoint,
    { options }: LocalEnd,
    server?: UpgradeServer,
  ): Promise<Endpoint> {
    await loadReceiver()
    // Where that listens is its owner's business.
    if (server !== undefined) return endpoint
    return lookUpHost(parseWebBind(endpoint), options, endpoint)
  }

  listen(endpoint: Endpoint, local: LocalEnd, accept: Accept, server?: UpgradeServer): Listener {
    const { path } = parseWebBind(endpoint, server !== undefined)
    demandKeys(endpoint, local)
    const strangers = new Strangers()
    const admits = filter(local.options.tcpAcceptFilter)
    let bound = endpoint.text
    const fault = (cause: unknown, socket?: Socket): void => {
      const error = fromSystemError(cause, bound, 'EPROTO')
      const from = socket && { remoteAddress: originOf(socket, this.scheme) }
      local.emit({ type: 'accept:error', address: bound, ...from, error })
    }
    const upgrade = async (
      request: IncomingMessage,
      socket: Socket,
      head: Buffer,
    ): Promise<void> => {
      const receiver = await loadReceiver()
      const facts = {
        endpoint: bound,
        remoteAddress: originOf(socket, this.scheme),
        connection: nextConnection(),
        accepted: true,
      }
      const agreed = admits(socket) ? judge(request, local) : UNWANTED
      const session = answer(agreed, request, streamOf(socket, head), local, facts, receiver)
      if (session === undefined) return
      strangers.admit(session, local.options.maxPendingHandshakes)
      welcome(session, accept, strangers)
    }
    const route: Route = {
      upgrade: (request, socket, head) => {
        upgrade(request, socket, head).catch((error: unknown) => {
          fault(error, socket)
          socket.destroy()
        })
      },
      fault,
    }
    const place =
      server === undefined
        ? this.#servers.open(this.#own(endpoint, local), path, route, endpoint.text)
        : this.#servers.join(server as unknown as Server, path, route, endpoint.text)
    const { address: host, port } = place.address ?? { address: '*', port: 0 }
    bound = `${formatHostPort(this.scheme, host, port)}${path}`
    // Where a server listens that somebody else runs is his business.
    if (server === undefined) warnIfOpen(bound, local)
    loadReceiver().catch(() => undefined /* whoever comes will hear of it */)
    return {
      endpoint: bound,
      close: () => {
        place.remove()
        strangers.destroyAll()
      },
    }
  }

  /** What a server of our own is made with. */
  #own(endpoint: Endpoint, { options }: LocalEnd): ServerOptions {
    const address = parseWebBind(endpoint)
    if (this.scheme === 'wss' && !isCertified(options.tls)) {
      const reason = 'a listener of wss:// needs the option tls, with key and cert'
      throw new ZmqError('EINVAL', { address: endpoint.text, reason })
    }
    return {
      host: listenAddress(address, options, endpoint),
      port: address.port,
      backlog: options.backlog,
      tls: this.scheme === 'wss' ? options.tls : null,
      deadline: options.handshakeInterval,
      maxStrangers: options.maxPendingHandshakes,
    }
  }
}

/** Whether a listener can prove with it who it is, in one of the ways that Node has. */
function isCertified(tls: TlsOptions | null): boolean {
  const { key, cert, pfx, SNICallback } = tls ?? {}
  return (key !== undefined && cert !== undefined) || pfx !== undefined || SNICallback !== undefined
}

const UNWANTED = { status: '403 Forbidden', reason: 'the address is refused by tcpAcceptFilter' }

function originOf({ remoteAddress = '', remotePort = 0 }: Socket, scheme: string): string {
  return formatHostPort(scheme, remoteAddress, remotePort)
}

/** Answers a request. @returns the conversation that it begins, if it does. */
function answer(
  agreed: Agreed | Refusal,
  request: IncomingMessage,
  stream: NetStream,
  local: LocalEnd,
  facts: Connection,
  receiver: ReceiverClass,
): StreamSession | undefined {
  const { socket } = stream
  const { endpoint: address, connection, remoteAddress } = facts
  if (typeof agreed !== 'string') {
    const error = new ZmqError('EPROTO', { address, reason: agreed.reason })
    local.emit({ type: 'accept:error', address, connection, remoteAddress, error })
    refuse(socket, agreed.status)
    return undefined
  }
  local.emit({ type: 'accept', address, connection, remoteAddress })
  socket.setNoDelay(true)
  keepAlive(socket, local.options)
  agree(socket, request, agreed)
  return agreed === ZMTP_STREAM
    ? new StreamSession(new WebSocketBytes(stream, receiver), local, facts, zmtp)
    : new StreamSession(stream, local, facts, zws(agreed, true, receiver))
}

/** An upgraded connection as a stream; what came with the headers comes first. */
function streamOf(socket: Socket, head: Uint8Array): NetStream {
  const stream = new NetStream(() => socket)
  if (head.length > 0) socket.unshift(head)
  return stream
}

/** Upgrades a connection that has been made, and begins to speak. */
async function shakeHands(
  socket: Socket,
  endpoint: Endpoint,
  local: LocalEnd,
  facts: Connection,
  offered: readonly Subprotocol[],
): Promise<Session> {
  const { endpoint: address, connection, remoteAddress } = facts
  const about = { address, connection, remoteAddress }
  local.emit({ type: 'connect', ...about })
  try {
    const { subprotocol, head } = await requestUpgrade(socket, endpoint, local.options, offered)
    const speak = zws(subprotocol, false, await loadReceiver())
    return await new StreamSession(streamOf(socket, head), local, facts, speak).handshake()
  } catch (cause) {
    // A session has reported its own end.
    if (!(cause instanceof UpgradeError)) throw cause
    const { error } = cause
    const kind = error.code === 'EPROTO' ? 'handshake:error:protocol' : 'handshake:error:other'
    local.emit({ type: kind, ...about, error })
    handshakeFailures.add(cause)
    const peer = { ...NOTHING_SAID, address: remoteAddress, protocol: '' }
    local.emit({ type: 'disconnect', ...about, peer, error })
    throw cause
  }
}
