import { measure, type Run } from './measure.js'
import { natsServer, WITHOUT_SERVER } from './nats/server.js'
import { performanceOf, rowResult, type Performance, type RowResult } from './results.js'
import type { Row } from './row.js'
import type { Library } from './task.js'

const LIBRARIES: readonly Library[] = ['zerowire', 'native', 'jszmq', 'nats', 'raw']

export function librariesOf({ counts }: Row): Library[] {
  return LIBRARIES.filter((library) => counts[library] !== undefined)
}

export interface Plan {
  readonly rounds: number
  readonly scale: number
  /** Told before every run. */
  readonly onRun: (row: Row, library: Library) => void
}

/** A B A B: what the machine does meanwhile hits all alike. Who fails once does not try again. */
export async function compare(
  row: Row,
  { rounds, scale, onRun }: Plan,
  earlier: readonly RowResult[],
): Promise<RowResult> {
  const libraries = librariesOf(row)
  const runs = new Map<Library, Run[]>(libraries.map((library) => [library, []]))
  const failures = new Map<Library, string>()
  if (libraries.includes('nats') && natsServer() === undefined) failures.set('nats', WITHOUT_SERVER)
  for (let round = 0; round < rounds; round++) {
    for (const library of libraries) {
      onRun(row, library)
      if (failures.has(library)) continue
      try {
        runs.get(library)?.push(await measure(row, library, scale))
      } catch (error) {
        failures.set(library, error instanceof Error ? error.message : String(error))
        runs.set(library, [])
      }
    }
  }
  const performances: Partial<Record<Library, Performance>> = {}
  for (const library of libraries) {
    performances[library] = performanceOf(row, runs.get(library) ?? [], failures.get(library))
  }
  return rowResult(row, performances, earlier)
}
