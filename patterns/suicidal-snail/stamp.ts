import type { MessageLike } from 'zerowire'
import type { Message } from 'zerowire/extra'

/** What a message says of itself, behind its topic. */
export interface Stamp {
  /** When it was sent: milliseconds since the beginning of 1970, by the publisher's clock. */
  readonly date: number
  /** Counts the messages of its topic from 1. */
  readonly sequence: number
}

/** Both in decimal digits, as the guide has the date. */
export function stampFrames({ date, sequence }: Stamp): [MessageLike, MessageLike] {
  return [String(Math.floor(date)), String(sequence)]
}

/** @returns undefined for frames that are none. */
export function stampOf([, date, sequence]: readonly Message[]): Stamp | undefined {
  const stamp = { date: numberOf(date), sequence: numberOf(sequence) }
  return stamp.date >= 0 && stamp.sequence > 0 ? stamp : undefined
}

/** @returns -1 for what is none. */
function numberOf(frame: Message | undefined): number {
  if (!frame || frame.length > 16 || !/^\d+$/.test(frame.toString())) return -1
  const number = Number(frame.toString())
  return Number.isSafeInteger(number) ? number : -1
}
