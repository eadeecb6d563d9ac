import { startTimer, type Timer } from '../util/timer.js'
import { atEndOfTurn } from '../util/turn.js'
import type { SessionOptions } from './session.js'

/** What a heartbeat can do to its session. */
export interface HeartbeatHost {
  ping(): void
  /** Nothing came for longer than was agreed. */
  expired(reason: string): void
  /** Nothing can come, because our own queue is full and reading has stopped. */
  readonly paused: boolean
}

/**
 * Liveness (RFC 37 "Heartbeating"): PINGs at an interval, each of which wants a sign of life within
 * the timeout; and the time to live that the peer's PINGs ask us to enforce. Any byte is a sign of life.
 */
export class Heartbeat {
  readonly #host: HeartbeatHost
  #interval: Timer | undefined
  #timeout: Timer | undefined
  #ttl: Timer | undefined

  constructor(host: HeartbeatHost) {
    this.#host = host
  }

  /** Only where there is an interval. */
  start({ heartbeatInterval, heartbeatTimeout }: SessionOptions): void {
    const timeout = heartbeatTimeout < 0 ? heartbeatInterval : heartbeatTimeout
    const beat = (): void => {
      this.#host.ping()
      if (timeout > 0 && this.#timeout === undefined) this.#await(timeout)
      this.#interval = startTimer(heartbeatInterval, beat)
    }
    this.#interval = startTimer(heartbeatInterval, beat)
  }

  /** Bytes came. */
  alive(): void {
    this.#timeout?.cancel()
    this.#timeout = undefined
    this.#ttl?.cancel()
    this.#ttl = undefined
  }

  /** The peer asked to be given up after so many milliseconds of silence. */
  timeToLive(milliseconds: number): void {
    if (milliseconds === 0) return
    this.#ttl?.cancel()
    const timer = startTimer(milliseconds, () => {
      if (this.#host.paused) this.timeToLive(milliseconds)
      else
        this.#judge(
          () => this.#ttl === timer,
          `the peer's time to live of ${String(milliseconds)} ms`,
        )
    })
    this.#ttl = timer
  }

  stop(): void {
    this.#interval?.cancel()
    this.alive()
  }

  #await(timeout: number): void {
    const timer = startTimer(timeout, () => {
      if (this.#host.paused) this.#await(timeout)
      else this.#judge(() => this.#timeout === timer, `${String(timeout)} ms of a PING`)
    })
    this.#timeout = timer
  }

  /** After a long turn of the event loop timers run before the bytes that came meanwhile: let those in first. */
  #judge(silent: () => boolean, limit: string): void {
    atEndOfTurn({
      endTurn: () => {
        if (silent()) this.#host.expired(`nothing came within ${limit}`)
      },
    })
  }
}
