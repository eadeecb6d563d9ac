import type { MessageLike } from 'zerowire'
import { ZmqError, type Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { milliseconds, whole } from '../common/checks.js'
import { deferred, type Deferred } from '../common/deferred.js'
import { Life } from '../common/life.js'
import { endpointsOf, type CloneEndpoints } from './endpoints.js'
import { Follower, type CloneSocketOptions, type Loss } from './follower.js'
import { checkKey, ttlProperty } from './frames.js'
import { Outbox } from './outbox.js'
import { MAX_WAITING, Replica, type Change } from './replica.js'
import { MAX_BYTES, MAX_KEYS, type TableLimits } from './table.js'
import { asValue } from './value.js'

/** What {@link CloneClient} may be told. */
export interface CloneClientOptions extends TableLimits {
  /** Only keys that begin with this: empty, or `/path/` as RFC 12 has it. @default '' */
  readonly subtree?: string
  /** How often to ask and send again, in milliseconds: that of the servers. @default 1000 */
  readonly heartbeat?: number
  /** How long a server may be silent before it is the next one's turn, in milliseconds. @default 5000 */
  readonly timeout?: number
  /** How long to send a change before it is given up, in milliseconds. @default 30,000 */
  readonly updateTimeout?: number
  /** Changes of its own that may be on their way. @default 10,000 */
  readonly maxPending?: number
  /** Changes of others that may wait while a snapshot comes. @default 100,000 */
  readonly maxWaiting?: number
  /**
   * Whether the servers count by ones, so that a gap means a loss; heeded without a `subtree` only.
   * @default true
   */
  readonly consecutive?: boolean
  /** Options of its sockets, such as keys. None by default. */
  readonly socket?: CloneSocketOptions
  /** The time that it lives by; a test gives a `ManualClock`. @default the system's */
  readonly clock?: Clock
}

/** What `set()` may be told. */
export interface SetOptions {
  /** The server deletes the key after so many whole seconds. @default never */
  readonly ttl?: number
}

/** What a {@link CloneClient} has done so far, and holds. */
export interface CloneClientStats {
  /** Snapshots that have come. */
  readonly snapshots: number
  /** Conversations with a server that came to nothing, by reason. */
  readonly losses: Readonly<Record<Loss, number>>
  /** Messages of servers that were none of the protocol. */
  readonly malformed: number
  /** Changes of its own that are not published yet. */
  readonly pending: number
  /** Changes of its own that were sent again. */
  readonly resent: number
  /** Bytes of keys and values. */
  readonly bytes: number
}

type Listener = (change: Change) => void

/**
 * A map that many share (RFC 12): a copy of the server's, kept up to date, and a way to change that. It
 * changes in the server's order only, so that all copies go through the same states.
 *
 * ```ts
 * await using map = new CloneClient(['tcp://primary:5556', 'tcp://backup:5556'])
 * await map.synchronized
 * await map.set('/lamp/1', 'on', { ttl: 60 })
 * for (const [key, value] of map) console.log(key, String(value))
 * ```
 */
export class CloneClient implements Iterable<[string, Message]> {
  readonly #servers: readonly CloneEndpoints[]
  readonly #options: CloneClientOptions
  readonly #subtree: string
  readonly #clock: Clock
  readonly #heartbeat: number
  readonly #timeout: number
  readonly #life: Life
  readonly #replica: Replica
  readonly #outbox: Outbox
  readonly #listeners = new Set<Listener>()
  readonly #counts = { snapshots: 0, malformed: 0 }
  readonly #losses = { silent: 0, reconnected: 0, gap: 0, overflow: 0 }
  #current = 0
  /** When it has begun again, or will. */
  #followedAgain = -Infinity
  #follower: Follower | undefined
  #synchronized = awaited()
  #isSynchronized = false

  /**
   * @param servers each as three endpoints, or as one whose port is the first of three; a pair has two.
   * @throws TypeError, RangeError on what is none, or a wrong option, and what sockets throw.
   */
  constructor(servers: readonly (string | CloneEndpoints)[], options: CloneClientOptions = {}) {
    if (servers.length === 0) throw new RangeError('a client needs a server')
    this.#servers = servers.map(endpointsOf)
    this.#options = options
    this.#subtree = options.subtree ?? ''
    if (!/^(\/.+\/)?$/s.test(this.#subtree)) {
      throw new RangeError(`a subtree is empty or /path/, not ${JSON.stringify(this.#subtree)}`)
    }
    this.#clock = options.clock ?? systemClock
    this.#heartbeat = milliseconds('heartbeat', options.heartbeat ?? 1000)
    this.#timeout = milliseconds('timeout', options.timeout ?? 5000)
    const witness = {
      changed: (change: Change) => this.#listeners.forEach((listener) => listener(change)),
      published: (uuid: string, sequence: number) => this.#outbox.published(uuid, sequence),
    }
    this.#replica = new Replica(
      {
        subtree: this.#subtree,
        maxKeys: whole('maxKeys', options.maxKeys ?? MAX_KEYS),
        maxBytes: whole('maxBytes', options.maxBytes ?? MAX_BYTES),
        maxWaiting: whole('maxWaiting', options.maxWaiting ?? MAX_WAITING),
        consecutive: this.#subtree === '' && (options.consecutive ?? true),
      },
      witness,
    )
    this.#life = new Life(this.#clock)
    this.#outbox = new Outbox(this.#life, {
      clock: this.#clock,
      collectors: this.#servers.map(({ collector }) => collector),
      maxPending: whole('maxPending', options.maxPending ?? 10_000),
      heartbeat: this.#heartbeat,
      updateTimeout: milliseconds('updateTimeout', options.updateTimeout ?? 30_000),
      socket: options.socket ?? {},
    })
    this.#follow()
  }

  /**
   * Resolves when the map is there, and changes as the server's does: at once if that is so. Rejects
   * with `EAGAIN` when the client is closed before.
   */
  get synchronized(): Promise<void> {
    return this.#synchronized.promise
  }

  /** Which server it follows, or tries to, by its place among those that it was given. */
  get server(): number {
    return this.#current
  }

  /** Whether it follows a server at the moment. */
  get live(): boolean {
    return this.#isSynchronized
  }

  /** The server's number of the last change that is in this copy. */
  get sequence(): number {
    return this.#replica.sequence
  }

  /** How many keys there are. */
  get size(): number {
    return this.#replica.table.entries.size
  }

  /** What it has done so far, and holds. */
  get stats(): CloneClientStats {
    const { size: pending, resent } = this.#outbox
    const { bytes } = this.#replica.table
    return { ...this.#counts, losses: { ...this.#losses }, pending, resent, bytes }
  }

  /** The end; rejects with what a listener has thrown. */
  get ended(): Promise<void> {
    return this.#life.ended
  }

  /** The value of a key, which must not be written to; undefined when there is none. */
  get(key: string): Message | undefined {
    return this.#replica.table.entries.get(key)?.value
  }

  /** Whether a key has a value. */
  has(key: string): boolean {
    return this.#replica.table.entries.has(key)
  }

  /** All keys that have a value now. */
  keys(): IterableIterator<string> {
    return this.#replica.table.entries.keys()
  }

  /** All keys and their values. A failover in between replaces the map: what was begun goes on in the old. */
  *[Symbol.iterator](): IterableIterator<[string, Message]> {
    for (const { key, value } of this.#replica.table.entries.values()) yield [key, value]
  }

  /**
   * Sets a key for all. The copy here changes when the server says so, which is when this resolves:
   * with the number of the change.
   *
   * @param value as one part of a message; an empty one deletes the key.
   * @throws TypeError, RangeError (rejected) on a key that there cannot be, or that is not of the subtree.
   * ZmqError (rejected) `ETIMEDOUT` when it was not published in `updateTimeout`, though it still may
   * be; `EAGAIN` when too many wait already, or the client is closed meanwhile; `EBADF` when it was before.
   */
  async set(key: string, value: MessageLike, { ttl }: SetOptions = {}): Promise<number> {
    checkKey(key)
    if (!key.startsWith(this.#subtree)) {
      throw new RangeError(`${JSON.stringify(key)} is not in the subtree ${this.#subtree}`)
    }
    if (this.#life.over) throw new ZmqError('EBADF', { message: 'The client is closed' })
    return this.#outbox.add(key, asValue(value), ttlProperty(ttl))
  }

  /** Deletes a key for all. @throws as `set()`. */
  delete(key: string): Promise<number> {
    return this.set(key, '')
  }

  /**
   * Calls for each change of the copy, when it has been made. What it throws ends the client.
   * @returns what takes it back.
   */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Ends it; the copy stays as it is. Changes that are not published are rejected with `EAGAIN`. */
  async close(): Promise<void> {
    const closed = () => new ZmqError('EAGAIN', { message: 'The client was closed' })
    const ended = this.#life.end()
    this.#outbox.abandon(closed)
    this.#synchronized.reject(closed())
    // What it has failed of is for who waits for the end.
    await ended.catch(() => undefined)
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #follow(): void {
    const follower = new Follower(this.#replica, {
      clock: this.#clock,
      server: this.#servers[this.#current] as CloneEndpoints,
      subtree: this.#subtree,
      heartbeat: this.#heartbeat,
      timeout: this.#timeout,
      socket: this.#options.socket ?? {},
      synchronized: () => {
        this.#counts.snapshots++
        this.#isSynchronized = true
        this.#synchronized.resolve(undefined)
        // What was published before it was heard has not been heard to be.
        this.#outbox.sendAgain()
      },
      lost: (reason) => this.#lost(reason),
      malformed: () => this.#counts.malformed++,
    })
    this.#follower = this.#life.own(follower)
    this.#life.run(() => follower.ended)
  }

  /** Begins again: with the same server if that is there, else with the next. */
  #lost(reason: Loss): void {
    this.#losses[reason]++
    if (this.#follower) this.#life.release(this.#follower)
    this.#follower = undefined
    this.#replica.restart()
    if (this.#isSynchronized) this.#synchronized = awaited()
    this.#isSynchronized = false
    if (reason === 'silent') this.#current = (this.#current + 1) % this.#servers.length
    const pause = this.#pause(reason)
    if (pause > 0) this.#life.after(pause, () => this.#follow())
    else this.#follow()
  }

  /** How long to wait before it follows again, in milliseconds. */
  #pause(reason: Loss): number {
    const now = this.#clock.now()
    let pause = 0
    // A map that is too large here is so at once again.
    if (reason === 'overflow') pause = this.#timeout
    // A server that ends conversation after conversation is not to be run down; silence is pause enough.
    else if (reason !== 'silent' && now - this.#followedAgain < this.#heartbeat) {
      pause = this.#heartbeat
    }
    this.#followedAgain = now + pause
    return pause
  }
}

/** A promise that nobody need look at. */
function awaited(): Deferred<undefined> {
  const one = deferred<undefined>()
  one.promise.catch(() => undefined)
  return one
}
