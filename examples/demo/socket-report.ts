import type { SocketStats } from 'zerowire'

/** What there is to know about a socket from outside. One of native zeromq has no `stats`. */
export interface SocketReport {
  readonly type: string
  readonly endpoint: string
  readonly stats?: SocketStats
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

/** By libzmq's number of a socket type. */
const types = 'PAIR PUB SUB REQ REP DEALER ROUTER PULL PUSH XPUB XSUB STREAM'.split(' ')

export function reportSockets(sockets: Readonly<Record<string, Observed>>): Report['sockets'] {
  const reports = Object.entries(sockets).map(([name, { type, lastEndpoint, stats }]) => {
    const known = { type: types[type] ?? '?', endpoint: lastEndpoint ?? '' }
    return [name, stats ? { ...known, stats } : known] as const
  })
  return Object.fromEntries(reports)
}
