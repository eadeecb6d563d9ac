import type { DropReason } from '../events.js'

/** Messages by the reason why they reached nobody. */
export type Drops = Record<DropReason | 'total', number>

/** A count of zero for every reason. */
export function noDrops(): Drops {
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
