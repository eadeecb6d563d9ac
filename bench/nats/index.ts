import type { Scenario, Task } from '../task.js'

/** Loaded only where it is measured, so that others do not carry it in memory. */
export async function natsScenario({
  scenario,
}: Pick<Task, 'scenario'>): Promise<Scenario | undefined> {
  if (scenario === 'publish') return (await import('./publish.js')).publish
  if (scenario === 'round-trip') return (await import('./round-trip.js')).roundTrip
  return undefined
}
