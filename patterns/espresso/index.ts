/**
 * A forwarder for publishers and subscribers with a tap that shows what passes. See the README beside
 * this file.
 *
 * @module zerowire/patterns/espresso
 */
export { Espresso, type EspressoOptions, type EspressoStats } from './espresso.js'
export { describe, type Sip } from './sip.js'
