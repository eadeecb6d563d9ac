import { Violation } from './oracle.js'

interface Alarm {
  readonly at: number
  readonly work: () => void
  /** Who set it. */
  readonly origin: Error
}

/** Stands in for the timers of the process, so that hours pass at once and none is forgotten. */
export class Clock {
  readonly #real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout }
  readonly #alarms = new Set<Alarm>()
  #now = 0

  /** From now on `setTimeout()` asks this clock. */
  install(): this {
    const set = (work: () => void, delay = 0): Alarm => {
      if (!(delay >= 0)) throw new Violation(`a timer of ${delay} ms`)
      const alarm = { at: this.#now + delay, work, origin: new Error('set here') }
      this.#alarms.add(alarm)
      return alarm
    }
    const clear = (alarm: Alarm | undefined): void => {
      if (alarm !== undefined) this.#alarms.delete(alarm)
    }
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear })
    return this
  }

  remove(): void {
    Object.assign(globalThis, this.#real)
  }

  /** @throws Violation when a timer still runs. */
  expectNone(): void {
    const { size } = this.#alarms
    const [first] = this.#alarms
    if (first !== undefined)
      throw new Violation(`${size} timers after the end`, { cause: first.origin })
  }

  /** Lets the next timer ring, if there is one. */
  ring(): void {
    let next: Alarm | undefined
    for (const alarm of this.#alarms) if (next === undefined || alarm.at < next.at) next = alarm
    if (next === undefined) return
    this.#alarms.delete(next)
    this.#now = next.at
    next.work()
  }
}
