import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { here, pack } from '../support/packed.js'
import { blocksOf, readPage, type Block } from '../support/pages.js'
import { projectRoot } from '../support/program.js'
import { promisedOutput } from '../support/promise.js'
import { promisedByComments, withoutPorts } from '../support/shell-example.js'

/*
 * Follows the README word for word, as somebody who has the packed package and an empty project. What
 * the package needs is installed from where it is here, without the network.
 */

const blocks = blocksOf('README.md')
const programs = blocks.filter(({ language }) => language === 'js').map(named)
const scripts = blocks.filter(({ language }) => language === 'sh').map(({ code }) => code)

/** What the package depends on, and what that depends on. */
async function dependencies(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, 'package.json'), 'utf8')
  const names = Object.keys((JSON.parse(text) as { dependencies?: object }).dependencies ?? {})
  const theirs = await Promise.all(names.map((name) => dependencies(here(name))))
  return [...new Set([...names, ...theirs.flat()])]
}

let home: string
let project: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'zw-readme-'))
  project = join(home, 'project')
  await mkdir(project)
  await mkdir(join(home, 'zerowire'))
  await pack(join(home, 'zerowire'))
  const overrides = (await dependencies(projectRoot)).map((name) => [name, `file:${here(name)}`])
  const manifest = { overrides: Object.fromEntries(overrides) as object }
  await writeFile(join(project, 'package.json'), JSON.stringify(manifest))
  await shell(scripts[0] ?? '')
  for (const { name, code } of programs) await writeFile(join(project, name), code)
})

afterAll(async () => {
  await rm(home, { recursive: true, force: true })
})

/** A file with the name that the text before a program says last. */
function named({ line, code }: Block): { name: string; code: string } {
  const before = readPage('README.md')
    .split('\n')
    .slice(0, line - 1)
  const [name = ''] = [...before.join('\n').matchAll(/(?<=`)[\w-]+\.mjs(?=`)/g)].at(-1) ?? []
  return { name, code }
}

/** Nobody started us but the shell: not npm, which would tell those it starts where it is. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))
  return {
    ...Object.fromEntries(own),
    ...{ npm_config_offline: 'true', npm_config_ignore_scripts: 'true' },
    ...{ npm_config_cache: join(home, 'cache'), npm_config_update_notifier: 'false' },
  }
}

async function shell(script: string): Promise<string> {
  const options = { cwd: project, env: environment() }
  return (await promisify(execFile)('bash', ['-euc', script], options)).stdout
}

describe('the README, followed in an empty project', () => {
  it('has three programs and three scripts, and nothing else to follow', () => {
    expect(programs.map(({ name }) => name)).toEqual([
      'push-pull.mjs',
      'pub-sub.mjs',
      'req-rep.mjs',
    ])
    expect(scripts.map((script) => script.slice(0, 3))).toEqual(['npm', 'nod', 'npx'])
    expect(blocks).toHaveLength(programs.length + scripts.length)
  })

  it('has installed the package, without a script and without the network', async () => {
    const text = await readFile(join(project, 'package.json'), 'utf8')
    expect((JSON.parse(text) as { dependencies: object }).dependencies).toHaveProperty('zerowire')
  })

  it('loads nothing that it depends on before that is used', async () => {
    const program = `require('zerowire'); console.log(Object.keys(require.cache).join('\\n'))`
    await writeFile(join(project, 'loaded.cjs'), program)
    const loaded = await shell('node loaded.cjs')
    expect(loaded).toContain('/zerowire/dist/index.cjs')
    for (const name of await dependencies(projectRoot)) {
      expect(loaded).not.toContain(`/node_modules/${name}/`)
    }
  })

  it('runs the first program over TCP, and over WebSocket', async () => {
    const once = /console\.log\(.*\/\/ (.*)/.exec(programs[0]?.code ?? '')?.[1] ?? ''
    expect(await shell(scripts[1] ?? '')).toBe(`${once}\n${once}\n`)
  })

  const addresses = ['tcp://127.0.0.1:*', 'ws://127.0.0.1:*', 'ipc://example', 'inproc://example']
  it.each(programs.flatMap((program) => addresses.map((address) => ({ ...program, address }))))(
    'runs $name at $address',
    async ({ name, code, address }) => {
      expect(await shell(`node ${name} '${address}'`)).toMatch(promisedOutput(code))
    },
  )

  it('talks from a shell', async () => {
    const [script, output] = promisedByComments(scripts[2] ?? '')
    expect(await shell(withoutPorts(script, home))).toBe(output)
  })

  it('lists the commands that it names', async () => {
    const help = await shell('npx zerowire --help')
    const others = /`npx zerowire --help` lists the others: ([^]*?)\. \[/
    const [, list = ''] = others.exec(readPage('README.md')) ?? []
    const names = [...list.matchAll(/`(\w+)`/g)].map(([, name = '']) => name)
    expect(names).toContain('dump')
    for (const name of names) expect(help).toMatch(new RegExp(`^  ${name} `, 'm'))
  })
})
