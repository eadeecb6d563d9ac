import type { Progress } from '../../demo/messages.js'
import type { Report, SocketReport } from '../../demo/socket-report.js'
import { lossSpan, viewOf, type Figures, type FiguresView, type Snapshot } from './figures.js'

/** One that a socket talks to. */
export interface PeerView extends FiguresView {
  readonly id: number
  /** Its address, or the endpoint at which it should be. */
  readonly address: string
  /** Its socket type; empty before the first connection. */
  readonly type: string
  readonly isConnected: boolean
}

/** A socket at this moment. */
export interface SocketView extends FiguresView {
  readonly name: string
  readonly type: string
  readonly endpoint: string
  readonly peers: readonly PeerView[]
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
  /** Messages that wait, and the longest mean of the times that they waited in a queue of late. */
  readonly queue: number | null
  readonly wait: number | null
  /** Messages lost so far, and per second. */
  readonly lost: number | null
  readonly loss: number | null
}

interface Sample extends Snapshot {
  /** When it came. */
  readonly came: number
  readonly report: Report
}

/** Milliseconds. */
const silence = 2000

/** The reports of the last few seconds, and what follows from them. */
export class Watch {
  readonly #samples = new Map<string, Sample[]>()
  progress: Progress = { files: 0, bytes: 0, shares: {} }

  add(service: string, report: Report, came: number): void {
    const old = this.#samples.get(service) ?? []
    // The counts of a new process begin anew.
    const kept = old.filter((s) => s.came > came - lossSpan && s.report.process === report.process)
    const files = this.progress.shares[service]?.files
    const figures = new Map<string, Figures>()
    for (const [name, socket] of Object.entries(report.sockets)) {
      if (socket.stats) figures.set(name, socket.stats)
      else if (files !== undefined) figures.set(name, presumed(socket, files))
      for (const peer of socket.peers ?? []) figures.set(peerName(name, peer), peer)
    }
    this.#samples.set(service, [...kept, { came, at: report.at, report, figures }])
  }

  views(now: number): ServiceView[] {
    return [...this.#samples].map(([name, samples]) => view(name, samples, now))
  }
}

const peerName = (socket: string, { id }: { id: number }): string => `${socket} ${id}`

/** A worker on native zeromq has no figures, but the sink knows how many of its results came. */
function presumed({ type }: SocketReport, files: number): Figures {
  const isReceiver = type === 'PULL'
  return { sent: isReceiver ? 0 : files, received: isReceiver ? files : 0 }
}

function view(name: string, samples: readonly Sample[], now: number): ServiceView {
  const { came, report } = samples.at(-1) as Sample
  const isSilent = now - came > silence
  const sockets = Object.entries(report.sockets).map(
    ([socket, { type, endpoint, peers = [] }]) => ({
      ...{ name: socket, type, endpoint },
      ...viewOf(samples, socket, isSilent),
      peers: peers.map((peer) => ({
        ...{ id: peer.id, address: peer.peer?.address ?? peer.endpoint },
        ...{ type: peer.peer?.socketType ?? '', isConnected: peer.connected },
        ...viewOf(samples, peerName(socket, peer), isSilent),
      })),
    }),
  )
  const ways = sockets.flatMap(({ outgoing, incoming }) => [outgoing, incoming])
  const waits = ways.flatMap(({ wait }) => wait ?? [])
  return {
    name,
    library: report.library,
    process: report.process,
    isSilent,
    sockets,
    rate: isSilent ? null : ways.reduce((all, { messages }) => all + (messages ?? 0), 0),
    queue: sum(ways.map(({ queued }) => queued)),
    wait: waits.length === 0 ? null : Math.max(...waits),
    lost: sum(sockets.map(({ lost }) => lost)),
    loss: sum(sockets.map(({ loss }) => loss)),
  }
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
