import { describe, expect, it } from 'vitest'
import { runScript } from '../support/run-script.js'

const MIB = 1024 * 1024
const MESSAGES = 1_000_000

interface Outcome {
  readonly bytes: { readonly early: number; readonly late: number }
  readonly refused: number
  readonly sent: number
  readonly dropped: number
  readonly received: number
  readonly last?: string
}

/** Both ends live in one process, so that its memory is that of both. */
async function stoppedReader(scenario: string, scheme: string): Promise<Outcome> {
  const { code, output, errors } = await runScript(
    'test/robustness/programs/stopped-reader.ts',
    scenario,
    scheme,
  )
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  return JSON.parse(output) as Outcome
}

describe.each(['tcp', 'ws', 'inproc'])(
  'a million messages to a reader that has stopped, over %s',
  (scheme) => {
    it('PUSH refuses them, and those it took arrive', async () => {
      const { bytes, refused, sent, dropped, received } = await stoppedReader('push', scheme)
      expect(bytes.late - bytes.early).toBeLessThan(2 * MIB)
      expect(sent + refused).toBe(MESSAGES)
      expect(refused).toBeGreaterThan(0)
      expect([dropped, received]).toEqual([0, sent])
    })

    it('PUB drops them, and counts each', async () => {
      const { bytes, sent, dropped, received, last } = await stoppedReader('publish', scheme)
      expect(bytes.late - bytes.early).toBeLessThan(2 * MIB)
      expect(sent).toBe(MESSAGES)
      expect(dropped).toBeGreaterThan(0)
      expect(received + dropped).toBe(sent)
      expect(last).toBe('the last')
    })
  },
)

it('a million messages to nobody are dropped and counted', async () => {
  const { bytes, sent, dropped } = await stoppedReader('publish to nobody', 'tcp')
  expect(bytes.late - bytes.early).toBeLessThan(2 * MIB)
  expect([sent, dropped]).toEqual([MESSAGES, MESSAGES])
})
