import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LoadBalancer } from '../../src/routing/load-balancer.js'
import type { Pipe } from '../../src/routing/pipe.js'
import { fill, part, TestOwner } from '../support/pipes.js'
import { holds } from '../support/property.js'

function letters(text: string): string[] {
  return Array.from(text)
}

function sorted(text: string): string {
  return letters(text).sort().join('')
}

/** A balancer of named pipes that hear of room; each holds `mark` messages. */
function balancerOf(names: string, mark = 10_000) {
  const owner = new TestOwner({ sendHighWaterMark: mark })
  const balancer = new LoadBalancer()
  owner.onWritable = (pipe) => balancer.activate(pipe)
  const pipes = owner.pipes(...letters(names))
  for (const pipe of pipes) balancer.add(pipe)
  /** Sends messages and tells who took them; `-` where nobody did. */
  const send = (count: number): string => {
    let takers = ''
    for (let i = 0; i < count; i++) {
      takers += balancer.send(part(i)) ? owner.name(balancer.last) : '-'
    }
    return takers
  }
  const drain = (pipe: Pipe): void => {
    while (pipe.pull() !== undefined);
    pipe.drained()
  }
  return {
    owner,
    balancer,
    pipes,
    send,
    drain,
    pipe: (name: string) => pipes[names.indexOf(name)] as Pipe,
  }
}

describe('round robin', () => {
  it('takes each pipe in the order in which it came', () => {
    expect(balancerOf('ABC').send(7)).toBe('ABCABCA')
  })

  it('goes on after the last, with those that come later', () => {
    const { owner, balancer, send } = balancerOf('AB')
    expect(send(3)).toBe('ABA')
    balancer.add(owner.pipe('C'))
    expect(send(5)).toBe('BCABC')
  })

  it('has nobody to send to before there is one, and after all have left', () => {
    const { balancer, pipes, send } = balancerOf('A')
    for (const pipe of pipes) balancer.remove(pipe)
    expect([send(1), balancer.hasRoom, balancer.last]).toEqual(['-', false, undefined])
    const empty = new LoadBalancer()
    expect([empty.send(part('m')), empty.hasRoom]).toEqual([false, false])
  })
})

describe('pipes that are full', () => {
  it('are passed over, and take part again when they have room', () => {
    const { pipe, send, drain } = balancerOf('ABC', 4)
    fill(pipe('B'))
    expect(send(4)).toBe('ACAC')
    drain(pipe('B'))
    expect(sorted(send(3))).toBe('ABC')
  })

  it('when all are, nobody has room, until one has', () => {
    const { balancer, pipe, send, drain } = balancerOf('ABC', 2)
    expect(sorted(send(6))).toBe('AABBCC')
    expect([send(2), balancer.hasRoom]).toEqual(['--', false])
    drain(pipe('C'))
    expect([balancer.hasRoom, send(3)]).toEqual([true, 'CC-'])
  })

  it('can leave', () => {
    const { balancer, pipe, send, drain } = balancerOf('ABC', 2)
    send(7)
    balancer.remove(pipe('B'))
    drain(pipe('B'))
    expect(send(1)).toBe('-')
    drain(pipe('A'))
    expect(send(3)).toBe('AA-')
  })

  it('are not asked again: a thousand of them cost nothing', () => {
    const { owner, balancer, send } = balancerOf('A', 200)
    const full = Array.from({ length: 1000 }, () => owner.pipe('full'))
    for (const pipe of full) {
      fill(pipe)
      balancer.add(pipe)
    }
    expect(send(2)).toBe('AA')
    let asked = 0
    for (const pipe of full) {
      Object.defineProperty(pipe, 'hasRoom', { get: () => (asked++, false) })
    }
    expect(send(100)).toBe('A'.repeat(100))
    expect(asked).toBe(0)
  })
})

describe('pipes that leave', () => {
  const names = 'ABCDEF'
  const cases = letters(names).flatMap((leaving) =>
    Array.from({ length: names.length }, (_, sent) => ({ leaving, sent })),
  )

  it.each(cases)('$leaving after $sent messages: the others are served in turn', (step) => {
    const { balancer, pipe, send } = balancerOf(names)
    send(step.sent)
    balancer.remove(pipe(step.leaving))
    const others = names.replace(step.leaving, '')
    const round = send(others.length)
    expect(sorted(round)).toBe(others)
    // And again in the same order.
    expect(send(others.length)).toBe(round)
  })

  it('twice, or without having been there, change nothing', () => {
    const { owner, balancer, pipe, send } = balancerOf('ABC')
    balancer.remove(pipe('B'))
    balancer.remove(pipe('B'))
    balancer.remove(owner.pipe('stranger'))
    balancer.activate(pipe('B'))
    expect(sorted(send(4))).toBe('AACC')
  })
})

it('every pipe with room gets its share, whoever comes, goes, fills and drains', () => {
  const step = fc.record({
    do: fc.constantFrom('send', 'send', 'send', 'add', 'remove', 'fill', 'drain'),
    at: fc.nat(20),
  })
  holds(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const { owner, balancer, drain } = balancerOf('')
      const there: Pipe[] = []
      let added = 0
      const withRoom = (): Pipe[] => there.filter(({ hasRoom }) => hasRoom)
      const sendOne = (): Pipe | undefined => (balancer.send(part('m')) ? balancer.last : undefined)
      for (const { do: action, at } of steps) {
        const pipe = there[at % Math.max(there.length, 1)]
        if (action === 'add') {
          const fresh = owner.pipe(String(added++))
          there.push(fresh)
          balancer.add(fresh)
        } else if (pipe === undefined) continue
        else if (action === 'send') expect(sendOne() === undefined).toBe(withRoom().length === 0)
        else if (action === 'fill') fill(pipe)
        else if (action === 'drain') drain(pipe)
        else {
          there.splice(there.indexOf(pipe), 1)
          balancer.remove(pipe)
        }
        expect(balancer.hasRoom).toBe(withRoom().length > 0)
      }
      const expected = withRoom()
      const round = expected.map(sendOne)
      expect(new Set(round)).toEqual(new Set(expected))
    }),
    300,
  )
})
