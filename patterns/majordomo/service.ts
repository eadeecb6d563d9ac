import type { Message } from 'zerowire/extra'
import type { Dialect } from './protocol.js'
import type { Pulse } from './pulse.js'

/** What a client has asked for. */
export interface Job {
  readonly client: Message
  readonly dialect: Dialect
  readonly service: Service
  readonly body: Message[]
  readonly bytes: number
  /** When nobody is to begin with it any more. */
  readonly expires: number
  /** How many more workers may have it after one that went away with it. */
  resends: number
  /** The client has been told something. */
  begun: boolean
  /** The client has missed a part of the reply, or has gone: it gets nothing more. */
  broken: boolean
}

/** A worker that has said READY. */
export interface Registered {
  readonly id: Message
  readonly key: string
  readonly dialect: Dialect
  readonly service: Service
  readonly pulse: Pulse
  /** What it works on. */
  job: Job | undefined
}

/** The requests that wait for the workers of one service, and the workers that wait for requests. */
export class Service {
  readonly key: string
  /** As its frame was: names need not be text. */
  readonly name: Message
  /** The longest idle first. */
  readonly #idle = new Set<Registered>()
  #jobs: Job[] = []
  /** How many of the jobs at the front are gone. */
  #taken = 0
  /** How many workers have registered for it, idle or not. */
  workers = 0

  constructor(key: string, name: Message) {
    this.key = key
    this.name = name
  }

  /** How many requests wait. */
  get waiting(): number {
    return this.#jobs.length - this.#taken
  }

  get hasIdle(): boolean {
    return this.#idle.size > 0
  }

  /** The request that has waited longest. */
  get first(): Job | undefined {
    return this.#jobs[this.#taken]
  }

  add(job: Job): void {
    this.#jobs.push(job)
  }

  /** Puts back what was taken: it has waited longer than all others. */
  putBack(job: Job): void {
    if (this.#taken > 0) this.#jobs[--this.#taken] = job
    else this.#jobs.unshift(job)
  }

  /** Takes the first request. */
  take(): void {
    this.#taken++
    // Half of it are holes: the others move up, each of them once on average.
    if (this.#taken * 2 >= this.#jobs.length) {
      this.#jobs = this.#jobs.slice(this.#taken)
      this.#taken = 0
    }
  }

  /** The worker is at the end of those that wait for work. */
  rest(worker: Registered): void {
    this.#idle.add(worker)
  }

  /** The worker does not wait for work any more. */
  leave(worker: Registered): void {
    this.#idle.delete(worker)
  }

  /** The worker that has waited longest, who does not any more. */
  wake(): Registered | undefined {
    for (const worker of this.#idle) {
      this.#idle.delete(worker)
      return worker
    }
    return undefined
  }
}
