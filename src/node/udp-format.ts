import type { RemoteInfo } from 'node:dgram'
import { isIP, isIPv6 } from 'node:net'
import type { HostPort } from '../endpoint.js'
import { ZmqError } from '../errors.js'
import type { Parts } from '../message.js'
import { fromText, toLatin1 } from '../util/bytes.js'

/** A message as it leaves. */
export interface Outgoing {
  readonly chunks: readonly Uint8Array[]
  /** Where to, if messages say so. */
  readonly to?: HostPort
}

/** How messages become datagrams, and datagrams messages. */
export interface DatagramFormat {
  /** @throws ZmqError `EMSGSIZE` when it does not fit, `EINVAL` when it says no address. */
  encode(message: Parts): Outgoing
  /** @returns undefined for what is no message. */
  decode(datagram: Uint8Array, from: RemoteInfo): Parts | undefined
}

/** What libzmq sends, and reads, of a datagram. */
const LONGEST_GROUPED = 8192

/** What UDP carries. */
const LONGEST = 65_507

/*
 * RADIO and DISH over UDP:
 *
 *   groupLength(1)  group(groupLength)  body
 */
export const grouped: DatagramFormat = {
  encode(message) {
    const [group, body] = message as [Uint8Array, Uint8Array]
    demandFit(1 + group.length + body.length, LONGEST_GROUPED)
    return { chunks: [Uint8Array.of(group.length), group, body] }
  },
  decode(datagram) {
    const [length] = datagram
    if (length === undefined || datagram.length <= length) return undefined
    return [datagram.subarray(1, 1 + length), datagram.subarray(1 + length)]
  },
}

/** Bare datagrams, and before them the address in text that each goes to, or comes from. */
export const addressedBare: DatagramFormat = {
  encode(message) {
    const [address, data] = message as [Uint8Array, Uint8Array]
    demandFit(data.length, LONGEST)
    return { chunks: [data], to: toHostPort(address) }
  },
  decode(datagram, { address, port }) {
    const host = isIPv6(address) ? `[${address}]` : address
    return [fromText(`${host}:${String(port)}\0`), datagram]
  },
}

function demandFit(length: number, most: number): void {
  if (length <= most) return
  const reason = `a datagram of ${String(length)} bytes, where at most ${String(most)} fit`
  throw new ZmqError('EMSGSIZE', { reason })
}

function toHostPort(address: Uint8Array): HostPort {
  const end = address.indexOf(0)
  const text = toLatin1(end < 0 ? address : address.subarray(0, end))
  const colon = text.lastIndexOf(':')
  const bracketed = text.startsWith('[') && text[colon - 1] === ']'
  const host = bracketed ? text.slice(1, colon - 1) : text.slice(0, Math.max(colon, 0))
  const port = Number(text.slice(colon + 1))
  const version = isIP(host)
  if (version === (bracketed ? 6 : 4) && Number.isInteger(port) && port > 0 && port < 65_536) {
    return { host, port }
  }
  const reason = `the address of a datagram is IP:port, not ${JSON.stringify(text)}`
  throw new ZmqError('EINVAL', { reason })
}
