import type { Clock, Timer } from '../clock/index.js'
import type { Life } from './life.js'

/** What a watch over somebody has to know. */
export interface LivenessOptions {
  readonly life: Life
  readonly clock: Clock
  /** How long somebody may be silent, in milliseconds. */
  readonly patience: number
  /** Called once, when he has been. */
  readonly onSilence: () => void
}

/** Notices, to the millisecond, that nothing has been heard of somebody for too long. */
export class Liveness {
  readonly #options: LivenessOptions
  #heard: number
  #timer: Timer

  constructor(options: LivenessOptions) {
    this.#options = options
    this.#heard = options.clock.now()
    this.#timer = this.#watch()
  }

  /** There he was. Cheap: the timer finds out by itself that it has to wait longer. */
  heard(): void {
    this.#heard = this.#options.clock.now()
  }

  /** Nobody watches any more. */
  cancel(): void {
    this.#timer.cancel()
  }

  #watch(): Timer {
    const { life, clock, patience, onSilence } = this.#options
    const end = this.#heard + patience
    return life.after(end - clock.now(), () => {
      if (this.#heard + patience > end) this.#timer = this.#watch()
      else onSilence()
    })
  }
}
