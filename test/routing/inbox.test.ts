import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Inbox } from '../../src/routing/inbox.js'
import { part } from '../support/pipes.js'
import { holds } from '../support/property.js'

/** Messages that came together, numbered from `first` on. */
function batch(first: number, count: number) {
  let next = first
  return {
    get count() {
      return first + count - next
    },
    next: () => part(next++),
  }
}

const step = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 4 }), fc.constant<'shift'>('shift'))

describe('an inbox', () => {
  it('keeps the order of single messages and batches, and counts them all', () => {
    holds(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const inbox = new Inbox()
        const model: string[] = []
        let made = 0
        for (const action of steps) {
          if (action === 'shift') expect(inbox.shift()?.join()).toBe(model.shift())
          else if (action === 0) {
            model.push(String(made))
            inbox.push(part(made++))
          } else {
            for (let i = 0; i < action; i++) model.push(String(made + i))
            inbox.pushBatch(batch(made, action))
            made += action
          }
          expect(inbox.length).toBe(model.length)
        }
      }),
    )
  })

  it('decodes nothing before it is taken', () => {
    const inbox = new Inbox()
    const waiting = batch(0, 3)
    inbox.pushBatch(waiting)
    expect([inbox.length, waiting.count]).toEqual([3, 3])
    inbox.shift()
    expect([inbox.length, waiting.count]).toEqual([2, 2])
  })

  it('forgets also what is left of a batch', () => {
    const inbox = new Inbox()
    inbox.pushBatch(batch(0, 3))
    inbox.shift()
    inbox.push(part(3))
    inbox.clear()
    expect([inbox.length, inbox.shift()]).toEqual([0, undefined])
  })
})
