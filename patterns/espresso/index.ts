/**
 * A forwarder for publishers and subscribers with a tap that shows what passes. [Its
 * page](README.md) says when to use it, what it guarantees and what it does not.
 *
 * @module zerowire/patterns/espresso
 */
export { Espresso, type EspressoOptions, type EspressoStats } from './espresso.js'
export { describe, type Sip } from './sip.js'
