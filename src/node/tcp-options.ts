import { BlockList, isIP, isIPv6, type Socket } from 'node:net'
import { ZmqError } from '../errors.js'
import type { TransportOptions } from '../transport/transport.js'

/** Whether TCP itself looks after an idle connection. */
export function keepAlive(
  socket: Socket,
  { tcpKeepalive, tcpKeepaliveIdle }: TransportOptions,
): void {
  if (tcpKeepalive < 0) return
  socket.setKeepAlive(tcpKeepalive === 1, Math.max(0, tcpKeepaliveIdle) * 1000)
}

/** Puts one more `address` or `address/prefix` to those who are admitted; null forgets them all. */
export function addFilter(list: string | null, range: string | null): string | null {
  if (range === null) return null
  if (toBlockList([range]) !== undefined) return list === null ? range : `${list} ${range}`
  const reason = `option tcpAcceptFilter is an address or address/prefix, not ${JSON.stringify(range)}`
  throw new ZmqError('EINVAL', { reason })
}

/** Who is admitted: peers from any of these, separated by spaces, as in `192.168.0.0/16`. */
export function filter(list: string | null): (socket: Socket) => boolean {
  const admitted = list === null ? undefined : toBlockList(list.split(' '))
  return ({ remoteAddress = '' }) =>
    admitted?.check(remoteAddress, isIPv6(remoteAddress) ? 'ipv6' : 'ipv4') ?? true
}

function toBlockList(ranges: readonly string[]): BlockList | undefined {
  const list = new BlockList()
  for (const range of ranges) {
    const [, address = '', digits] = /^([\d.]+|[\da-f:.]+)(?:\/(\d+))?$/i.exec(range) ?? []
    const family = isIP(address)
    const most = family === 6 ? 128 : 32
    const prefix = Number(digits ?? most)
    if (family === 0 || prefix > most) return undefined
    list.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}
