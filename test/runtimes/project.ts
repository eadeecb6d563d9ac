import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { makeProject, unpacked } from '../support/packed.js'
import { projectRoot } from '../support/program.js'

/** The program of conversations, in the folder of the project. */
export const PROGRAM = 'conversations.js'
/** The one of a page, in a folder of its own, with the package in it. */
export const PAGE = 'page'

const source = (name: string): string => join(projectRoot, 'test/runtimes/programs', `${name}.ts`)

/** An empty project that has the package installed as users get it, and programs. */
export async function makePrograms(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'zw-runtimes-'))
  const zerowire = await unpacked(await mkdtemp(join(directory, 'packed-')))
  await makeProject(directory, { zerowire }, { 'package.json': '{ "type": "module" }' })
  const options = { bundle: true, format: 'esm', target: 'es2023' } as const
  await build({
    ...{ ...options, platform: 'node', external: ['zerowire'] },
    ...{ entryPoints: [source('process')], outfile: join(directory, PROGRAM) },
  })
  await build({
    ...{ ...options, platform: 'browser', splitting: true },
    // What npm installs with the package.
    nodePaths: [join(projectRoot, 'node_modules')],
    ...{ entryPoints: { main: source('page') }, outdir: join(directory, PAGE) },
    alias: { zerowire: join(directory, 'node_modules/zerowire/dist/browser/index.js') },
  })
  return directory
}
