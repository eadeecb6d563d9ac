import { Worker } from 'node:worker_threads'
import { bundled } from '../bundle.js'
import type { Far, FarSpec } from './far.js'
import type { Command, Outcome } from './protocol.js'
import { openBy } from './open-by.js'

/** Opens a far end in a thread that holds those of this test file. */
export function openInThread(spec: FarSpec): Promise<Far> {
  return openBy(command, spec)
}

let thread: Promise<Worker> | undefined
let calls = 0
const waiting = new Map<number, (outcome: Outcome) => void>()

async function command(command: Omit<Command, 'call'>): Promise<Outcome> {
  const call = (calls += 1)
  const worker = await (thread ??= start())
  return new Promise((resolve) => {
    waiting.set(call, resolve)
    worker.postMessage({ ...command, call } satisfies Command)
  })
}

async function start(): Promise<Worker> {
  const worker = new Worker(new URL(await bundled('test/support/far/thread.ts')))
  worker.on('message', (outcome: Outcome) => {
    waiting.get(outcome.call)?.(outcome)
    waiting.delete(outcome.call)
  })
  worker.unref()
  return worker
}
