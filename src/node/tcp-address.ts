import { isIP, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Endpoint, HostPort } from '../endpoint.js'
import { ZmqError } from '../errors.js'

/** The first address of a network interface, if there is one of that name. */
function interfaceAddress(name: string, ipv6: boolean): string | undefined {
  const addresses = networkInterfaces()[name]
  return (
    addresses?.find(({ family }) => family === 'IPv4')?.address ??
    (ipv6 ? addresses?.find(({ family }) => family === 'IPv6')?.address : undefined)
  )
}

/**
 * The address to listen on: `*` is every interface; the name of an interface is its first address.
 * @throws ZmqError `ENODEV` for an IPv6 address without the option `ipv6`.
 */
export function listenAddress({ host }: HostPort, ipv6: boolean, endpoint: Endpoint): string {
  if (host === '*') return ipv6 ? '::' : '0.0.0.0'
  if (isIPv6(host) && !ipv6) {
    const reason = `${host} is an IPv6 address: set the option ipv6`
    throw new ZmqError('ENODEV', { address: endpoint.text, reason })
  }
  if (isIP(host) !== 0) return host
  return interfaceAddress(host, ipv6) ?? host
}

/**
 * The address a connection starts from: that of the option `interface`, or the endpoint's source.
 * @throws ZmqError `ENODEV` when there is no such interface.
 */
export function sourceAddress(
  source: HostPort | undefined,
  device: string | null,
  ipv6: boolean,
  endpoint: Endpoint,
): string | undefined {
  const name = source?.host ?? device
  if (name === null || name === '*') return undefined
  if (isIP(name) !== 0) return name
  const address = interfaceAddress(name, ipv6)
  if (address === undefined) {
    throw new ZmqError('ENODEV', { address: endpoint.text, reason: `no network interface ${name}` })
  }
  return address
}
