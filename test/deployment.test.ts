import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Request } from 'zerowire'
import { Child } from './support/child.js'
import { projectRoot } from './support/program.js'
import { track } from './support/track.js'

/** The program under "Signals", which a test elsewhere only compiles: it needs a process to be stopped. */
const guide = readFileSync(join(projectRoot, 'docs/deployment.md'), 'utf8')
const [, program = ''] = /```ts compile\n(.*?)```/s.exec(guide) ?? []

it('the program of the guide answers what it has when it is told to end, and ends', async () => {
  const settings = `process.env.ENDPOINT = 'tcp://127.0.0.1:*'; process.env.HEALTH_PORT = '0'\n`
  const child = Child.evaluate(settings + program)
  const address = (await child.line()).replace('listening at ', '')
  const port = (await child.line()).replace('health at port ', '')

  const client = track(new Request())
  client.connect(address)
  await client.send('a question')
  const answer = client.receive()

  let received = 0
  while (received === 0) {
    const health = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })
    received = ((await health.json()) as { received: number }).received
  }
  child.signal('SIGTERM')

  expect(String(await answer)).toBe('done: a question')
  expect(await child.line()).toBe('ended in good order')
  expect(await child.exit).toBe(0)
})
