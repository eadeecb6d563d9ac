import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Input } from './input.js'
import { format } from './text.js'

/** An input that takes longer has no end. */
const PATIENCE_MS = 60_000

/** Bytes of the longest input that is told; of a longer one, its beginning. */
const LONGEST = 4_000_000

/** What the other thread does: looks whether the numbers still change, and if not tells which input it was. */
const WATCH = `
const { writeFileSync } = require('node:fs')
const { workerData } = require('node:worker_threads')
const { numbers, bytes, path, patience } = workerData
let last = -1
setInterval(() => {
  const [count, length] = [Atomics.load(numbers, 0), Atomics.load(numbers, 1)]
  if (count !== last || length === 0) {
    last = count
    return
  }
  writeFileSync(path, Buffer.from(bytes.subarray(0, length)))
  process._rawDebug('an input without end: written to ' + path)
  process._rawDebug('run it again with: npm run fuzz -- --replay ' + path)
  process.kill(process.pid, 'SIGKILL')
}, patience)
`

/** Ends the process, and says why, when an input does not come to an end: nobody in this thread could. */
export class Watchdog {
  readonly #numbers = new Int32Array(new SharedArrayBuffer(8))
  readonly #bytes = new Uint8Array(new SharedArrayBuffer(LONGEST))
  readonly #encoder = new TextEncoder()

  /** @param folder for an input without end. */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true })
    const worker = new Worker(WATCH, {
      eval: true,
      workerData: {
        numbers: this.#numbers,
        bytes: this.#bytes,
        path: join(folder, `without-end-${process.pid}.txt`),
        patience: PATIENCE_MS,
      },
      execArgv: [],
    })
    worker.unref()
  }

  begin(input: Input): void {
    const { written } = this.#encoder.encodeInto(format(input), this.#bytes)
    Atomics.store(this.#numbers, 1, written)
    Atomics.add(this.#numbers, 0, 1)
  }

  end(): void {
    Atomics.store(this.#numbers, 1, 0)
  }
}
