import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll } from 'vitest'
import { projectRoot } from './program.js'

const run = promisify(execFile)

/** What a project has in its node_modules, by the name it imports it with. */
export type Installed = Readonly<Record<string, string>>

const installedHere = (name: string): string => join(projectRoot, 'node_modules', name)

/** The reference, as it is installed here. */
export const reference: string = installedHere('zeromq')

/** Another package that is installed here. */
export const here = installedHere

/** Packs the built package as for npm, into a folder. */
export async function pack(directory: string): Promise<void> {
  const options = ['--ignore-scripts', '--silent', '--pack-destination', directory]
  await run('npm', ['pack', ...options], { cwd: projectRoot })
}

/**
 * Packs the built package, and unpacks it: the files that users get, and no more. It lasts
 * until the tests of the file have ended.
 */
export async function packed(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'zw-packed-'))
  afterAll(async () => {
    await rm(directory, { recursive: true, force: true })
  })
  return unpacked(directory)
}

/** The same, to stay where it is put. */
export async function unpacked(directory: string): Promise<string> {
  await pack(directory)
  const [archive = ''] = await readdir(directory)
  await run('tar', ['-xzf', archive], { cwd: directory })
  await mkdir(join(directory, 'package/node_modules'))
  await symlink(installedHere('ws'), join(directory, 'package/node_modules/ws'))
  return join(directory, 'package')
}

/** Fills a directory with a project: packages, and files by their names. */
export async function makeProject(
  directory: string,
  installed: Installed,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  for (const [name, path] of Object.entries(installed)) {
    const place = join(directory, 'node_modules', name)
    await mkdir(dirname(place), { recursive: true })
    // A real folder, as npm makes it: what it needs is then found from there.
    if (path === reference) await symlink(path, place)
    else await cp(path, place, { recursive: true, verbatimSymlinks: true })
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true })
    await writeFile(join(directory, name), text)
  }
  return directory
}
