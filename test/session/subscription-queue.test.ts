import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SubscriptionQueue } from '../../src/session/subscription-queue.js'
import { holds } from '../support/property.js'

interface Change {
  readonly topic: string
  readonly on: boolean
}

function filled(changes: readonly Change[]): SubscriptionQueue {
  const queue = new SubscriptionQueue()
  for (const { topic, on } of changes) queue.push({ topic: Buffer.from(topic, 'latin1'), on })
  return queue
}

function drain(queue: SubscriptionQueue): Change[] {
  const changes: Change[] = []
  for (let change = queue.shift(); change !== undefined; change = queue.shift()) {
    changes.push({ topic: Buffer.from(change.topic).toString('latin1'), on: change.on })
  }
  return changes
}

/** The last word on each topic, in the order of these words. */
function lastWords(changes: readonly Change[]): Change[] {
  const last = new Map<string, Change>()
  for (const change of changes) {
    last.delete(change.topic)
    last.set(change.topic, change)
  }
  return [...last.values()]
}

const topic = fc.string({ unit: fc.constantFrom('a', 'b', '\0', '\xff'), maxLength: 3 })
const change = fc.record({ topic, on: fc.boolean() })

describe('subscriptions on their way', () => {
  it('are sent as they were made while they are few', () => {
    holds(
      fc.property(fc.array(change), (all) => {
        expect(drain(filled(all))).toEqual(all)
      }),
    )
  })

  it('keep the last word on each topic, and its order, when they are many', () => {
    const flood = Array.from({ length: 5000 }, (_, index) => ({ topic: 'x', on: index % 2 > 0 }))
    holds(
      fc.property(fc.array(change), fc.array(change), (before, after) => {
        const all = [...before, ...flood, ...after]
        const left = drain(filled(all))
        expect(left.length).toBeLessThan(2000)
        expect(lastWords(left)).toEqual(lastWords(all))
      }),
      100,
    )
  })

  it('are all kept when all are different', () => {
    const all = Array.from({ length: 20_000 }, (_, index) => ({ topic: String(index), on: true }))
    expect(drain(filled(all))).toEqual(all)
  })

  it('go on in order after they were reduced', () => {
    const many = Array.from({ length: 5000 }, () => ({ topic: 'a', on: true }))
    const queue = filled([...many, { topic: 'b', on: true }])
    const seen = drain(queue)
    expect(seen.at(-1)).toEqual({ topic: 'b', on: true })
    queue.push({ topic: Buffer.from('c'), on: false })
    expect(drain(queue)).toEqual([{ topic: 'c', on: false }])
  })

  it('do not change with the memory of the topic', () => {
    const queue = new SubscriptionQueue()
    const memory = Buffer.from('topic')
    queue.push({ topic: memory, on: true })
    memory.fill('x')
    expect(drain(queue)).toEqual([{ topic: 'topic', on: true }])
  })
})
