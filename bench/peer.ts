import { getHeapStatistics } from 'node:v8'
import { partOf } from './part.js'
import { hideAccelerator } from './security.js'
import type { End, FromPeer, Library, Note, Task, ToPeer, Usage, Zmq } from './task.js'

/*
 * One end of a run, a process of its own. It plays its side of a scenario, tells what it has seen,
 * stays until both ends have (what it sent may still be leaving), tells what that has cost, and goes.
 */

const IMPORTS: Readonly<Record<Library, () => Promise<unknown>>> = {
  zerowire: () => import('zerowire'),
  native: () => import('zeromq'),
  jszmq: () => Promise.resolve({}),
  nats: () => Promise.resolve({}),
  raw: () => Promise.resolve({}),
}

const HEAP_SAMPLE_MS = 100

const task = JSON.parse(process.argv[2] ?? '') as Task
if (task.security !== 'CURVE, accelerated') hideAccelerator()
// What is measured is what both libraries have under the same names.
const zmq = (await IMPORTS[task.library]()) as Zmq
const listeners = new Map<Note['about'], (value: number) => void>()

function tell(message: FromPeer): void {
  process.send?.(message)
}

const end: End = {
  task,
  zmq,
  bound: (endpoint) => tell({ type: 'bound', endpoint: endpoint ?? '' }),
  tell: (note) => tell({ type: 'note', note }),
  listen: (about, heard) => listeners.set(about, heard),
}

let peakHeap = 0
function sampleHeap(): void {
  peakHeap = Math.max(peakHeap, getHeapStatistics().used_heap_size)
}

const loaded = process.cpuUsage()
function usage(): Usage {
  sampleHeap()
  const { user, system } = process.cpuUsage(loaded)
  const peakResident = process.resourceUsage().maxRSS * 1024
  return { cpuSeconds: (user + system) / 1e6, peakResident, peakHeap }
}

process.on('message', (message: ToPeer) => {
  if (message.type === 'note') listeners.get(message.note.about)?.(message.note.value)
  else tell({ type: 'usage', usage: usage() })
})
process.on('disconnect', () => process.exit())
setInterval(sampleHeap, HEAP_SAMPLE_MS).unref()

const scenario = await partOf(task)
const outcome = await scenario?.[task.side]?.(end)
tell({ type: 'outcome', outcome: outcome ?? { figures: {} } })
