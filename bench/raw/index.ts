import type { Scenario, Task } from '../task.js'
import { roundTrip } from './round-trip.js'
import { stream } from './stream.js'

/** What the sockets of Node, those of `ws`, and jszmq do: not through the API that is compared. */
export async function rawScenario({
  library,
  scenario,
  endpoint,
}: Pick<Task, 'library' | 'scenario' | 'endpoint'>): Promise<Scenario | undefined> {
  if (endpoint.startsWith('ws:')) {
    // Only here, so that others do not carry them in memory.
    const { objects, old } = await import('./websocket.js')
    return library === 'jszmq' ? old : objects
  }
  return scenario === 'stream' ? stream : scenario === 'round-trip' ? roundTrip : undefined
}
