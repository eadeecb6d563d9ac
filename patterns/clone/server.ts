import { Subscriber, XPublisher, type MessageLike } from 'zerowire'
import { ZmqError, type Message } from 'zerowire/extra'
import { BinaryStar } from '../binary-star/index.js'
import { systemClock, type Clock } from '../clock/index.js'
import { milliseconds, whole } from '../common/checks.js'
import { Life } from '../common/life.js'
import type { SetOptions } from './client.js'
import { bindAll, endpointsOf, type CloneEndpoints } from './endpoints.js'
import { Follower } from './follower.js'
import { checkKey, decode, encode, HUGZ, isFree, keyOf, PLAIN } from './frames.js'
import { ttlOf, ttlProperty, type KeyValue } from './frames.js'
import { Held, Published } from './held.js'
import { MAX_WAITING, Replica, type Change } from './replica.js'
import { Snapshots, type Snapshot } from './snapshots.js'
import type { CloneServerOptions, CloneServerStats } from './server-options.js'
import { MAX_BYTES, MAX_KEYS } from './table.js'
import { asValue } from './value.js'

/**
 * A map that many share (RFC 12): it takes changes, numbers them, and tells all. Alone, or as one of two
 * of which the other takes over ({@link BinaryStar}).
 *
 * ```ts
 * await using server = new CloneServer()
 * await server.bind('tcp://*:5556') // and 5557, 5558
 * ```
 */
export class CloneServer {
  /** The pair, if it is one of a pair: `bind()` and `connect()` it to the other's. */
  readonly star: BinaryStar | undefined
  readonly #options: CloneServerOptions
  readonly #clock: Clock
  readonly #heartbeat: number
  readonly #life: Life
  readonly #snapshots: Snapshots
  readonly #publisher: XPublisher
  readonly #collector: Subscriber
  readonly #replica: Replica
  readonly #held: Held
  readonly #published: Published
  /** When the time of a value is over. */
  readonly #deadlines = new Map<string, number>()
  readonly #counts = { updates: 0, expired: 0, repeated: 0, refused: 0, malformed: 0 }
  #takenOver = 0
  #unheld = 0
  #peer: CloneEndpoints | undefined
  #follower: Follower | undefined
  /** While it stands by: whether it has the map. */
  #ready = false

  /** @throws TypeError, RangeError on a wrong option, and what sockets throw. */
  constructor(options: CloneServerOptions = {}) {
    const { role, socket = {}, clock = systemClock } = options
    this.#options = options
    this.#clock = clock
    this.#heartbeat = milliseconds('heartbeat', options.heartbeat ?? 1000)
    milliseconds('timeout', options.timeout ?? 5000)
    this.#held = new Held(
      whole('maxHeld', options.maxHeld ?? 10_000),
      whole('maxBytes', options.maxBytes ?? MAX_BYTES),
    )
    this.#published = new Published(whole('maxKnown', options.maxKnown ?? 100_000))
    this.#replica = this.#newReplica()
    this.#life = new Life(clock)
    this.#snapshots = new Snapshots(this.#life, {
      clock,
      socket,
      snapshotMark: whole('snapshotMark', options.snapshotMark ?? 5000),
      maxSnapshots: whole('maxSnapshots', options.maxSnapshots ?? 64),
      maxRequests: whole('maxRequests', options.maxRequests ?? 1000),
      snapshotTimeout: milliseconds('snapshotTimeout', options.snapshotTimeout ?? 10_000),
      accepts: (byPeer) => (byPeer ? this.active : this.#accepts()),
      take: (subtree, withProperties) => this.#snapshot(subtree, withProperties),
    })
    const sendHighWaterMark = whole('publisherMark', options.publisherMark ?? 10_000)
    this.#publisher = this.#life.own(new XPublisher({ ...socket, sendHighWaterMark, linger: 0 }))
    this.#publisher.verbosity = 'allSubs'
    this.#collector = this.#life.own(new Subscriber({ ...socket, linger: 0 }))
    this.#collector.subscribe()
    if (role !== undefined) this.star = this.#pair(role)
  }

  /**
   * Waits for clients at three endpoints, or at ports P, P + 1 and P + 2 of one. With `*` as its
   * port that is some P that is free.
   * @returns the three, wildcards resolved.
   * @throws TypeError on what is none, and as `Socket.bind()`.
   */
  async bind(server: string | CloneEndpoints): Promise<CloneEndpoints> {
    const { socket } = this.#snapshots
    const endpoints = await bindAll([socket, this.#publisher, this.#collector], server)
    this.#snapshots.start()
    this.#life.read(this.#collector, (message) => this.#collect(message))
    // Somebody begins to listen, and waits for a sign that he is heard.
    this.#life.readMany(this.#publisher, () => this.#greet())
    this.#life.every(this.#heartbeat, () => this.#tick())
    return endpoints
  }

  /** Where the other server of the pair waits for its clients. @throws TypeError on what is none. */
  connectPeer(server: string | CloneEndpoints): void {
    this.#peer = endpointsOf(server)
    if (this.star?.state === 'passive') this.#follow()
  }

  /** Whether it serves: always, when it is alone. */
  get active(): boolean {
    return !this.#life.over && (this.star === undefined || this.star.state === 'active')
  }

  /** Whether it stands by, and has the map, so that it could take over. */
  get ready(): boolean {
    return this.#ready
  }

  /** The number of the last change that was published. */
  get sequence(): number {
    return this.#replica.sequence
  }

  /** How many keys there are. */
  get size(): number {
    return this.#replica.table.entries.size
  }

  /** What it has done so far, and holds. */
  get stats(): CloneServerStats {
    const { snapshots: sent, abandoned, rejected, malformed } = this.#snapshots.counts
    return {
      ...this.#counts,
      malformed: this.#counts.malformed + malformed,
      takenOver: this.#takenOver,
      held: this.#held.size,
      unheld: this.#unheld + this.#held.dropped,
      snapshots: { sent, abandoned, rejected },
      requests: this.#snapshots.size,
      missed: this.#publisher.stats.dropped.full,
      bytes: this.#replica.table.bytes,
    }
  }

  /** The end; rejects when both of the pair serve, or both stand by (see {@link BinaryStar.ended}). */
  get ended(): Promise<void> {
    return this.#life.ended
  }

  /** The value of a key, which must not be written to; undefined when there is none. */
  get(key: string): Message | undefined {
    return this.#replica.table.entries.get(key)?.value
  }

  /** All keys that have a value now. */
  keys(): IterableIterator<string> {
    return this.#replica.table.entries.keys()
  }

  /**
   * Sets a key for all; an empty value deletes it.
   * @returns the number of the change.
   * @throws TypeError, RangeError on a key that there cannot be; ZmqError `EFSM` when it does not
   * serve, `ENOBUFS` when there is no room.
   */
  set(key: string, value: MessageLike, { ttl }: SetOptions = {}): number {
    checkKey(key)
    if (!this.active) throw new ZmqError('EFSM', { reason: 'the server does not serve' })
    const change = { ...PLAIN, key, value: asValue(value), properties: ttlProperty(ttl) }
    if (!this.#fits(change)) throw new ZmqError('ENOBUFS', { reason: 'there is no room for it' })
    this.#life.run(() => this.#publish(change))
    return this.sequence
  }

  /** Deletes a key for all. @throws as `set()`. */
  delete(key: string): number {
    return this.set(key, '')
  }

  /** Ends it, without a word to anybody. */
  async close(): Promise<void> {
    // What it has failed of is for who waits for the end.
    await this.#life.end().catch(() => undefined)
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #newReplica(): Replica {
    const { maxKeys = MAX_KEYS, maxBytes = MAX_BYTES } = this.#options
    const options = {
      subtree: '',
      maxKeys: whole('maxKeys', maxKeys),
      maxBytes: whole('maxBytes', maxBytes),
      maxWaiting: MAX_WAITING,
      consecutive: true,
    }
    return new Replica(options, {
      changed: (change) => this.#time(change),
      published: (uuid, sequence) => {
        this.#held.delete(uuid)
        this.#published.add(uuid, sequence)
      },
    })
  }

  // --- changes

  #collect(message: Message[]): Promise<void> | undefined {
    const change = decode(message)
    if (!change || !isFree(change.key)) {
      this.#counts.malformed++
      return undefined
    }
    const uuid = keyOf(change.uuid)
    const known = uuid === '' ? undefined : this.#published.get(uuid)
    if (!this.active) {
      if (uuid === '') this.#unheld++
      else if (known === undefined) this.#held.add(uuid, change, this.#clock.now())
      return undefined
    }
    if (known !== undefined) {
      this.#counts.repeated++
      // Who sent it has not heard of it; everybody else discards what is numbered so low.
      return this.#publisher.send(encode({ ...change, sequence: known }))
    }
    if (this.#fits(change)) return this.#publish(change)
    this.#counts.refused++
    return undefined
  }

  #fits({ key, value, properties }: KeyValue): boolean {
    if (Number.isNaN(ttlOf(properties))) return false
    return value.length === 0 || this.#replica.table.fits(key, value)
  }

  /** Makes a change, and tells everybody. */
  #publish(change: KeyValue): Promise<void> {
    const numbered = { ...change, sequence: this.#replica.sequence + 1 }
    const sent = this.#publisher.send(encode(numbered))
    this.#replica.apply(numbered)
    if (change.uuid.length > 0) this.#published.add(keyOf(change.uuid), numbered.sequence)
    this.#counts.updates++
    return sent
  }

  #time({ key, value, properties }: Change): void {
    const ttl = value && ttlOf(properties)
    if (ttl === undefined || Number.isNaN(ttl)) this.#deadlines.delete(key)
    else this.#deadlines.set(key, this.#clock.now() + ttl * 1000)
  }

  #tick(): void {
    this.#life.run(() => this.#greet())
    const now = this.#clock.now()
    const { star } = this
    if (star?.state === 'passive' && !star.peerSilent) this.#held.forget(now - 2 * this.#heartbeat)
    if (!this.active) return
    for (const [key, deadline] of this.#deadlines) {
      if (deadline > now) continue
      this.#counts.expired++
      this.#life.run(() => this.#publish({ ...PLAIN, key }))
    }
  }

  #greet(): Promise<void> {
    return this.#publisher.send(encode({ ...PLAIN, key: HUGZ }))
  }

  // --- snapshots

  /** The vote of a client. Who stands by without the map must not take over with nothing. */
  #accepts(): boolean {
    const { star } = this
    if (!star) return true
    return (star.state !== 'passive' || this.#ready) && star.vote()
  }

  #snapshot(subtree: string, withProperties: boolean): Snapshot {
    const { sequence } = this.#replica
    let entries = [...this.#replica.table.entries.values()]
    if (subtree !== '') entries = entries.filter(({ key }) => key.startsWith(subtree))
    if (!withProperties) return { entries, sequence }
    const timed = entries.map((entry) => ({ ...entry, properties: this.#remaining(entry.key) }))
    return { entries: timed, sequence }
  }

  /** The time that a value has left. */
  #remaining(key: string): string {
    const deadline = this.#deadlines.get(key)
    if (deadline === undefined) return ''
    return ttlProperty(Math.max(Math.ceil((deadline - this.#clock.now()) / 1000), 1))
  }

  // --- the pair

  #pair(role: 'primary' | 'backup'): BinaryStar {
    const star = this.#life.own(
      new BinaryStar({
        role,
        heartbeat: this.#heartbeat,
        ...(this.#options.socket && { socket: this.#options.socket }),
        clock: this.#clock,
        onActive: () => this.#takeOver(),
        onPassive: () => this.#follow(),
      }),
    )
    this.#life.run(() => star.ended)
    return star
  }

  /** Stands by: copies the other's map. */
  #follow(): void {
    if (!this.#peer || this.#follower) return
    const began = this.#clock.now()
    const follower = new Follower(this.#replica, {
      clock: this.#clock,
      server: this.#peer,
      subtree: '',
      heartbeat: this.#heartbeat,
      timeout: this.#options.timeout ?? 5000,
      withProperties: true,
      socket: this.#options.socket ?? {},
      synchronized: () => {
        this.#ready = true
        this.#forgetTimes()
        // What came before that is in the snapshot, or will be sent again.
        this.#held.forget(began)
      },
      lost: () => {
        this.#unfollow()
        this.#follow()
      },
      malformed: () => this.#counts.malformed++,
    })
    this.#follower = this.#life.own(follower)
    this.#life.run(() => follower.ended)
  }

  /** A snapshot tells of a value that is what it was before, though not that it lives for ever now. */
  #forgetTimes(): void {
    const { entries } = this.#replica.table
    for (const key of this.#deadlines.keys()) {
      if (entries.get(key)?.properties === '') this.#deadlines.delete(key)
    }
  }

  #unfollow(): void {
    if (this.#follower) this.#life.release(this.#follower)
    this.#follower = undefined
  }

  #takeOver(): void {
    this.#unfollow()
    this.#ready = false
    for (const change of this.#held.takeAll()) {
      if (!this.#fits(change)) {
        this.#counts.refused++
        continue
      }
      this.#takenOver++
      this.#life.run(() => this.#publish(change))
    }
  }
}
