import { Context, context as defaultContext } from '../context.js'
import { openSockets } from '../socket/open-sockets.js'
import { core, Socket } from '../socket/socket.js'
import type { PeerStats, SocketStats } from '../socket/stats.js'

/** Whose figures are shown, and how many of them. */
export interface MetricsOptions {
  /**
   * The sockets: some, or the context of which all are meant that are open when they are looked at.
   * Closed ones are left out. @default the default context
   */
  readonly sockets?: Context | Iterable<Socket>
  /** What a socket is called, in the label `name`; without it there is no such label. */
  readonly name?: (socket: Socket) => string
  /** Figures of each peer as well: each that comes has lines of its own. @default false */
  readonly perPeer?: boolean
  /**
   * Peers of one socket with figures of their own: those that came first. What others do is in the figures of the
   * socket alone. @default 100
   */
  readonly mostPeers?: number
}

/** A socket, by what tells it from others. */
export interface SocketLabels {
  /** Counts up within the process, in the order in which sockets are first looked at. */
  readonly id: string
  readonly name?: string
  /** Its type, such as `PUSH`. */
  readonly type: string
  /** The endpoint last bound or connected; empty before. */
  readonly endpoint: string
}

/** One peer of a socket. */
export interface PeerLabels {
  /** As in `PeerStats`: an address may be that of several, and of one after another. */
  readonly peer_id: string
  /** The endpoint at this end. */
  readonly endpoint: string
  /** The address of the peer; empty while it was never connected. */
  readonly peer: string
}

/** A socket at this moment. */
export interface Measured {
  readonly labels: SocketLabels
  readonly stats: SocketStats
  readonly peers: readonly { readonly labels: PeerLabels; readonly stats: PeerStats }[]
}

const ids = new WeakMap<Socket, string>()
let lastId = 0

/** Looks at the sockets now. @throws TypeError when options are none, RangeError when `mostPeers` is no number from 0 on. */
export function measure(options: MetricsOptions): Measured[] {
  const { sockets = defaultContext, name, perPeer = false, mostPeers = 100 } = options
  if (!Number.isInteger(mostPeers) || mostPeers < 0) {
    throw new RangeError(`mostPeers is a whole number from 0 on, not ${String(mostPeers)}`)
  }
  return [...socketsOf(sockets)]
    .filter(({ closed }) => !closed)
    .map((socket) => {
      const stats = socket.stats
      const labels = {
        id: idOf(socket),
        ...(name !== undefined && { name: name(socket) }),
        ...{ type: core(socket).type.name, endpoint: socket.lastEndpoint ?? '' },
      }
      return { labels, stats, peers: perPeer ? peersOf(stats, mostPeers) : [] }
    })
}

function socketsOf(sockets: Context | Iterable<Socket>): Iterable<Socket> {
  if (!(sockets instanceof Context)) return new Set(sockets)
  return openSockets().filter(
    (socket): socket is Socket => socket instanceof Socket && socket.context === sockets,
  )
}

function idOf(socket: Socket): string {
  const id = ids.get(socket) ?? String(++lastId)
  ids.set(socket, id)
  return id
}

function peersOf({ perPeer = [] }: SocketStats, most: number): Measured['peers'] {
  return perPeer.slice(0, most).map((stats) => {
    const { id, endpoint, peer } = stats
    return { labels: { peer_id: String(id), endpoint, peer: peer?.address ?? '' }, stats }
  })
}
