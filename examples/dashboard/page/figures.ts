import type { LastError, SocketStats } from 'zerowire'

/** What is looked at of a socket or of one of its peers. Of one of native zeromq the sink knows a little. */
export type Figures = Pick<SocketStats, 'sent' | 'received'> & Partial<SocketStats>

/** A service's clock, and all figures of that moment by name. */
export interface Snapshot {
  readonly at: number
  readonly figures: ReadonlyMap<string, Figures>
}

/** One way of messages. */
export interface WayView {
  /** Per second. */
  readonly messages: number | null
  readonly bytes: number | null
  /** Messages that wait now, and the mean number of milliseconds that those waited which were measured of late. */
  readonly queued: number | null
  readonly wait: number | null
}

/** A socket, or one of its peers, at this moment. What nobody can know is null. */
export interface FiguresView {
  readonly outgoing: WayView
  readonly incoming: WayView
  /** Lost so far, and per second. */
  readonly lost: number | null
  readonly loss: number | null
  /** Not long ago, for all to see. */
  readonly isLosing: boolean
  /** Whatever was dropped so far, by reason. */
  readonly dropped: Readonly<Record<string, number>> | null
  readonly reconnects: number | null
  readonly handshakeFailures: number | null
  readonly lastError: LastError | null
}

/** Milliseconds. */
const rateSpan = 2000
export const lossSpan = 4000

type Count = (figures: Figures) => number | undefined

/** Replaced by a newer one, or wanted by nobody: such messages are not missed. */
const lost: Count = ({ dropped }) =>
  dropped && dropped.total - dropped.conflated - dropped.unsubscribed

/** What the last few snapshots tell of one name. */
export function viewOf(
  snapshots: readonly Snapshot[],
  name: string,
  isSilent: boolean,
): FiguresView {
  const now = snapshots.at(-1)?.figures.get(name)
  const rate = (count: Count, span = rateSpan): number | null =>
    isSilent ? null : perSecond(snapshots, name, count, span)
  const way = (way: 'outgoing' | 'incoming', count: 'sent' | 'received'): WayView => ({
    messages: rate((figures) => figures[count]),
    bytes: rate(({ bytes }) => bytes?.[count]),
    queued: isSilent ? null : (now?.queued?.[way] ?? null),
    wait: isSilent ? null : meanWait(snapshots, name, way),
  })
  return {
    outgoing: way('outgoing', 'sent'),
    incoming: way('incoming', 'received'),
    lost: (now && lost(now)) ?? null,
    loss: rate(lost),
    isLosing: (rate(lost, lossSpan) ?? 0) > 0,
    dropped: now?.dropped ? reasonsOf(now.dropped) : null,
    reconnects: now?.reconnects ?? null,
    handshakeFailures: now?.handshakeFailures ?? null,
    lastError: now?.lastError ?? null,
  }
}

function reasonsOf({ total: _, ...reasons }: SocketStats['dropped']): Record<string, number> {
  return Object.fromEntries(Object.entries(reasons).filter(([, count]) => count > 0))
}

/** Of those that left the queue within the span; null where none of them was measured. */
function meanWait(
  snapshots: readonly Snapshot[],
  name: string,
  way: 'outgoing' | 'incoming',
): number | null {
  const count = growth(snapshots, name, ({ measured }) => measured?.[way])
  const waited = growth(snapshots, name, ({ meanWait, measured }) => {
    return meanWait && measured && meanWait[way] * measured[way]
  })
  return count === null || waited === null || count.by === 0 ? null : waited.by / count.by
}

function perSecond(
  snapshots: readonly Snapshot[],
  name: string,
  count: Count,
  span: number,
): number | null {
  const grown = growth(snapshots, name, count, span)
  return grown && (grown.seconds === 0 ? 0 : grown.by / grown.seconds)
}

/** By how much a count has grown, and in what time; null if it is not known. */
function growth(
  snapshots: readonly Snapshot[],
  name: string,
  count: Count,
  span = rateSpan,
): { by: number; seconds: number } | null {
  const last = snapshots.at(-1)
  const end = last && countOf(last, name, count)
  for (const snapshot of snapshots) {
    const start = countOf(snapshot, name, count)
    if (last === undefined || start === undefined || end === undefined) continue
    const seconds = (last.at - snapshot.at) / 1000
    if (seconds <= span / 1000) return { by: end - start, seconds }
  }
  return null
}

function countOf({ figures }: Snapshot, name: string, count: Count): number | undefined {
  const found = figures.get(name)
  return found && count(found)
}
