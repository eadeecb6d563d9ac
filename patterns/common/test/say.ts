import { writeSync } from 'node:fs'

const nobody = new Int32Array(new SharedArrayBuffer(4))

/**
 * Prints a line so that whoever reads it has it even if this process is killed at once: what a stream
 * still holds would die with it. Waits where the pipe is full.
 */
export function say(line: string): void {
  let rest = Buffer.from(`${line}\n`)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      Atomics.wait(nobody, 0, 0, 1)
    }
  }
}
