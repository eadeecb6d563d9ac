import { onTestFinished } from 'vitest'
import type * as library from 'zerowire'
import type { transfer } from 'zerowire/extra'
import { shareInproc } from 'zerowire/workers'
import type { nextTurn } from '../support/turn.js'
import { WakeUp } from '../support/wake-up.js'

/** What the work of a worker is given. */
export interface Tools<D> {
  readonly library: typeof library
  readonly transfer: typeof transfer
  readonly shareInproc: typeof shareInproc
  readonly nextTurn: typeof nextTurn
  readonly data: D
  /** Tells the test something. */
  say(value: unknown): void
}

interface Report {
  readonly value?: unknown
  readonly result?: unknown
}

/** A worker of the page that shares its names, and ends with the test at the latest. */
export class TestWorker {
  readonly worker: Worker
  /** All that the page has seen of its messages. */
  readonly seen: unknown[] = []
  /** What the work came to. */
  readonly result: Promise<unknown>
  readonly #values: unknown[] = []
  readonly #news = new WakeUp()

  /** @param work refers to nothing outside of itself: its text is run in the worker. */
  constructor(work: (tools: Tools<string>) => unknown, data: string) {
    const worker = new Worker(new URL('inproc-worker.ts', import.meta.url), { type: 'module' })
    this.worker = shareInproc(worker)
    this.result = new Promise((resolve) => {
      worker.onmessage = ({ data: report }: MessageEvent<Report>) => {
        this.seen.push(report)
        if ('result' in report) resolve(report.result)
        else this.#values.push(report.value)
        this.#news.notify()
      }
    })
    worker.postMessage({ work: work.toString(), data })
    onTestFinished(() => {
      worker.terminate()
    })
  }

  /** What it says next. */
  async heard(): Promise<unknown> {
    const [value] = await this.#news.until(() =>
      this.#values.length > 0 ? [this.#values.shift()] : undefined,
    )
    return value
  }
}

let names = 0

/** A name that nobody else uses. */
export function freshName(): string {
  return `inproc://realms-${String((names += 1))}-${String(Math.random()).slice(2)}`
}
