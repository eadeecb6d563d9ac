import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Queue } from '../../src/routing/queue.js'
import { part } from '../support/pipes.js'
import { holds } from '../support/property.js'

/** Messages that came together, numbered from `first` on. */
function batch(first: number, count: number) {
  let next = first
  return {
    since: 0,
    get count() {
      return first + count - next
    },
    next: () => part(next++),
  }
}

const step = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 4 }), fc.constant<'shift'>('shift'))

describe('an queue', () => {
  it('keeps the order of single messages and batches, and counts them all', () => {
    holds(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const queue = new Queue()
        const model: string[] = []
        let made = 0
        for (const action of steps) {
          if (action === 'shift') expect(queue.shift()?.join()).toBe(model.shift())
          else if (action === 0) {
            model.push(String(made))
            queue.push(part(made++))
          } else {
            for (let i = 0; i < action; i++) model.push(String(made + i))
            queue.pushBatch(batch(made, action))
            made += action
          }
          expect(queue.length).toBe(model.length)
        }
      }),
    )
  })

  it('decodes nothing before it is taken', () => {
    const queue = new Queue()
    const waiting = batch(0, 3)
    queue.pushBatch(waiting)
    expect([queue.length, waiting.count]).toEqual([3, 3])
    queue.shift()
    expect([queue.length, waiting.count]).toEqual([2, 2])
  })

  it('forgets also what is left of a batch', () => {
    const queue = new Queue()
    queue.pushBatch(batch(0, 3))
    queue.shift()
    queue.push(part(3))
    queue.clear()
    expect([queue.length, queue.shift()]).toEqual([0, undefined])
  })
})
