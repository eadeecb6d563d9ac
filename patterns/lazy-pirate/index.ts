/**
 * A client that asks again, on a new socket, when no reply comes; and what a server needs so that
 * asking twice does no harm. See the README beside this file.
 *
 * @module zerowire/patterns/lazy-pirate
 */
export {
  LazyPirate,
  type LazyPirateOptions,
  type LazyPirateStats,
  type RequestOptions,
} from './lazy-pirate.js'
export { Once, type OnceOptions, type OnceStats } from './once.js'
