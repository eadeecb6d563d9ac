import { createServer, type Server, type Socket } from 'node:net'
import type { Endpoint, HostPort } from '../endpoint.js'
import { fromSystemError, ZmqError } from '../errors.js'
import type { Speak } from '../session/dialect.js'
import { olderZmtp } from '../session/older-zmtp.js'
import { raw } from '../session/raw.js'
import { nextConnection, type Session } from '../session/session.js'
import { StreamSession } from '../session/stream-session.js'
import type { Accept, Listener, LocalEnd } from '../transport/transport.js'
import { startTimer } from '../util/timer.js'
import { demandKeys } from './demand-keys.js'
import { listenNow, type Place } from './listen.js'
import { NetStream } from './net-stream.js'
import { warnIfOpen } from './open-warning.js'
import { openTunnel } from './socks.js'
import { Strangers } from './strangers.js'

/*
 * What TCP and Unix domain sockets have in common: ZMTP over a node:net socket, dialled or accepted.
 */

function dialectOf(local: LocalEnd): Speak {
  return local.raw === true ? raw : olderZmtp
}

/**
 * Shakes hands on a connection that is being made, and reports both.
 * @param target what the connection is to a SOCKS 5 proxy for.
 */
export async function dial(
  stream: NetStream,
  endpoint: Endpoint,
  local: LocalEnd,
  signal: AbortSignal,
  target?: HostPort,
): Promise<Session> {
  const { socket } = stream
  const abort = (): void => {
    socket.destroy()
  }
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    await connected(socket, endpoint, local)
    if (target !== undefined) await tunnel(socket, target, endpoint, local)
    signal.throwIfAborted()
    const connection = nextConnection()
    const remoteAddress = endpoint.text
    local.emit({ type: 'connect', address: endpoint.text, connection, remoteAddress })
    const facts = { endpoint: endpoint.text, remoteAddress, connection, accepted: false }
    const session = new StreamSession(stream, local, facts, dialectOf(local))
    return await session.handshake()
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

async function tunnel(
  socket: Socket,
  target: HostPort,
  { text }: Endpoint,
  { options, emit }: LocalEnd,
): Promise<void> {
  try {
    await openTunnel(socket, target, options, text)
  } catch (cause) {
    socket.destroy()
    const error = fromSystemError(cause, text, 'EPROTO')
    emit({ type: 'close', address: text, error })
    throw error
  }
}

/** Waits for the connection to be there, at most `connectTimeout`. */
export function connected(
  socket: Socket,
  { text }: Endpoint,
  { options, emit }: LocalEnd,
  event: 'connect' | 'secureConnect' = 'connect',
): Promise<void> {
  // Whoever begins to listen in the turn of `connect()` hears of it.
  queueMicrotask(() => {
    emit({ type: 'connect:delay', address: text })
  })
  const { connectTimeout } = options
  return new Promise((resolve, reject) => {
    const timer =
      connectTimeout > 0
        ? startTimer(connectTimeout, () => {
            const reason = `no connection within ${String(connectTimeout)} ms`
            socket.destroy(new ZmqError('ETIMEDOUT', { address: text, reason }))
          })
        : undefined
    let failure: unknown
    socket.once('error', (error) => {
      failure = error
    })
    const closed = (): void => {
      timer?.cancel()
      // Not refused: a name without an address, a network without a route, or TLS that fails.
      const failed = failure instanceof Error && 'syscall' in failure ? 'EHOSTUNREACH' : 'EPROTO'
      const error = fromSystemError(failure, text, failed)
      emit({ type: 'close', address: text, error })
      reject(error)
    }
    socket.once('close', closed)
    socket.once(event, () => {
      if (isOwnEcho(socket)) {
        const reason = 'nobody listens there: the system has connected the port with itself'
        socket.destroy(new ZmqError('ECONNREFUSED', { address: text, reason }))
        return
      }
      timer?.cancel()
      socket.off('close', closed)
      resolve()
    })
  })
}

/**
 * Where nobody listens, an attempt from the very port that it is for succeeds. Among the ports that the
 * system gives out, somebody who tries often enough meets it.
 */
function isOwnEcho({ localAddress, localPort, remoteAddress, remotePort }: Socket): boolean {
  return remotePort !== undefined && localPort === remotePort && localAddress === remoteAddress
}

/** How a listener of one transport differs from another's. */
export interface ListenerKind {
  readonly place: Place
  /** The endpoint, once it is known what the system chose. @throws ZmqError when it is none of the kind. */
  endpoint(server: Server): string
  /** Where an accepted connection comes from. */
  remoteAddress(socket: Socket): string
  /** Sets up an accepted socket; false refuses it. */
  admit(socket: Socket): boolean
  /** After the listener has been closed. */
  cleanup?(): void
}

/** Listens, shakes hands with whoever comes, and hands on those who have finished. */
export function serve(text: string, local: LocalEnd, accept: Accept, kind: ListenerKind): Listener {
  demandKeys({ text }, local)
  let endpoint = text
  const failed = (error: ZmqError): void => {
    local.emit({ type: 'accept:error', address: endpoint, error })
  }
  const strangers = new Strangers(failed)
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (accepted) => {
    const stream = NetStream.accept(accepted)
    const { socket } = stream
    const connection = nextConnection()
    const remoteAddress = kind.remoteAddress(socket)
    if (!kind.admit(socket)) {
      socket.destroy()
      const error = new ZmqError('EACCES', {
        reason: `${remoteAddress} is refused by tcpAcceptFilter`,
      })
      local.emit({ type: 'accept:error', address: endpoint, connection, remoteAddress, error })
      return
    }
    local.emit({ type: 'accept', address: endpoint, connection, remoteAddress })
    const facts = { endpoint, remoteAddress, connection, accepted: true }
    const session = new StreamSession(stream, local, facts, dialectOf(local))
    strangers.admit(session, local.options.maxPendingHandshakes)
    welcome(session, accept, strangers)
  })
  server.unref()
  listenNow(server, kind.place, local.options.backlog, text)
  try {
    endpoint = kind.endpoint(server)
  } catch (error) {
    server.close()
    throw error
  }
  warnIfOpen(endpoint, local)
  server.on('error', (error) => {
    failed(fromSystemError(error, endpoint))
  })
  return {
    endpoint,
    close: () => {
      server.close()
      strangers.destroyAll()
      kind.cleanup?.()
    },
  }
}

/** Hands on a session when its handshake is done. */
export function welcome(session: StreamSession, accept: Accept, strangers: Strangers): void {
  session
    .handshake()
    .then(accept, () => undefined /* it has become an event */)
    .finally(() => {
      strangers.delete(session)
    })
}
