import { Worker } from 'node:worker_threads'

/** Far more than it takes to connect on one's own machine. */
const PATIENCE = 10_000

const ALIVE = 1
const GONE = 2

/** Any failure but these, such as that of a full backlog, means that somebody is there. */
const PROBE = `
  const { workerData: { path, verdict } } = require('node:worker_threads')
  const probe = require('node:net').connect({ path })
  const settle = (result) => {
    probe.destroy()
    Atomics.store(verdict, 0, result)
    Atomics.notify(verdict, 0)
  }
  probe.once('connect', () => settle(${String(ALIVE)}))
  probe.once('error', ({ code }) => {
    settle(code === 'ECONNREFUSED' || code === 'ENOENT' ? ${String(GONE)} : ${String(ALIVE)})
  })
`

/**
 * Whether somebody listens at the path of a Unix domain socket. To connect there is the only way to
 * know, and Node tells only later whether it could, unless another thread asks.
 */
export function isOwned(path: string): boolean {
  const verdict = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const worker = new Worker(PROBE, { eval: true, execArgv: [], workerData: { path, verdict } })
  worker.unref()
  // One that cannot start has no verdict.
  worker.on('error', () => undefined)
  Atomics.wait(verdict, 0, 0, PATIENCE)
  return Atomics.load(verdict, 0) !== GONE
}
