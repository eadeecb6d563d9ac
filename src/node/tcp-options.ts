import { BlockList, isIPv6, type Socket } from 'node:net'
import { malformed, type Endpoint } from '../endpoint.js'
import type { TransportOptions } from '../transport/transport.js'

/** Whether TCP itself looks after an idle connection. */
export function keepAlive(
  socket: Socket,
  { tcpKeepalive, tcpKeepaliveIdle }: TransportOptions,
): void {
  if (tcpKeepalive < 0) return
  socket.setKeepAlive(tcpKeepalive === 1, Math.max(0, tcpKeepaliveIdle) * 1000)
}

/** Who is admitted: peers from `address` or `address/prefix`, as in `192.168.0.0/16`. */
export function filter(cidr: string | null, endpoint: Endpoint): (socket: Socket) => boolean {
  if (cidr === null) return () => true
  const slash = cidr.indexOf('/')
  const address = slash < 0 ? cidr : cidr.slice(0, slash)
  const family = isIPv6(address) ? 'ipv6' : 'ipv4'
  const prefix = slash < 0 ? (family === 'ipv6' ? 128 : 32) : Number(cidr.slice(slash + 1))
  const list = new BlockList()
  try {
    list.addSubnet(address, prefix, family)
  } catch {
    throw malformed(
      endpoint.text,
      `tcpAcceptFilter ${JSON.stringify(cidr)} is not an address/prefix`,
    )
  }
  return ({ remoteAddress = '' }) =>
    list.check(remoteAddress, isIPv6(remoteAddress) ? 'ipv6' : 'ipv4')
}
