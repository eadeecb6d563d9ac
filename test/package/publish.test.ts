import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { here } from '../support/packed.js'
import { projectRoot } from '../support/program.js'

const run = promisify(execFile)

/** For programs of this repository alone, which have the sources; the package has not. */
const OURS = 'zerowire-source'

let directory: string
let archive: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'zw-publish-'))
  const options = ['--ignore-scripts', '--silent', '--pack-destination', directory]
  await run('npm', ['pack', ...options], { cwd: projectRoot })
  archive = join(directory, (await readdir(directory))[0] ?? '')
}, 60_000)

afterAll(async () => {
  await rm(directory, { recursive: true, force: true })
})

describe('what is published', { timeout: 120_000 }, () => {
  it('has nothing that publint would mend', async () => {
    await run('tar', ['-xzf', archive], { cwd: directory })
    const pkgDir = join(directory, 'package')
    const { messages, pkg } = await publint({ pkgDir, strict: true, pack: false })
    const others = messages.filter(({ path }) => !path.includes(OURS))
    expect(others.map((message) => formatMessage(message, pkg))).toEqual([])
  })

  it('has the types that its code has, for every resolution', async () => {
    const cli = here('@arethetypeswrong/cli/dist/index.js')
    const failure = await run(process.execPath, [cli, archive, '--format', 'ascii']).then(
      () => '',
      (error: unknown) => (error as { stdout: string }).stdout,
    )
    expect(failure).toBe('')
  })
})
