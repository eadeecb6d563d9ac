/**
 * Binary Star (guide, chapter 4): two servers of which one serves, and a client that finds it. [Its
 * page](README.md) says when to use it, what it guarantees and what it does not.
 *
 * @module zerowire/patterns/binary-star
 */
export { BinaryStar, type BinaryStarOptions, type BinaryStarStats } from './binary-star.js'
export {
  BinaryStarClient,
  type BinaryStarClientOptions,
  type BinaryStarClientStats,
} from './client.js'
export { transition, type BinaryStarEvent, type BinaryStarState, type Transition } from './fsm.js'
