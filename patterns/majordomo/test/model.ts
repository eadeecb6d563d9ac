import type { BrokerStats, Version } from 'zerowire/patterns/majordomo'

/** The broker of the property test in the plainest of words: arrays, and no sockets. */

export const INTERVAL = 2500
const PATIENCE = 3 * INTERVAL

export interface Limits {
  readonly queueLimit: number
  readonly requestExpiry: number
  readonly resends: number
  readonly services: number
}

interface Request {
  readonly client: number
  readonly version: Version
  readonly service: string
  readonly body: string
  readonly expires: number
  resends: number
  begun: boolean
}

export interface ModelWorker {
  readonly slot: number
  readonly version: Version
  readonly service: string
  heard: number
  request: Request | undefined
}

export class Model {
  readonly #limits: Limits
  now = 0
  /** In the order in which they registered. */
  workers: ModelWorker[] = []
  /** The longest idle first. */
  #idle: ModelWorker[] = []
  /** The oldest first, except for those that were put back. */
  #waiting: Request[] = []
  readonly counts = {
    ...{ requests: 0, final: 0, expired: 0, lost: 0, dropped: 0, resent: 0 },
    ...{ partials: 0, undelivered: 0, disconnected: 0, vanished: 0 },
  }
  /** What was said to whom since somebody last looked: clients by number, workers by slot. */
  readonly toClients: string[] = []
  readonly toWorkers: string[] = []

  constructor(limits: Limits) {
    this.#limits = limits
  }

  get #services(): Set<string> {
    return new Set([...this.workers, ...this.#waiting].map(({ service }) => service))
  }

  get stats(): Partial<BrokerStats> {
    return {
      ...this.counts,
      services: this.#services.size,
      workers: this.workers.length,
      waiting: this.#waiting.length,
      working: this.workers.filter(({ request }) => request).length,
    }
  }

  worker(slot: number): ModelWorker | undefined {
    return this.workers.find((worker) => worker.slot === slot)
  }

  ask(client: number, version: Version, service: string, body: string): void {
    const { queueLimit, requestExpiry, resends } = this.#limits
    const ahead = this.#waiting.filter((request) => request.service === service).length
    const isFree = this.#idle.some((worker) => worker.service === service)
    if (!this.#knows(service) || (!isFree && ahead >= queueLimit)) {
      this.counts.dropped++
      return
    }
    this.counts.requests++
    const state = { expires: this.now + requestExpiry, resends, begun: false }
    this.#waiting.push({ client, version, service, body, ...state })
    this.#handOut()
  }

  ready(slot: number, version: Version, service: string): void {
    const known = this.worker(slot)
    if (known || !this.#knows(service)) {
      this.#dismiss(slot, known?.version ?? version, known)
      return
    }
    const worker = { slot, version, service, heard: this.now, request: undefined }
    this.workers.push(worker)
    this.#idle.push(worker)
    this.#handOut()
  }

  beat(slot: number, version: Version): void {
    const worker = this.worker(slot)
    if (worker?.version === version) worker.heard = this.now
    else this.#dismiss(slot, worker?.version ?? version, worker)
  }

  /** @param isTrue whether the reply is to whom the worker works for. */
  reply(slot: number, version: Version, isFinal: boolean, body: string, isTrue: boolean): void {
    const worker = this.worker(slot)
    const request = worker?.request
    if (worker?.version !== version || !request || !isTrue) {
      this.#dismiss(slot, worker?.version ?? version, worker)
      return
    }
    worker.heard = this.now
    this.counts[isFinal ? 'final' : 'partials']++
    if (isFinal || request.version === '0.2') {
      request.begun = true
      const kind = isFinal ? 'final' : 'partial'
      this.toClients.push(`${request.client} ${kind} ${request.service} ${body}`)
    } else this.counts.undelivered++
    if (!isFinal) return
    worker.request = undefined
    this.#idle.push(worker)
    this.#handOut()
  }

  leave(slot: number): void {
    const worker = this.worker(slot)
    if (worker) this.#remove(worker)
  }

  vanish(slot: number): void {
    if (this.worker(slot)) this.counts.vanished++
    this.leave(slot)
  }

  /** Time goes by in whole intervals. */
  pass(): void {
    this.now += INTERVAL
    for (const worker of [...this.workers]) {
      if (this.now - worker.heard < PATIENCE) continue
      this.counts.vanished++
      this.#remove(worker)
    }
    this.#expire()
  }

  #knows(service: string): boolean {
    return this.#services.has(service) || this.#services.size < this.#limits.services
  }

  #dismiss(slot: number, version: Version, worker: ModelWorker | undefined): void {
    this.counts.disconnected++
    this.toWorkers.push(`${slot} ${version} disconnect`)
    if (worker) this.#remove(worker)
  }

  #remove(worker: ModelWorker): void {
    this.workers = this.workers.filter((other) => other !== worker)
    this.#idle = this.#idle.filter((other) => other !== worker)
    const { request } = worker
    if (!request) return
    if (request.begun || request.resends === 0) {
      this.counts.lost++
      return
    }
    request.resends--
    this.counts.resent++
    this.#waiting.unshift(request)
    this.#handOut()
  }

  #expire(): void {
    const { length } = this.#waiting
    this.#waiting = this.#waiting.filter(({ expires }) => expires > this.now)
    this.counts.expired += length - this.#waiting.length
  }

  #handOut(): void {
    this.#expire()
    for (const request of [...this.#waiting]) {
      const worker = this.#idle.find(({ service }) => service === request.service)
      if (!worker) continue
      this.#idle.splice(this.#idle.indexOf(worker), 1)
      this.#waiting.splice(this.#waiting.indexOf(request), 1)
      worker.request = request
      this.toWorkers.push(`${worker.slot} ${worker.version} request ${request.body}`)
    }
  }
}
