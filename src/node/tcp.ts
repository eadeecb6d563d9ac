import { connect as dialTcp } from 'node:net'
import {
  formatHostPort,
  malformed,
  parseBindAddress,
  parseRoute,
  type Endpoint,
} from '../endpoint.js'
import type { Session } from '../session/session.js'
import type { Accept, Listener, LocalEnd, Transport } from '../transport/transport.js'
import { demandKeys } from './demand-keys.js'
import { NetStream } from './net-stream.js'
import { proxyOf } from './socks.js'
import { dial, serve } from './stream-transport.js'
import { listenAddress, lookUpHost, sourceAddress } from './tcp-address.js'
import { filter, keepAlive } from './tcp-options.js'

/** `tcp://host:port` (RFC 37 over TCP). Names are resolved at every attempt to connect. */
export class TcpTransport implements Transport {
  readonly scheme = 'tcp'
  readonly observable = true

  check(endpoint: Endpoint, local?: LocalEnd): void {
    parseRoute(endpoint)
    if (local === undefined) return
    proxyOf(local.options)
    demandKeys(endpoint, local)
  }

  async connect(endpoint: Endpoint, local: LocalEnd, signal: AbortSignal): Promise<Session> {
    const { source, ...target } = parseRoute(endpoint)
    const proxy = proxyOf(local.options)
    const { host, port } = proxy ?? target
    const { ipv6, interface: device } = local.options
    const localAddress = sourceAddress(source, device, ipv6, endpoint)
    const route = {
      host,
      port,
      noDelay: true,
      ...(ipv6 ? {} : { family: 4 }),
      ...(localAddress === undefined ? {} : { localAddress }),
      ...(source === undefined || source.port === 0 ? {} : { localPort: source.port }),
    }
    // What a proxy says is read in another way than messages are.
    const stream = proxy === undefined ? NetStream.dial(route) : new NetStream(() => dialTcp(route))
    keepAlive(stream.socket, local.options)
    return dial(stream, endpoint, local, signal, proxy && target)
  }

  prepare(endpoint: Endpoint, { options }: LocalEnd): Promise<Endpoint> {
    return lookUpHost(parseBindAddress(endpoint), options, endpoint)
  }

  listen(endpoint: Endpoint, local: LocalEnd, accept: Accept): Listener {
    const address = parseBindAddress(endpoint)
    const { options } = local
    const fd = options.useFileDescriptor
    const place =
      fd < 0 ? { host: listenAddress(address, options, endpoint), port: address.port } : { fd }
    const admits = filter(options.tcpAcceptFilter)
    return serve(endpoint.text, local, accept, {
      place,
      endpoint: (server) => {
        const bound = server.address()
        if (typeof bound === 'object' && bound !== null)
          return formatHostPort('tcp', bound.address, bound.port)
        throw malformed(endpoint.text, `useFileDescriptor ${String(fd)} is no socket of TCP`)
      },
      remoteAddress: ({ remoteAddress = '', remotePort = 0 }) =>
        formatHostPort('tcp', remoteAddress, remotePort),
      admit: (socket) => {
        socket.setNoDelay(true)
        keepAlive(socket, options)
        return admits(socket)
      },
    })
  }
}
