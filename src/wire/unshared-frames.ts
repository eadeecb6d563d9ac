import type { Parts } from '../message.js'

/** Pages have few peers that get the same: they encode it for each. */
export function encodedOnce(_parts: Parts): Uint8Array | undefined {
  return undefined
}
