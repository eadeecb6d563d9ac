import type { DropReason } from '../events.js'

/** Messages that reached nobody, by reason. */
export type DropStats = Readonly<Record<DropReason | 'total', number>>

/** What a socket has done and holds, in messages. */
export interface SocketStats {
  /** Accepted by `send()`. */
  readonly sent: number
  /** Handed over by `receive()` or the iterator. */
  readonly received: number
  /** In the queues of all peers at this moment. */
  readonly queued: {
    /** Waiting to be sent, those included that the system has not taken yet. */
    readonly outgoing: number
    /** Waiting to be received. */
    readonly incoming: number
  }
  /** Dropped, by reason. A message for several peers counts once for each that missed it. */
  readonly dropped: DropStats
  /** Connections established so far. */
  readonly connections: number
  /** Peers connected at this moment. */
  readonly peers: number
}

/** A count of zero for every reason. */
export function noDrops(): Record<DropReason | 'total', number> {
  return {
    total: 0,
    full: 0,
    unroutable: 0,
    unsubscribed: 0,
    disconnected: 0,
    closed: 0,
    unexpected: 0,
    oversize: 0,
    conflated: 0,
  }
}
