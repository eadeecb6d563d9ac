import type { Parts } from '../message.js'

/** What has crossed a connection, or several in turn: bytes with framing, handshake and signs of life. */
export interface Flow {
  /** Messages that the system has taken. */
  sent: number
  bytesSent: number
  bytesReceived: number
  /** Of the other end, where messages go from one to the other as they are. */
  other?: Flow | undefined
}

/** Who has a flow to tell of. */
export interface Flowing {
  readonly flow: Flow | undefined
}

/** Nothing so far. Pages have no-flow.ts, in which this and all that follows is nothing at all. */
export function newFlow(): Flow | undefined {
  return { sent: 0, bytesSent: 0, bytesReceived: 0, other: undefined }
}

/** What an encoder holds is written. */
export function wrote({ flow, encoder }: Flowing & { encoder: { readonly bytes: number } }): void {
  if (flow !== undefined) flow.bytesSent += encoder.bytes
}

/** The system has taken what was written. */
export function took({ flow, unwritten }: Flowing & { unwritten: number }): void {
  if (flow !== undefined) flow.sent += unwritten
}

/** Bytes have come. */
export function came({ flow }: Flowing, { length }: { readonly length: number }): void {
  if (flow !== undefined) flow.bytesReceived += length
}

/** What leaves one end arrives at the other. */
export function join(one: Flowing, other: Flowing): void {
  if (one.flow !== undefined) one.flow.other = other.flow
  if (other.flow !== undefined) other.flow.other = one.flow
}

/** A message goes to the other end as it is. */
export function gave({ flow }: Flowing, message: Parts): void {
  if (flow === undefined) return
  let size = 0
  for (const { length } of message) size += length
  flow.sent++
  flow.bytesSent += size
  if (flow.other !== undefined) flow.other.bytesReceived += size
}
