/**
 * Queue theory made visible: length, throughput and waiting time of the queues of any sockets. [Its
 * page](README.md) says when to use it, what it guarantees and what it does not.
 *
 * @module zerowire/patterns/queue-theory
 */
export { draw } from './draw.js'
export { QueueMeter, type QueueMeterOptions } from './meter.js'
export type { Metered, QueueReport, Side } from './queue.js'
