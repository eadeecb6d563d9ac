import { Router, type SocketOptions } from 'zerowire'
import type { Message } from 'zerowire/extra'
import { systemClock } from '../clock/index.js'
import { whole } from '../common/checks.js'
import { Dispatcher, type QueueStats } from '../common/dispatcher.js'
import { isText } from '../common/frames.js'
import { Life } from '../common/life.js'

/** What {@link LoadBalancer} may be told. */
export interface LoadBalancerOptions {
  /** How many workers there may be; others are not heard. @default 10,000 */
  readonly maxWorkers?: number
  /** How many requests at a time a worker may ask for. @default 100 */
  readonly maxCredits?: number
  /** Options of the socket to the clients. Its `receiveHighWaterMark` is how many requests of each client may wait here. */
  readonly frontEnd?: Omit<SocketOptions<Router>, 'mandatory' | 'routerNotify'>
  /** Options of the socket to the workers. */
  readonly backEnd?: Omit<SocketOptions<Router>, 'mandatory' | 'routerNotify' | 'sendTimeout'>
}

/** Where a queue is bound. */
export interface BoundEnds {
  /** To the clients, wildcards resolved. */
  readonly frontEnd: string
  /** To the workers, wildcards resolved. */
  readonly backEnd: string
}

/** What workers say when they can have a request: the guide's two ways. */
const READY = ['READY', '\x01']

/**
 * A queue between clients and workers, which gives each request to the worker that has had none for
 * longest (guide, chapter 3: the load-balancing broker; with Lazy Pirate clients, chapter 4:
 * Simple Pirate). Clients are REQ or DEALER with an empty delimiter, workers REQ, DEALER with an empty
 * delimiter and more than one credit, or {@link LoadBalancerWorker}.
 *
 * ```ts
 * await using queue = new LoadBalancer()
 * await queue.bind('tcp://*:5555', 'tcp://*:5556')
 * await queue.ended
 * ```
 */
export class LoadBalancer {
  readonly #life = new Life(systemClock)
  readonly #front: Router
  readonly #back: Router
  readonly #dispatcher: Dispatcher

  /** @throws RangeError on wrong bounds, and what the sockets throw. */
  constructor(options: LoadBalancerOptions = {}) {
    const bounds = {
      maxWorkers: whole('maxWorkers', options.maxWorkers ?? 10_000),
      maxCredits: whole('maxCredits', options.maxCredits ?? 100),
    }
    const always = { mandatory: true, routerNotify: 2, sendTimeout: 0 }
    this.#front = this.#life.own(new Router(options.frontEnd))
    this.#back = this.#life.own(new Router({ ...options.backEnd, ...always }))
    this.#dispatcher = new Dispatcher(this.#life, this.#front, this.#back, {
      ...bounds,
      header: [''],
      onUnreachable: (id) => this.#dispatcher.gone(id),
    })
  }

  /** What it has done so far, and who is there. */
  get stats(): QueueStats {
    return this.#dispatcher.stats
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
    return {
      frontEnd: String(this.#front.lastEndpoint),
      backEnd: String(this.#back.lastEndpoint),
    }
  }

  async #hear([id, delimiter, ...rest]: Message[]): Promise<void> {
    const [first] = rest
    if (!id || delimiter?.length !== 0) this.#dispatcher.malformed()
    // `routerNotify` says so, or the worker itself does.
    else if (!first) this.#dispatcher.gone(id)
    else if (rest.length > 1) await this.#dispatcher.reply(id, rest)
    else if (READY.some((ready) => isText(first, ready))) this.#dispatcher.ready(id)
    else this.#dispatcher.malformed()
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
