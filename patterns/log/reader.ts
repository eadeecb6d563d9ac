import type { Message } from 'zerowire/extra'
import { decodeContent, unpack } from './bytes.js'

/** A record as readers get it. */
export interface LogRecord {
  /** The topic to which it was appended. */
  readonly topic: string
  /** The number of the partition in its topic, from 0 on. */
  readonly partition: number
  /** In its partition, from 0 on, without gaps. */
  readonly offset: number
  /** When the server took it, in milliseconds since the beginning of 1970. */
  readonly date: number
  /** The key by which its partition was chosen. */
  readonly key: Message
  /** What the producer appended. */
  readonly value: Message
}

/** What a reader of partitions counts. */
interface ReaderStats {
  fetched: number
  live: number
  duplicates: number
  gaps: number
  skipped: number
  malformed: number
}

/** What readers of the partitions of a topic have in common. */
export interface ReaderHost {
  /** The topic to which it was appended. */
  readonly topic: string
  readonly stats: ReaderStats
  /** Whether there is room for one more record. */
  readonly canTake: boolean
  /** Whether there is room for as many as are fetched at once. */
  readonly canFetch: boolean
  /** Takes the next record of a partition. */
  take(record: LogRecord): void
  /** Asks the server for records from an offset on; resolves with the frames of its reply. */
  fetch(partition: number, offset: number): Promise<Message[]>
}

/** Records of the live tail that wait while others are being fetched. */
const MOST_AHEAD = 1000

/**
 * Reads one partition without gap or duplicate: fetches until it is at the end, goes on with the live
 * tail, and fetches again when that has a gap, or there was no room for it.
 */
export class Reader {
  /** The number of the partition in its topic, from 0 on. */
  readonly partition: number
  readonly #host: ReaderHost
  /** The offset that is next. */
  #position: number
  /** The end of the partition, as the server has told it. */
  #told: number
  #isFetching = false
  #isBehind: boolean
  /** Takes nothing any more. */
  #isOver = false
  readonly #ahead: { offset: number; content: Message }[] = []

  /** @param end the end of the partition, as the server has told it. */
  constructor(host: ReaderHost, partition: number, position: number, end: number) {
    this.#host = host
    this.partition = partition
    this.#position = position
    this.#told = end
    this.#isBehind = position < end
  }

  get position(): number {
    return this.#position
  }

  stop(): void {
    this.#isOver = true
  }

  /** Something was published. */
  live(offset: number, content: Message): void {
    if (offset < this.#position) {
      this.#host.stats.duplicates++
    } else if (this.#isFetching) {
      if (this.#ahead.length < MOST_AHEAD) this.#ahead.push({ offset, content })
    } else if (offset === this.#position && this.#host.canTake) {
      this.#isBehind = false
      this.#host.stats.live++
      this.#take(content)
    } else {
      // What has come after what is missing comes again with it.
      if (offset > this.#position && !this.#isBehind) this.#host.stats.gaps++
      this.#isBehind = true
      this.catchUp()
    }
  }

  /** The server has told where the partition ends. What it told the time before must have come by now. */
  tell(end: number): void {
    if (this.#position < this.#told) this.#isBehind = true
    this.#told = end
    this.catchUp()
  }

  /** Fetches what is missing, if something is and there is room. */
  catchUp(): void {
    if (!this.#isBehind || this.#isFetching || this.#isOver || !this.#host.canFetch) return
    this.#isFetching = true
    this.#fetch().catch(() => {
      // Nobody will answer any more, or this is no partition of theirs.
      this.#isOver = true
    })
  }

  async #fetch(): Promise<void> {
    const [offsets, ...records] = await this.#host.fetch(this.partition, this.#position)
    this.#isFetching = false
    if (this.#isOver) return
    const [from, start = 0, end = 0] = unpack([8, 8, 8], offsets) ?? []
    if (from === this.#position) {
      for (const content of records) {
        this.#host.stats.fetched++
        this.#take(content)
      }
      if (this.#position < start) this.#skipTo(start)
      this.#isBehind = this.#position < end
    } else {
      // It asks again when the server next tells where the partition ends.
      this.#host.stats.malformed++
      this.#isBehind = false
    }
    for (const { offset, content } of this.#ahead.splice(0)) {
      if (!this.#isBehind || offset < this.#position) this.live(offset, content)
    }
    this.catchUp()
  }

  /** Retention was faster. */
  #skipTo(start: number): void {
    this.#host.stats.skipped += start - this.#position
    this.#position = start
  }

  #take(bytes: Message): void {
    const content = decodeContent(bytes)
    const { topic, stats } = this.#host
    if (content) {
      this.#host.take({ topic, partition: this.partition, offset: this.#position, ...content })
    } else {
      stats.malformed++
    }
    this.#position++
  }
}
