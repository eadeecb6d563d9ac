import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Deque } from '../../src/util/deque.js'
import { holds } from '../support/property.js'

function drain<T>(deque: Deque<T>): (T | undefined)[] {
  return Array.from({ length: deque.length }, () => deque.shift())
}

describe('a deque', () => {
  it('is an array to whoever pushes, shifts, peeks, removes and clears', () => {
    // Few values, so that some are there more than once.
    const value = fc.nat(5)
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant('push' as const), value }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('shift' as const), value }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), value }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('burst' as const), value }) },
    )
    holds(
      fc.property(fc.array(step, { maxLength: 150 }), fc.boolean(), (steps, clears) => {
        const deque = new Deque<number>()
        const model: number[] = []
        for (const { do: action, value } of steps) {
          if (action === 'push') {
            deque.push(value)
            model.push(value)
          } else if (action === 'burst') {
            for (let i = 0; i < 40; i++) {
              deque.push(i)
              model.push(i)
            }
          } else if (action === 'shift') {
            expect(deque.shift()).toBe(model.shift())
          } else {
            const at = model.indexOf(value)
            expect(deque.remove(value)).toBe(at >= 0)
            if (at >= 0) model.splice(at, 1)
          }
          expect([deque.length, deque.peek()]).toEqual([model.length, model[0]])
        }
        if (clears) {
          deque.clear()
          model.length = 0
        }
        deque.push(7)
        expect(drain(deque)).toEqual([...model, 7])
        expect(deque.shift()).toBeUndefined()
      }),
    )
  })

  it('keeps the order of a hundred thousand, and works on when they are gone', () => {
    const deque = new Deque<number>()
    const many = Array.from({ length: 100_000 }, (_, index) => index)
    for (const round of [1, 2]) {
      for (const item of many) deque.push(item * round)
      expect(drain(deque)).toEqual(many.map((item) => item * round))
    }
  })

  it('removes the first of equals', () => {
    const deque = new Deque<string>()
    for (const item of ['a', 'b', 'a', 'c']) deque.push(item)
    expect(deque.remove('a')).toBe(true)
    expect(drain(deque)).toEqual(['b', 'a', 'c'])
  })
})
