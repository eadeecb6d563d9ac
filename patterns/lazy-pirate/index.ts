/**
 * A client that asks again, on a new socket, when no reply comes; and what a server needs so that
 * asking twice does no harm. [Its page](README.md) says when to use it, what it guarantees and what
 * it does not.
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
