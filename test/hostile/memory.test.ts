import { describe, expect, it, vi } from 'vitest'
import { runScript } from '../support/run-script.js'

const MIB = 1024 * 1024

// Each is a process that has hundreds of strangers; a busy machine may take its time.
vi.setConfig({ testTimeout: 60_000 })

/** Runs a program of this folder, which prints what it holds early and late. */
async function held<H>(program: string, ...args: string[]): Promise<{ early: H; late: H }> {
  const path = `test/hostile/programs/${program}.ts`
  const { code, output, errors } = await runScript(path, ...args)
  // Nothing was thrown where nobody catches, and no promise rejected that nobody holds.
  expect(code, errors).toBe(0)
  return JSON.parse(output) as { early: H; late: H }
}

describe('strangers of every kind leave no memory and no handle', () => {
  it.each([
    ...['tcp', 'ws'].flatMap((scheme) => [
      ...['Pull', 'XPublisher', 'Router', 'Dealer'].map((type) => ['listener', type, scheme]),
      ...['Pull', 'XSubscriber', 'Dealer'].map((type) => ['dialler', type, scheme]),
    ]),
    ['listener', 'Router', 'ipc'],
    ['listener', 'Router', 'wss'],
  ])('with a %s, %s, of %s', async (...what) => {
    const { early, late } = await held<{ bytes: number; resources: Record<string, number> }>(
      'strangers',
      ...what,
    )
    const { timers: earlyTimers, ...others } = early.resources
    expect(late.resources).toMatchObject(others)
    // HTTP has a few of its own, which come and go: each stranger's would be hundreds.
    expect(late.resources['timers']).toBeLessThan(Number(earlyTimers) + 5)
    expect(late.bytes - early.bytes).toBeLessThan(2 * MIB)
  })
})

describe('memory stays what it was while there come thousands of', () => {
  it.each([
    ['clients that leave half a message', 'CVE-2021-20234'],
    ['servers that leave half a message', 'CVE-2021-20234'],
    ['messages to a Publisher', 'CVE-2021-20237'],
    ['commands that nobody knows', 'a flood of commands'],
    ['PINGs, whose answers are not read', 'libzmq#4767'],
    ['subscriptions that are taken back', 'as CVE-2021-20236'],
  ])('%s (%s)', async (flood) => {
    const { early, late } = await held<{ bytes: number }>('floods', flood)
    expect(late.bytes - early.bytes).toBeLessThan(2 * MIB)
  })

  it('frames of 2 GiB that only begin: the system gives none of it (netmq#1168)', async () => {
    const { early, late } = await held<{ rss: number }>('floods', 'frames of 2 GiB that only begin')
    // There are 750 of them.
    expect(late.rss - early.rss).toBeLessThan(100 * MIB)
  })
})
