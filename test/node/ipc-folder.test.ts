import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, it } from 'vitest'
import { fromSource, runProgram } from '../support/program.js'

it('what ipc://* made goes with the process, also with one that closes nothing', async () => {
  const program = `
    import { Push } from 'zerowire'
    for (let i = 0; i < 2; i++) {
      const push = new Push()
      await push.bind('ipc://*')
      console.log(push.lastEndpoint)
    }
    process.exit(0)
  `
  const printed = await runProgram(program, [...fromSource, '--input-type=module'])
  const paths = printed
    .trim()
    .split('\n')
    .map((endpoint) => endpoint.slice('ipc://'.length))
  expect(paths).toHaveLength(2)
  for (const path of paths) expect([path, existsSync(dirname(path))]).toEqual([path, false])
})
