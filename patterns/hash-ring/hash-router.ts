import { Router, type MessageLike } from 'zerowire'
import type { Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { whole } from '../common/checks.js'
import { keyOf } from '../common/frames.js'
import { Life } from '../common/life.js'
import { HashRing } from './hash-ring.js'
import { introduced, STATUS, WORD, type Introduction } from './words.js'

/** What a {@link HashRouter} may be told. */
export interface HashRouterOptions {
  /** The time that it lives by; a test gives a `ManualClock`. @default the system's */
  clock?: Clock
  /** How often workers say that they are there, in milliseconds. @default 1000 */
  interval?: number
  /** A worker is dead after so many intervals of silence. @default 3 */
  liveness?: number
  /**
   * How many workers a request is handed to at the most. With 1, the requests of a worker that dies are
   * answered with 504; with more, they go to whoever owns the key then, and may be done twice. @default 1
   */
  attempts?: number
  /** A request that is not answered after so many milliseconds is answered with 504. @default 60,000 */
  expiry?: number
  /** Requests that a worker may have to answer; more are answered with 503. @default 1000 */
  maxPending?: number
  /**
   * Bytes of all requests that are not answered yet, and 64 for each frame; more are answered with 503.
   * @default 67108864
   */
  maxPendingBytes?: number
  /** More workers are refused. @default 256 */
  maxWorkers?: number
}

/** What a {@link HashRouter} has done. */
export interface HashRouterStats {
  /** Requests handed to a worker, again ones included. */
  readonly assigned: number
  /** Requests that were handed to another worker after theirs had died. */
  readonly rerouted: number
  /** Replies of workers that went back to clients. */
  readonly answered: number
  /** Requests answered with 503. */
  readonly unavailable: number
  /** Requests answered with 504. */
  readonly lost: number
  /** Replies to what nobody waits for any more. */
  readonly stale: number
  /** Workers that were not let in. */
  readonly refused: number
  /** Messages that nobody understands. */
  readonly malformed: number
  /** Messages for peers that had gone, or did not read. */
  readonly dropped: number
}

/** How many addresses may stand before a request: it may have come through as many brokers. */
const MAX_ADDRESSES = 16

/** What a frame of a request takes beside its own bytes, about: empty ones are not for nothing. */
const FRAME_BYTES = 64

interface Request {
  /** The addresses of whoever waits for the reply, and the empty frame. */
  readonly envelope: Message[]
  readonly key: Message
  readonly body: Message[]
  readonly expires: number
  /** What it counts of `maxPendingBytes`. */
  readonly size: number
  attempts: number
}

interface Worker extends Introduction {
  readonly id: Message
  readonly pending: Map<string, Request>
  /** Until then it is held to be alive. */
  deadline: number
}

/**
 * A broker that hands each request to the worker that owns its key. Workers come and go; a change
 * moves only the keys of the worker that came or went.
 *
 * ```ts
 * const router = new HashRouter()
 * await router.bindClients('tcp://*:5555')
 * await router.bindWorkers('tcp://*:5556')
 * ```
 */
export class HashRouter {
  readonly #clock: Clock
  readonly #limits: Required<Omit<HashRouterOptions, 'clock'>>
  readonly #life: Life
  readonly #ring = new HashRing()
  readonly #front: Router
  readonly #back: Router
  /** All that are connected, also those that take no more requests. */
  readonly #byId = new Map<string, Worker>()
  /** Those on the ring. */
  readonly #byName = new Map<string, Worker>()
  /** So that no reply to a broker that ran before is taken for one to this one. */
  readonly #session = crypto.randomUUID().slice(0, 8)
  #numbers = 0
  #pendingBytes = 0
  readonly #stats = {
    assigned: 0,
    rerouted: 0,
    answered: 0,
    unavailable: 0,
    lost: 0,
    stale: 0,
    refused: 0,
    malformed: 0,
  }

  /** @throws RangeError on an option that is no whole number from 1 on. */
  constructor({ clock = systemClock, ...options }: HashRouterOptions = {}) {
    this.#clock = clock
    this.#limits = {
      interval: whole('interval', options.interval ?? 1000),
      liveness: whole('liveness', options.liveness ?? 3),
      attempts: whole('attempts', options.attempts ?? 1),
      expiry: whole('expiry', options.expiry ?? 60_000),
      maxPending: whole('maxPending', options.maxPending ?? 1000),
      maxPendingBytes: whole('maxPendingBytes', options.maxPendingBytes ?? 67_108_864),
      maxWorkers: whole('maxWorkers', options.maxWorkers ?? 256),
    }
    this.#life = new Life(clock)
    this.#front = this.#life.own(new Router({ linger: 0 }))
    // A worker that dies is known at once where its system says so. There is always room for what it may have to answer.
    const room = this.#limits.maxPending + 100
    this.#back = this.#life.own(new Router({ linger: 0, routerNotify: 2, sendHighWaterMark: room }))
    this.#life.read(this.#front, (message) => this.#request(message))
    this.#life.read(this.#back, (message) => this.#fromWorker(message))
    this.#life.every(this.#limits.interval, () => this.#sweep())
  }

  /** Lets clients come in; resolves with the address, wildcards resolved. @throws as `Socket.bind()`. */
  async bindClients(address: string): Promise<string> {
    await this.#front.bind(address)
    return String(this.#front.lastEndpoint)
  }

  /** Lets workers come in; resolves with the address, wildcards resolved. @throws as `Socket.bind()`. */
  async bindWorkers(address: string): Promise<string> {
    await this.#back.bind(address)
    return String(this.#back.lastEndpoint)
  }

  /** The names of the workers on the ring. */
  get workers(): string[] {
    return this.#ring.members
  }

  /** The name of the worker that owns a key; undefined while there is none. */
  owner(key: string | Uint8Array): string | undefined {
    return this.#ring.get(key)
  }

  /** What it has done so far. */
  get stats(): HashRouterStats {
    const dropped = this.#front.stats.dropped.total + this.#back.stats.dropped.total
    return { ...this.#stats, dropped }
  }

  /** Its end. Rejects with what it has failed of. */
  get ended(): Promise<void> {
    return this.#life.ended
  }

  /** Ends it; requests that are not answered stay so. */
  close(): Promise<void> {
    return this.#life.end()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #request(message: Message[]): void {
    const end = message.findIndex((frame, i) => i > 0 && frame.length === 0)
    const key = message[end + 1]
    if (end < 1 || end > MAX_ADDRESSES || key === undefined) {
      this.#stats.malformed++
      return
    }
    const expires = this.#clock.now() + this.#limits.expiry
    const [envelope, body] = [message.slice(0, end + 1), message.slice(end + 2)]
    const size = message.reduce((sum, { length }) => sum + length + FRAME_BYTES, 0)
    this.#assign({ envelope, key, body, expires, size, attempts: 0 })
  }

  #assign(request: Request): void {
    const worker = this.#byName.get(this.#ring.get(request.key) ?? '')
    const obstacle = this.#obstacle(request, worker)
    if (!worker || obstacle !== undefined) {
      this.#refuse(request, obstacle)
      return
    }
    if (request.attempts > 0) this.#stats.rerouted++
    request.attempts++
    this.#stats.assigned++
    const number = `${this.#session}.${++this.#numbers}`
    worker.pending.set(number, request)
    this.#pendingBytes += request.size
    this.#send(this.#back, [worker.id, number, request.key, ...request.body])
  }

  /** Why the owner of its key cannot have it. */
  #obstacle(request: Request, worker: Worker | undefined): string | undefined {
    if (!worker) return 'no worker'
    if (worker.pending.size >= this.#limits.maxPending) return `${worker.name} is busy`
    if (request.attempts === this.#limits.attempts) return 'the worker has gone'
    const { maxPendingBytes } = this.#limits
    return this.#pendingBytes + request.size > maxPendingBytes ? 'too much to do' : undefined
  }

  /** Nothing was done, if nobody was asked to. */
  #refuse(request: Request, why = ''): void {
    const asked = request.attempts > 0
    this.#stats[asked ? 'lost' : 'unavailable']++
    this.#answer(request, [`${asked ? STATUS.lost : STATUS.unavailable} ${why}`])
  }

  #answer(request: Request, reply: MessageLike[]): void {
    this.#send(this.#front, [...request.envelope, ...reply])
  }

  #fromWorker([id, first, ...rest]: Message[]): void {
    if (!id || !first) return
    const worker = this.#byId.get(keyOf(id))
    if (worker) worker.deadline = this.#deadline()
    const introduction = introduced(first)
    if (rest.length > 0) this.#reply(worker, first.toString(), rest)
    else if (introduction) this.#ready(worker, id, introduction)
    else if (first.length === 0) this.#lose(worker ? [worker] : [])
    else if (first.toString() !== WORD.bye) this.#stats.malformed++
    else if (worker) this.#bye(worker)
  }

  #reply(worker: Worker | undefined, number: string, reply: Message[]): void {
    const request = worker?.pending.get(number)
    if (!worker || !request) {
      this.#stats.stale++
      return
    }
    if (!/^\d{3}\b/.test(String(reply[0]))) {
      this.#stats.malformed++
      return
    }
    this.#settle(worker, number, request)
    this.#stats.answered++
    this.#answer(request, reply)
  }

  #ready(worker: Worker | undefined, id: Message, introduction: Introduction): void {
    const { name, weight } = introduction
    const known = this.#byName.get(name)
    // A ring takes long to make: nobody may have it made again and again by weighing more, then less.
    const weighs = worker === undefined || worker.weight === weight
    const isOther =
      known !== worker || !weighs || (!known && this.#byName.size >= this.#limits.maxWorkers)
    if (isOther || !this.#putOn(introduction)) {
      this.#stats.refused++
      this.#send(this.#back, [id, WORD.refused])
      return
    }
    if (!known) {
      const newcomer = { name, weight, id, pending: new Map(), deadline: this.#deadline() }
      this.#byId.set(keyOf(id), newcomer)
      this.#byName.set(name, newcomer)
    }
    this.#send(this.#back, [id, WORD.ok])
  }

  /** @returns false when the ring has no room for what it weighs; what it weighed before still counts. */
  #putOn({ name, weight }: Introduction): boolean {
    try {
      this.#ring.add(name, weight)
      return true
    } catch (error) {
      if (error instanceof RangeError) return false
      throw error
    }
  }

  /** It keeps what it has, and gets no more. */
  #bye(worker: Worker): void {
    this.#takeOff(worker)
    this.#send(this.#back, [worker.id, WORD.bye])
  }

  #takeOff({ name, id }: Worker): void {
    // Its name may belong to another by now.
    if (this.#byName.get(name)?.id !== id) return
    this.#byName.delete(name)
    this.#ring.remove(name)
  }

  /** All of them leave the ring before any of their requests looks for a new owner. */
  #lose(workers: Worker[]): void {
    for (const worker of workers) {
      this.#byId.delete(keyOf(worker.id))
      this.#takeOff(worker)
    }
    const left = workers.flatMap(({ pending }) => [...pending.values()])
    for (const { size } of left) this.#pendingBytes -= size
    for (const request of left) this.#assign(request)
  }

  #settle({ pending }: Worker, number: string, { size }: Request): void {
    if (pending.delete(number)) this.#pendingBytes -= size
  }

  #sweep(): void {
    const now = this.#clock.now()
    this.#lose([...this.#byId.values()].filter(({ deadline }) => deadline <= now))
    for (const worker of this.#byId.values()) {
      for (const [number, request] of worker.pending) {
        if (request.expires > now) continue
        this.#settle(worker, number, request)
        this.#refuse(request, 'no answer in time')
      }
    }
  }

  #deadline(): number {
    return this.#clock.now() + this.#limits.interval * this.#limits.liveness
  }

  /** A Router does not wait: it drops, and counts, what a peer has no room for. */
  #send(socket: Router, message: MessageLike[]): void {
    if (!this.#life.over) socket.send(message).catch(() => undefined)
  }
}
