import type { SocketStats } from 'zerowire'

/** What a meter reads: every socket of this library. */
export interface Metered {
  /** What it has sent, received, queued and dropped. */
  readonly stats: SocketStats
  /** Whether it is closed: it is then watched no more. */
  readonly closed: boolean
}

/** Which of the two queues of a socket. */
export type Side = 'incoming' | 'outgoing'

/** One queue, since the meter watches it, or since `reset()`. */
export interface QueueReport {
  /** What it was called when it was handed to the meter. */
  readonly name: string
  /** Seconds that it was watched, up to the last sample. */
  readonly seconds: number
  /** Messages in it at the last sample. */
  readonly length: number
  /** The most messages in it at any sample. */
  readonly longest: number
  /** L: messages in it, on average over time. */
  readonly meanLength: number
  /** Messages that went in, those dropped later included. */
  readonly arrivals: number
  /** Messages that went out at its other end. */
  readonly departures: number
  /** Lambda: departures in a second. */
  readonly throughput: number
  /** W: milliseconds that a message was in it, on average, by Little's law: L / lambda. 0 before the first has left. */
  readonly meanWait: number
  /** The part of the time, 0 to 1, in which something was in it. */
  readonly utilisation: number
  /** Messages that its socket dropped, for whatever reason. */
  readonly drops: number
  /** Whether its socket is closed; the figures stay as they were. */
  readonly closed: boolean
}

interface Counts {
  readonly length: number
  readonly departures: number
  readonly drops: number
}

/** Running sums over one queue: however long it is watched, it takes no more memory. */
export class Queue {
  readonly #socket: Metered
  readonly #side: Side
  #first: Counts
  #last: Counts
  #since: number
  #until: number
  /** Messages times milliseconds. */
  #area = 0
  #busy = 0
  #longest: number
  #closed = false

  constructor(socket: Metered, side: Side, now: number) {
    this.#socket = socket
    this.#side = side
    this.#first = countsOf(socket.stats, side)
    this.#last = this.#first
    this.#since = now
    this.#until = now
    this.#longest = this.#first.length
  }

  /** What is there now is taken to have been there since the last sample. */
  sample(now: number): void {
    if (this.#closed) return
    this.#last = countsOf(this.#socket.stats, this.#side)
    const { length } = this.#last
    const passed = now - this.#until
    this.#area += length * passed
    if (length > 0) this.#busy += passed
    this.#longest = Math.max(this.#longest, length)
    this.#until = now
    this.#closed = this.#socket.closed
  }

  reset(now: number): void {
    this.sample(now)
    this.#first = this.#last
    this.#since = now
    this.#until = now
    this.#area = 0
    this.#busy = 0
    this.#longest = this.#last.length
  }

  report(name: string): QueueReport {
    const { length } = this.#last
    const time = this.#until - this.#since
    const departures = this.#last.departures - this.#first.departures
    const share = (part: number): number => (time === 0 ? 0 : part / time)
    return {
      name,
      seconds: time / 1000,
      length,
      longest: this.#longest,
      meanLength: share(this.#area),
      arrivals: departures + length - this.#first.length,
      departures,
      throughput: share(departures) * 1000,
      meanWait: departures === 0 ? 0 : this.#area / departures,
      utilisation: share(this.#busy),
      drops: this.#last.drops - this.#first.drops,
      closed: this.#closed,
    }
  }
}

/** A socket counts what enters its outgoing queue, and what leaves its incoming one; the rest follows. */
function countsOf({ sent, received, queued, dropped }: SocketStats, side: Side): Counts {
  const drops = dropped.total
  if (side === 'incoming') return { length: queued.incoming, departures: received, drops }
  return { length: queued.outgoing, departures: sent - queued.outgoing, drops }
}
