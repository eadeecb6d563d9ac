import type { DropReason, LastError, PeerInfo } from '../events.js'

/** Messages that reached nobody, by reason. */
export type DropStats = Readonly<Record<DropReason | 'total', number>>

/** What is known everywhere of a socket, and of one of its peers. */
export interface TrafficStats {
  /** Messages in queues at this moment. */
  readonly queued: {
    /** Waiting to be sent, those included that the system has not taken yet. */
    readonly outgoing: number
    /** Waiting to be received. */
    readonly incoming: number
  }
  /** Messages dropped, by reason. A message for several peers counts once for each that missed it. */
  readonly dropped: DropStats
  /** Connections that ended before the handshake was done. Over `inproc://` within a thread there is no handshake. */
  readonly handshakeFailures: number
  /** What went wrong last, if anything has: the error of an event, which may be gone without anybody having looked. */
  readonly lastError: LastError | undefined
}

/** What is measured of a socket, and of one of its peers; not on pages, where it would be too much to load. */
export interface MeasuredStats {
  /**
   * How long messages were in a queue, in milliseconds: the mean of those that have left it, 0 before the
   * first. Out: of messages that had to wait for a connection, or for the system to take what was sent before;
   * what is sent without a queue does not count. In: from their arrival until they were received.
   *
   * Messages that were read together are measured together, by their first and their last. Of others
   * (`inproc://` within a thread, CURVE, everything that is queued to be sent) the first of each 64 is measured. Dropped ones are not.
   */
  readonly meanWait: {
    /** In a queue towards a peer, in milliseconds. */
    readonly outgoing: number
    /** In a queue from a peer, in milliseconds. */
    readonly incoming: number
  }
  /**
   * Messages that `meanWait` is the mean of: the mean of those between two snapshots is the difference of
   * `meanWait` times `measured` by that of `measured`.
   */
  readonly measured: {
    /** Sent to peers. */
    readonly outgoing: number
    /** Received from peers. */
    readonly incoming: number
  }
  /**
   * Bytes that have crossed connections, beginning with their handshake: framing, signs of life and
   * encryption by CURVE included, TLS and what is below not. Over `inproc://` within a thread the bytes of messages.
   */
  readonly bytes: {
    /** Written to connections. */
    readonly sent: number
    /** Read from connections. */
    readonly received: number
  }
  /** Connections that this side has made anew after one had been lost. */
  readonly reconnects: number
}

/**
 * What a socket has done and holds. Numbers count from its making on and do not go down, but for `queued`, `meanWait`
 * and `peers`. What may be undefined is so in browsers, and only there.
 */
export interface SocketStats extends TrafficStats, Partial<MeasuredStats> {
  /** Messages accepted by `send()`. */
  readonly sent: number
  /** Messages handed over by `receive()` or the iterator. */
  readonly received: number
  /** Connections established so far. */
  readonly connections: number
  /** Peers connected at this moment. */
  readonly peers: number
  /**
   * Each peer that is connected, is being connected to or still has something in a queue, as it is when this is
   * read: no part of a copy, or of the JSON, of the rest. What those did that are gone is in the socket's own
   * figures alone. Undefined in browsers.
   */
  readonly perPeer?: readonly PeerStats[]
}

/**
 * One peer of a socket. `reconnects`, `handshakeFailures` and `lastError` are those of the endpoint that was given to
 * `connect()`, of at most 1000 endpoints of a socket: beyond it the first begin anew. Of a peer that came to a bound
 * endpoint there are none. With `immediate` a peer begins anew with each connection.
 */
export interface PeerStats extends TrafficStats, MeasuredStats {
  /** Tells peers of this thread apart; counts up. One that is connected to keeps it over all its connections. */
  readonly id: number
  /** The endpoint at this end, as it was bound or connected. */
  readonly endpoint: string
  /** The peer of the current or the last connection; undefined before the first. */
  readonly peer: PeerInfo | undefined
  /** Whether it is connected. */
  readonly connected: boolean
  /** Messages that the system has taken to bring them to the peer. */
  readonly sent: number
  /** Messages from the peer that were taken from its queue. */
  readonly received: number
}
