import { describe, expect, it } from 'vitest'
import { runScript } from '../support/run-script.js'

const PROGRAM = 'test/robustness/programs/throwing-listeners.ts'

describe('listeners of events that throw', () => {
  it.each(['tcp', 'ipc', 'ws'])('break nothing, over %s', async (scheme) => {
    const { code, output, errors } = await runScript(PROGRAM, scheme)
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    const lines = output.trim().split('\n')
    const thrown = lines.filter((line) => line.startsWith('thrown: '))
    expect(new Set(thrown)).toEqual(
      new Set(
        ['bind', 'accept', 'connect', 'handshake', 'disconnect', 'end'].map(
          (type) => `thrown: ${type}`,
        ),
      ),
    )
    expect(lines.filter((line) => line.startsWith('received: '))).toEqual([
      'received: 0',
      'received: 1',
      'received: 2',
    ])
    expect(lines.at(-1)).toBe('closed')
  })
})
