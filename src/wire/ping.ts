import { encodeCommand } from './command.js'

/** The longest context of a PING that is echoed (RFC 37 "Heartbeating"). */
const CONTEXT_LIMIT = 16

/** libzmq misreads a longer time to live than this, in tenths of a second. */
export const LONGEST_TTL = 655

/** A PING that asks to be given up after `ttl` tenths of a second of silence; 0 asks nothing. */
export function encodePing(ttl: number): Uint8Array {
  return encodeCommand('PING', Uint8Array.of(ttl >> 8, ttl & 0xff))
}

/** The time to live in tenths of a second and the context; undefined when the PING is cut short. */
export function decodePing(data: Uint8Array): { ttl: number; context: Uint8Array } | undefined {
  if (data.length < 2) return undefined
  const ttl = (data[0] as number) * 256 + (data[1] as number)
  return { ttl, context: data.subarray(2, 2 + CONTEXT_LIMIT) }
}
