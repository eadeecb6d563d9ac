import type { Scenario } from './scenario.js'
import { addresses } from './scenarios/addresses.js'
import { badWire } from './scenarios/bad-wire.js'
import { cable, cableCurve } from './scenarios/cable.js'
import { descriptors } from './scenarios/descriptors.js'
import { fleet } from './scenarios/fleet.js'
import { idle } from './scenarios/idle.js'
import { killed } from './scenarios/killed.js'
import { millions } from './scenarios/millions.js'
import { stopped } from './scenarios/stopped.js'

/** In the order in which they are played. */
export const SCENARIOS: readonly Scenario[] = [
  cable,
  cableCurve,
  badWire,
  addresses,
  stopped,
  killed,
  fleet,
  descriptors,
  millions,
  idle,
]
