import { Router } from 'zerowire'
import { ZmqError, type Message } from 'zerowire/extra'
import type { Clock } from '../clock/index.js'
import type { Life } from '../common/life.js'
import type { CloneSocketOptions } from './follower.js'
import { encode, ICANHAZ, keyOf, KTHXBAI, PLAIN } from './frames.js'
import type { Entry } from './table.js'

/** All there is to send to somebody, as it was at one moment. */
export interface Snapshot {
  readonly entries: readonly Entry[]
  readonly sequence: number
}

/** Somebody who wants a snapshot. */
interface Request {
  readonly id: Message
  readonly subtree: string
  readonly withProperties: boolean
}

/** One that is under way. */
interface Job extends Request, Snapshot {
  /** How many of its messages have been sent. */
  sent: number
  /** When the last of them was. */
  lastSent: number
  pause: number
}

/** What {@link Snapshots} are told. */
export interface SnapshotsOptions {
  readonly clock: Clock
  readonly maxSnapshots: number
  readonly snapshotMark: number
  readonly maxRequests: number
  readonly snapshotTimeout: number
  readonly socket: CloneSocketOptions
  /** Whether to serve somebody now; asked at once, and as often as he asks. */
  readonly accepts: (withProperties: boolean) => boolean
  readonly take: (subtree: string, withProperties: boolean) => Snapshot
}

/** Messages of one snapshot before it is the others' turn. */
const SLICE = 256
/** How long to wait for somebody who cannot take more, at first and at most, in milliseconds. */
const SHORTEST_PAUSE = 1
const LONGEST_PAUSE = 100

/**
 * Sends snapshots, each as fast as its receiver takes it and no faster: the socket refuses what goes
 * beyond the high water mark of that peer, and it is tried again soon. So none of it is dropped, nobody
 * waits for a slow peer, and no more than the mark is in queues.
 */
export class Snapshots {
  readonly counts = { snapshots: 0, abandoned: 0, rejected: 0, malformed: 0 }
  readonly socket: Router
  readonly #options: SnapshotsOptions
  readonly #life: Life
  readonly #jobs = new Map<string, Job>()
  readonly #requests = new Map<string, Request>()

  constructor(life: Life, options: SnapshotsOptions) {
    this.#life = life
    this.#options = options
    this.socket = life.own(
      // Mandatory: who is full, or gone, shall be known.
      new Router({
        ...options.socket,
        ...{ sendHighWaterMark: options.snapshotMark, mandatory: true },
        ...{ sendTimeout: 0, linger: 0 },
      }),
    )
  }

  /** How many are under way or wait. */
  get size(): number {
    return this.#jobs.size + this.#requests.size
  }

  start(): void {
    this.#life.read(this.socket, (message) => this.#take(message))
  }

  #take(message: Message[]): void {
    const [id, word, subtree, extension] = message
    if (!id || !subtree || message.length > 4 || String(word) !== ICANHAZ) {
      this.counts.malformed++
      return
    }
    const key = keyOf(id)
    // Who asks again while he is served already is served once.
    if (this.#jobs.has(key) || this.#requests.has(key)) return
    const withProperties = String(extension) === 'properties'
    if (!this.#options.accepts(withProperties) || this.size >= this.#options.maxRequests) {
      this.counts.rejected++
      return
    }
    this.#requests.set(key, { id, subtree: String(subtree), withProperties })
    this.#begin()
  }

  #begin(): void {
    for (const [key, request] of this.#requests) {
      if (this.#jobs.size >= this.#options.maxSnapshots) return
      this.#requests.delete(key)
      const snapshot = this.#options.take(request.subtree, request.withProperties)
      const state = { sent: 0, lastSent: this.#options.clock.now(), pause: SHORTEST_PAUSE }
      const job: Job = { ...request, ...snapshot, ...state }
      this.#jobs.set(key, job)
      this.#life.run(() => this.#send(job))
    }
  }

  #end(job: Job, outcome: 'snapshots' | 'abandoned'): void {
    this.counts[outcome]++
    this.#jobs.delete(keyOf(job.id))
    this.#begin()
  }

  async #send(job: Job): Promise<void> {
    while (job.sent <= job.entries.length) {
      const slice = sliceOf(job)
      try {
        await this.socket.sendMany(slice)
        this.#progress(job, slice.length)
      } catch (error) {
        if (!(error instanceof ZmqError)) throw error
        this.#progress(job, error.sent ?? 0)
        if (error.code === 'EAGAIN' && this.#pause(job)) return
        this.#end(job, 'abandoned')
        return
      }
    }
    this.#end(job, 'snapshots')
  }

  #progress(job: Job, sent: number): void {
    if (sent === 0) return
    job.sent += sent
    job.lastSent = this.#options.clock.now()
    job.pause = SHORTEST_PAUSE
  }

  /** Tries again later. @returns false when there is no use in that. */
  #pause(job: Job): boolean {
    const { clock, snapshotTimeout } = this.#options
    if (this.#life.over || clock.now() - job.lastSent >= snapshotTimeout) return false
    this.#life.after(job.pause, () => this.#life.run(() => this.#send(job)))
    job.pause = Math.min(2 * job.pause, LONGEST_PAUSE)
    return true
  }
}

/** The next messages: KVSYNC, and KTHXBAI at the end. */
function sliceOf(job: Job): (string | Uint8Array)[][] {
  const { id, entries, sent, sequence, subtree, withProperties } = job
  const slice: (string | Uint8Array)[][] = []
  const end = Math.min(sent + SLICE, entries.length)
  for (const entry of entries.slice(sent, end)) {
    const properties = withProperties ? entry.properties : ''
    slice.push([id, ...encode({ ...PLAIN, ...entry, properties })])
  }
  if (end === entries.length && slice.length < SLICE) {
    const value = new TextEncoder().encode(subtree)
    slice.push([id, ...encode({ ...PLAIN, key: KTHXBAI, sequence, value })])
  }
  return slice
}
