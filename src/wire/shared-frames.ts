import type { Parts } from '../message.js'
import { allocate } from '../util/bytes.js'
import { LONG_HEADER, MORE, writeHeader } from './frame.js'

/** Longer messages are not kept for the sake of those who get them as well. */
const LONGEST_SHARED = 65_536

/** The message that went to many last, and its bytes. */
let sharedParts: Parts | undefined
let sharedBytes: Uint8Array | undefined

/**
 * The bytes of a message of several parts that goes to many peers. One part alone would have to be
 * copied for each peer all the same, and a long one is sent as it is.
 */
export function encodedOnce(parts: Parts): Uint8Array | undefined {
  if (parts === sharedParts) return sharedBytes
  let size = 0
  for (const { length } of parts) size += LONG_HEADER + length
  sharedParts = parts
  sharedBytes = undefined
  if (size > LONGEST_SHARED) return undefined
  const bytes = allocate(size)
  let end = 0
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as Uint8Array
    end = writeHeader(bytes, end, i < parts.length - 1 ? MORE : 0, part.length)
    bytes.set(part, end)
    end += part.length
  }
  return (sharedBytes = bytes.subarray(0, end))
}
