import { expect, it } from 'vitest'
import { brighten } from '../../examples/workers/main.js'

it('the example for pages with workers does what it says', async () => {
  const pixels = new Uint8Array(1_000_000).fill(100)
  const brighter = await brighten(pixels)
  expect([brighter.length, brighter[0], brighter.at(-1)]).toEqual([1_000_000, 150, 150])
})
