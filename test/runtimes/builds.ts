import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeProject } from '../support/packed.js'
import { askedByPage } from './chromium.js'
import { installed } from './fetch.js'
import { byName } from './runtimes.js'

const run = promisify(execFile)
/** On a machine that has much else to do. */
const DEADLINE_MS = 300_000

/** What makes one thing of a program and the package, or loads both in a way of its own. */
export interface Build {
  readonly title: string
  /** Commands, of which the last says what came; `node`, `node-26` and `bun` are those programs, `page` is Chromium. */
  readonly commands: readonly (readonly [program: string, ...args: string[]])[]
}

const { dependencies } = createRequire(import.meta.url)('../../package.json') as {
  readonly dependencies: Readonly<Record<string, string>>
}

const TOOLS = [
  // What npm installs with the package.
  ...Object.entries(dependencies).map(([name, range]) => `${name}@${range}`),
  ...['esbuild@0.28', 'rollup@4', '@rollup/plugin-node-resolve@16', '@rollup/plugin-commonjs@29'],
  ...['webpack@5', 'vite@8', 'jest@30'],
]

const main = `
async function main() {
  const pull = new zmq.Pull()
  await pull.bind('tcp://127.0.0.1:*')
  const push = new zmq.Push({ linger: 0 })
  push.connect(pull.lastEndpoint)
  await push.send(['it', 'works'])
  console.log((await pull.receive()).join(' '))
  push.close()
  pull.close()
}
`

/** It asks whoever is bound at the hash of its address. */
const PAGE = `import { Request } from 'zerowire'
async function main() {
  const request = new Request()
  request.connect(location.hash.slice(1))
  await request.send('2 + 2')
  document.title = 'it is ' + (await request.receive()).join()
}
main()`

const FILES = {
  'package.json': '{}',
  'main.mjs': `import * as zmq from 'zerowire'${main}main()`,
  'main.cjs': `const zmq = require('zerowire')${main}main()`,
  'page.mjs': PAGE,
  'one.test.js': `const zmq = require('zerowire')${main}test('push and pull', main)`,
  'esbuild.mjs': `import { build } from 'esbuild'
    const options = { bundle: true, platform: 'node' }
    await build({ ...options, entryPoints: ['main.mjs'], format: 'esm', outfile: 'esbuild/main.mjs' })
    await build({ ...options, entryPoints: ['main.cjs'], format: 'cjs', outfile: 'esbuild/main.cjs' })
    const page = { bundle: true, splitting: true, format: 'esm', outdir: 'esbuild-page' }
    await build({ ...page, entryPoints: { main: 'page.mjs' } })`,
  'rollup.mjs': `import { rollup } from 'rollup'
    import commonjs from '@rollup/plugin-commonjs'
    import { nodeResolve } from '@rollup/plugin-node-resolve'
    const plugins = [nodeResolve({ exportConditions: ['node'], preferBuiltins: true }), commonjs()]
    const bundle = await rollup({ input: 'main.mjs', plugins })
    await bundle.write({ dir: 'rollup', format: 'es', entryFileNames: 'main.mjs' })
    await bundle.write({ dir: 'rollup', format: 'cjs', entryFileNames: 'main.cjs' })
    const forPages = [nodeResolve({ browser: true, exportConditions: ['browser'] })]
    const page = await rollup({ input: 'page.mjs', plugins: forPages })
    await page.write({ dir: 'rollup-page', format: 'es', entryFileNames: 'main.js' })`,
  'webpack.mjs': `import { promisify } from 'node:util'
    import webpack from 'webpack'
    const make = async (entry, target, path, filename) => {
      const output = { path: process.cwd() + '/' + path, filename }
      const stats = await promisify(webpack)({ mode: 'production', target, entry, output })
      if (stats.hasErrors()) throw new Error(stats.toString())
    }
    await make('./main.mjs', 'node20', 'webpack', 'mjs.cjs')
    await make('./main.cjs', 'node20', 'webpack', 'cjs.cjs')
    await make('./page.mjs', 'web', 'webpack-page', 'main.js')`,
  'vite.mjs': `import { build } from 'vite'
    const options = { configFile: false, logLevel: 'error' }
    const named = (entryFileNames) => ({ output: { entryFileNames } })
    await build({
      ...{ ...options, ssr: { noExternal: true } },
      build: { ssr: 'main.mjs', outDir: 'vite', rolldownOptions: named('main.mjs') },
    })
    const rolldownOptions = { input: 'page.mjs', ...named('main.js') }
    await build({ ...options, build: { outDir: 'vite-page', rolldownOptions } })`,
  'sea.json': JSON.stringify({
    main: 'esbuild/main.cjs',
    output: 'single',
    disableExperimentalSEAWarning: true,
  }),
}

export const builds: readonly Build[] = [
  { title: '`import` without a bundler', commands: [['node', 'main.mjs']] },
  { title: '`require()` without one', commands: [['node', 'main.cjs']] },
  {
    title: 'esbuild, ES module',
    commands: [
      ['node', 'esbuild.mjs'],
      ['node', 'esbuild/main.mjs'],
    ],
  },
  { title: 'esbuild, CommonJS', commands: [['node', 'esbuild/main.cjs']] },
  { title: 'esbuild, for browsers', commands: [['page', 'esbuild-page']] },
  {
    title: 'Rollup, ES module',
    commands: [
      ['node', 'rollup.mjs'],
      ['node', 'rollup/main.mjs'],
    ],
  },
  { title: 'Rollup, CommonJS', commands: [['node', 'rollup/main.cjs']] },
  { title: 'Rollup, for browsers', commands: [['page', 'rollup-page']] },
  {
    title: 'webpack, `import`',
    commands: [
      ['node', 'webpack.mjs'],
      ['node', 'webpack/mjs.cjs'],
    ],
  },
  { title: 'webpack, `require()`', commands: [['node', 'webpack/cjs.cjs']] },
  { title: 'webpack, for browsers', commands: [['page', 'webpack-page']] },
  {
    title: 'Vite, for a server',
    commands: [
      ['node', 'vite.mjs'],
      ['node', 'vite/main.mjs'],
    ],
  },
  { title: 'Vite, for browsers', commands: [['page', 'vite-page']] },
  {
    title: 'Jest, in a test',
    commands: [['node', '../node_modules/jest/bin/jest.js', '--rootDir=.']],
  },
  {
    title: 'single executable, Node 26',
    commands: [['node-26', '--build-sea', 'sea.json'], ['./single']],
  },
  {
    title: 'single executable, Bun',
    commands: [['bun', 'build', 'main.mjs', '--compile', '--outfile=compiled'], ['./compiled']],
  },
]

/** A project with the package of another, among the tools, where these and it are found by name. */
export async function makeWorkshop(from: string): Promise<string> {
  const tools = await installed('tools', TOOLS)
  const directory = await mkdtemp(join(tools, 'project-'))
  await mkdir(join(directory, 'node_modules'))
  await cp(join(from, 'node_modules'), join(directory, 'node_modules'), {
    ...{ recursive: true, verbatimSymlinks: true },
  })
  return makeProject(directory, {}, FILES)
}

/** Builds and runs it. @returns what went wrong, if anything did. */
export async function runBuild(
  { commands }: Build,
  directory: string,
): Promise<string | undefined> {
  let said = ''
  try {
    for (const [name, ...args] of commands) said = await runCommand(name, args, directory)
  } catch (error) {
    return (error as Error).message
  }
  return /it works|it is 4/.test(said) ? undefined : `it said ${JSON.stringify(said)}`
}

async function runCommand(name: string, args: string[], directory: string): Promise<string> {
  if (name === 'page') return askedByPage(join(directory, String(args[0])))
  const { stdout, stderr } = await run(await programOf(name, directory), args, {
    ...{ cwd: directory, timeout: DEADLINE_MS },
  })
  return stdout + stderr
}

async function programOf(name: string, directory: string): Promise<string> {
  if (name === 'node') return process.execPath
  if (name.startsWith('./')) return join(directory, name)
  const { path } = await byName(name).fetch()
  return path
}
