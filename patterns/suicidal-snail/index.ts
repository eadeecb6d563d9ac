/**
 * A subscriber that ends itself when it is too slow, and the publisher that lets it know. [Its
 * page](README.md) says when to use it, what it guarantees and what it does not.
 *
 * @module zerowire/patterns/suicidal-snail
 */
export {
  SnailError,
  SuicidalSnail,
  type SnailErrorCode,
  type SnailLetter,
  type SnailStats,
  type SuicidalSnailOptions,
} from './snail.js'
export type { Stamp } from './stamp.js'
export { StampingPublisher, type StampingPublisherOptions } from './stamping-publisher.js'
