/**
 * Clients that know several servers and need no broker (RFC 10, FLP, and the two simpler models of
 * the guide). [Its page](README.md) says when to use it, what it guarantees and what it does not.
 *
 * @module zerowire/patterns/freelance
 */
export {
  FreelanceClient,
  type FreelanceClientOptions,
  type FreelanceClientStats,
} from './client.js'
export type { PendingOptions, RequestOptions } from './pending.js'
export { SequentialClient, type SequentialClientOptions } from './sequential-client.js'
export {
  FreelanceServer,
  type FreelanceServerOptions,
  type FreelanceServerStats,
} from './server.js'
export {
  ShotgunClient,
  type ShotgunClientOptions,
  type ShotgunClientStats,
} from './shotgun-client.js'
export type { Handler } from '../common/handling.js'
