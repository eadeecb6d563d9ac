import type { Engine } from '../box.js'
import { noble } from './noble.js'

/** The engine of every browser: it is small, and needs no permission. */
export function loadEngine(): Promise<Engine> {
  return Promise.resolve(noble)
}
