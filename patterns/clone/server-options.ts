import type { Clock } from '../clock/index.js'
import type { CloneSocketOptions } from './follower.js'
import type { TableLimits } from './table.js'

/** What `CloneServer` may be told. */
export interface CloneServerOptions extends TableLimits {
  /** Which of a pair it is (see `CloneServer.star`). @default none: it serves alone */
  readonly role?: 'primary' | 'backup'
  /** How often to say HUGZ, and to look for values whose time is over, in milliseconds. @default 1000 */
  readonly heartbeat?: number
  /** How long the server of the pair that serves may be silent before its map is asked for anew. @default 5000 */
  readonly timeout?: number
  /** Snapshots that are sent at the same time. @default 64 */
  readonly maxSnapshots?: number
  /** Those, and clients that wait for theirs; others may ask again later. @default 1000 */
  readonly maxRequests?: number
  /** A client that takes nothing of its snapshot for so long is given up, in milliseconds. @default 10,000 */
  readonly snapshotTimeout?: number
  /** Messages of its snapshot that may wait for one client, who is given no more before. @default 5000 */
  readonly snapshotMark?: number
  /** Changes that may wait for one client; it misses those beyond. @default 10,000 */
  readonly publisherMark?: number
  /** Changes that a server that stands by keeps until they are published, `maxBytes` at the most. @default 10,000 */
  readonly maxHeld?: number
  /** How many of the last changes are known again when they are sent again. @default 100,000 */
  readonly maxKnown?: number
  /** Options of its sockets, such as keys. None by default. */
  readonly socket?: CloneSocketOptions
  /** The time that it lives by; a test gives a `ManualClock`. @default the system's */
  readonly clock?: Clock
}

/** What a `CloneServer` has done so far, and holds. */
export interface CloneServerStats {
  /** Changes that it has published. */
  readonly updates: number
  /** Of these, deleted because their time was over. */
  readonly expired: number
  /** Changes that came again, and were not made again. */
  readonly repeated: number
  /** Changes for which there was no room, or whose time to live was none. */
  readonly refused: number
  /** Messages that were none of the protocol. */
  readonly malformed: number
  /** Changes that came while it stood by, and that nobody else published: made when it took over. */
  readonly takenOver: number
  /** Those that it keeps now, and those that it could not keep. */
  readonly held: number
  /** Changes that it could not keep while it stood by: too many, or without uuid. */
  readonly unheld: number
  /** Snapshots sent, given up because their client took nothing or went, and not begun. */
  readonly snapshots: {
    /** To their last key. */
    readonly sent: number
    /** Their client took nothing, or went. */
    readonly abandoned: number
    /** Not begun, for want of room or of a table. */
    readonly rejected: number
  }
  /** Snapshots that are being sent, or wait. */
  readonly requests: number
  /** Changes and HUGZ that a slow client missed, since it had no room for them. */
  readonly missed: number
  /** Bytes of keys and values. */
  readonly bytes: number
}
