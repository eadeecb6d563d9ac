import { execFile } from 'node:child_process'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { cliProgram, scratch } from '../support/cli.js'
import { projectRoot } from '../support/program.js'

const run = promisify(execFile)

const guide = await readFile(join(projectRoot, 'docs/cli.md'), 'utf8')
const examples = [...guide.matchAll(/```sh\n(.*?)```/gs)].map(([, script]) => script ?? '')

/** The script, and what the comments at its end promise. */
function promised(example: string): [script: string, output: string] {
  const lines = example.trimEnd().split('\n')
  const begin = lines.findIndex((line) => line.startsWith('# '))
  const output = lines.slice(begin).map((line) => `${line.slice(2)}\n`)
  return [lines.slice(0, begin).join('\n'), output.join('')]
}

/** Ports may be in use: the same script, with a file in a folder of its own for each of them. */
function withoutPorts(script: string, folder: string): string {
  return script
    .replaceAll(
      /(--bind-\w+|--listen) '?tcp:\/\/(?:\*|127\.0\.0\.1):(\d+)'?/g,
      `$1 ipc://${folder}/$2`,
    )
    .replaceAll(/'tcp:\/\/\*:(\d+)'/g, `--bind ipc://${folder}/$1`)
    .replaceAll(/tcp:\/\/127\.0\.0\.1:(\d+)/g, `ipc://${folder}/$1`)
}

describe('docs/cli.md', () => {
  it('has an example of every section that has commands', () => {
    expect(examples.length).toBeGreaterThanOrEqual(11)
  })

  it.each(examples)('keeps the promise of its example %$', async (example) => {
    const [script, output] = promised(example)
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
