import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Implementation } from './implementations.js'
import type { Report, Result, Role, Task } from './peer.js'
import type { Row } from './rows.js'

/** One run of one row with one library. */
export interface Run {
  /** Messages a second, or the median round trip in microseconds. */
  readonly value: number
  readonly p99?: number
  readonly bytesPerSecond: number
  /** Of both processes, for a million messages. */
  readonly cpuSeconds: number
  /** The larger of both processes. */
  readonly peakBytes: number
}

const ROLES: Record<Row['kind'], readonly [binds: Role, connects: Role]> = {
  stream: ['pull', 'push'],
  'round-trip': ['rep', 'req'],
}

const PEER = fileURLToPath(new URL('./peer.ts', import.meta.url))

/** Runs both ends in processes of their own. */
export async function measure(row: Row, implementation: Implementation): Promise<Run> {
  const count = row.count[implementation]
  const [binds, connects] = ROLES[row.kind]
  const task = { implementation, size: row.size, count }
  const server = new Peer({ ...task, role: binds, endpoint: row.endpoint })
  const client = new Peer({ ...task, role: connects, endpoint: await server.endpoint })
  const [served, asked] = await Promise.all([server.result, client.result])
  const { seconds, bytes, roundTrips } = row.kind === 'stream' ? served : asked
  const usage = {
    bytesPerSecond: bytes / seconds,
    cpuSeconds: ((served.cpuSeconds + asked.cpuSeconds) / count) * 1e6,
    peakBytes: Math.max(served.peakBytes, asked.peakBytes),
  }
  if (roundTrips === undefined) return { value: bytes / row.size / seconds, ...usage }
  const sorted = roundTrips.toSorted((a, b) => a - b)
  return { value: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), ...usage }
}

/** The value below which `share` of the sorted values lie. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

class Peer {
  readonly endpoint: Promise<string>
  readonly result: Promise<Result>
  readonly #child: ChildProcess

  constructor(task: Task) {
    this.#child = fork(PEER, [JSON.stringify(task)], { execArgv: ['--import', 'tsx'] })
    this.endpoint = this.#wait((report) => ('endpoint' in report ? report.endpoint : undefined))
    this.result = this.#wait((report) => ('result' in report ? report.result : undefined))
    // Whoever does not bind never tells an endpoint.
    this.endpoint.catch(() => undefined)
  }

  #wait<T>(pick: (report: Report) => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#child.on('message', (report: Report) => {
        const value = pick(report)
        if (value !== undefined) resolve(value)
      })
      this.#child.on('exit', (code) => {
        reject(new Error(`a peer of the benchmark exited with code ${String(code)}`))
      })
    })
  }
}
