import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** The folder of package.json. */
export const projectRoot: string = fileURLToPath(new URL('../..', import.meta.url))

const condition = '--conditions=zerowire-source'

/** Flags with which 'zerowire' is src/, not the built dist/; Deno reads TypeScript without help. */
export const fromSource: readonly string[] =
  'deno' in process.versions
    ? ['run', '--allow-all', '--unstable-sloppy-imports', condition]
    : ['--import=tsx', condition]

/** Runs `code` in a process of its own, as somebody outside would, and gives what it printed. */
export async function runProgram(code: string, flags: readonly string[] = []): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '--eval', code], {
    cwd: projectRoot,
    timeout: 80_000,
  })
  return stdout
}
