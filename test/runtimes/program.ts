import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PROGRAM } from './project.js'

const run = promisify(execFile)
const DEADLINE_MS = 120_000

/** What runs JavaScript, and has been fetched. */
export interface Program {
  readonly version: string
  /** Where it is, if Vitest is to run in it. */
  readonly path: string
  /** Arguments before the file to run. */
  readonly flags: readonly string[]
  /** Has the package in a project converse with libzmq. @returns how many of the conversations worked. */
  converse(project: string, farEnds: string): Promise<number>
}

/** Such as `22.23.3`. */
export async function versionOf(program: string): Promise<string> {
  const { stdout } = await run(program, ['--version'])
  return /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? stdout.trim()
}

/** Runs the program of conversations. @returns how many of them worked. */
export async function converseIn(
  { path, flags }: Pick<Program, 'path' | 'flags'>,
  project: string,
  farEnds: string,
): Promise<number> {
  const sockets = await mkdtemp(join(tmpdir(), 'zw-'))
  try {
    const { stdout } = await run(path, [...flags, PROGRAM, farEnds, sockets], {
      ...{ cwd: project, timeout: DEADLINE_MS },
    })
    return Number(stdout)
  } finally {
    await rm(sockets, { recursive: true, force: true })
  }
}
