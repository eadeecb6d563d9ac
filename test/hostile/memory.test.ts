import { expect, it } from 'vitest'
import { runScript } from '../support/run-script.js'

const MIB = 1024 * 1024

interface Held {
  readonly bytes: number
  readonly resources: Record<string, number>
}

it.each(['ws', 'wss', 'dialler'])('strangers of every kind leave nothing: %s', async (where) => {
  const program = 'test/robustness/programs/web-strangers.ts'
  const { code, output, errors } = await runScript(program, where)
  expect(code, errors).toBe(0)
  const { early, late } = JSON.parse(output) as { early: Held; late: Held }
  const { timers: earlyTimers, ...others } = early.resources
  expect(late.resources).toMatchObject(others)
  // HTTP has a few of its own, which come and go: each stranger's would be hundreds.
  expect(late.resources['timers']).toBeLessThan(Number(earlyTimers) + 5)
  expect(late.bytes - early.bytes).toBeLessThan(2 * MIB)
})
