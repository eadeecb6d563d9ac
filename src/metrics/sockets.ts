import { Context, context as defaultContext } from '../context.js'
import { openSockets } from '../socket/open-sockets.js'
import { core, Socket } from '../socket/socket.js'
import type { TrafficStats, SocketStats } from '../socket/stats.js'

/** Whose figures, and how many of them. */
export interface MetricsOptions {
  /**
   * The sockets: some, or the context of which all are meant that are open when they are looked at.
   * Closed ones are left out. @default the default context
   */
  readonly sockets?: Context | Iterable<Socket>
  /** What a socket is called, in the label `name`; without it there is no such label. */
  readonly name?: (socket: Socket) => string
  /** Figures of each peer as well. @default false */
  readonly perPeer?: boolean
  /**
   * Peers of one socket with figures of their own; those of all others are added up, with `other` in the
   * place of their address. @default 100
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

/** One peer of a socket, or several that cannot be told apart. */
export interface PeerLabels {
  /** The endpoint at this end. */
  readonly endpoint: string
  /** The address of the peer; empty while it was never connected. */
  readonly peer: string
}

/** Figures of a peer that can be added to those of others. */
export type PeerFigures = Pick<
  TrafficStats,
  'queued' | 'bytes' | 'dropped' | 'reconnects' | 'handshakeFailures'
> & { readonly sent: number; readonly received: number }

/** A socket at this moment. */
export interface Measured {
  readonly labels: SocketLabels
  readonly stats: SocketStats
  readonly peers: readonly { readonly labels: PeerLabels; readonly figures: PeerFigures }[]
}

const OTHERS: PeerLabels = { endpoint: '', peer: 'other' }

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

/** Those with the same labels are one: nobody could tell their figures apart. */
function peersOf({ perPeer }: SocketStats, most: number): Measured['peers'] {
  const peers = new Map<string, { labels: PeerLabels; figures: PeerFigures }>()
  for (const each of perPeer) {
    const own = { endpoint: each.endpoint, peer: each.peer?.address ?? '' }
    const isKnown = peers.has(JSON.stringify(own))
    const labels = isKnown || peers.size < most ? own : OTHERS
    const key = JSON.stringify(labels)
    const before = peers.get(key)
    peers.set(key, { labels, figures: before === undefined ? each : sum(before.figures, each) })
  }
  return [...peers.values()]
}

/** Adds up whatever numbers there are, in objects of the same shape. */
function sum(one: PeerFigures, other: PeerFigures): PeerFigures {
  const both = (name: keyof PeerFigures): unknown => {
    const a = one[name]
    const b = other[name]
    if (typeof a === 'number' && typeof b === 'number') return a + b
    const more = b as Readonly<Record<string, number>>
    const parts = Object.entries(a as Readonly<Record<string, number>>)
    return Object.fromEntries(parts.map(([part, value]) => [part, value + (more[part] ?? 0)]))
  }
  const names = ['queued', 'bytes', 'dropped', 'reconnects', 'handshakeFailures'] as const
  const added = [...names, 'sent' as const, 'received' as const].map((name) => [name, both(name)])
  return Object.fromEntries(added) as PeerFigures
}
