import { PATTERNS } from '../patterns/index.js'
import { scenarioName } from '../patterns/pattern.js'
import type { Scenario, ScenarioName } from '../task.js'
import { connect } from './connect.js'
import { idle } from './idle.js'
import { inFlight } from './in-flight.js'
import { inproc } from './inproc.js'
import { many } from './many.js'
import { peers } from './peers.js'
import { publish } from './publish.js'
import { roundTrip } from './round-trip.js'
import { flood, stream } from './stream.js'
import { threads } from './threads.js'

export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  stream,
  flood,
  many,
  inproc,
  threads,
  'round-trip': roundTrip,
  'in-flight': inFlight,
  publish,
  connect,
  idle,
  peers,
  ...Object.fromEntries(PATTERNS.map(({ name, plays }) => [scenarioName(name), plays])),
}
