import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Pipe } from '../../src/routing/pipe.js'
import { Subscriptions } from '../../src/routing/subscriptions.js'
import { TestOwner } from '../support/pipes.js'
import { holds } from '../support/property.js'
import { latin1, topic } from '../support/topics.js'

const owner = new TestOwner()
const pipes = owner.pipes('A', 'B', 'C')

/** Topics of each pipe, the obvious way. */
class Model {
  readonly topics = new Map(pipes.map((pipe) => [pipe, new Set<string>()]))

  of(pipe: Pipe): Set<string> {
    return this.topics.get(pipe) ?? new Set()
  }

  wanted(text: string): boolean {
    return pipes.some((pipe) => this.of(pipe).has(text))
  }

  get distinct(): number {
    return new Set(pipes.flatMap((pipe) => [...this.of(pipe)])).size
  }
}

function matched(subscriptions: Subscriptions, subject: string): string[] {
  const seen = new Set<string>()
  subscriptions.match(latin1(subject), (pipe) => seen.add(owner.name(pipe)))
  return [...seen].sort()
}

const step = fc.record({
  do: fc.constantFrom('add', 'add', 'add', 'remove', 'remove', 'match', 'leave'),
  pipe: fc.constantFrom(...pipes),
  topic,
})

describe('subscriptions', () => {
  it('are a set of topics for each peer', () => {
    holds(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const subscriptions = new Subscriptions()
        const model = new Model()
        for (const { do: action, pipe, topic: text } of steps) {
          const own = model.of(pipe)
          const before = { own: own.has(text), any: model.wanted(text) }
          if (action === 'add') {
            own.add(text)
            expect(subscriptions.add(pipe, latin1(text))).toEqual({
              forPipe: !before.own,
              forAll: !before.any,
            })
          } else if (action === 'remove') {
            own.delete(text)
            expect(subscriptions.remove(pipe, latin1(text))).toEqual({
              forPipe: before.own,
              forAll: before.own && !model.wanted(text),
            })
          } else if (action === 'leave') {
            const expected = [...own]
            own.clear()
            const gone: [string, boolean][] = []
            subscriptions.removeAll(pipe, (bytes, last) => {
              gone.push([Buffer.from(bytes).toString('latin1'), last])
            })
            expect(gone).toEqual(expected.map((each) => [each, !model.wanted(each)]))
          } else {
            const wanting = pipes.filter((each) =>
              [...model.of(each)].some((prefix) => text.startsWith(prefix)),
            )
            expect(matched(subscriptions, text)).toEqual(wanting.map((each) => owner.name(each)))
          }
          expect(subscriptions.size).toBe(model.distinct)
          expect(subscriptions.count(pipe)).toBe(own.size)
        }
      }),
      300,
    )
  })

  it('S-4 one CANCEL takes back any number of SUBSCRIBEs', () => {
    const subscriptions = new Subscriptions()
    const [pipe] = owner.pipes('pipe') as [Pipe]
    for (let i = 0; i < 3; i++) subscriptions.add(pipe, latin1('A'))
    expect(subscriptions.remove(pipe, latin1('A'))).toEqual({ forPipe: true, forAll: true })
    expect([subscriptions.size, matched(subscriptions, 'A')]).toEqual([0, []])
  })

  it('S-6 cancelling what nobody wanted changes nothing', () => {
    const subscriptions = new Subscriptions()
    const [one, other] = owner.pipes('one', 'other') as [Pipe, Pipe]
    subscriptions.add(other, latin1('A'))
    const unchanged = { forPipe: false, forAll: false }
    for (const text of ['A', 'AB', '', 'B']) {
      expect(subscriptions.remove(one, latin1(text))).toEqual(unchanged)
    }
    expect([subscriptions.count(one), subscriptions.count(other)]).toEqual([0, 1])
    expect(matched(subscriptions, 'A')).toEqual(['other'])
  })

  it('of many peers on one topic go one by one', () => {
    const subscriptions = new Subscriptions()
    const many = Array.from({ length: 100 }, (_, index) => owner.pipe(String(index)))
    for (const pipe of many) subscriptions.add(pipe, latin1('A'))
    const last = many.map((pipe) => subscriptions.remove(pipe, latin1('A')).forAll)
    expect(last).toEqual(many.map((_, index) => index === many.length - 1))
  })
})
