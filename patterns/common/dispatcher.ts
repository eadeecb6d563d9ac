import type { MessageLike, Router } from 'zerowire'
import type { Message } from 'zerowire/extra'
import { deferred, type Deferred } from './deferred.js'
import { keyOf, opened } from './frames.js'
import type { Life } from './life.js'

/** What a queue of workers has done so far, and who is there. */
export interface QueueStats {
  /** Given to workers. */
  readonly requests: number
  /** Given to clients, whether or not they were still there. */
  readonly replies: number
  /** Replies whose client had left, or was not reading. */
  readonly undeliverable: number
  /** Requests without a reply: their worker has left, or had nothing to say. */
  readonly lost: number
  /** Messages that were neither a request nor anything that a worker may say. */
  readonly malformed: number
  /** From workers that had no request, or have not said that they are ready. */
  readonly unexpected: number
  /** Workers, or credits of workers, beyond the bounds. */
  readonly refused: number
  /** Workers that are there. */
  readonly workers: number
  /** Of these, how many could have another request. */
  readonly idle: number
}

/** The bounds of a queue of workers, and what it says. */
export interface DispatcherOptions {
  readonly maxWorkers: number
  readonly maxCredits: number
  /** What comes between the id of a worker and the request. */
  readonly header: readonly MessageLike[]
  /** A worker could not be sent a request, and is to be taken for gone. */
  readonly onUnreachable: (id: Message) => void
}

interface Worker {
  readonly id: Message
  /** Requests that it could have at once. */
  idle: number
  /** Requests that it has. */
  busy: number
}

/**
 * Gives each request at the front to the worker that has had none for longest. It does not read
 * the front while no worker is idle: what waits, waits at the clients, and in the queues of the
 * front within their marks.
 */
export class Dispatcher {
  readonly #life: Life
  readonly #front: Router
  readonly #back: Router
  readonly #options: DispatcherOptions
  readonly #workers = new Map<string, Worker>()
  /** Those with credit; the first has had no request for longest. */
  readonly #idle = new Set<Worker>()
  readonly #counts = {
    ...{ requests: 0, replies: 0, lost: 0 },
    ...{ malformed: 0, unexpected: 0, refused: 0 },
  }
  /** Whoever waits for an idle worker. */
  #waiting: Deferred<undefined> | undefined

  constructor(life: Life, front: Router, back: Router, options: DispatcherOptions) {
    this.#life = life
    this.#front = front
    this.#back = back
    this.#options = options
  }

  get stats(): QueueStats {
    const { unroutable, full } = this.#front.stats.dropped
    const [workers, idle] = [this.#workers.size, this.#idle.size]
    return { ...this.#counts, undeliverable: unroutable + full, workers, idle }
  }

  /** Begins to read the front. */
  start(): void {
    this.#life.own({ close: () => this.#waiting?.resolve(undefined) })
    this.#life.run(async () => {
      await this.#someIdle()
      for await (const request of this.#front) {
        if (opened(request)) await this.#place(request)
        else this.#counts.malformed++
        await this.#someIdle()
      }
    })
  }

  /** A worker can have one more request. @returns false when it is one worker, or credit, too many. */
  ready(id: Message): boolean {
    const key = keyOf(id)
    const known = this.#workers.get(key)
    const worker = known ?? { id, idle: 0, busy: 0 }
    const { maxWorkers, maxCredits } = this.#options
    const room = known ? known.idle + known.busy < maxCredits : this.#workers.size < maxWorkers
    if (!room) {
      this.#counts.refused++
      return false
    }
    this.#workers.set(key, worker)
    this.#free(worker)
    return true
  }

  /** A worker has answered, or says with an envelope alone that it will not. */
  async reply(id: Message, reply: Message[]): Promise<void> {
    const worker = this.#workers.get(keyOf(id))
    if (!worker || worker.busy === 0) {
      this.#counts.unexpected++
      return
    }
    worker.busy--
    this.#free(worker)
    if (!opened(reply)) {
      this.#counts.lost++
      return
    }
    this.#counts.replies++
    await this.#front.send(reply)
  }

  /** A worker is not there any more, and what it had is lost. */
  gone(id: Message): void {
    const worker = this.#workers.get(keyOf(id))
    if (!worker) return
    this.#workers.delete(keyOf(id))
    this.#idle.delete(worker)
    this.#counts.lost += worker.busy
  }

  /** Counts what nobody understands. */
  malformed(): void {
    this.#counts.malformed++
  }

  /** Counts what comes from somebody who is no worker. */
  unexpected(): void {
    this.#counts.unexpected++
  }

  #free(worker: Worker): void {
    worker.idle++
    this.#idle.add(worker)
    this.#waiting?.resolve(undefined)
    this.#waiting = undefined
  }

  async #someIdle(): Promise<void> {
    if (this.#idle.size > 0 || this.#life.over) return
    this.#waiting ??= deferred()
    await this.#waiting.promise
  }

  /** Hands the request to a worker; those that have left in secret are found out here. */
  async #place(request: Message[]): Promise<void> {
    while (!this.#life.over) {
      const [worker] = this.#idle
      if (!worker) await this.#someIdle()
      else if (await this.#give(worker, request)) return
    }
    this.#counts.lost++
  }

  async #give(worker: Worker, request: Message[]): Promise<boolean> {
    this.#idle.delete(worker)
    worker.idle--
    worker.busy++
    // It has its next request after all others have had theirs.
    if (worker.idle > 0) this.#idle.add(worker)
    this.#counts.requests++
    try {
      await this.#back.send([worker.id, ...this.#options.header, ...request])
      return true
    } catch {
      this.#counts.requests--
      worker.busy--
      this.#options.onUnreachable(worker.id)
      return false
    }
  }
}
