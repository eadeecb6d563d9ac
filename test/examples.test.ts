import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot } from './support/program.js'
import { promisedOutput } from './support/promise.js'
import { runScript } from './support/run-script.js'

const folder = join(projectRoot, 'examples')
const entries = await readdir(folder, { withFileTypes: true })
const ofPatterns = await readdir(join(projectRoot, 'patterns'), { recursive: true })
const examples = [
  ...entries.filter((entry) => entry.isFile()).map(({ name }) => join('examples', name)),
  ...ofPatterns
    .filter((name) => name.endsWith('/example.ts'))
    .map((name) => join('patterns', name)),
]

/** What Node says on behalf of `zerowire/draft`. */
const draftWarning = /^\(node:\d+\) Warning: ZeroMQ draft features .*\n\(Use `node .*\n/

describe('examples', { timeout: 120_000 }, () => {
  it.each(examples)('%s ends well and prints what it says', async (name) => {
    const { code, output, errors } = await runScript(join(projectRoot, name))
    expect(errors.replace(draftWarning, '')).toBe('')
    const program = await readFile(join(projectRoot, name), 'utf8')
    expect(program).toContain('// Prints:\n')
    expect(output).toMatch(promisedOutput(program))
    expect(code).toBe(0)
  })
})

describe('demo', { timeout: 120_000 }, () => {
  const demo = join(folder, 'demo/main.ts')

  it('counts as a single process does, with all workers', async () => {
    const { code, output, errors } = await runScript(demo, '--megabytes', '2')
    expect(errors).toBe('')
    for (const worker of ['zerowire#1', 'zerowire#2', 'zeromq#3']) expect(output).toContain(worker)
    expect(output).toContain('✓ count of every single word')
    expect(output).not.toContain('✗')
    expect(code).toBe(0)
  })

  it('ends with an error when one of its processes fails', async () => {
    const { code, output, errors } = await runScript(demo, '--workers', 'zerowire,unheard-of')
    expect(errors).toContain('no such library: unheard-of')
    expect(output).not.toContain('✓')
    expect(code).toBe(1)
  })
})
