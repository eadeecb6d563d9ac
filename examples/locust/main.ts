/**
 * A worker of Locust (Debian's package python3-locust) that is no Python: its master, with `locustfile.py`
 * and `--host http://…`, spreads the users over all workers that join it, and adds up what they measure.
 *
 *     locust -f examples/locust/locustfile.py --master
 *     npx tsx examples/locust/main.ts tcp://127.0.0.1:5557
 *
 * The worker is a DEALER of zerowire, the master a ROUTER of libzmq.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { Sample } from './stats.js'
import { LocustWorker } from './worker.js'

const [address = 'tcp://127.0.0.1:5557'] = process.argv.slice(2)

/** How long a page may take. */
const PATIENCE = 10_000

async function get(host: string, name: string, signal: AbortSignal): Promise<Sample> {
  const begun = performance.now()
  const sample = (length: number, error?: string): Sample => {
    const facts = { method: 'GET', name, milliseconds: performance.now() - begun, length }
    return error === undefined ? facts : { ...facts, error }
  }
  try {
    const either = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)])
    const response = await fetch(new URL(name, host), { signal: either })
    const { byteLength } = await response.arrayBuffer()
    const { ok, status, statusText } = response
    return sample(byteLength, ok ? undefined : `${status} ${statusText}`)
  } catch (error) {
    signal.throwIfAborted()
    return sample(0, String(error))
  }
}

const worker = new LocustWorker({
  async Visitor(host, measured, signal) {
    measured(await get(host, '/', signal))
    measured(await get(host, '/news', signal))
    await delay(50, undefined, { signal })
  },
})
process.once('SIGINT', () => void worker.close())
await worker.work(address)
