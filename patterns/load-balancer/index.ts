/**
 * A queue that gives each request to the worker that has had none for longest, and its workers.
 * [Its page](README.md) says when to use it, what it guarantees and what it does not.
 *
 * @module zerowire/patterns/load-balancer
 */
export { LoadBalancer, type BoundEnds, type LoadBalancerOptions } from './load-balancer.js'
export { LoadBalancerWorker, type LoadBalancerWorkerOptions } from './worker.js'
export type { QueueStats } from '../common/dispatcher.js'
export type { WorkerStats } from '../common/desk.js'
export type { Handler } from '../common/handling.js'
