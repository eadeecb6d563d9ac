/**
 * Clone (RFC 12): a map that many share, of a server or a pair of them. [Its page](README.md) says
 * when to use it, what it guarantees and what it does not.
 *
 * @module zerowire/patterns/clone
 */
export {
  CloneClient,
  type CloneClientOptions,
  type CloneClientStats,
  type SetOptions,
} from './client.js'
export type { CloneEndpoints } from './endpoints.js'
export type { CloneSocketOptions, Loss } from './follower.js'
export type { Change } from './replica.js'
export { CloneServer } from './server.js'
export type { CloneServerOptions, CloneServerStats } from './server-options.js'
export type { TableLimits } from './table.js'
