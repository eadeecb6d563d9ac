import type { Target } from '../target.js'
import { curve } from './curve.js'
import { decoders } from './decoders.js'
import { network } from './network.js'
import { openings } from './openings.js'
import { parsers } from './parsers.js'
import { session } from './session.js'
import { sockets } from './sockets.js'

/** All there are, the fastest first. */
export const targets: readonly Target[] = [
  ...decoders,
  ...parsers,
  session,
  sockets,
  ...openings,
  network,
  curve,
]
