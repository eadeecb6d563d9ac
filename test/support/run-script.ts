import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fromSource, projectRoot } from './program.js'

export interface ScriptResult {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

/** Runs a TypeScript file of the project to its end, and tells how that was. */
export async function runScript(path: string, ...args: string[]): Promise<ScriptResult> {
  const child = spawn(process.execPath, [...fromSource, path, ...args], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 80_000,
  })
  const [[code], output, errors] = await Promise.all([
    once(child, 'exit') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ])
  return { code, output, errors }
}
