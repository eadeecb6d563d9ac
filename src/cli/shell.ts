import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Run } from './run.js'

/** The longest output of a command that becomes an answer, in bytes. */
const LONGEST = 64 * 1024 * 1024

/**
 * Runs a command in a shell with `input` on its stdin, and gives what it has printed. How it ended is
 * said when it was not well: whoever waits for an answer gets what there is.
 */
export async function runShell(command: string, input: Uint8Array, run: Run): Promise<Uint8Array> {
  const child = spawn(command, {
    shell: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    signal: run.signal,
  })
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  const chunks: Uint8Array[] = []
  let size = 0
  child.stdout.on('data', (chunk: Uint8Array) => {
    size += chunk.length
    if (size <= LONGEST) chunks.push(chunk)
    else child.kill()
  })
  // It need not read what it is given.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  try {
    const [code, signal] = await ended
    if (size > LONGEST) run.fault(`${command}: printed more than ${String(LONGEST)} bytes`)
    else if (code !== 0)
      run.fault(`${command}: ended with ${signal ?? `exit code ${String(code)}`}`)
  } catch (error) {
    run.signal.throwIfAborted()
    throw error
  }
  return Buffer.concat(chunks)
}
