import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Meter } from '../meter.js'
import type { Library, Scenario } from '../task.js'

/** What a thread imports: on Node 20 it cannot be TypeScript. */
const MODULES: Readonly<Partial<Record<Library, string>>> = {
  zerowire: 'zerowire',
  native: 'zeromq',
}

const PUSH = `
  const { library, endpoint, size, parts, count } = require('node:worker_threads').workerData
  import(library).then(async ({ Push }) => {
    const push = new Push()
    push.connect(endpoint)
    const body = new Array(parts).fill(Buffer.alloc(size, 'x'))
    for (let sent = 0; sent < count; sent++) await push.send(body)
  })
`

/** PUSH in a worker thread to PULL in the main thread. */
export const threads: Scenario = {
  async binds({ zmq, task }) {
    const { library, endpoint, size, parts, count } = task
    const pull = new zmq.Pull()
    await pull.bind(endpoint)
    const workerData = { library: MODULES[library], endpoint, size, parts, count }
    const worker = new Worker(PUSH, { eval: true, workerData })
    // The native binding aborts the process when that ends before the thread.
    const ended = once(worker, 'exit')
    const meter = new Meter(count)
    for await (const received of pull) if (meter.count(received)) break
    const outcome = meter.outcome()
    await ended
    return outcome
  },
}
