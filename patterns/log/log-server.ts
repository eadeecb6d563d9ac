import { Publisher, Router, type MessageLike } from 'zerowire'
import type { Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { whole } from '../common/checks.js'
import { Life } from '../common/life.js'
import type { Change, Store } from '../store/index.js'
import { pack, unpack, unpackRows } from './bytes.js'
import type { Partition } from './partition.js'
import { Producers, type Place, type Span } from './producers.js'
import { Topic, type TopicOptions } from './topic.js'
import { isName, NONE, STATUS, tailTopic, VERB } from './words.js'

/** What a {@link LogServer} may be told. */
export interface LogServerOptions {
  /** The topics that it has. */
  topics: Readonly<Record<string, TopicOptions>>
  /** The time that it lives by; a test gives a `ManualClock`. @default the system's */
  clock?: Clock
  /** How often readers are to say that they are there, in milliseconds. @default 1000 */
  interval?: number
  /** A reader is dead after so many intervals of silence. @default 3 */
  liveness?: number
  /** The longest record, key and value together, in bytes. @default 1 MiB */
  maxRecordBytes?: number
  /** What a reader gets at once, in bytes, or one record. @default 65,536 */
  fetchBytes?: number
  /** Producers whose last appends are remembered. @default 1000 */
  maxProducers?: number
  /** Groups that a topic may have. @default 1000 */
  maxGroups?: number
  /** Members that a group may have. @default 100 */
  maxMembers?: number
  /** Records that may wait for one reader of the live tail; it loses more, and fetches them. @default 1000 */
  tailHighWaterMark?: number
}

/** What a {@link LogServer} has done. */
export interface LogServerStats {
  /** Records that were stored. */
  readonly appended: number
  /** Appends that came again, and were answered without being stored again. */
  readonly duplicates: number
  /** Appends that came before one that they have to follow, and are to come again. */
  readonly early: number
  /** Records that were fetched. */
  readonly fetched: number
  /** Offsets that were committed. */
  readonly committed: number
  /** Records that were too old or too much, and are gone. */
  readonly expired: number
  /** Requests that will never be done. */
  readonly refused: number
  /** Requests that there was no room for. */
  readonly busy: number
  /** Messages that nobody understands. */
  readonly malformed: number
  /** Replies that had no way back. */
  readonly dropped: number
  /** Records that readers were too slow for, and have to fetch. */
  readonly missed: number
}

/** Fetches that are read from the store at the same time, and that may wait for it. */
const FETCHES = { running: 16, waiting: 1000 } as const

/** Replies that may wait for one peer; a producer can have 1024 appends in flight. */
const REPLIES = 1200

/** What comes of the requests that are there together. */
interface Work {
  readonly changes: Change[]
  readonly replies: MessageLike[][]
  readonly tail: MessageLike[][]
  /** Where each partition ends once the changes are stored. */
  readonly ends: Map<Partition, number>
}

/** A request: who asks, under which number, for what. */
interface Asked {
  readonly id: Message
  readonly number: Message
  readonly rest: Message[]
}

/**
 * A log: topics to whose ends producers append, and that readers read from any offset on. It answers
 * an append when the store has it, and publishes it then.
 *
 * ```ts
 * await using store = await LevelStore.open('/var/lib/log')
 * await using server = await LogServer.open(store, { topics: { orders: { partitions: 8 } } })
 * await server.bind('tcp://*:5555')
 * await server.bindTail('tcp://*:5556')
 * ```
 */
export class LogServer {
  readonly #store: Store
  readonly #clock: Clock
  readonly #life: Life
  readonly #lease: number
  readonly #limits: { maxRecordBytes: number; fetchBytes: number }
  readonly #topics = new Map<string, Topic>()
  readonly #producers: Producers
  readonly #router: Router
  readonly #publisher: Publisher
  readonly #fetches: (() => Promise<void>)[] = []
  #fetching = 0
  readonly #stats = {
    appended: 0,
    duplicates: 0,
    early: 0,
    fetched: 0,
    committed: 0,
    expired: 0,
    refused: 0,
    busy: 0,
    malformed: 0,
  }

  /** @internal */
  constructor(store: Store, { clock = systemClock, ...options }: LogServerOptions) {
    this.#store = store
    this.#clock = clock
    const interval = whole('interval', options.interval ?? 1000)
    this.#lease = interval * whole('liveness', options.liveness ?? 3)
    const maxRecordBytes = whole('maxRecordBytes', options.maxRecordBytes ?? 2 ** 20)
    this.#limits = { maxRecordBytes, fetchBytes: whole('fetchBytes', options.fetchBytes ?? 65_536) }
    this.#producers = new Producers(whole('maxProducers', options.maxProducers ?? 1000))
    const groups = {
      maxGroups: whole('maxGroups', options.maxGroups ?? 1000),
      maxMembers: whole('maxMembers', options.maxMembers ?? 100),
    }
    for (const [name, topic] of Object.entries(options.topics)) {
      this.#topics.set(name, new Topic(name, topic, groups))
    }
    const tail = whole('tailHighWaterMark', options.tailHighWaterMark ?? 1000)
    this.#life = new Life(clock)
    // A longer frame ends the connection of whoever sends it, so that nobody has to keep it.
    const maxMessageSize = maxRecordBytes + 1024
    const room = { linger: 0, maxMessageSize, sendHighWaterMark: REPLIES }
    this.#router = this.#life.own(new Router(room))
    this.#publisher = this.#life.own(new Publisher({ linger: 0, sendHighWaterMark: tail }))
    this.#life.every(interval, () => this.#sweep())
  }

  /**
   * A server of what the store has. The store stays the caller's to close, once the server is closed.
   * @throws RangeError on an option that is none; ZmqError `EINVAL` when a topic has another number of
   * partitions in the store; all of them rejected, as is what the store fails of.
   */
  static async open(store: Store, options: LogServerOptions): Promise<LogServer> {
    const server = new LogServer(store, options)
    try {
      await server.#load()
    } catch (error) {
      await server.close()
      throw error
    }
    return server
  }

  /** Lets producers and readers come in; resolves with the address, wildcards resolved. @throws as `Socket.bind()`. */
  async bind(address: string): Promise<string> {
    await this.#router.bind(address)
    return String(this.#router.lastEndpoint)
  }

  /** Lets readers listen to the live tail; resolves with the address, wildcards resolved. @throws as `Socket.bind()`. */
  async bindTail(address: string): Promise<string> {
    await this.#publisher.bind(address)
    return String(this.#publisher.lastEndpoint)
  }

  /** The offsets of each partition of a topic: the first that is there, and the one behind the last. */
  offsets(topic: string): Span[] {
    const { partitions = [] } = this.#topics.get(topic) ?? {}
    return partitions.map(({ start, end }) => ({ start, end }))
  }

  /** The names of the members of a group that are there. */
  members(topic: string, group: string): string[] {
    return this.#topics.get(topic)?.groups.get(group)?.members ?? []
  }

  /** Forgets a group of a topic, and what it has committed; members that are left begin anew. */
  async removeGroup(topic: string, group: string): Promise<void> {
    await this.#store.write(this.#topics.get(topic)?.groups.remove(group) ?? [])
  }

  /** What it has done so far. */
  get stats(): LogServerStats {
    const { dropped } = this.#router.stats
    const missed = this.#publisher.stats.dropped.full
    return { ...this.#stats, dropped: dropped.total, missed }
  }

  /** Its end. Rejects with what it has failed of, such as a full disk. */
  get ended(): Promise<void> {
    return this.#life.ended
  }

  /** Ends it, once the store has what was asked for. */
  close(): Promise<void> {
    return this.#life.end()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #load(): Promise<void> {
    const quietUntil = this.#clock.now() + this.#lease
    for (const topic of this.#topics.values()) await topic.load(this.#store, quietUntil)
    await this.#producers.load(this.#store)
    this.#life.readMany(this.#router, (messages) => this.#take(messages))
  }

  /** What is there together is stored together; nobody hears of it before. */
  async #take(messages: Message[][]): Promise<void> {
    const work: Work = { changes: [], replies: [], tail: [], ends: new Map() }
    for (const [id, number, verb, ...rest] of messages) {
      const asked = id && number && verb ? { id, number, rest } : undefined
      if (!asked || !this.#handle(verb?.toString() ?? '', asked, work)) this.#stats.malformed++
    }
    for (const partition of work.ends.keys()) this.#expire(partition, work.changes)
    work.changes.push(...this.#producers.changes())
    if (work.changes.length > 0) await this.#store.write(work.changes)
    for (const [partition, end] of work.ends) partition.stored(end)
    for (const message of work.tail) this.#send(this.#publisher, message)
    for (const reply of work.replies) this.#send(this.#router, reply)
  }

  /** @returns false when it is not understood. */
  #handle(verb: string, asked: Asked, work: Work): boolean {
    switch (verb) {
      case VERB.append:
        return this.#append(asked, work)
      case VERB.fetch:
        return this.#fetch(asked)
      case VERB.beat:
        return this.#beat(asked, work)
      case VERB.commit:
        return this.#commit(asked, work)
      case VERB.leave:
        return this.#leave(asked, work)
      default:
        return false
    }
  }

  #append({ id, number, rest }: Asked, work: Work): boolean {
    const [header, name, key, value, more] = rest
    const [sequence, settled] = unpack([8, 8], header?.subarray(16)) ?? []
    if (!header || !name || !key || !value || more) return false
    if (sequence === undefined || settled === undefined) return false
    const producer = header.subarray(0, 16)
    const verdict = this.#producers.judge(producer, sequence, settled)
    if (verdict === 'wrong') return false
    if (verdict === 'early') {
      this.#stats.early++
      work.replies.push([id, number, STATUS.early])
    } else if (verdict === 'next') {
      const place = this.#place(name.toString(), key, value, work)
      this.#producers.remember(producer, sequence, settled, place)
      work.replies.push([id, number, ...this.#placed(place)])
    } else {
      this.#stats.duplicates++
      if (verdict !== 'late') work.replies.push([id, number, ...this.#placed(verdict)])
    }
    return true
  }

  /** Where the record goes; nowhere, if it cannot be. */
  #place(name: string, key: Message, value: Message, work: Work): Place {
    const partition = this.#topics.get(name)?.partitionOf(key)
    if (!partition || key.length + value.length > this.#limits.maxRecordBytes) {
      this.#stats.refused++
      return { partition: 0, offset: NONE }
    }
    this.#stats.appended++
    const offset = partition.append(this.#clock.date(), key, value, work.changes)
    work.ends.set(partition, offset + 1)
    const content = work.changes.at(-1)?.value ?? null
    work.tail.push([tailTopic(name, partition.number), pack([8], [offset]), content])
    return { partition: partition.number, offset }
  }

  #placed({ partition, offset }: Place): MessageLike[] {
    if (offset === NONE) return [`${STATUS.refused} no such topic, or too long`]
    return [STATUS.ok, pack([2, 8], [partition, offset])]
  }

  /** Reads beside everything else, but not more than so many at a time. */
  #fetch({ id, number, rest }: Asked): boolean {
    const [name, place, more] = rest
    const [index = -1, from = 0, most = 0] = unpack([2, 8, 2], place) ?? []
    if (!name || index < 0 || more) return false
    const partition = this.#topics.get(name.toString())?.partitions[index]
    if (!partition) {
      this.#refuse([id, number], 'no such partition')
      return true
    }
    if (this.#fetches.length >= FETCHES.waiting) {
      this.#stats.busy++
      this.#send(this.#router, [id, number, STATUS.busy])
      return true
    }
    this.#fetches.push(async () => {
      const records = await partition.read(this.#store, from, most, this.#limits.fetchBytes)
      this.#stats.fetched += records.length
      const offsets = pack([8, 8, 8], [from, partition.start, partition.end])
      this.#send(this.#router, [id, number, STATUS.ok, offsets, ...records])
    })
    if (this.#fetching < FETCHES.running) this.#life.run(() => this.#readOn())
    return true
  }

  async #readOn(): Promise<void> {
    this.#fetching++
    for (let fetch = this.#fetches.shift(); fetch; fetch = this.#fetches.shift()) await fetch()
    this.#fetching--
  }

  #beat({ id, number, rest }: Asked, work: Work): boolean {
    const [name = '', group = '', member = ''] = rest.slice(0, 3).map(String)
    const held = unpackRows([2], rest[3] ?? new Uint8Array(1))
    // Whoever is in no group reads all of it.
    const isAlone = group === '' && member === ''
    if (!held || rest.length !== 4 || !(isAlone || (isName(group) && isName(member)))) return false
    const topic = this.#topics.get(name)
    const joined = isAlone ? undefined : topic?.groups.join(group)
    const now = this.#clock.now()
    const granted = isAlone
      ? topic?.partitions.map((_, i) => i)
      : joined?.beat(member, new Set(held.flat()), now, now + this.#lease)
    if (!topic || !granted) {
      this.#refuse([id, number], topic ? 'too many groups or members' : 'no such topic')
      return true
    }
    const rows = granted.map((i) => {
      const { start = 0, end = 0 } = topic.partitions[i] ?? {}
      return pack([2, 8, 8, 8], [i, start, end, joined?.committed[i] ?? NONE])
    })
    work.replies.push([id, number, STATUS.ok, pack([4], [this.#lease]), ...rows])
    return true
  }

  #commit({ id, number, rest }: Asked, work: Work): boolean {
    const [name = '', group = '', member = ''] = rest.slice(0, 3).map(String)
    const [partition, offset] = unpack([2, 8], rest[3]) ?? []
    if (rest.length !== 4 || partition === undefined || offset === undefined) return false
    const groups = this.#topics.get(name)?.groups
    const end = this.#topics.get(name)?.partitions[partition]?.end ?? -1
    if (!groups?.get(group)?.owns(member, partition) || offset > end) {
      this.#stats.refused++
      work.replies.push([id, number, `${STATUS.foreign} the partition is not yours`])
      return true
    }
    this.#stats.committed++
    work.changes.push(...groups.commit(group, partition, offset))
    work.replies.push([id, number, STATUS.ok])
    return true
  }

  #leave({ id, number, rest }: Asked, work: Work): boolean {
    const [name = '', group = '', member = ''] = rest.map(String)
    if (rest.length !== 3) return false
    this.#topics.get(name)?.groups.get(group)?.leave(member)
    work.replies.push([id, number, STATUS.ok])
    return true
  }

  #refuse(to: MessageLike[], why: string): void {
    this.#stats.refused++
    this.#send(this.#router, [...to, `${STATUS.refused} ${why}`])
  }

  #expire(partition: Partition, changes: Change[]): void {
    const expired = partition.expire(this.#clock.date())
    this.#stats.expired += expired.removed
    changes.push(...expired.changes)
  }

  #sweep(): void {
    const changes: Change[] = []
    for (const topic of this.#topics.values()) {
      topic.groups.expire(this.#clock.now())
      for (const partition of topic.partitions) this.#expire(partition, changes)
    }
    if (changes.length > 0) this.#life.run(() => this.#store.write(changes))
  }

  /** Neither waits: a Router drops what has no way back, a Publisher what a reader is too slow for. */
  #send(socket: Router | Publisher, message: MessageLike[]): void {
    if (!this.#life.over) socket.send(message).catch(() => undefined)
  }
}
