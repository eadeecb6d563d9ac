import { setTimeout as delay } from 'node:timers/promises'
import { now } from '../support/in-station.js'

/** A process that tells what it has used. */
interface Process {
  call(name: 'usage'): Promise<NodeJS.CpuUsage>
}

/** Percent of a processor that a process takes while nobody talks to it. */
export async function cpuShare(process: Process, milliseconds: number): Promise<number> {
  const used = async (): Promise<number> => {
    const { user, system } = await process.call('usage')
    return (user + system) / 1000
  }
  const [before, start] = [await used(), now()]
  await delay(milliseconds)
  const elapsed = now() - start
  return (100 * ((await used()) - before)) / elapsed
}
