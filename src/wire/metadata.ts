import { protocolError } from '../errors.js'
import { concat, copyOf, fromText, toLatin1 } from '../util/bytes.js'
import { LIMITS } from './limits.js'

/*
 * Properties in READY and INITIATE (RFC 37 "Metadata"), each
 *
 *   nameLength(1, 1..255)  name  valueLength(4, big-endian)  value
 */

/** Properties by lower-case name, since names are case-insensitive; the first of a name counts. */
export type Metadata = ReadonlyMap<string, Uint8Array>

export function encodeProperty(name: string, value: Uint8Array): Uint8Array {
  const head = new Uint8Array(1 + name.length + 4)
  head[0] = name.length
  head.set(fromText(name), 1)
  new DataView(head.buffer).setUint32(1 + name.length, value.length)
  return concat([head, value])
}

/** @throws ZmqError `ERR_ZMTP_INVALID_METADATA` when a property is cut short or has no name, or there are too many. */
export function decodeMetadata(bytes: Uint8Array): Metadata {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const properties = new Map<string, Uint8Array>()
  let at = 0
  for (let count = 1; at < bytes.length; count++) {
    if (count > LIMITS.properties)
      throw invalid(`more than ${String(LIMITS.properties)} properties`)
    const nameEnd = at + 1 + (bytes[at] as number)
    if (nameEnd === at + 1 || nameEnd + 4 > bytes.length) throw cut(at)
    const valueEnd = nameEnd + 4 + view.getUint32(nameEnd)
    if (valueEnd > bytes.length) throw cut(at)
    const name = toLatin1(bytes.subarray(at + 1, nameEnd)).toLowerCase()
    if (!properties.has(name)) properties.set(name, copyOf(bytes.subarray(nameEnd + 4, valueEnd)))
    at = valueEnd
  }
  return properties
}

function cut(at: number) {
  return invalid(`the property at byte ${String(at)} has no name or is longer than the rest`)
}

function invalid(why: string) {
  return protocolError(`metadata: ${why}`, 'ERR_ZMTP_INVALID_METADATA')
}
