import type { Target } from '../target.js'
import { decoders } from './decoders.js'
import { session } from './session.js'

/** All there are, the fastest first. */
export const targets: readonly Target[] = [...decoders, session]
