import { Subscriber } from 'zerowire'
import { ZmqError, type Message } from 'zerowire/extra'
import { systemClock, type Clock, type Timer } from '../clock/index.js'
import { whole } from '../common/checks.js'
import { deferred, type Deferred } from '../common/deferred.js'
import { Life } from '../common/life.js'
import { join, pack, unpack } from './bytes.js'
import { Link } from './link.js'
import { Reader, type LogRecord, type ReaderHost } from './reader.js'
import { checkName, MOST_IN_FLIGHT, NONE, tailTopic, VERB } from './words.js'

/** How long `close()` waits until the server has heard of it, in milliseconds. */
const MOST_LEAVING = 1000

/** What a {@link LogConsumer} may be told. */
export interface LogConsumerOptions {
  /** Shares the partitions with the others of this group, and begins where the group has committed. Without, it reads all. */
  group?: string
  /** Where to begin in a partition of which nothing is committed. @default 'earliest' */
  from?: 'earliest' | 'latest'
  /** The time that it lives by; a test gives a `ManualClock`. @default the system's */
  clock?: Clock
  /** How often to say that it is there, in milliseconds: less than the server's lease. @default 1000 */
  interval?: number
  /** Milliseconds after which what is not answered is asked again, on a new connection. @default 2000 */
  timeout?: number
  /** Records that wait to be taken; more are left with the server. @default 1000 */
  maxBuffered?: number
}

/** What a {@link LogConsumer} has done. */
export interface LogConsumerStats {
  /** Records that were fetched. */
  readonly fetched: number
  /** Records that came from the live tail. */
  readonly live: number
  /** Records of the live tail that were there already. */
  readonly duplicates: number
  /** How often the live tail was missing something. */
  readonly gaps: number
  /** Records that retention has removed before they could be read. */
  readonly skipped: number
  /** How often the server has told which partitions are to be read. */
  readonly beats: number
  /** How often partitions were taken away: given to others, or since the server was silent. */
  readonly revoked: number
  /** Messages that nobody understands. */
  readonly malformed: number
  /** How often what was not answered was asked again. */
  readonly retries: number
}

/**
 * Reads a topic of a {@link LogServer}: what is there already, and then what comes.
 *
 * ```ts
 * const consumer = new LogConsumer('orders', { group: 'billing' })
 * consumer.connect('tcp://log:5555', 'tcp://log:5556')
 * for await (const record of consumer) {
 *   await bill(record)
 *   await consumer.commit(record)
 * }
 * ```
 */
export class LogConsumer {
  readonly #topic: string
  readonly #group: string
  readonly #member: string
  readonly #from: 'earliest' | 'latest'
  readonly #clock: Clock
  readonly #maxBuffered: number
  readonly #life: Life
  readonly #link: Link
  readonly #subscriber: Subscriber
  readonly #readers = new Map<number, Reader>()
  readonly #queue: LogRecord[] = []
  readonly #waiting: Deferred<IteratorResult<LogRecord, undefined>>[] = []
  /** How many records have been asked for. */
  #awaited = 0
  #isBeating = false
  #isLeaving = false
  #failure: { readonly error: unknown } | undefined
  /** Until then the partitions are ours, if the server says no more. */
  #lapse: Timer | undefined
  readonly #host: ReaderHost
  readonly #stats = {
    fetched: 0,
    live: 0,
    duplicates: 0,
    gaps: 0,
    skipped: 0,
    beats: 0,
    revoked: 0,
    malformed: 0,
  }

  /** @throws RangeError on a name or an option that is none. */
  constructor(topic: string, options: LogConsumerOptions = {}) {
    const { group, from = 'earliest', clock = systemClock } = options
    this.#topic = checkName('topic', topic)
    this.#group = group === undefined ? '' : checkName('group', group)
    this.#member = group === undefined ? '' : crypto.randomUUID()
    this.#from = from
    this.#clock = clock
    this.#maxBuffered = whole('maxBuffered', options.maxBuffered ?? 1000)
    this.#life = new Life(clock)
    this.#link = new Link(this.#life, clock, whole('timeout', options.timeout ?? 2000))
    this.#subscriber = this.#life.own(new Subscriber({ linger: 0 }))
    this.#host = this.#hostOf()
    this.#life.every(whole('interval', options.interval ?? 1000), () => this.#beat())
  }

  /** Finds the server there, and its live tail. To be called once. @throws as `Socket.connect()`. */
  connect(address: string, tail: string): void {
    this.#subscriber.connect(tail)
    this.#life.readMany(this.#subscriber, (messages) => {
      for (const message of messages) this.#live(message)
    })
    this.#link.connect(address)
    this.#beat()
  }

  /** The partitions that it reads, and the offset that comes next in each. */
  get positions(): ReadonlyMap<number, number> {
    return new Map([...this.#readers.values()].map((each) => [each.partition, each.position]))
  }

  /** What it has done so far. */
  get stats(): LogConsumerStats {
    const { retries, malformed } = this.#link
    return { ...this.#stats, malformed: this.#stats.malformed + malformed, retries }
  }

  /**
   * Records, those of one partition in their order, until it is closed.
   * @throws ZmqError `EINVAL` when the server has no such topic, or too many groups or members.
   */
  [Symbol.asyncIterator](): AsyncIterator<LogRecord, undefined> {
    return { next: () => this.#next() }
  }

  /**
   * Remembers, for the group, that a record and all before it in its partition are done; resolves when
   * that will outlive a crash.
   *
   * @throws ZmqError (rejected) `EACCES` when the partition has been given to another member, who will
   * read it from what was committed before; `ENOBUFS` when 1024 calls wait; `EBADF` when the consumer
   * is closed; `EINVAL` in no group.
   */
  async commit({ partition, offset }: Pick<LogRecord, 'partition' | 'offset'>): Promise<void> {
    if (this.#group === '') throw new ZmqError('EINVAL', { reason: 'there is no group' })
    if (this.#link.pending >= MOST_IN_FLIGHT) throw new ZmqError('ENOBUFS')
    const place = pack([2, 8], [partition, offset + 1])
    await this.#link.request(() => [VERB.commit, this.#topic, this.#group, this.#member, place])
  }

  /**
   * Goes on reading a partition at another offset; what was read ahead of it is forgotten. If it is no
   * longer there, at the first that is.
   * @throws RangeError when it does not read that partition, or the offset is none.
   */
  seek(partition: number, offset: number): void {
    if (!this.#readers.has(partition))
      throw new RangeError(`partition ${partition} is not read here`)
    this.#stop(partition)
    this.#start(partition, whole('offset', offset, 0), NONE)
  }

  /** Leaves the group, and ends it. */
  async close(): Promise<void> {
    if (this.#group !== '' && this.#readers.size > 0) await this.#leave()
    const ended = this.#life.end()
    this.#link.end()
    for (const { resolve } of this.#waiting.splice(0)) resolve({ done: true, value: undefined })
    return ended
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The others of the group need not wait until they miss us, if the server hears it in time. */
  async #leave(): Promise<void> {
    this.#isLeaving = true
    this.#revoke()
    const late = deferred<undefined>()
    this.#life.after(MOST_LEAVING, () => late.resolve(undefined))
    const words = [VERB.leave, this.#topic, this.#group, this.#member]
    const left = this.#link.request(() => words).catch(() => undefined)
    await Promise.race([left, late.promise])
  }

  #hostOf(): ReaderHost {
    const free = (): number => this.#maxBuffered - this.#queue.length - this.#awaited
    // Nobody has all of it, and there is a fetch under way while half of it is being worked on.
    const share = (): number => Math.ceil(this.#maxBuffered / (2 * this.#readers.size + 1))
    return {
      topic: this.#topic,
      stats: this.#stats,
      get canTake() {
        return free() > 0
      },
      get canFetch() {
        return free() >= share()
      },
      take: (record) => {
        const first = this.#waiting.shift()
        if (first) first.resolve({ done: false, value: record })
        else this.#queue.push(record)
      },
      fetch: async (partition, offset) => {
        const most = Math.min(share(), 65_535)
        const place = pack([2, 8, 2], [partition, offset, most])
        this.#awaited += most
        try {
          return await this.#link.request(() => [VERB.fetch, this.#topic, place])
        } finally {
          this.#awaited -= most
        }
      },
    }
  }

  async #next(): Promise<IteratorResult<LogRecord, undefined>> {
    const value = this.#queue.shift()
    if (value) {
      for (const reader of this.#readers.values()) reader.catchUp()
      return { done: false, value }
    }
    if (this.#failure) throw this.#failure.error
    if (this.#life.over) return { done: true, value: undefined }
    const next = deferred<IteratorResult<LogRecord, undefined>>()
    this.#waiting.push(next)
    return next.promise
  }

  #live([tail, place, content]: Message[]): void {
    const [partition = -1] = unpack([2], tail?.subarray(-2)) ?? []
    const [offset] = unpack([8], place) ?? []
    if (tail?.length !== this.#topic.length + 3 || offset === undefined || !content) {
      this.#stats.malformed++
      return
    }
    this.#readers.get(partition)?.live(offset, content)
  }

  #beat(): void {
    if (this.#isBeating || this.#isLeaving || this.#life.over) return
    this.#isBeating = true
    const sent = this.#clock.now()
    const held = join([...this.#readers.keys()].map((partition) => pack([2], [partition])))
    const words = [VERB.beat, this.#topic, this.#group, this.#member, held]
    this.#link
      .request(() => words)
      .then((reply) => this.#granted(reply, sent))
      .catch((error: unknown) => this.#fail(error))
  }

  /** The server has told which partitions are ours, counted from when we asked. */
  #granted([lease, ...rows]: Message[], sent: number): void {
    this.#isBeating = false
    const [length] = unpack([4], lease) ?? []
    const granted = rows.map((row) => unpack([2, 8, 8, 8], row) ?? [])
    if (length === undefined || granted.some((row) => row.length === 0)) {
      this.#stats.malformed++
      return
    }
    if (this.#isLeaving) return
    this.#stats.beats++
    // Whoever reads alone has nobody to lose a partition to.
    const left = this.#group === '' ? Infinity : sent + length - this.#clock.now()
    const ours = new Map(left > 0 ? granted.map(([partition = 0, ...row]) => [partition, row]) : [])
    const before = this.#readers.size
    for (const partition of this.#readers.keys()) if (!ours.has(partition)) this.#stop(partition)
    this.#stats.revoked += before - this.#readers.size
    for (const [partition, [start = 0, end = 0, committed = NONE]] of ours) {
      const reader = this.#readers.get(partition)
      const fresh = this.#from === 'latest' ? end : start
      if (reader) reader.tell(end)
      else this.#start(partition, committed === NONE ? fresh : committed, end)
    }
    this.#lapse?.cancel()
    if (left < Infinity) this.#lapse = this.#life.after(left, () => this.#revoke())
    // What is to go to others goes sooner.
    if (this.#readers.size < before || left <= 0) this.#beat()
  }

  /** The server may have given them all to others. */
  #revoke(): void {
    this.#stats.revoked += this.#readers.size
    for (const partition of this.#readers.keys()) this.#stop(partition)
  }

  #start(partition: number, position: number, end: number): void {
    // What is published from now on is heard, or else missed by its gap.
    this.#subscriber.subscribe(tailTopic(this.#topic, partition))
    const reader = new Reader(this.#host, partition, position, end)
    this.#readers.set(partition, reader)
    reader.catchUp()
  }

  #stop(partition: number): void {
    this.#subscriber.unsubscribe(tailTopic(this.#topic, partition))
    this.#readers.get(partition)?.stop()
    this.#readers.delete(partition)
    const others = this.#queue.filter((record) => record.partition !== partition)
    this.#queue.splice(0, Infinity, ...others)
  }

  #fail(error: unknown): void {
    if (this.#life.over) return
    this.#failure = { error }
    for (const { reject } of this.#waiting.splice(0)) reject(error)
    void this.close()
  }
}
