import { createInterface } from 'node:readline'

/** What a part is told, line by line, also when several lines come at once. */
export function cues(): AsyncIterator<string> {
  return createInterface({ input: process.stdin })[Symbol.asyncIterator]()
}
