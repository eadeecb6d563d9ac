import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PeerProcess } from './peer-process.js'
import type { Row } from './row.js'
import { partOf } from './part.js'
import type { Library, Outcome, Task, Usage } from './task.js'

/** One run of one row with one library. */
export interface Run {
  readonly figures: Outcome['figures']
  readonly messages: number
  readonly bytes: number
  /** Of both processes, for a million messages. */
  readonly cpuSeconds: number
  /** Of the larger process. */
  readonly peakResident: number
  readonly peakHeap: number
}

const LONGEST_MS = 60_000

/** Fewer tell nothing. */
const FEWEST = 20

/** Runs both ends in processes of their own. */
export async function measure(row: Row, library: Library, scale: number): Promise<Run> {
  const [endpoint, cleanUp] = newEndpoint(row.transport)
  const scenario = await partOf({ library, scenario: row.scenario, endpoint })
  if (scenario === undefined) throw new Error(`${library} has no part in ${row.name}`)
  const count = Math.max(FEWEST, Math.round((row.counts[library] ?? 0) * scale))
  const { size, parts, peers, topics, security } = row
  const task: Task = {
    ...{ library, scenario: row.scenario, size, parts, peers, topics, security, count },
    ...{ side: 'binds', endpoint },
  }
  const server = new PeerProcess(task)
  const ends = [server]
  const timer = setTimeout(() => {
    for (const end of ends) end.fail(new Error(`not done after ${LONGEST_MS / 1000} s`))
  }, LONGEST_MS)
  try {
    if (scenario.connects !== undefined) {
      const bound = await server.bound
      const client = new PeerProcess({ ...task, side: 'connects', endpoint: bound })
      ends.push(client)
      server.connectTo(client)
    }
    const outcomes = await Promise.all(ends.map((end) => end.outcome))
    const usages = await Promise.all(ends.map((end) => end.finish()))
    return summary(task, scenario.deliveries?.(task) ?? count, outcomes, usages)
  } finally {
    clearTimeout(timer)
    await Promise.all(ends.map((end) => end.stop()))
    cleanUp()
  }
}

/** @throws Error unless every byte that was sent has come in, once. */
function summary(
  { scenario, size, parts }: Task,
  expected: number,
  outcomes: readonly Outcome[],
  usages: readonly Usage[],
): Run {
  const messages = sum(outcomes.map((outcome) => outcome.messages ?? 0))
  const bytes = sum(outcomes.map((outcome) => outcome.bytes ?? 0))
  if (messages !== expected || bytes !== expected * size * parts) {
    throw new Error(`${messages} messages with ${bytes} bytes came in, not ${expected} messages`)
  }
  const figures = outcomes.map((outcome) => outcome.figures).reduce(largest)
  // In one process nothing is moved but a reference.
  const moving = scenario === 'stream' || scenario === 'many'
  const moved = moving ? { throughput: (figures.rate ?? NaN) * size * parts } : {}
  return {
    figures: { ...figures, ...moved },
    messages,
    bytes,
    cpuSeconds: (sum(usages.map(({ cpuSeconds }) => cpuSeconds)) / messages) * 1e6,
    peakResident: Math.max(...usages.map(({ peakResident }) => peakResident)),
    peakHeap: Math.max(...usages.map(({ peakHeap }) => peakHeap)),
  }
}

function largest(a: Outcome['figures'], b: Outcome['figures']): Outcome['figures'] {
  const both = a.timer !== undefined && b.timer !== undefined
  return { ...a, ...b, ...(both ? { timer: Math.max(a.timer, b.timer) } : {}) }
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}

let endpoints = 0

function newEndpoint(transport: Row['transport']): [endpoint: string, cleanUp: () => void] {
  const name = `zerowire-bench-${process.pid}-${endpoints++}`
  if (transport === 'tcp' || transport === 'ws') {
    return [`${transport}://127.0.0.1:*`, () => undefined]
  }
  if (transport === 'inproc') return [`inproc://${name}`, () => undefined]
  const path = join(tmpdir(), name)
  return [`ipc://${path}`, () => rmSync(path, { force: true })]
}
