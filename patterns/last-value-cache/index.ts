/**
 * A forwarder that sends the last value of each topic to those who subscribe later. [Its
 * page](README.md) says when to use it, what it guarantees and what it does not.
 *
 * @module zerowire/patterns/last-value-cache
 */
export {
  LastValueCache,
  type LastValueCacheOptions,
  type LastValueCacheStats,
} from './last-value-cache.js'
