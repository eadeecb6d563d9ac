/**
 * Consistent hashing: who owns a key, and a broker that hands each request to the worker that does.
 * [Its page](README.md) says when to use it, what it guarantees and what it does not.
 *
 * @module zerowire/patterns/hash-ring
 */
export { hash } from './hash.js'
export { HashRing, type HashRingOptions } from './hash-ring.js'
export { HashRouter, type HashRouterOptions, type HashRouterStats } from './hash-router.js'
export {
  HashWorker,
  type HashHandler,
  type HashWorkerOptions,
  type HashWorkerStats,
} from './hash-worker.js'
export {
  HashClient,
  RequestFailed,
  type HashClientOptions,
  type HashClientStats,
} from './hash-client.js'
