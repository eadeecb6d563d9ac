import type { Socket } from 'node:dgram'
import type { NetworkInterfaceInfo } from 'node:os'
import { decodeBeacon, encodeBeacon, type Announcement, type Beacon } from './beacon.js'

/** Where announcements go. */
export interface UdpBeaconOptions {
  /** The UDP port of all nodes that shall meet. @default 5670 */
  readonly port?: number
  /**
   * The network that they meet on: the name of an interface, or our IPv4 address there.
   * @default the first that is not the loopback; that, where there is no other
   */
  readonly interface?: string
  /** The IPv4 address to send to, broadcast or multicast. @default the broadcast address of the interface */
  readonly address?: string
}

/**
 * Announces over UDP, in the 22 bytes that RFC 36 fixes. Any number of nodes of a machine share the port.
 * Only in Node.
 */
export class UdpBeacon implements Beacon {
  readonly #port: number
  readonly #interface: string | undefined
  readonly #address: string | undefined
  #to = ''
  #socket: Socket | undefined
  /** What the system told of the socket since the last announcement. */
  #trouble: Error | undefined

  /** @throws RangeError when the port is no whole number from 1 to 65535. */
  constructor({ port = 5670, interface: name, address }: UdpBeaconOptions = {}) {
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      throw new RangeError(`port must be a whole number from 1 to 65535, not ${String(port)}`)
    }
    this.#port = port
    this.#interface = name
    this.#address = address
  }

  /** @throws Error when there is no such interface, or as the system says (rejected). */
  async open(heard: (announcement: Announcement | undefined) => void): Promise<string> {
    // Loaded here, so that pages can load the rest.
    const { createSocket } = process.getBuiltinModule('node:dgram')
    const { address: host, netmask } = findInterface(this.#interface)
    this.#to = this.#address ?? broadcastAddress(host, netmask)
    const socket = createSocket({ type: 'udp4', reuseAddr: true })
    this.#socket = socket
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind(this.#port, () => {
        socket.off('error', reject)
        resolve()
      })
    }).catch((error: unknown) => {
      this.#socket = undefined
      socket.close()
      throw error
    })
    socket.on('error', (error) => (this.#trouble = error))
    socket.setBroadcast(true)
    if (isMulticast(this.#to)) {
      socket.addMembership(this.#to, host)
      socket.setMulticastInterface(host)
    }
    socket.on('message', (bytes, from) => {
      const beacon = decodeBeacon(bytes)
      const endpoint = beacon?.port ? `tcp://${from.address}:${beacon.port}` : null
      heard(beacon && { uuid: beacon.uuid, endpoint })
    })
    return host
  }

  /** @throws Error as the system says, or when the endpoint has no port (rejected). */
  announce({ uuid, endpoint }: Announcement): Promise<void> {
    return new Promise((resolve, reject) => {
      const port = endpoint === null ? 0 : Number(/^tcp:.*:(\d+)$/.exec(endpoint)?.[1])
      if (!(port <= 65535)) throw new Error(`a beacon over UDP needs tcp://, not ${endpoint}`)
      const trouble = this.#trouble
      this.#trouble = undefined
      if (trouble) throw trouble
      if (!this.#socket) throw new Error('the beacon is not open')
      this.#socket.send(encodeBeacon(uuid, port), this.#port, this.#to, (error) => {
        if (error) reject(error)
        else resolve()
      })
    })
  }

  close(): Promise<void> {
    const socket = this.#socket
    this.#socket = undefined
    if (!socket) return Promise.resolve()
    return new Promise((resolve) => {
      socket.close(resolve)
    })
  }
}

function findInterface(wanted: string | undefined): NetworkInterfaceInfo {
  const { networkInterfaces } = process.getBuiltinModule('node:os')
  const all = Object.entries(networkInterfaces())
    .flatMap(([name, addresses = []]) => addresses.map((info) => ({ name, info })))
    .filter(({ info }) => info.family === 'IPv4')
  const found =
    wanted === undefined
      ? (all.find(({ info }) => !info.internal) ?? all[0])
      : all.find(({ name, info }) => name === wanted || info.address === wanted)
  if (found) return found.info
  throw new Error(`there is no interface with an IPv4 address${wanted ? ` called ${wanted}` : ''}`)
}

/** @internal */
export function broadcastAddress(host: string, netmask: string): string {
  const mask = netmask.split('.').map(Number)
  return host
    .split('.')
    .map((part, i) => Number(part) | (~(mask[i] ?? 255) & 0xff))
    .join('.')
}

function isMulticast(address: string): boolean {
  const first = Number(address.split('.')[0])
  return first >= 224 && first < 240
}
