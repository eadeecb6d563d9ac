import type { Decoder } from './decoder.js'
import type { Encoder } from './encoder.js'

/** How messages are put into bytes, and found in them. */
export interface Codec {
  readonly encoder: Encoder
  readonly decoder: Decoder
  /** Forgets its keys, where it has some: nothing can be sealed or opened any more. */
  wipe?(): void
}
