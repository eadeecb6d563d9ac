import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FairQueue } from '../../src/routing/fair-queue.js'
import { part, TestOwner } from '../support/pipes.js'
import { holds } from '../support/property.js'

/** Pipes that announce themselves to a queue when they have something to read. */
function queueOf(...names: string[]) {
  const owner = new TestOwner()
  const queue = new FairQueue()
  owner.onReadable = (pipe) => queue.add(pipe)
  const pipes = owner.pipes(...names)
  const deliver = (at: number, ...texts: (string | number)[]): void => {
    for (const text of texts) pipes[at]?.deliver(part(text))
  }
  const drain = (): string[] => {
    const seen: string[] = []
    for (let next = queue.next(); next !== undefined; next = queue.next()) seen.push(next.join('|'))
    return seen
  }
  return { owner, queue, pipes, deliver, drain }
}

describe('a fair queue', () => {
  it('takes one message from each pipe in turn', () => {
    const { deliver, drain, queue } = queueOf('A', 'B', 'C')
    deliver(0, 'a1', 'a2', 'a3')
    deliver(1, 'b1')
    deliver(2, 'c1', 'c2')
    expect(drain()).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3'])
    expect([queue.isEmpty, queue.next()]).toEqual([true, undefined])
  })

  it('a pipe that comes later has its turn after those that wait', () => {
    const { deliver, drain, queue } = queueOf('A', 'B')
    deliver(0, 'a1', 'a2')
    expect(String(queue.next())).toBe('a1')
    deliver(1, 'b1')
    expect(drain()).toEqual(['a2', 'b1'])
  })

  it('tells where the last message came from', () => {
    const { deliver, queue, pipes } = queueOf('A', 'B')
    expect(queue.source).toBeUndefined()
    deliver(0, 'a1')
    deliver(1, 'b1')
    queue.next()
    expect(queue.source).toBe(pipes[0])
    queue.next()
    expect(queue.source).toBe(pipes[1])
  })

  it('passes over pipes whose messages were discarded', () => {
    const { deliver, drain, pipes } = queueOf('A', 'B')
    deliver(0, 'a1')
    deliver(1, 'b1')
    pipes[0]?.discardIncoming('closed')
    expect(drain()).toEqual(['b1'])
    deliver(0, 'a2')
    expect(drain()).toEqual(['a2'])
  })

  it('lists a pipe once, however often it says that it can be read', () => {
    const { owner, queue, deliver } = queueOf('A')
    owner.options = { ...owner.options, conflate: true }
    deliver(0, 'a1', 'a2', 'a3')
    expect(String(queue.next())).toBe('a3')
    expect(queue.isEmpty).toBe(true)
  })

  it('reads closed pipes to the end', () => {
    const { deliver, drain, pipes } = queueOf('A')
    deliver(0, 'a1', 'a2')
    pipes[0]?.close('closed')
    expect(drain()).toEqual(['a1', 'a2'])
  })

  it('loses nothing, keeps the order of each pipe, and lets none wait longer than one round', () => {
    const step = fc.oneof(
      fc.record({ deliver: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const) }),
      fc.constant('next' as const),
    )
    holds(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const { deliver, queue, owner, pipes, drain } = queueOf('0', '1', '2', '3')
        const sent: [number, number, number, number] = [0, 0, 0, 0]
        const waited = [0, 0, 0, 0]
        const seen: string[] = []
        for (const action of steps) {
          if (action !== 'next') {
            const at = action.deliver
            deliver(at, `${String(at)}:${String(sent[at]++)}`)
            continue
          }
          const ready = pipes.filter(({ incoming }) => incoming > 0).length
          const message = queue.next()
          expect(message === undefined).toBe(ready === 0)
          if (message === undefined) continue
          seen.push(message.join('|'))
          for (const [at, pipe] of pipes.entries()) {
            const served = owner.name(queue.source) === String(at)
            waited[at] = served || pipe.incoming === 0 ? 0 : (waited[at] ?? 0) + 1
            expect(waited[at]).toBeLessThan(pipes.length)
          }
        }
        seen.push(...drain())
        for (const [at, count] of sent.entries()) {
          const own = seen.filter((text) => text.startsWith(`${String(at)}:`))
          expect(own).toEqual(Array.from({ length: count }, (_, n) => `${String(at)}:${String(n)}`))
        }
      }),
    )
  })
})
