/**
 * A queue and workers that notice when the other is not there any more (RFC 6, PPP). See the README
 * beside this file.
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
