import { natsScenario } from './nats/index.js'
import { rawScenario } from './raw/index.js'
import { scenarios } from './scenarios/index.js'
import type { Scenario, Task } from './task.js'

/** The part that a library plays. */
export function partOf(
  task: Pick<Task, 'library' | 'scenario' | 'endpoint'>,
): Promise<Scenario | undefined> {
  if (task.library === 'nats') return natsScenario(task)
  const isApart = task.library === 'raw' || task.library === 'jszmq'
  return isApart ? rawScenario(task) : Promise.resolve(scenarios[task.scenario])
}
