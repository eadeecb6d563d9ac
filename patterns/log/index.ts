/**
 * A durable log: topics with partitions, offsets, groups of readers, retention, and a live tail.
 * [Its page](README.md) says when to use it, what it guarantees and what it does not.
 *
 * @module zerowire/patterns/log
 */
export { LogConsumer, type LogConsumerOptions, type LogConsumerStats } from './log-consumer.js'
export { LogProducer, type LogProducerOptions, type LogProducerStats } from './log-producer.js'
export { LogServer, type LogServerOptions, type LogServerStats } from './log-server.js'
export type { Place, Span } from './producers.js'
export type { LogRecord } from './reader.js'
export type { TopicOptions } from './topic.js'
