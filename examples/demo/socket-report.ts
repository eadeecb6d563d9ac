import type { PeerStats, SocketStats } from 'zerowire'

/** What there is to know about a socket from outside. One of native zeromq has no `stats`. */
export interface SocketReport {
  readonly type: string
  readonly endpoint: string
  readonly stats?: SocketStats
  /** The first of its peers. No part of the JSON of `stats`, and unknown to pages. */
  readonly peers?: readonly PeerStats[]
}

/** What a process says about itself a few times a second. Its name is the topic. */
export interface Report {
  readonly library: string
  /** What tells it from its predecessors. */
  readonly process: string
  /** Milliseconds, by a clock of its own: reports may come late, and together. */
  readonly at: number
  readonly sockets: Readonly<Record<string, SocketReport>>
}

/** A socket of either library. */
export interface Observed {
  readonly closed: boolean
  readonly type: number
  readonly lastEndpoint: string | null
  readonly stats?: SocketStats
}

/** Enough for a look. */
const mostPeers = 10

/** By libzmq's number of a socket type. */
const types = 'PAIR PUB SUB REQ REP DEALER ROUTER PULL PUSH XPUB XSUB STREAM'.split(' ')

export function reportSockets(sockets: Readonly<Record<string, Observed>>): Report['sockets'] {
  const reports = Object.entries(sockets).map(([name, { type, lastEndpoint, stats }]) => {
    const known = { type: types[type] ?? '?', endpoint: lastEndpoint ?? '' }
    if (!stats) return [name, known] as const
    const peers = stats.perPeer?.slice(0, mostPeers)
    return [name, { ...known, stats, ...(peers && { peers }) }] as const
  })
  return Object.fromEntries(reports)
}
