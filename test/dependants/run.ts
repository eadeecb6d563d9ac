/**
 * `npm run dependants`: packages that depend on zeromq run their own tests, first with it, then with
 * zerowire under its name. Needs the network, git and tar; fails when the results differ.
 *
 * Packages written for version 5 or older get the `v5-compat` of either library.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '../support/program.js'

interface Dependant {
  readonly repository: string
  readonly api: 'v5-compat' | 'main'
  /** Runs its tests, in its folder. */
  readonly command: string
  /** Finds how many passed and failed in what that prints. */
  readonly results: RegExp
}

/** Its test library is of a time when Node still had this function. */
const oldName = `--eval "const os = require('os'); os.tmpDir = os.tmpdir; process.argv.push('test');
  require('./node_modules/nodeunit/bin/nodeunit')"`

const dependants: readonly Dependant[] = [
  {
    repository: '0rpc/zerorpc-node',
    api: 'v5-compat',
    command: `node ${oldName.replaceAll(/\s+/g, ' ')}`,
    results: /OK:.*?\d+ assertions|FAILURES:.*?assertions failed|✔|✖/g,
  },
  {
    repository: 'dashevo/js-dashd-zmq',
    api: 'main',
    command: "npx mocha 'lib/**/*.spec.js'",
    results: /\d+ (passing|failing)/g,
  },
  {
    repository: 'nteract/enchannel-zmq-backend',
    api: 'main',
    command: 'npx jest',
    results: /^Tests:.*$/gm,
  },
  {
    repository: 'yunabe/tslab',
    api: 'main',
    command: 'npx jest --runInBand',
    results: /^Tests:.*$/gm,
  },
]

const folder = mkdtempSync(join(tmpdir(), 'zerowire-dependants-'))

/**
 * What a command prints; the tests of a dependant may well fail, with both. Those of zerorpc do not
 * end with either: they leave behind what is queued for nobody.
 */
function run(command: string, cwd: string, mayFail = false): string {
  const options = { cwd, shell: true, encoding: 'utf8', timeout: 120_000 } as const
  const { status, stdout, stderr } = spawnSync(command, options)
  if (status !== 0 && !mayFail) throw new Error(`${command}: ${stderr}`)
  return (stdout + stderr).replaceAll(/\x1b\[[\d;]*m/g, '')
}

/** Puts a library into the folder of a dependant, under the name `zeromq`. */
function install(library: string, { api }: Dependant, directory: string): void {
  const zeromq = join(directory, 'node_modules/zeromq')
  const place = api === 'main' ? zeromq : join(directory, 'node_modules/zeromq-six')
  for (const old of [zeromq, place]) rmSync(old, { recursive: true, force: true })
  cpSync(library, place, { recursive: true, dereference: true })
  if (place === zeromq) return
  mkdirSync(zeromq)
  writeFileSync(join(zeromq, 'index.js'), `module.exports = require('zeromq-six/v5-compat')\n`)
}

/** Both libraries with what they depend on, as npm installs them. */
function libraries(): Record<string, string> {
  run(`npm pack --silent --pack-destination ${folder}`, projectRoot)
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? ''
  run(`npm install --no-audit --no-fund zeromq@6.8.0 ./${archive}`, folder)
  return Object.fromEntries(
    ['zeromq', 'zerowire'].map((name) => {
      const place = join(folder, `${name}-complete`)
      cpSync(join(folder, 'node_modules', name), place, { recursive: true })
      const needs = name === 'zeromq' ? ['cmake-ts', 'node-addon-api'] : ['ws']
      for (const need of needs) {
        const from = join(folder, 'node_modules', need)
        cpSync(from, join(place, 'node_modules', need), { recursive: true })
      }
      return [name, place]
    }),
  )
}

/** How often each line was found. */
function summary(output: string, results: RegExp): string {
  const counts = new Map<string, number>()
  for (const [found] of output.matchAll(results)) counts.set(found, (counts.get(found) ?? 0) + 1)
  return [...counts].map(([found, n]) => (n > 1 ? `${String(n)} ${found}` : found)).join(', ')
}

try {
  const both = libraries()
  for (const dependant of dependants) {
    const directory = join(folder, dependant.repository.replace('/', '-'))
    run(
      `git clone --quiet --depth 1 https://github.com/${dependant.repository} ${directory}`,
      folder,
    )
    run('npm install --ignore-scripts --legacy-peer-deps --no-audit --no-fund', directory)
    const summaries = Object.entries(both).map(([name, library]) => {
      install(library, dependant, directory)
      const found = summary(run(dependant.command, directory, true), dependant.results)
      console.log(`${dependant.repository} with ${name}: ${found || 'no results'}`)
      return found
    })
    if (summaries[0] === '' || summaries[0] !== summaries[1]) process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
