import '../error-codes.js'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { isIPv6, type Server } from 'node:net'
import { fromSystemError, ZmqError } from '../errors.js'

/**
 * Where a server listens: an address of this machine (not a name), a path, or a file descriptor that
 * somebody else has opened and bound.
 */
export type Place =
  | { readonly host: string; readonly port: number }
  | { readonly path: string }
  | { readonly fd: number }

/** What `listen()` of Node ends in, once it has looked up the host, which it does even for an address. */
interface Listening {
  _listen2?(
    address: string | null,
    port: number | null,
    family: number | null,
    backlog: number,
    fd?: number,
  ): void
}

/** Bun's own way to listen, which throws what its `node:net` tells later. */
interface Bun {
  listen(options: object): { stop(): void }
}

/** Where Node tells at once why a server does not listen; the event `error` comes a tick later. */
const FAILURES = 'tracing:net.server.listen:error'

/**
 * Makes a server listen before this returns, in a worker of a cluster too for this process alone.
 * @throws ZmqError `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`, ...; `ENOTSUP` for a file descriptor in Bun.
 */
export function listenNow(server: Server, place: Place, backlog: number, text: string): void {
  let failure: unknown
  const failed = (message: unknown): void => {
    const { server: which, error } = message as { server: unknown; error: unknown }
    if (which === server) failure = error
  }
  server.once('error', ignore)
  subscribe(FAILURES, failed)
  try {
    const listening = server as unknown as Listening
    if (listening._listen2 === undefined) failure = listenInBun(server, place, backlog)
    else if ('fd' in place) listening._listen2(null, null, null, backlog, place.fd)
    else if ('path' in place) listening._listen2(place.path, -1, -1, backlog)
    else listening._listen2(place.host, place.port, isIPv6(place.host) ? 6 : 4, backlog)
  } finally {
    unsubscribe(FAILURES, failed)
  }
  if (!server.listening) throw fromSystemError(failure, text)
  server.off('error', ignore)
}

/** There `listen()` looks up nothing, and listens at once. @returns why it does not. */
function listenInBun(server: Server, place: Place, backlog: number): unknown {
  if ('fd' in place) return new ZmqError('ENOTSUP', { reason: 'Bun listens on no file descriptor' })
  server.listen({ ...place, backlog })
  if (server.listening) return undefined
  const again = 'path' in place ? { unix: place.path } : { hostname: place.host, port: place.port }
  try {
    const { Bun } = globalThis as unknown as { readonly Bun: Bun }
    Bun.listen({ ...again, socket: { data: ignore } }).stop()
    return new ZmqError('EADDRINUSE', { reason: 'it was free again a moment later' })
  } catch (error) {
    return error
  }
}

/** It has been thrown before it is emitted. */
function ignore(): void {
  // nothing
}
