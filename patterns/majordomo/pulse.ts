import { milliseconds, whole } from '../common/checks.js'

/** How two peers know that the other one is there. Both sides are to be told about the same. */
export interface HeartbeatOptions {
  /** A peer that has sent nothing for so long sends a heartbeat, in milliseconds. @default 2500 */
  readonly heartbeatInterval?: number
  /** A peer that was not heard of for so many intervals is gone. @default 3 */
  readonly heartbeatLiveness?: number
}

/** The checked options. */
export interface Rhythm {
  readonly interval: number
  /** How long a peer may be silent. */
  readonly patience: number
}

/** @throws RangeError */
export function rhythmOf(options: HeartbeatOptions): Rhythm {
  const interval = milliseconds('heartbeatInterval', options.heartbeatInterval ?? 2500)
  const liveness = whole('heartbeatLiveness', options.heartbeatLiveness ?? 3)
  return { interval, patience: interval * liveness }
}

/** The heartbeats of one conversation, both ways: told when something was heard or said, it knows what is due. */
export class Pulse {
  readonly #rhythm: Rhythm
  /** When the other side was last heard. */
  heard: number
  /** When it was last told something. */
  said: number

  constructor(rhythm: Rhythm, now: number) {
    this.#rhythm = rhythm
    this.heard = this.said = now
  }

  /** Whether the other side has been silent for too long. */
  isOver(now: number): boolean {
    return now - this.heard >= this.#rhythm.patience
  }

  /** Whether the other side has to be told that we are there. */
  isDue(now: number): boolean {
    return now - this.said >= this.#rhythm.interval
  }

  /** When there is something to do next, if nothing is heard or said until then. */
  get next(): number {
    return Math.min(this.heard + this.#rhythm.patience, this.said + this.#rhythm.interval)
  }
}
