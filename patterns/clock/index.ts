/**
 * The time that the patterns live by: the system's, or one that a test moves on by hand. [Its
 * page](README.md) says when to use it, what it guarantees and what it does not.
 *
 * @module zerowire/patterns/clock
 */
export { ManualClock } from './manual-clock.js'
export { systemClock, type Clock, type Timer } from './clock.js'
