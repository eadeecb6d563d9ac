import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checks } from '../support/block-checks.js'
import { compiler } from '../support/compiled.js'
import { ModuleRunner } from '../support/module-runner.js'
import { blocksOf, pages, type Block } from '../support/pages.js'
import { projectRoot } from '../support/program.js'
import { promisedOutput } from '../support/promise.js'

/**
 * Every piece of code that people are shown. What it is stands behind its fence: `ts` and `js` are whole
 * programs, which are run and print what their comments say; `ts compile` is a program for which it takes
 * what a test has not (another machine, a page, a disk). For the others see `checks`.
 */
const blocks = pages.flatMap(blocksOf)
const isProgram = ({ language }: Block): boolean => language === 'ts' || language === 'js'
const programs = blocks.filter(isProgram)

const home = await mkdtemp(join(tmpdir(), 'zw-pages-'))
const runner = new ModuleRunner(home)
afterAll(async () => {
  runner.kill()
  await rm(home, { recursive: true, force: true })
})

const nameOf = ({ page, line }: Block): string => `${page}:${line}`
const pathOf = (block: Block): string =>
  join(home, `${nameOf(block).replaceAll(/\W/g, '-')}.${block.language}`)

/** A project in which zerowire is installed, and all that it is developed with. */
async function makeHome(): Promise<void> {
  const installed = join(projectRoot, 'node_modules')
  await mkdir(join(home, 'node_modules'))
  await symlink(projectRoot, join(home, 'node_modules/zerowire'))
  for (const name of await readdir(installed)) {
    await symlink(join(installed, name), join(home, 'node_modules', name))
  }
  await writeFile(join(home, 'package.json'), '{ "type": "module" }')
  for (const block of programs) await writeFile(pathOf(block), block.code)
}
await makeHome()

const faultsOf = compiler(programs.filter(({ language }) => language === 'ts').map(pathOf))

describe('programs on pages', () => {
  it.each(programs.map((block) => [nameOf(block), block] as const))('%s', async (_, block) => {
    if (block.language === 'ts') expect(faultsOf(pathOf(block), block.line)).toEqual([])
    if (block.note === 'compile') return
    expect(block.note).toBe('')
    expect(await runner.run(pathOf(block))).toMatch(promisedOutput(block.code))
  })

  it('leave nothing behind that keeps a process alive', async () => {
    expect(await runner.end()).toBe(0)
  })
})

describe('other code on pages', () => {
  const others = blocks.filter((block) => !isProgram(block))
  it.each(others.map((block) => [nameOf(block), block] as const))('%s', (_, block) => {
    const check = checks[block.language]
    if (check === undefined) throw new Error(`nobody knows how to check '${block.language}'`)
    expect(check(block)).toBeUndefined()
  })
})
