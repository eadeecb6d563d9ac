/**
 * Ventilator, workers and sink: jobs that are kept until they are done, and results that come once.
 * [Its page](README.md) says when to use it, what it guarantees and what it does not.
 *
 * @module zerowire/patterns/pipeline
 */
export { endMarker, fanIn } from './fan-in.js'
export type { JobId } from './protocol.js'
export { Sink, type Outcome, type SinkOptions, type SinkStats } from './sink.js'
export {
  Ventilator,
  type GivenUpJob,
  type InputReport,
  type VentilatorOptions,
  type VentilatorStats,
} from './ventilator.js'
export { Worker, type Job, type Work, type WorkerOptions, type WorkerStats } from './worker.js'
