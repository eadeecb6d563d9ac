import { keyOf } from '../common/frames.js'

/** What one peer wants, in its order. */
interface Peer<Job> {
  readonly id: Uint8Array
  readonly jobs: Job[]
  readonly gone: AbortController
}

/** Does one job. Never rejects. */
type Serve<Job> = (id: Uint8Array, job: Job, gone: AbortSignal) => Promise<void>

/** What a lane may hold. */
interface Limits {
  /** Jobs under way at a time, never two of one peer. */
  readonly workers: number
  /** Jobs that a peer may have waiting and under way. */
  readonly perPeer: number
  /** Peers that may have any. */
  readonly peers: number
}

/** Jobs of many peers: those of one are done in order, and the peers take turns. */
export class Lane<Job> {
  readonly #limits: Limits
  readonly #serve: Serve<Job>
  readonly #peers = new Map<string, Peer<Job>>()
  /** Peers with a job that nobody does, the next first. */
  readonly #ready = new Set<Peer<Job>>()
  /** Workers without work. */
  readonly #idle: (() => void)[] = []
  #over = false

  constructor(limits: Limits, serve: Serve<Job>) {
    this.#limits = limits
    this.#serve = serve
  }

  /** False when there is no room for it. */
  add(id: Uint8Array, job: Job): boolean {
    const key = keyOf(id)
    let peer = this.#peers.get(key)
    if (!peer) {
      if (this.#peers.size >= this.#limits.peers) return false
      peer = { id, jobs: [], gone: new AbortController() }
      this.#peers.set(key, peer)
    }
    if (peer.jobs.length >= this.#limits.perPeer) return false
    peer.jobs.push(job)
    // The first of the jobs is the one under way.
    if (peer.jobs.length === 1) this.#wake(peer)
    return true
  }

  /** The peer is gone: its jobs are forgotten, and what is under way for it is to end. */
  drop(id: Uint8Array): void {
    const key = keyOf(id)
    const peer = this.#peers.get(key)
    if (!peer) return
    this.#peers.delete(key)
    this.#ready.delete(peer)
    peer.jobs.length = 0
    peer.gone.abort()
  }

  /** Whoever has jobs here. */
  *ids(): IterableIterator<Uint8Array> {
    for (const { id } of this.#peers.values()) yield id
  }

  /** All jobs are forgotten, and those under way are to end. */
  end(): void {
    this.#over = true
    for (const id of [...this.ids()]) this.drop(id)
    for (const wake of this.#idle.splice(0)) wake()
  }

  /** As many loops as there are workers, for whoever lets them run; they end with the lane. */
  get loops(): (() => Promise<void>)[] {
    return Array.from({ length: this.#limits.workers }, () => () => this.#work())
  }

  #wake(peer: Peer<Job>): void {
    this.#ready.add(peer)
    this.#idle.shift()?.()
  }

  async #work(): Promise<void> {
    while (!this.#over) {
      const [peer] = this.#ready
      const job = peer?.jobs[0]
      if (!peer || job === undefined) {
        await new Promise<void>((resolve) => this.#idle.push(resolve))
        continue
      }
      this.#ready.delete(peer)
      await this.#serve(peer.id, job, peer.gone.signal)
      if (peer.gone.signal.aborted) continue
      peer.jobs.shift()
      if (peer.jobs.length > 0) this.#wake(peer)
      else this.#peers.delete(keyOf(peer.id))
    }
  }
}
