import '../error-codes.js'
import { lookup } from 'node:dns/promises'
import { isIP, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Endpoint, HostPort } from '../endpoint.js'
import { fromSystemError, ZmqError } from '../errors.js'
import type { TransportOptions } from '../transport/transport.js'

type Options = Pick<TransportOptions, 'ipv6' | 'interface'>

/** The first address of a network interface, if there is one of that name. */
function interfaceAddress(name: string, ipv6: boolean): string | undefined {
  const addresses = networkInterfaces()[name]
  return (
    addresses?.find(({ family }) => family === 'IPv4')?.address ??
    (ipv6 ? addresses?.find(({ family }) => family === 'IPv6')?.address : undefined)
  )
}

/**
 * The address to listen on: `*` is every interface, or the one of the option `interface`; the name
 * of an interface is its first address.
 * @throws ZmqError `ENODEV` for an IPv6 address without the option `ipv6` and for an interface that
 * is not there, `ENOTSUP` for a name that
 * has to be looked up.
 */
export function listenAddress({ host }: HostPort, options: Options, endpoint: Endpoint): string {
  const address = knownAddress(host, options, endpoint)
  if (address !== undefined) return address
  const reason = `${host} has to be looked up, which takes time: use bind()`
  throw new ZmqError('ENOTSUP', { address: endpoint.text, reason })
}

/** What `listenAddress()` is to be given: an address in place of a host that has to be looked up. */
export async function lookUpHost(
  { host }: HostPort,
  options: Options,
  endpoint: Endpoint,
): Promise<Endpoint> {
  if (knownAddress(host, options, endpoint) !== undefined) return endpoint
  try {
    const { address, family } = await lookup(host, { family: options.ipv6 ? 0 : 4 })
    const found = family === 6 ? `[${address}]` : address
    return { ...endpoint, address: found + endpoint.address.slice(host.length) }
  } catch (error) {
    // To whoever binds it is a device that is not there.
    throw fromSystemError(error, endpoint.text, 'ENODEV')
  }
}

function knownAddress(host: string, options: Options, endpoint: Endpoint): string | undefined {
  const { ipv6, interface: device } = options
  // That it is there is looked at also where the endpoint says which address it is.
  const only = device === null ? undefined : deviceAddress(device, ipv6, endpoint)
  if (host === '*') return only ?? (ipv6 ? '::' : '0.0.0.0')
  if (host === 'localhost') return ipv6 && hasLoopback6() ? '::1' : '127.0.0.1'
  if (isIPv6(host) && !ipv6) {
    const reason = `${host} is an IPv6 address: set the option ipv6`
    throw new ZmqError('ENODEV', { address: endpoint.text, reason })
  }
  return isIP(host) === 0 ? interfaceAddress(host, ipv6) : host
}

function hasLoopback6(): boolean {
  return Object.values(networkInterfaces())
    .flat()
    .some((each) => each?.address === '::1')
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
  return deviceAddress(name, ipv6, endpoint)
}

function deviceAddress(name: string, ipv6: boolean, endpoint: Endpoint): string {
  const address = isIP(name) === 0 ? interfaceAddress(name, ipv6) : name
  if (address !== undefined) return address
  throw new ZmqError('ENODEV', { address: endpoint.text, reason: `no network interface ${name}` })
}
