import { milliseconds, whole } from '../common/checks.js'

/** The first word of each worker. */
export const READY = '\x01'
/** What both sides say to show that they are there. */
export const HEARTBEAT = '\x02'

/** How both sides watch each other; to be the same for all. */
export interface HeartbeatOptions {
  /** How often each side shows that it is there, in milliseconds. @default 1000 */
  readonly heartbeatInterval?: number
  /** After how many intervals without a word the other side is taken for dead. @default 3 */
  readonly liveness?: number
}

/** The interval, and the patience that follows from it, in milliseconds. */
export interface Heartbeats {
  readonly interval: number
  readonly patience: number
}

/** @throws RangeError on wrong values. */
export function heartbeatsOf(options: HeartbeatOptions): Heartbeats {
  const interval = milliseconds('heartbeatInterval', options.heartbeatInterval ?? 1000)
  return { interval, patience: interval * whole('liveness', options.liveness ?? 3) }
}
