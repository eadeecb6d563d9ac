import type { Progress } from '../../demo/messages.js'
import type { Report, SocketReport } from '../../demo/socket-report.js'

/** A socket at this moment. Rates are in messages per second. */
export interface SocketView {
  readonly name: string
  readonly type: string
  readonly endpoint: string
  readonly sent: number
  readonly received: number
  readonly loss: number | null
  /** Not long ago, for all to see. */
  readonly isLosing: boolean
}

/** A service at this moment. What nobody can know of it is null. */
export interface ServiceView {
  readonly name: string
  readonly library: string
  readonly process: string
  /** Nothing was heard of it for a while. */
  readonly isSilent: boolean
  readonly sockets: readonly SocketView[]
  /** Messages sent and received, per second. */
  readonly rate: number | null
  /** Messages that wait. */
  readonly queue: number | null
  /** Messages lost so far, and per second. */
  readonly lost: number | null
  readonly loss: number | null
}

/** What a socket has counted so far. */
interface Counts {
  readonly sent: number
  readonly received: number
  readonly queue: number | null
  readonly lost: number | null
}

interface Sample {
  /** When it came. */
  readonly at: number
  readonly report: Report
  readonly counts: Readonly<Record<string, Counts>>
}

/** Milliseconds. */
const rateSpan = 2000
const lossSpan = 4000
const silence = 2000

/** The reports of the last few seconds, and what follows from them. */
export class Watch {
  readonly #samples = new Map<string, Sample[]>()
  progress: Progress = { files: 0, bytes: 0, shares: {} }

  add(service: string, report: Report, at: number): void {
    const old = this.#samples.get(service) ?? []
    // The counts of a new process begin anew.
    const kept = old.filter((s) => s.at > at - lossSpan && s.report.process === report.process)
    const files = this.progress.shares[service]?.files
    const counts: Record<string, Counts> = {}
    for (const [name, socket] of Object.entries(report.sockets)) {
      if (socket.stats) counts[name] = known(socket.stats)
      else if (files !== undefined) counts[name] = presumed(socket, files)
    }
    this.#samples.set(service, [...kept, { at, report, counts }])
  }

  views(now: number): ServiceView[] {
    return [...this.#samples].map(([name, samples]) => view(name, samples, now))
  }
}

function known({ sent, received, queued, dropped }: NonNullable<SocketReport['stats']>): Counts {
  // Replaced by a newer one, or wanted by nobody: such messages are not missed.
  const lost = dropped.total - dropped.conflated - dropped.unsubscribed
  return { sent, received, queue: queued.incoming + queued.outgoing, lost }
}

/** A worker on native zeromq has no figures, but the sink knows how many of its results came. */
function presumed({ type }: SocketReport, files: number): Counts {
  const isReceiver = type === 'PULL'
  return {
    sent: isReceiver ? 0 : files,
    received: isReceiver ? files : 0,
    queue: null,
    lost: null,
  }
}

function view(name: string, samples: readonly Sample[], now: number): ServiceView {
  const { at, report, counts } = samples.at(-1) as Sample
  const isSilent = now - at > silence
  const sockets = Object.entries(report.sockets).map(([socket, { type, endpoint }]) => {
    const rate = (count: keyof Counts, span = rateSpan): number | null =>
      isSilent ? null : growth(samples, socket, count, span)
    return {
      name: socket,
      type,
      endpoint,
      sent: rate('sent') ?? 0,
      received: rate('received') ?? 0,
      loss: rate('lost'),
      isLosing: (rate('lost', lossSpan) ?? 0) > 0,
    }
  })
  const all = Object.values(counts)
  return {
    name,
    library: report.library,
    process: report.process,
    isSilent,
    sockets,
    rate: isSilent ? null : sum(sockets.map(({ sent, received }) => sent + received)),
    queue: isSilent ? null : sum(all.map(({ queue }) => queue)),
    lost: sum(all.map(({ lost }) => lost)),
    loss: sum(sockets.map(({ loss }) => loss)),
  }
}

/** By how much a count has grown per second; null if it is not known. */
function growth(
  samples: readonly Sample[],
  socket: string,
  count: keyof Counts,
  span: number,
): number | null {
  const last = samples.at(-1) as Sample
  const end = last.counts[socket]?.[count] ?? null
  for (const { report, counts } of samples) {
    const start = counts[socket]?.[count] ?? null
    const seconds = (last.report.at - report.at) / 1000
    if (start === null || end === null || seconds > span / 1000) continue
    return seconds === 0 ? 0 : (end - start) / seconds
  }
  return null
}

/** Null if one of them is not known. */
function sum(values: readonly (number | null)[]): number | null {
  let total = 0
  for (const value of values) {
    if (value === null) return null
    total += value
  }
  return total
}
