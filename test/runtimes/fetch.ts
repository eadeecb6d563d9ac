import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Some hundred megabytes each: they stay from one run to the next. */
const cache = process.env['ZEROWIRE_RUNTIMES'] ?? join(homedir(), '.cache/zerowire-runtimes')

/** For one folder; npm asks anew where an answer has not come after a minute. */
const DEADLINE_MS = 600_000
const OPTIONS = [
  ...['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'],
  ...['--fetch-timeout=60000', '--fetch-retries=2', '--fetch-retry-mintimeout=2000'],
]

/**
 * Installs packages into a folder of their own, if that has not been done. @returns the folder.
 * @throws Error that says what npm says.
 */
export async function installed(name: string, packages: readonly string[]): Promise<string> {
  const directory = join(cache, name)
  // npm writes it when all is there.
  if (existsSync(join(directory, 'node_modules/.package-lock.json'))) return directory
  console.log(`${name}: npm install ${packages.join(' ')}`)
  await mkdir(directory, { recursive: true })
  try {
    await run('npm', ['install', ...OPTIONS, '--prefix', directory, ...packages], {
      ...{ cwd: directory, timeout: DEADLINE_MS },
    })
  } catch (error) {
    const { killed, stderr } = error as { killed?: boolean; stderr?: string }
    const reason = killed ? `not within ${String(DEADLINE_MS / 1000)} s` : errorOf(stderr ?? '')
    throw new Error(`npm cannot install ${packages.join(' ')} to ${directory}: ${reason}`)
  }
  return directory
}

/** The line that says what is wrong, of many. */
function errorOf(stderr: string): string {
  const lines = stderr
    .split('\n')
    .flatMap(
      (line) =>
        /^npm error (?!(?:code|errno|syscall|type|network) |A complete)(.+)/.exec(line)?.[1] ?? [],
    )
  return lines[0] ?? stderr.trim()
}
