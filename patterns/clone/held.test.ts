import { describe, expect, it } from 'vitest'
import { PLAIN, type KeyValue } from './frames.js'
import { Held } from './held.js'

const change = (key: string, bytes: number): KeyValue => ({
  ...PLAIN,
  key,
  value: new Uint8Array(bytes),
})

describe('changes that wait to be published by another', () => {
  it('are so many at the most, and so many bytes; the oldest make room', () => {
    const held = new Held(3, 100)
    held.add('1', change('a', 40), 0)
    held.add('2', change('b', 40), 1)
    held.add('2', change('b', 50), 1)
    expect([held.size, held.dropped]).toEqual([2, 0])
    held.add('3', change('c', 90), 2)
    expect([held.size, held.dropped]).toEqual([1, 2])
    held.delete('3')
    for (const uuid of ['4', '5', '6', '7']) held.add(uuid, change(uuid, 20), 3)
    expect([held.size, held.dropped]).toEqual([3, 3])
    held.forget(4)
    held.add('8', change('d', 101), 4)
    expect([held.size, held.dropped]).toEqual([0, 4])
    held.add('9', change('e', 100), 5)
    expect(held.takeAll().map(({ key }) => key)).toEqual(['e'])
    held.add('10', change('f', 100), 6)
    expect(held.size).toBe(1)
  })
})
