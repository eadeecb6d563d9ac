import type { AddressInfo } from 'node:net'
import { formatHostPort, parseBindAddress, parseRoute, type Endpoint } from '../endpoint.js'
import type { Session } from '../session/session.js'
import type { Accept, Listener, LocalEnd, Transport } from '../transport/transport.js'
import { NetStream } from './net-stream.js'
import { dial, serve } from './stream-transport.js'
import { listenAddress, lookUpHost, sourceAddress } from './tcp-address.js'
import { filter, keepAlive } from './tcp-options.js'

/** `tcp://host:port` (RFC 37 over TCP). Names are resolved at every attempt to connect. */
export class TcpTransport implements Transport {
  readonly scheme = 'tcp'
  readonly observable = true

  check(endpoint: Endpoint): void {
    parseRoute(endpoint)
  }

  async connect(endpoint: Endpoint, local: LocalEnd, signal: AbortSignal): Promise<Session> {
    const { host, port, source } = parseRoute(endpoint)
    const { ipv6, interface: device } = local.options
    const localAddress = sourceAddress(source, device, ipv6, endpoint)
    const stream = NetStream.dial({
      host,
      port,
      noDelay: true,
      ...(ipv6 ? {} : { family: 4 }),
      ...(localAddress === undefined ? {} : { localAddress }),
      ...(source === undefined || source.port === 0 ? {} : { localPort: source.port }),
    })
    keepAlive(stream.socket, local.options)
    return dial(stream, endpoint, local, signal)
  }

  prepare(endpoint: Endpoint, { options }: LocalEnd): Promise<Endpoint> {
    return lookUpHost(parseBindAddress(endpoint), options, endpoint)
  }

  listen(endpoint: Endpoint, local: LocalEnd, accept: Accept): Listener {
    const address = parseBindAddress(endpoint)
    const { options } = local
    const host = listenAddress(address, options, endpoint)
    const admits = filter(options.tcpAcceptFilter)
    return serve(endpoint.text, local, accept, {
      place: { host, port: address.port },
      endpoint: (server) => {
        const bound = server.address() as AddressInfo
        return formatHostPort('tcp', bound.address, bound.port)
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
