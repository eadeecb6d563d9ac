import type { Scenario, ScenarioName } from '../task.js'
import { roundTrip } from './round-trip.js'
import { stream } from './stream.js'

/** What the sockets of Node do without a protocol. */
export const raw: Readonly<Partial<Record<ScenarioName, Scenario>>> = {
  stream,
  'round-trip': roundTrip,
}
