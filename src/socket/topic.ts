import { BYTES, checkKind, toBytes } from '../options.js'

/** A topic, or the name of a peer, as callers give it; null is empty. @throws TypeError in the reference's words. */
export function toTopic(value: unknown): Uint8Array {
  checkKind(BYTES, value)
  return toBytes((value ?? '') as string)
}
