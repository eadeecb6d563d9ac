import { copyOf, fromText } from '../util/bytes.js'

/** A topic as callers give it. @throws TypeError in the reference's words. */
export function toTopic(value: unknown): Uint8Array {
  if (value === null) return fromText('')
  if (typeof value === 'string') return fromText(value)
  // Ours to keep: the caller may go on using its own.
  if (value instanceof Uint8Array) return copyOf(value)
  throw new TypeError('Option value must be a string or buffer')
}
