import { once } from 'node:events'
import { addAbortSignal } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Framing } from './framing.js'
import type { Letter } from './letter.js'
import type { Run } from './run.js'

/** Letters from stdin, as many at a time as came together. It is read no faster than they are taken. */
export async function* fromStdin(framing: Framing, signal: AbortSignal): AsyncGenerator<Letter[]> {
  const reader = framing.reader()
  addAbortSignal(signal, process.stdin)
  try {
    for await (const chunk of process.stdin) yield reader.push(chunk as Uint8Array)
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
  yield reader.end()
}

/** The given letters, over and over when `again`, with a pause between any two if there is to be one. */
export async function* repeated(
  letters: readonly Letter[],
  { again, interval }: { again: boolean; interval: number | undefined },
  signal: AbortSignal,
): AsyncGenerator<Letter[]> {
  if (interval === undefined) {
    do yield [...letters]
    while (again)
    return
  }
  let first = true
  do {
    for (const letter of letters) {
      if (!first) await pause(interval, signal)
      first = false
      yield [letter]
    }
  } while (again)
}

/** Waits for so many milliseconds. @throws the reason of the signal. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal })
  } catch {
    signal.throwIfAborted()
  }
}

/** Letters to stdout, no faster than they are read there. */
export class Output {
  readonly #framing: Framing
  readonly #run: Run

  constructor(framing: Framing, run: Run) {
    this.#framing = framing
    this.#run = run
  }

  write(letters: readonly Letter[]): Promise<void> {
    return print(Buffer.concat(letters.map((letter) => this.#framing.write(letter))), this.#run)
  }
}

/** Prints, and waits where the pipe is full. */
export async function print(text: string | Uint8Array, { signal }: Run): Promise<void> {
  signal.throwIfAborted()
  if (process.stdout.write(text)) return
  try {
    await once(process.stdout, 'drain', { signal })
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}
