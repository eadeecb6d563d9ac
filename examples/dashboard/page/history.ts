import type { ServiceView } from './watch.js'

export type Metric = (typeof metrics)[number]
export type Series = (number | null)[]

const metrics = ['rate', 'queue', 'wait', 'loss'] as const
const step = 250
const seconds = 60
const length = (seconds * 1000) / step + 1

/** The last minute, in steps. */
export class History {
  /** Seconds before now. */
  readonly times: readonly number[] = Array.from({ length }, (_, i) => (i * step) / 1000 - seconds)
  readonly #series = new Map<string, Record<Metric, Series>>()
  #end: number

  constructor(now: number) {
    this.#end = now
  }

  push(services: readonly ServiceView[], now: number): void {
    // A page in the background is called less often.
    const steps = Math.min(length, Math.floor((now - this.#end) / step))
    if (steps === 0) return
    this.#end += steps * step
    for (const service of services) {
      const series = this.#seriesOf(service.name)
      for (const metric of metrics) {
        series[metric].splice(0, steps)
        series[metric].push(...new Array<number | null>(steps).fill(service[metric]))
      }
    }
  }

  of(service: string, metric: Metric): Series {
    return this.#seriesOf(service)[metric]
  }

  #seriesOf(service: string): Record<Metric, Series> {
    let series = this.#series.get(service)
    if (series === undefined) {
      const empty = (): Series => new Array<number | null>(length).fill(null)
      series = { rate: empty(), queue: empty(), wait: empty(), loss: empty() }
      this.#series.set(service, series)
    }
    return series
  }
}
