/**
 * A forwarder that sends the last value of each topic to those who subscribe later. See the README
 * beside this file.
 *
 * @module zerowire/patterns/last-value-cache
 */
export {
  LastValueCache,
  type LastValueCacheOptions,
  type LastValueCacheStats,
} from './last-value-cache.js'
