import { clone } from './clone.js'
import { majordomo } from './majordomo.js'
import type { Pattern } from './pattern.js'
import { queues } from './queue.js'

/** A file each. */
export const PATTERNS: readonly Pattern[] = [clone, majordomo, ...queues]
