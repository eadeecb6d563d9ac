import { Progress } from '../../bench/progress.js'
import { now } from '../support/in-station.js'
import type { Commands, Station } from '../support/station.js'
import { nextTurn } from '../support/turn.js'
import { Station as Process, type StationOptions } from '../support/station.js'
import { PATIENCE_MS } from './within.js'

/** Something that was measured, and what it had to be. */
export interface Figure {
  readonly what: string
  readonly measured: string
  /** Empty where it is told for what it is worth. */
  readonly allowed: string
  readonly met: boolean
}

/** One run of a scenario: how much of it there is to be, what it found, and what it must clean up. */
export class Run {
  readonly figures: Figure[] = []
  readonly #quick: boolean
  readonly #cleanups: (() => unknown)[] = []
  #progress: Progress | undefined

  constructor(quick: boolean) {
    this.#quick = quick
  }

  /** The size of something. */
  size<T>({ quick, full }: { readonly quick: T; readonly full: T }): T {
    return this.#quick ? quick : full
  }

  /** How many steps there will be. */
  plan(steps: number): void {
    this.#progress = new Progress(steps)
    this.#progress.start()
  }

  step(doing: string): void {
    this.#progress?.step(doing)
  }

  /** At the end, however that comes, the last first. */
  defer(cleanup: () => unknown): void {
    this.#cleanups.push(cleanup)
  }

  closing<T extends { close(): unknown }>(resource: T): T {
    this.defer(() => resource.close())
    return resource
  }

  /** Runs a program of this folder until the end of the scenario. */
  process<C extends Commands>(program: string, options?: StationOptions): Station<C> {
    const station = new Process<C>(program, options)
    this.defer(() => station.kill())
    return station
  }

  async end(): Promise<void> {
    this.#progress?.stop()
    for (const cleanup of this.#cleanups.splice(0).reverse()) await cleanup()
  }

  // --- what was found

  tell(what: string, measured: string): void {
    this.figures.push({ what, measured, allowed: '', met: true })
  }

  atMost(what: string, value: number, limit: number, unit = ''): void {
    const met = value <= limit
    this.figures.push({ what, measured: text(value, unit), allowed: `≤ ${text(limit, unit)}`, met })
  }

  atLeast(what: string, value: number, limit: number, unit = ''): void {
    const met = value >= limit
    this.figures.push({ what, measured: text(value, unit), allowed: `≥ ${text(limit, unit)}`, met })
  }

  exactly(what: string, value: number | string, expected: number | string): void {
    const met = value === expected
    this.figures.push({ what, measured: text(value), allowed: text(expected), met })
  }

  /** Waits until something is so. @throws Error when it does not come to be. */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = now() + PATIENCE_MS
    while (!(await holds())) {
      if (now() > deadline) throw new Error(`waited for a minute in vain until ${what}`)
      await nextTurn()
    }
  }
}

function text(value: number | string, unit = ''): string {
  if (typeof value === 'string') return value
  const digits = Number.isInteger(value) ? 0 : value < 10 ? 2 : 1
  const number = value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return unit === '' ? number : `${number} ${unit}`
}
