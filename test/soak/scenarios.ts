import type { Scenario } from './scenario.js'
import { cable } from './scenarios/cable.js'

/** In the order in which they are played. */
export const SCENARIOS: readonly Scenario[] = [cable]
