import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Pipe } from '../../src/routing/pipe.js'
import { Wishes } from '../../src/routing/wishes.js'
import { TestOwner, TestSession } from '../support/pipes.js'
import { holds } from '../support/property.js'
import { latin1, topic } from '../support/topics.js'

/** A publisher, and what it has been told. */
function publisher(): { pipe: Pipe; session: TestSession } {
  const pipe = new TestOwner().pipe()
  const session = new TestSession()
  pipe.adopt(session)
  return { pipe, session }
}

const step = fc.record({ do: fc.constantFrom('want', 'want', 'unwant', 'ask'), topic })

describe('wishes', () => {
  it('are counted by topic', () => {
    holds(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const wishes = new Wishes()
        const counts = new Map<string, number>()
        for (const { do: action, topic: text } of steps) {
          const count = counts.get(text) ?? 0
          if (action === 'want') {
            expect(wishes.want(latin1(text))).toBe(count === 0)
            counts.set(text, count + 1)
          } else if (action === 'unwant') {
            expect(wishes.unwant(latin1(text))).toBe(count === 1)
            if (count > 1) counts.set(text, count - 1)
            else counts.delete(text)
          } else {
            const wanted = [...counts.keys()].some((prefix) => text.startsWith(prefix))
            expect(wishes.include(latin1(text))).toBe(wanted)
          }
        }
        const { pipe, session } = publisher()
        wishes.tell(pipe)
        expect(session.log).toEqual([...counts.keys()].map((text) => `+${String(latin1(text))}`))
      }),
    )
  })

  it('S-5 are told to each publisher once, in the order in which they were made', () => {
    const wishes = new Wishes()
    for (const text of ['b', 'a', 'c', 'a', 'b']) wishes.want(latin1(text))
    wishes.unwant(latin1('c'))
    wishes.want(latin1('c'))
    const { pipe, session } = publisher()
    wishes.tell(pipe)
    expect(session.log).toEqual(['+b', '+a', '+c'])
  })

  it('changes are told to all publishers that are there', () => {
    const wishes = new Wishes()
    const [here, gone, away] = [publisher(), publisher(), new TestOwner().pipe()]
    for (const pipe of [here.pipe, gone.pipe, away]) wishes.add(pipe)
    wishes.remove(gone.pipe)
    wishes.tellAll({ topic: latin1('A'), on: true })
    wishes.tellAll({ topic: latin1('A'), on: false })
    expect([here.session.log, gone.session.log]).toEqual([['+A', '-A'], []])
  })
})
