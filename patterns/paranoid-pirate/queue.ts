import { Router, type SocketOptions } from 'zerowire'
import type { Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { whole } from '../common/checks.js'
import { Dispatcher } from '../common/dispatcher.js'
import { isText, keyOf } from '../common/frames.js'
import { Life } from '../common/life.js'
import { Liveness } from '../common/liveness.js'
import type { BoundEnds, QueueStats } from '../load-balancer/index.js'
import {
  HEARTBEAT,
  heartbeatsOf,
  READY,
  type HeartbeatOptions,
  type Heartbeats,
} from './protocol.js'

/** What {@link ParanoidPirateQueue} may be told. */
export interface ParanoidPirateQueueOptions extends HeartbeatOptions {
  /** How many workers there may be; others are not heard. @default 10,000 */
  readonly maxWorkers?: number
  /** Options of the socket to the clients. Its `receiveHighWaterMark` is how many requests of each client may wait here. */
  readonly frontEnd?: Omit<SocketOptions<Router>, 'mandatory' | 'routerNotify'>
  /** Options of the socket to the workers. */
  readonly backEnd?: Omit<SocketOptions<Router>, 'mandatory' | 'routerNotify' | 'sendTimeout'>
  /** The time that it lives by; a test gives a `ManualClock`. @default the system's */
  readonly clock?: Clock
}

/** What a {@link ParanoidPirateQueue} has done so far, and who is there. */
export interface ParanoidPirateQueueStats extends QueueStats {
  /** Workers that were silent for too long. */
  readonly expired: number
}

interface Worker {
  readonly id: Message
  readonly liveness: Liveness
}

/**
 * A queue between clients and workers that watch each other (RFC 6; guide, chapter 4: Paranoid Pirate).
 * Each request goes to the worker that has had none for longest. A worker that says nothing for
 * `liveness` intervals is not there any more: it gets nothing, and has to say READY again.
 *
 * ```ts
 * await using queue = new ParanoidPirateQueue()
 * await queue.bind('tcp://*:5555', 'tcp://*:5556')
 * await queue.ended
 * ```
 */
export class ParanoidPirateQueue {
  readonly #clock: Clock
  readonly #life: Life
  readonly #front: Router
  readonly #back: Router
  readonly #dispatcher: Dispatcher
  readonly #heartbeats: Heartbeats
  readonly #workers = new Map<string, Worker>()
  #expired = 0

  /** @throws RangeError on wrong bounds, and what the sockets throw. */
  constructor(options: ParanoidPirateQueueOptions = {}) {
    const maxWorkers = whole('maxWorkers', options.maxWorkers ?? 10_000)
    this.#heartbeats = heartbeatsOf(options)
    this.#clock = options.clock ?? systemClock
    this.#life = new Life(this.#clock)
    const always = { mandatory: true, routerNotify: 2, sendTimeout: 0 }
    this.#front = this.#life.own(new Router(options.frontEnd))
    this.#back = this.#life.own(new Router({ ...options.backEnd, ...always }))
    this.#dispatcher = new Dispatcher(this.#life, this.#front, this.#back, {
      maxWorkers,
      maxCredits: 1,
      header: [],
      onUnreachable: (id) => this.#gone(id),
    })
  }

  /** What it has done so far, and who is there. */
  get stats(): ParanoidPirateQueueStats {
    return { ...this.#dispatcher.stats, expired: this.#expired }
  }

  /** Settles when it has been closed; rejects with what it has failed of. */
  get ended(): Promise<void> {
    return this.#life.ended
  }

  /**
   * Waits for clients and for workers there, and begins to work. To be called once.
   * @throws ZmqError what `Socket.bind()` rejects with.
   */
  async bind(frontEnd: string, backEnd: string): Promise<BoundEnds> {
    await Promise.all([this.#front.bind(frontEnd), this.#back.bind(backEnd)])
    this.#dispatcher.start()
    this.#life.read(this.#back, (message) => this.#hear(message))
    this.#life.every(this.#heartbeats.interval, () => {
      for (const { id } of this.#workers.values()) {
        this.#back.send([id, HEARTBEAT]).catch(() => this.#gone(id))
      }
    })
    return {
      frontEnd: String(this.#front.lastEndpoint),
      backEnd: String(this.#back.lastEndpoint),
    }
  }

  async #hear([id, ...frames]: Message[]): Promise<void> {
    const [first] = frames
    if (!id || !first) return
    const worker = this.#workers.get(keyOf(id))
    worker?.liveness.heard()
    if (frames.length > 1) await this.#dispatcher.reply(id, frames)
    else if (isText(first, READY)) this.#ready(id)
    else if (isText(first, HEARTBEAT)) this.#heartbeat(worker)
    // `routerNotify` says so, or the worker itself does.
    else if (first.length === 0) this.#gone(id)
    else this.#dispatcher.malformed()
  }

  /** Whoever has not said READY gets no answer, and will notice. */
  #heartbeat(worker: Worker | undefined): void {
    if (!worker) this.#dispatcher.unexpected()
  }

  /** A new conversation; nothing comes any more of an older one. */
  #ready(id: Message): void {
    this.#gone(id)
    if (!this.#dispatcher.ready(id)) return
    const onSilence = (): void => {
      this.#expired++
      this.#gone(id)
    }
    const { patience } = this.#heartbeats
    const liveness = new Liveness({ life: this.#life, clock: this.#clock, patience, onSilence })
    this.#workers.set(keyOf(id), { id, liveness })
  }

  #gone(id: Message): void {
    this.#workers.get(keyOf(id))?.liveness.cancel()
    this.#workers.delete(keyOf(id))
    this.#dispatcher.gone(id)
  }

  /** Ends it. What is with workers has no reply: clients ask again. */
  close(): Promise<void> {
    return this.#life.end()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
