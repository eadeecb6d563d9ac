import { describe, expect, it } from 'vitest'
import { saved } from './corpus.js'
import { Runner } from './engine.js'
import { countMemory } from './oracle.js'
import { targets } from './targets/index.js'
import { format, parse } from './text.js'

countMemory()
const runner = new Runner()

/** What it came to; a failure is thrown. */
async function replay(name: string, input: ReturnType<typeof parse>): Promise<string> {
  const target = targets.find((each) => each.name === input.target)
  if (target === undefined) throw new Error(`${name} is for ${input.target}, which is no target`)
  const result = await runner.run(target, input)
  if (typeof result !== 'string') throw result.error
  return result
}

describe.each([
  { folder: 'found', title: 'what has failed once' },
  { folder: 'corpus', title: 'what real peers said' },
] as const)('$title passes', ({ folder }) => {
  it.each(saved(folder))('$name', async ({ name, input }) => {
    expect(await replay(name, input)).toEqual(expect.any(String))
  })
})

describe('what a target begins with passes', () => {
  it.each(targets)('$name', async ({ name, seeds }) => {
    for (const seed of seeds) expect(await replay(name, seed)).toEqual(expect.any(String))
  })

  it('and can be written and read', () => {
    for (const seed of targets.flatMap(({ seeds }) => seeds)) {
      expect(format(parse(format(seed)))).toBe(format(seed))
    }
  })
})
