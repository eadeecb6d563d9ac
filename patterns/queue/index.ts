/**
 * Named queues whose messages survive crashes, and are there until somebody has processed them.
 * [Its page](README.md) says when to use it, what it guarantees and what it does not.
 *
 * @module zerowire/patterns/queue
 */
export { QueueBroker, type QueueBrokerOptions, type QueueBrokerStats } from './broker.js'
export { Consumer, type ConsumerOptions } from './consumer.js'
export type { Death, Delivery } from './delivery.js'
export type { QueueFacts, QueueOptions } from './letters.js'
export type { LinkOptions } from './link.js'
export { Producer, type Outgoing, type ProducerOptions, type SendOptions } from './producer.js'
export type { Properties } from './protocol.js'
export type { QueueStats } from './queues.js'
