import { concat, EMPTY, fromText, toLatin1 } from '../util/bytes.js'

/*
 * The body of a command frame (RFC 37 "Commands"):
 *
 *   nameLength(1)  name  data
 */

/** A command by its name. */
export interface Command {
  readonly name: string
  readonly data: Uint8Array
}

const names = new Map<string, Uint8Array>()

/** The length byte and the name, made once for each name that we send. */
function prefix(name: string): Uint8Array {
  let bytes = names.get(name)
  if (bytes === undefined) {
    bytes = concat([Uint8Array.of(name.length), fromText(name)])
    names.set(name, bytes)
  }
  return bytes
}

export function encodeCommand(name: string, data: Uint8Array = EMPTY): Uint8Array {
  return concat([prefix(name), data])
}

/** The parts of a command body; undefined when it has no name or is shorter than its name. */
export function decodeCommand(body: Uint8Array): Command | undefined {
  const end = 1 + (body[0] ?? 0)
  if (end === 1 || end > body.length) return undefined
  return { name: toLatin1(body.subarray(1, end)), data: body.subarray(end) }
}
