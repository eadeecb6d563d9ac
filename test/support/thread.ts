import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { onTestFinished } from 'vitest'
import { bundled } from './bundle.js'
import type { Implementation } from './implementations.js'
import { WakeUp } from './wake-up.js'

/** What the work of a thread is given. */
export interface Tools<D> {
  /** The library by the name that the test asked for. */
  readonly library: Implementation
  readonly data: D
  /** Tells the test something. */
  say(value: unknown): void
  /** What the test tells next. */
  told(): Promise<unknown>
  /** Keeps the thread busy, until the test releases it at the latest. */
  block(milliseconds?: number): void
}

const PROGRAM = `
  const { parentPort, workerData } = require('node:worker_threads')
  const { data, url, work, gate } = workerData
  const letters = []
  const readers = []
  parentPort.on('message', (letter) => {
    const reader = readers.shift()
    if (reader) reader(letter)
    else letters.push(letter)
    if (readers.length === 0) parentPort.unref()
  })
  parentPort.unref()
  const told = () => new Promise((resolve) => {
    if (letters.length > 0) return resolve(letters.shift())
    parentPort.ref()
    readers.push(resolve)
  })
  const say = (value) => { parentPort.postMessage({ value }) }
  const block = (milliseconds) => { Atomics.wait(gate, 0, 0, milliseconds) }
  import(url)
    .then((library) => eval('(' + work + ')')({ library, data, say, told, block }))
    .then((result) => { parentPort.postMessage({ result }) })
`

interface Report {
  readonly value?: unknown
  readonly result?: unknown
}

export interface ThreadOptions<D> {
  readonly data: D
  readonly library?: 'zerowire' | 'zeromq'
}

/** A worker thread that runs beside the test and ends with it at the latest. */
export class Thread {
  readonly worker: Worker
  /** What the work came to. */
  readonly result: Promise<unknown>
  /** Settles when the thread has ended. */
  readonly exit: Promise<number>
  readonly #values: unknown[] = []
  readonly #news = new WakeUp()
  readonly #gate: Int32Array

  private constructor(worker: Worker, gate: Int32Array) {
    this.worker = worker
    this.#gate = gate
    this.exit = once(worker, 'exit').then(([code]) => code as number)
    this.result = new Promise((resolve, reject) => {
      worker.on('message', (report: Report) => {
        if ('value' in report) {
          this.#values.push(report.value)
          this.#news.notify()
        } else resolve(report.result)
      })
      worker.on('error', reject)
      worker.on('exit', () => {
        reject(new Error('the thread has ended'))
      })
    })
    this.result.catch((error: unknown) => {
      this.#news.end(error as Error)
    })
  }

  /** @param work refers to nothing outside of itself: its text is run in the thread. */
  static async start<D>(
    { data, library = 'zerowire' }: ThreadOptions<D>,
    work: (tools: Tools<D>) => unknown,
  ): Promise<Thread> {
    const url = library === 'zerowire' ? await bundled('src/index.ts') : library
    const gate = new Int32Array(new SharedArrayBuffer(4))
    const workerData = { work: work.toString(), data, url, gate }
    const thread = new Thread(new Worker(PROGRAM, { eval: true, workerData }), gate)
    onTestFinished(async () => {
      thread.release()
      // The reference takes the process with it when a thread with open sockets is terminated.
      await (library === 'zeromq' ? thread.exit : thread.terminate())
    })
    return thread
  }

  /** What it says next. */
  heard(): Promise<unknown> {
    return this.#news
      .until(() => {
        return this.#values.length > 0 ? [this.#values.shift()] : undefined
      })
      .then(([value]) => value)
  }

  tell(value: unknown): void {
    this.worker.postMessage(value)
  }

  /** A thread that is blocked runs on, and is not blocked again. */
  release(): void {
    Atomics.store(this.#gate, 0, 1)
    Atomics.notify(this.#gate, 0)
  }

  async terminate(): Promise<void> {
    await this.worker.terminate()
  }
}
