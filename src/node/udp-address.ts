import '../error-codes.js'
import { isIPv6 } from 'node:net'
import { malformed, parseBindAddress, parseRoute, type Endpoint } from '../endpoint.js'
import type { HostPort } from '../endpoint.js'
import type { TransportOptions } from '../transport/transport.js'
import { sourceAddress } from './tcp-address.js'

/** `[interface;]host:port` as it was given. */
export interface UdpAddress extends HostPort {
  /** The interface that a multicast goes out, or comes in, through. */
  readonly device?: string
  /** The same endpoint without it. */
  readonly rest: Endpoint
}

/** @throws ZmqError `EINVAL` when it is malformed. */
export function parseUdp(endpoint: Endpoint, listening: boolean): UdpAddress {
  const { address, text } = endpoint
  const at = address.lastIndexOf(';')
  const rest = { ...endpoint, address: address.slice(at + 1) }
  const { host, port } = listening ? parseBindAddress(rest) : parseRoute(rest)
  if (at < 0) return { host, port, rest }
  const device = address.slice(0, at)
  if (device === '') throw malformed(text, 'expected an interface before the semicolon')
  if (!isMulticast(host)) throw malformed(text, 'an interface goes with a multicast address alone')
  return { host, port, device, rest }
}

/** 224.0.0.0/4, or ff00::/8. */
export function isMulticast(address: string): boolean {
  if (isIPv6(address)) return address.toLowerCase().startsWith('ff')
  const first = Number(address.slice(0, address.indexOf('.')))
  return first >= 224 && first <= 239
}

/**
 * The interface of a multicast as Node takes it; undefined leaves it to the system.
 * @throws ZmqError `ENODEV` when there is no such interface.
 */
export function multicastInterface(
  { host, device = '*' }: UdpAddress,
  { interface: bound, ipv6 }: TransportOptions,
  endpoint: Endpoint,
): string | undefined {
  const source = device === '*' ? undefined : { host: device, port: 0 }
  const address = sourceAddress(source, bound, ipv6, endpoint)
  // IPv6 takes interfaces by name.
  const name = source?.host ?? bound
  return isIPv6(host) && address !== undefined && name !== null ? `::%${name}` : address
}
