import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { projectRoot } from './program.js'
import { temporaryDirectory } from './transports.js'

/** A project that has the built package installed, and lives as long as the running test. */
export async function consumer(): Promise<string> {
  const directory = temporaryDirectory()
  await mkdir(join(directory, 'node_modules'))
  await symlink(projectRoot, join(directory, 'node_modules', 'zerowire'))
  await symlink(join(projectRoot, 'node_modules/@noble'), join(directory, 'node_modules', '@noble'))
  return directory
}
