import type { Scenario } from './scenario.js'
import { addresses } from './scenarios/addresses.js'
import { badWire } from './scenarios/bad-wire.js'
import { cable } from './scenarios/cable.js'
import { descriptors } from './scenarios/descriptors.js'
import { killed } from './scenarios/killed.js'
import { stopped } from './scenarios/stopped.js'

/** In the order in which they are played. */
export const SCENARIOS: readonly Scenario[] = [cable, badWire, addresses, killed, stopped, descriptors]
