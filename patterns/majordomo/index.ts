/**
 * Majordomo: clients ask for services by name, a broker hands their requests to workers (RFC 7, RFC
 * 18, RFC 8). [Its page](README.md) says when to use it, what it guarantees and what it does not.
 *
 * @module zerowire/patterns/majordomo
 */
export { AsyncClient, type AsyncClientOptions, type AsyncClientStats } from './async-client.js'
export { Broker } from './broker.js'
export type { BrokerLimits, BrokerOptions, BrokerStats } from './broker-options.js'
export { Client, type ClientOptions, type ClientStats, type RequestOptions } from './client.js'
export type { Body, Version } from './protocol.js'
export type { HeartbeatOptions } from './pulse.js'
export type { Reply } from './reply.js'
export {
  Worker,
  type Answer,
  type Handler,
  type Parts,
  type WorkerOptions,
  type WorkerStats,
} from './worker.js'
