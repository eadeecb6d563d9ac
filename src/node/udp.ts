import { createSocket, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { isIP, isIPv6 } from 'node:net'
import { formatHostPort, type Endpoint } from '../endpoint.js'
import { fromSystemError, ZmqError } from '../errors.js'
import type { Session } from '../session/session.js'
import type { Accept, Listener, LocalEnd, Transport } from '../transport/transport.js'
import { listenAddress, lookUpHost } from './tcp-address.js'
import { isMulticast, multicastInterface, parseUdp, type UdpAddress } from './udp-address.js'
import { addressedBare, grouped } from './udp-format.js'
import { UdpSession } from './udp-session.js'

/**
 * `udp://host:port` and `udp://interface;multicast:port`: RADIO connects, DISH and DGRAM bind. There
 * are no connections, and nobody knows who listens; each endpoint is one session, with all there are.
 */
export class UdpTransport implements Transport {
  readonly scheme = 'udp'
  readonly observable = true

  check(endpoint: Endpoint, local?: LocalEnd): void {
    if (local?.socketType !== 'RADIO')
      throw incompatible(endpoint, 'only RADIO connects over udp://')
    parseUdp(endpoint, false)
  }

  connect(endpoint: Endpoint, local: LocalEnd): Session {
    const address = parseUdp(endpoint, false)
    const socket = openSocket(isIPv6(address.host) ? 'udp6' : 'udp4')
    const session = new UdpSession(socket, grouped, endpoint.text)
    aim(session, socket, address, endpoint, local).catch((cause: unknown) => {
      const error = fromSystemError(cause, endpoint.text, 'EHOSTUNREACH')
      local.emit({ type: 'close', address: endpoint.text, error })
      session.destroy(error)
    })
    return session
  }

  async prepare(endpoint: Endpoint, { options }: LocalEnd): Promise<Endpoint> {
    const { rest, device } = parseUdp(endpoint, true)
    const found = await lookUpHost(parseUdp(rest, true), options, rest)
    return { ...found, address: (device === undefined ? '' : `${device};`) + found.address }
  }

  listen(endpoint: Endpoint, local: LocalEnd, accept: Accept): Listener {
    if (local.socketType === 'RADIO') {
      throw incompatible(endpoint, 'RADIO does not bind over udp://: DISH does')
    }
    const { options } = local
    const given = parseUdp(endpoint, true)
    const host = listenAddress(given, options, endpoint)
    const multicast = isMulticast(host)
    const socket = openSocket(isIPv6(host) ? 'udp6' : 'udp4', multicast)
    let port: number
    try {
      // A multicast comes to all who wait for it, at any address.
      bindNow(socket, multicast ? undefined : host, given.port, endpoint)
      port = portOf(socket)
      if (multicast) socket.addMembership(host, multicastInterface(given, options, endpoint))
    } catch (error) {
      socket.close()
      throw fromSystemError(error, endpoint.text)
    }
    const prefix = given.device === undefined ? 'udp://' : `udp://${given.device};`
    const bound = formatHostPort('udp', host, port).replace('udp://', prefix)
    const format = local.socketType === 'DGRAM' ? addressedBare : grouped
    const session = new UdpSession(socket, format, bound)
    session.open()
    accept(session)
    // The socket had no place for it.
    if (session.error !== undefined) throw fromSystemError(session.error, endpoint.text)
    return { endpoint: bound, close: () => undefined }
  }
}

function incompatible({ text }: Endpoint, reason: string): ZmqError {
  return new ZmqError('ENOCOMPATPROTO', { address: text, reason })
}

/** A socket that takes addresses for what they are, and so needs no time, and never keeps the process alive. */
function openSocket(type: 'udp4' | 'udp6', reuseAddr = false): Socket {
  const socket = createSocket({
    type,
    reuseAddr,
    lookup: (address, _options, found) => {
      found(null, address, type === 'udp6' ? 6 : 4)
    },
  })
  socket.unref()
  return socket
}

/** @throws ZmqError `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`, ... */
function bindNow(
  socket: Socket,
  address: string | undefined,
  port: number,
  { text }: Endpoint,
): void {
  let failure: unknown
  const failed = (error: unknown): void => {
    failure = error
  }
  socket.once('error', failed)
  socket.bind({ port, exclusive: true, ...(address === undefined ? {} : { address }) })
  socket.off('error', failed)
  if (failure !== undefined) throw fromSystemError(failure, text)
}

/** @throws ZmqError `ENOTSUP` in Bun, whose sockets are bound only after `bind()` has returned. */
function portOf(socket: Socket): number {
  const port = boundPort(socket)
  if (port !== undefined) return port
  throw new ZmqError('ENOTSUP', { reason: 'Bun binds sockets of UDP too late' })
}

function boundPort(socket: Socket): number | undefined {
  try {
    return socket.address().port
  } catch {
    return undefined
  }
}

/** Finds out where datagrams go, and lets them. */
async function aim(
  session: UdpSession,
  socket: Socket,
  given: UdpAddress,
  endpoint: Endpoint,
  { options }: LocalEnd,
): Promise<void> {
  const { port } = given
  const host =
    isIP(given.host) === 0 ? (await lookup(given.host, { family: 4 })).address : given.host
  if (session.closed) return
  bindNow(socket, undefined, 0, endpoint)
  if (boundPort(socket) === undefined) await once(socket, 'listening')
  if (session.closed) return
  if (isMulticast(host)) {
    socket.setMulticastTTL(options.multicastHops)
    const device = multicastInterface(given, options, endpoint)
    if (device !== undefined) socket.setMulticastInterface(device)
  }
  session.open({ host, port })
}
