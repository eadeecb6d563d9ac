import { describe, expect, it } from 'vitest'
import {
  transition,
  type BinaryStarEvent,
  type BinaryStarState,
  type Transition,
} from 'zerowire/patterns/binary-star'

const states = ['primary', 'backup', 'active', 'passive'] as const
const events = [...states, 'request'] as const

type Cell = readonly [BinaryStarState, Transition['verdict']?]
type Row = Record<BinaryStarEvent, Cell>

/** As long as the other one is heard. */
const heard: Record<BinaryStarState, Row> = {
  primary: {
    primary: ['primary'],
    backup: ['active'],
    active: ['passive'],
    passive: ['primary'],
    request: ['primary', 'reject'],
  },
  backup: {
    primary: ['backup'],
    backup: ['backup'],
    active: ['passive'],
    passive: ['backup'],
    request: ['backup', 'reject'],
  },
  active: {
    primary: ['active'],
    backup: ['active'],
    active: ['active', 'fatal'],
    passive: ['active'],
    request: ['active', 'accept'],
  },
  passive: {
    primary: ['active'],
    backup: ['active'],
    active: ['passive'],
    passive: ['passive', 'fatal'],
    request: ['passive', 'reject'],
  },
}

/** What is not the same when it is silent. */
const silent: Partial<Record<BinaryStarState, Cell>> = {
  primary: ['active', 'accept'],
  passive: ['active', 'accept'],
}

const cells = states.flatMap((state) =>
  [false, true].flatMap((peerSilent) =>
    events.map((event) => {
      const instead = peerSilent && event === 'request' ? silent[state] : undefined
      return { state, event, peerSilent, cell: instead ?? heard[state][event] }
    }),
  ),
)

describe('the machine of a Binary Star', () => {
  it.each(cells)('$state, $event (silent: $peerSilent): $cell', (one) => {
    const [state, verdict] = one.cell
    const { state: now, verdict: said } = transition(one.state, one.event, one.peerSilent)
    expect([now, said]).toEqual([state, verdict])
  })

  it('never lets a client make the second of two that hear each other serve', () => {
    for (const state of states) {
      const { state: after, verdict } = transition(state, 'request', false)
      expect([after, verdict === 'accept']).toEqual([state, state === 'active'])
    }
  })
})
