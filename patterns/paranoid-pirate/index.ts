/**
 * A queue and workers that notice when the other is not there any more (RFC 6, PPP). [Its
 * page](README.md) says when to use it, what it guarantees and what it does not.
 *
 * @module zerowire/patterns/paranoid-pirate
 */
export type { HeartbeatOptions } from './protocol.js'
export {
  ParanoidPirateQueue,
  type ParanoidPirateQueueOptions,
  type ParanoidPirateQueueStats,
} from './queue.js'
export { ParanoidPirateWorker, type ParanoidPirateWorkerOptions } from './worker.js'
