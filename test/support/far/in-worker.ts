import { shareInproc } from 'zerowire/workers'
import type { Far, FarSpec } from './far.js'
import type { Command, Outcome } from './protocol.js'
import { openBy } from './open-by.js'

/** Opens a far end in a worker of the page that holds those of this test file. */
export function openInWorker(spec: FarSpec): Promise<Far> {
  return openBy(command, spec)
}

let worker: Worker | undefined
let calls = 0
const waiting = new Map<number, (outcome: Outcome) => void>()

function command(command: Omit<Command, 'call'>): Promise<Outcome> {
  const call = (calls += 1)
  worker ??= start()
  worker.postMessage({ ...command, call } satisfies Command)
  return new Promise((resolve) => {
    waiting.set(call, resolve)
  })
}

function start(): Worker {
  const url = new URL('web-worker.ts', import.meta.url)
  const started = shareInproc(new Worker(url, { type: 'module' }))
  started.onmessage = ({ data: outcome }: MessageEvent<Outcome>) => {
    waiting.get(outcome.call)?.(outcome)
    waiting.delete(outcome.call)
  }
  return started
}
