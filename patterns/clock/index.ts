/**
 * The time that the patterns live by: the system's, or one that a test moves on by hand.
 *
 * @module zerowire/patterns/clock
 */
export { ManualClock } from './manual-clock.js'
export { systemClock, type Clock, type Timer } from './clock.js'
