import type { Framing } from './framing.js'
import type { Letter } from './letter.js'
import { fromStdin, repeated } from './streams.js'

/** Where messages come from. */
export interface SourceOptions {
  readonly message?: readonly string[]
  readonly count?: number
  readonly interval?: number
}

/** The letters to send: those of the command line, if there are any, or else of stdin. */
export function lettersOf(
  { message, count, interval }: SourceOptions,
  framing: Framing,
  signal: AbortSignal,
): AsyncIterable<Letter[]> {
  if (message === undefined) return fromStdin(framing, signal)
  const letters = message.map((text) => framing.read(Buffer.from(text)))
  // With a count, or a pause, they are meant to go on.
  return repeated(
    letters,
    { again: count !== undefined || interval !== undefined, interval },
    signal,
  )
}
