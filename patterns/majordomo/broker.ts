import { Router } from 'zerowire'
import type { Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { keyOf } from '../common/frames.js'
import { Life } from '../common/life.js'
import {
  limitsOf,
  type BrokerLimits,
  type BrokerOptions,
  type BrokerStats,
} from './broker-options.js'
import { Outbox } from './outbox.js'
import {
  begin,
  CLIENT,
  commandOf,
  dialectOf,
  EMPTY,
  isSame,
  LONGEST_NAME,
  MANAGEMENT,
  type Dialect,
} from './protocol.js'
import { Pulse, rhythmOf, type Rhythm } from './pulse.js'
import { Service, type Job, type Registered } from './service.js'

/** What a part of a request takes beside its own bytes, about: empty parts are not for nothing. */
const PART_BYTES = 64

/** A part of an interval that heartbeats may be late, so that many workers are looked after together. */
const TOGETHER = 10

/**
 * Hands the requests of clients to the workers of the service that they name (RFC 7 and RFC 18, in
 * any mixture), the oldest request to the longest idle worker. It answers itself what is asked of
 * `mmi.service` (RFC 8). See the README beside this file for what it guarantees.
 *
 * ```ts
 * await using broker = new Broker()
 * await broker.bind('tcp://*:5555')
 * ```
 */
export class Broker {
  readonly #clock: Clock
  readonly #rhythm: Rhythm
  readonly #limits: Required<BrokerLimits>
  readonly #life: Life
  readonly #socket: Router
  /** A reply, or what a worker is to do; undefined for what may be missed. */
  readonly #outbox: Outbox<Job | Registered | undefined>
  readonly #services = new Map<string, Service>()
  readonly #workers = new Map<string, Registered>()
  readonly #counts = {
    ...{ waiting: 0, waitingBytes: 0, working: 0, requests: 0, final: 0, expired: 0, lost: 0 },
    ...{ dropped: 0, resent: 0, partials: 0, undelivered: 0, managed: 0, malformed: 0 },
    ...{ disconnected: 0, vanished: 0 },
  }

  /** @throws RangeError on a wrong number, and what the constructor of a ROUTER throws. */
  constructor(options: BrokerOptions = {}) {
    this.#clock = options.clock ?? systemClock
    this.#rhythm = rhythmOf(options)
    this.#limits = limitsOf(options)
    this.#life = new Life(this.#clock)
    // It notices of every message whether it has a receiver, and of every peer when it goes.
    const settings = { mandatory: true, sendTimeout: 0, routerNotify: 2, linger: 0 }
    this.#socket = this.#life.own(new Router({ ...options.socket, ...settings }))
    this.#outbox = new Outbox(this.#socket, (subject) => this.#undelivered(subject))
    this.#life.readMany(this.#socket, (messages) => this.#takeAll(messages))
    this.#life.after(this.#rhythm.interval, () => this.#look())
  }

  /** What it holds, and has done so far. */
  get stats(): BrokerStats {
    return { services: this.#services.size, workers: this.#workers.size, ...this.#counts }
  }

  /**
   * Waits for clients and workers on an endpoint; there may be several.
   *
   * @returns the endpoint, wildcards resolved.
   * @throws ZmqError as `bind()` of a socket does.
   */
  async bind(endpoint: string): Promise<string> {
    await this.#socket.bind(endpoint)
    return String(this.#socket.lastEndpoint)
  }

  /** Ends at once: whatever waits is lost, and clients have to ask again. */
  close(): Promise<void> {
    return this.#life.end()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #takeAll(messages: Message[][]): Promise<void> {
    const now = this.#clock.now()
    for (const message of messages) this.#take(message, now)
    return this.#outbox.flush()
  }

  #take(message: Message[], now: number): void {
    const dialect = dialectOf(message, 1)
    if (dialect?.role === 'client') this.#takeRequest(dialect, message, now)
    else if (dialect) this.#takeCommand(dialect, message, now)
    else this.#takeOther(message)
  }

  // --- clients

  #takeRequest(dialect: Dialect, message: Message[], now: number): void {
    const at = 1 + dialect.head.length
    const isRequest = dialect.version === '0.1' || commandOf(dialect, message[at]) === 'request'
    const [client, name] = [message[0], message[dialect.version === '0.1' ? at : at + 1]]
    const body = message.slice(dialect.version === '0.1' ? at + 1 : at + 2)
    if (!isRequest || !client || !isName(name) || body.length === 0) {
      this.#counts.malformed++
      return
    }
    const key = keyOf(name)
    if (key.startsWith(MANAGEMENT)) this.#manage(dialect, client, name, body)
    else this.#accept(dialect, client, key, name, body, now)
  }

  #accept(
    dialect: Dialect,
    client: Message,
    key: string,
    name: Message,
    body: Message[],
    now: number,
  ): void {
    const service = this.#serviceOf(key, name)
    const bytes = body.reduce((sum, { length }) => sum + length + PART_BYTES, 0)
    if (!service || (!service.hasIdle && !this.#hasRoom(service, bytes))) {
      this.#counts.dropped++
      if (service) this.#tidy(service)
      return
    }
    const { requestExpiry, resends } = this.#limits
    const expires = now + requestExpiry
    const state = { expires, resends, begun: false, broken: false }
    this.#counts.requests++
    this.#wait({ client, dialect, service, body, bytes, ...state }, now)
  }

  #hasRoom(service: Service, bytes: number): boolean {
    const { queueLimit, queueBytes } = this.#limits
    return service.waiting < queueLimit && this.#counts.waitingBytes + bytes <= queueBytes
  }

  /** RFC 8: whether a service has workers, and nothing else. */
  #manage(dialect: Dialect, client: Message, name: Message, [asked]: Message[]): void {
    const known = keyOf(name) === `${MANAGEMENT}service`
    const isThere = known && isName(asked) && (this.#services.get(keyOf(asked))?.workers ?? 0) > 0
    this.#counts.managed++
    const status = known ? (isThere ? '200' : '404') : '501'
    this.#outbox.add([client, ...begin(dialect, 'final'), name, status], undefined)
  }

  // --- services

  /** What is known by that name, or is from now on; undefined when there are too many. */
  #serviceOf(key: string, name: Message): Service | undefined {
    const known = this.#services.get(key)
    if (known || this.#services.size >= this.#limits.services) return known
    const service = new Service(key, name)
    this.#services.set(key, service)
    return service
  }

  /** Forgets a service that nobody wants or offers. */
  #tidy(service: Service): void {
    if (service.workers === 0 && service.waiting === 0) this.#services.delete(service.key)
  }

  #wait(job: Job, now: number): void {
    this.#counts.waiting++
    this.#counts.waitingBytes += job.bytes
    job.service.add(job)
    this.#handOut(job.service, now)
  }

  /** Gives the oldest requests to the longest idle workers. */
  #handOut(service: Service, now: number): void {
    this.#expire(service, now)
    for (let job = service.first; job && service.hasIdle; job = service.first) {
      const worker = service.wake() as Registered
      this.#taken(job)
      this.#counts.working++
      worker.job = job
      worker.pulse.said = now
      const head = begin(worker.dialect, 'request')
      this.#outbox.add([worker.id, ...head, job.client, EMPTY, ...job.body], worker)
    }
  }

  #expire(service: Service, now: number): void {
    for (let job = service.first; job && job.expires <= now; job = service.first) {
      this.#taken(job)
      this.#counts.expired++
    }
  }

  #taken(job: Job): void {
    job.service.take()
    this.#counts.waiting--
    this.#counts.waitingBytes -= job.bytes
  }

  // --- workers

  #takeCommand(dialect: Dialect, message: Message[], now: number): void {
    const id = message[0] as Message
    const key = keyOf(id)
    const worker = this.#workers.get(key)
    const at = 1 + dialect.head.length
    const command = commandOf(dialect, message[at])
    if (command === 'disconnect') {
      if (worker) this.#remove(worker)
      return
    }
    if (worker?.dialect === dialect && this.#obey(worker, command, message, at + 1, now)) {
      worker.pulse.heard = now
      return
    }
    if (!worker && command === 'ready' && this.#register(dialect, id, key, message[at + 1], now)) {
      return
    }
    // Neither is a READY that comes second, nor anything that comes before the first.
    if (command === undefined) this.#counts.malformed++
    this.#disconnect(dialect, id, worker)
  }

  /** @returns whether the worker was allowed to say that. */
  #obey(
    worker: Registered,
    command: string | undefined,
    message: Message[],
    at: number,
    now: number,
  ): boolean {
    if (command === 'heartbeat') return true
    if (command !== 'partial' && command !== 'final') return false
    const { job } = worker
    const [client, delimiter] = [message[at], message[at + 1]]
    const isReply = client && delimiter?.length === 0 && message.length > at + 2
    if (!job || !isReply || !isSame(client, job.client)) return false
    this.#counts[command === 'final' ? 'final' : 'partials']++
    this.#reply(job, command, message.slice(at + 2))
    if (command === 'partial') return true
    worker.job = undefined
    this.#counts.working--
    worker.service.rest(worker)
    this.#handOut(worker.service, now)
    return true
  }

  #reply(job: Job, command: 'partial' | 'final', body: Message[]): void {
    // RFC 7 knows nothing of parts. Who has missed one is not to take the rest for the whole.
    if (job.broken || (command === 'partial' && job.dialect === CLIENT['0.1'])) {
      this.#counts.undelivered++
      return
    }
    job.begun = true
    const head = begin(job.dialect, command)
    this.#outbox.add([job.client, ...head, job.service.name, ...body], job)
  }

  #register(
    dialect: Dialect,
    id: Message,
    key: string,
    name: Message | undefined,
    now: number,
  ): boolean {
    if (!isName(name) || this.#workers.size >= this.#limits.workers) return false
    const called = keyOf(name)
    if (called.startsWith(MANAGEMENT)) return false
    const service = this.#serviceOf(called, name)
    if (!service) return false
    const pulse = new Pulse(this.#rhythm, now)
    const worker = { id, key, dialect, service, pulse, job: undefined }
    this.#workers.set(key, worker)
    service.workers++
    service.rest(worker)
    this.#handOut(service, now)
    return true
  }

  #disconnect(dialect: Dialect, id: Message, worker: Registered | undefined): void {
    this.#counts.disconnected++
    this.#outbox.add([id, ...begin(worker?.dialect ?? dialect, 'disconnect')], undefined)
    if (worker) this.#remove(worker)
  }

  /** Nothing more is sent to the worker. */
  #remove(worker: Registered, isUntouched = false): void {
    const { service, job } = worker
    if (!this.#workers.delete(worker.key)) return
    service.leave(worker)
    service.workers--
    worker.job = undefined
    if (job) {
      this.#counts.working--
      if (isUntouched || (job.resends > 0 && !job.begun)) this.#again(job, isUntouched)
      else this.#counts.lost++
    }
    this.#tidy(service)
  }

  /** Another worker may have it, before all other requests. */
  #again(job: Job, isUntouched: boolean): void {
    if (!isUntouched) {
      job.resends--
      this.#counts.resent++
    }
    this.#counts.waiting++
    this.#counts.waitingBytes += job.bytes
    job.service.putBack(job)
    this.#handOut(job.service, this.#clock.now())
  }

  // --- who is there

  /** What nobody understands, and the notice that a peer has gone, which is empty. */
  #takeOther(message: Message[]): void {
    const id = message[0] as Message
    const worker = this.#workers.get(keyOf(id))
    if (message.length === 2 && message[1]?.length === 0) {
      if (!worker) return
      this.#counts.vanished++
      this.#remove(worker)
      return
    }
    this.#counts.malformed++
    if (worker) this.#disconnect(worker.dialect, id, worker)
  }

  /** A message could not be sent. */
  #undelivered(subject: Job | Registered | undefined): void {
    if (!subject) return
    if ('client' in subject) {
      this.#counts.undelivered++
      subject.broken = true
    } else if (this.#workers.get(subject.key) === subject) {
      this.#counts.vanished++
      // The request never left.
      this.#remove(subject, true)
    }
  }

  /** Sends the heartbeats that are due, and gives up who is silent, and what has waited too long. */
  #look(): void {
    const now = this.#clock.now()
    const { interval } = this.#rhythm
    let next = now + interval
    for (const worker of this.#workers.values()) {
      const { pulse } = worker
      if (pulse.isOver(now)) {
        this.#counts.vanished++
        this.#remove(worker)
        continue
      }
      if (pulse.isDue(now)) {
        pulse.said = now
        this.#outbox.add([worker.id, ...begin(worker.dialect, 'heartbeat')], undefined)
      }
      next = Math.min(next, pulse.next)
    }
    for (const service of this.#services.values()) {
      this.#expire(service, now)
      this.#tidy(service)
    }
    this.#life.run(() => this.#outbox.flush())
    this.#life.after(Math.max(next - now, interval / TOGETHER), () => this.#look())
  }
}

function isName(frame: Message | undefined): frame is Message {
  return frame !== undefined && frame.length > 0 && frame.length <= LONGEST_NAME
}
