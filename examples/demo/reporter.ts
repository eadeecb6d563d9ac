import { setTimeout as delay } from 'node:timers/promises'
import type { Library } from './libraries.js'
import { reportSockets, type Observed, type Report } from './socket-report.js'

const interval = 250

/** Publishes what the sockets of a process do, until one is closed; if anybody wants to know. */
export async function report(
  { Publisher }: Library,
  name: string,
  library: string,
  sockets: Readonly<Record<string, Observed>>,
  endpoint: string | undefined,
): Promise<void> {
  if (endpoint === undefined) return
  const reports = new Publisher({ linger: 0 })
  reports.connect(endpoint)
  while (Object.values(sockets).every(({ closed }) => !closed)) {
    const news: Report = {
      library,
      process: `pid ${process.pid}`,
      at: performance.now(),
      sockets: reportSockets(sockets),
    }
    await reports.send([name, JSON.stringify(news)])
    await delay(interval, undefined, { ref: false })
  }
  await reports.close()
}
