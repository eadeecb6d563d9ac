import { inject } from 'vitest'
import type { Far, FarSpec } from './far.js'
import { openAt } from './open-by.js'
import './protocol.js'

/** Opens a far end in the process that holds them. */
export function openRemote(spec: FarSpec): Promise<Far> {
  return openAt(inject('farEnds'), spec)
}
