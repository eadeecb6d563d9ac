import { describe, expect, it } from 'vitest'
import { Runner } from './engine.js'
import { bytesOf, type Node } from './input.js'
import { minimise } from './minimise.js'
import { Mutator } from './mutate.js'
import { Violation } from './oracle.js'
import { Random } from './random.js'
import type { Target } from './target.js'
import { box, hex, input, sized, text } from './build.js'
import { parse } from './text.js'

/** Fails on a command of that name. */
const target: Target = {
  name: 'example',
  facts: {},
  layouts: ['u8'],
  weight: 1,
  seeds: [],
  run: ({ nodes }) => {
    if (bytesOf(nodes).includes('\x04FAIL')) throw new Violation('it says FAIL')
    return ''
  },
}

const packed = (node: Node): string => bytesOf([node]).toString('hex')

describe('the fuzzer', () => {
  it.each([
    { node: box('zmtp', 4, text('ab')), bytes: '04026162' },
    { node: box('zmtp-long', 1, text('a')), bytes: '03000000000000000161' },
    { node: { ...box('zmtp', 0), claim: 2n ** 64n - 1n }, bytes: '02ffffffffffffffff' },
    { node: box('v1', 1, text('a')), bytes: '020161' },
    { node: box('v1-long', 0), bytes: 'ff000000000000000100' },
    { node: { ...box('ws', 0x82, hex('00ff')), key: 0x01020304 }, bytes: '82820102030401fd' },
    { node: box('ws16', 0x82, text('a')), bytes: '827e000161' },
    { node: { ...sized('u32', 'a'), claim: 5n }, bytes: '0000000561' },
  ])('packs $bytes', ({ node, bytes }) => {
    expect(packed(node)).toBe(bytes)
  })

  it('makes what fails smaller', async () => {
    const large = parse('target example\n\n"abc"\nu8\n  "def"\nu8\n  "FAIL"\ntimes 3\n  "ghi"\n')
    const runner = new Runner()
    const least = await minimise(runner, target, large, new Violation('it says FAIL'))
    expect(bytesOf(least.nodes).toString('latin1')).toBe('\x04FAIL')
  })

  it('tries the same with the same seed', () => {
    const from = input('example', {}, sized('u8', 'READY'), text('abc'))
    const tries = (seed: number): string[] => {
      const mutator = new Mutator(new Random(seed), target, () => from)
      return Array.from({ length: 50 }, () =>
        packed({ ...box('u8', 0), children: mutator.mutate(from).nodes }),
      )
    }
    expect(tries(1)).toEqual(tries(1))
    expect(tries(1)).not.toEqual(tries(2))
    expect(new Set(tries(1)).size).toBeGreaterThan(25)
  })
})
