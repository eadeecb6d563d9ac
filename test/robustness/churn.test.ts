import { describe, expect, it } from 'vitest'
import { runScript } from '../support/run-script.js'

const MIB = 1024 * 1024
const PROGRAM = 'test/robustness/programs/churn.ts'

interface Held {
  readonly bytes: number
  readonly resources: Record<string, number>
}

const pairs = ['push/pull', 'pub/sub', 'req/rep', 'dealer/router', 'pair/pair']

async function churn(pair: string, who: 'both' | 'visitors') {
  const { code, output, errors } = await runScript(PROGRAM, pair, who)
  expect(code, errors).toBe(0)
  return JSON.parse(output) as { early: Held; late: Held }
}

describe('a thousand times', () => {
  it.each(pairs)('%s are opened, connected, used and closed, and leave nothing', async (pair) => {
    const { early, late } = await churn(pair, 'both')
    expect(late.resources).toEqual(early.resources)
    expect(late.resources).toMatchObject({ tcpHandles: 0, servers: 0 })
    expect(late.bytes - early.bytes).toBeLessThan(2 * MIB)
  })

  it.each(pairs)('%s: somebody comes to a socket that stays, and goes', async (pair) => {
    const { early, late } = await churn(pair, 'visitors')
    expect(late.resources).toEqual(early.resources)
    expect(late.bytes - early.bytes).toBeLessThan(2 * MIB)
  })
})
