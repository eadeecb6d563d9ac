import { describe, expect, it } from 'vitest'
import { runScript } from './support/run-script.js'

/** Whether it runs; `.ci/run` plays all of it, alone on the machine as its deadlines want it. */
describe('npm run soak', { timeout: 120_000 }, () => {
  it('plays the chosen scenario, and tells what it measured', async () => {
    const args = ['--quick', '--only', 'descriptors']
    const { code, output, errors } = await runScript('test/soak/main.ts', ...args)
    expect({ code, errors }, output).toEqual({ code: 0, errors: '' })
    expect(output).toContain('passed  descriptors')
    expect(output).toMatch(/tcp: events accept:error with EMFILE +\| [\d,]+ +\| ≥ 1/)
    expect(output).toContain('1 passed, 0 failed, 0 skipped')
  })

  it('knows its scenarios', async () => {
    const { code, errors } = await runScript('test/soak/main.ts', '--only', 'earthquake')
    expect(errors).toContain('no scenario "earthquake"')
    expect(code).toBe(1)
  })
})
