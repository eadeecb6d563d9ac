import { XPublisher } from 'zerowire'
import { ZmqError } from 'zerowire/extra'
import type { Clock } from '../clock/index.js'
import { deferred, type Deferred } from '../common/deferred.js'
import type { Life } from '../common/life.js'
import type { CloneSocketOptions } from './follower.js'
import { encode, keyOf, newUuid, PLAIN, type KeyValue } from './frames.js'

interface Pending extends Deferred<number> {
  readonly change: KeyValue
  readonly since: number
  /** When it was sent last; undefined when it waits for an earlier one of the same key. */
  sent?: number
}

/** What an {@link Outbox} is told. */
export interface OutboxOptions {
  readonly clock: Clock
  readonly collectors: readonly string[]
  readonly maxPending: number
  readonly heartbeat: number
  readonly updateTimeout: number
  readonly socket: CloneSocketOptions
}

/**
 * Changes on their way to the servers (KVSET), to all of them: the one that stands by keeps what the
 * other may not live to publish. Each is sent until it is heard to be published. Of one key only one is
 * under way at a time: sent again, an earlier one could otherwise come after a later one.
 */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #life: Life
  readonly #publisher: XPublisher
  readonly #byKey = new Map<string, Pending[]>()
  readonly #byUuid = new Map<string, Pending>()
  #size = 0
  #resent = 0

  constructor(life: Life, options: OutboxOptions) {
    this.#life = life
    this.#options = options
    const { collectors, heartbeat, maxPending, socket } = options
    // It never has more to send than there are.
    const publisher = new XPublisher({ ...socket, sendHighWaterMark: maxPending, linger: 0 })
    this.#publisher = life.own(publisher)
    publisher.verbosity = 'allSubs'
    for (const collector of collectors) publisher.connect(collector)
    // Somebody listens now who did not when these were sent.
    life.readMany(publisher, () => this.sendAgain())
    life.every(heartbeat, () => this.#tick())
  }

  /** Changes that are not published yet. */
  get size(): number {
    return this.#size
  }

  /** Changes that were sent again. */
  get resent(): number {
    return this.#resent
  }

  /** Resolves with the number under which it was published. @throws ZmqError (rejected) `EAGAIN` when full. */
  add(key: string, value: Uint8Array, properties: string): Promise<number> {
    if (this.#size >= this.#options.maxPending) {
      const reason = `${this.#size} changes wait to be published already`
      return Promise.reject(new ZmqError('EAGAIN', { reason }))
    }
    const change = { ...PLAIN, key, value, properties, uuid: newUuid() }
    const pending: Pending = { ...deferred<number>(), change, since: this.#options.clock.now() }
    this.#size++
    this.#byUuid.set(keyOf(change.uuid), pending)
    const queue = this.#byKey.get(key)
    if (queue) queue.push(pending)
    else {
      this.#byKey.set(key, [pending])
      this.#send(pending)
    }
    return pending.promise
  }

  /** It has been published. */
  published(uuid: string, sequence: number): void {
    const pending = this.#byUuid.get(uuid)
    if (!pending) return
    this.#remove(pending)
    pending.resolve(sequence)
  }

  /** Nothing more will be published. */
  abandon(error: () => ZmqError): void {
    for (const { reject } of this.#byUuid.values()) reject(error())
    this.#byUuid.clear()
    this.#byKey.clear()
    this.#size = 0
  }

  #remove(pending: Pending): void {
    const { key, uuid } = pending.change
    this.#byUuid.delete(keyOf(uuid))
    this.#size--
    const queue = this.#byKey.get(key) ?? []
    queue.splice(queue.indexOf(pending), 1)
    const [next] = queue
    if (!next) this.#byKey.delete(key)
    else if (next.sent === undefined) this.#send(next)
  }

  #send(pending: Pending): void {
    pending.sent = this.#options.clock.now()
    this.#life.run(() => this.#publisher.send(encode(pending.change)))
  }

  /** Sends again those that have been under way for so long. */
  sendAgain(milliseconds = 0): void {
    const now = this.#options.clock.now()
    for (const pending of this.#byUuid.values()) {
      if (pending.sent === undefined || now - pending.sent < milliseconds) continue
      this.#resent++
      this.#send(pending)
    }
  }

  #tick(): void {
    const { clock, updateTimeout, heartbeat } = this.#options
    const now = clock.now()
    for (const pending of this.#byUuid.values()) {
      if (now - pending.since < updateTimeout) break
      this.#remove(pending)
      const message = `Not published in ${updateTimeout} ms; it still may be`
      pending.reject(new ZmqError('ETIMEDOUT', { message }))
    }
    this.sendAgain(heartbeat)
  }
}
