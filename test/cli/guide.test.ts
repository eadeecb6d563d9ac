import { execFile } from 'node:child_process'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { cliProgram, scratch } from '../support/cli.js'
import { projectRoot } from '../support/program.js'
import { promisedByComments, withoutPorts } from '../support/shell-example.js'

const run = promisify(execFile)

const guide = await readFile(join(projectRoot, 'docs/cli.md'), 'utf8')
const examples = [...guide.matchAll(/```sh\n(.*?)```/gs)].map(([, script]) => script ?? '')

describe('docs/cli.md', () => {
  it('has an example of every section that has commands', () => {
    expect(examples.length).toBeGreaterThanOrEqual(11)
  })

  it.each(examples)('keeps the promise of its example %$', async (example) => {
    const [script, output] = promisedByComments(example)
    const folder = await scratch()
    const command = join(folder, 'zerowire')
    await writeFile(command, `#!/bin/sh\nexec "${process.execPath}" "${cliProgram}" "$@"\n`)
    await chmod(command, 0o755)
    const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` }
    const { stdout } = await run('bash', ['-c', withoutPorts(script, folder)], {
      cwd: folder,
      env,
    })
    expect(stdout).toBe(output)
  })
})
