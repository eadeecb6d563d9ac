import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holds } from '../../test/support/property.js'
import { Group, share } from './group.js'

const LEASE = 3
const NAMES = ['anna', 'bert', 'cleo']

describe('shares', () => {
  const name = fc.constantFrom(...NAMES, 'gone')
  const owners = fc.array(fc.option(name, { nil: undefined }), { minLength: 1, maxLength: 16 })
  const members = fc.subarray(NAMES, { minLength: 1 })

  it('are even, leave out nothing, and move no more than has to be', () => {
    const property = fc.property(owners, members, (before, names) => {
      const after = share(before, names)
      const counts = names.map((member) => after.filter((owner) => owner === member).length)
      expect(counts.reduce((sum, each) => sum + each, 0)).toBe(before.length)
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
      // Who had no more than its share keeps it, who had more keeps as many as it may.
      for (const [i, member] of names.entries()) {
        const kept = before.filter((owner, at) => owner === member && after[at] === member).length
        const had = before.filter((owner) => owner === member).length
        expect(kept).toBe(Math.min(had, counts[i] ?? 0))
      }
    })
    holds(property, 500)
  })
})

/** A member as far as the rules go: what it reads it gives up when its lease is over, or it is told to. */
class Member {
  readonly name: string
  held = new Set<number>()
  lapse = -Infinity
  /** A message on its way to the server, or an answer on its way back. */
  message: { sent: number; held: ReadonlySet<number>; granted?: number[] } | undefined

  constructor(name: string) {
    this.name = name
  }

  look(now: number): void {
    if (now >= this.lapse) this.held.clear()
  }
}

describe('a group', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('send' as const), who: fc.nat(2) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('serve' as const), who: fc.nat(2) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('hear' as const), who: fc.nat(2) }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), who: fc.constant(0) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), who: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), who: fc.nat(2) }) },
  )

  it('never has two readers of a partition, whatever is late, dies or is restarted', () => {
    const property = fc.property(
      fc.array(step, { maxLength: 200, size: 'max' }),
      fc.integer({ min: 1, max: 6 }),
      (steps, partitions) => {
        let group = new Group(partitions, 10)
        const members = NAMES.map((name) => new Member(name))
        let now = 0
        for (const { kind, who } of steps) {
          const member = members[who] ?? new Member('')
          const { message } = member
          if (kind === 'wait') now++
          for (const each of members) each.look(now)
          if (kind === 'send') member.message ??= { sent: now, held: new Set(member.held) }
          else if (kind === 'serve' && message)
            message.granted = group.beat(member.name, message.held, now, now + LEASE) ?? []
          else if (kind === 'hear' && message?.granted) {
            member.lapse = message.sent + LEASE
            member.held = new Set(message.granted)
            member.look(now)
            member.message = undefined
          } else if (kind === 'crash') {
            members[who] = new Member(`${member.name}'`)
          } else if (kind === 'restart') {
            group = new Group(partitions, 10, now + LEASE)
            // What was on its way is lost.
            for (const each of members)
              if (each.message?.granted)
                each.message = { sent: each.message.sent, held: each.message.held }
          }
          const read = members.flatMap(({ held }) => [...held])
          if (new Set(read).size < read.length) expect.fail(`two read the same: ${read.join()}`)
        }
      },
    )
    holds(property, 500)
  })

  it('has a reader for each partition soon after the last change', () => {
    const property = fc.property(
      fc.subarray(NAMES, { minLength: 1 }),
      fc.integer({ min: 1, max: 9 }),
      (names, partitions) => {
        const group = new Group(partitions, 10)
        const members = NAMES.map((name) => new Member(name))
        const beat = (member: Member, now: number) => {
          member.held = new Set(group.beat(member.name, member.held, now, now + LEASE))
        }
        for (const now of [0, 1]) for (const member of members) beat(member, now)
        const alive = members.filter(({ name }) => names.includes(name))
        for (let now = 2; now < 2 + LEASE + 2; now++) for (const member of alive) beat(member, now)
        const held = alive.flatMap((member) => [...member.held])
        expect(held.sort()).toEqual(Array.from({ length: partitions }, (_, i) => i))
        expect(group.members.sort()).toEqual([...names].sort())
      },
    )
    holds(property)
  })

  it('has a bound', () => {
    const group = new Group(1, 2)
    for (const name of ['anna', 'bert']) expect(group.beat(name, new Set(), 0, LEASE)).toBeDefined()
    expect(group.beat('cleo', new Set(), 0, LEASE)).toBeUndefined()
    group.leave('anna')
    expect(group.isEmpty).toBe(false)
    expect(group.beat('cleo', new Set(), 0, LEASE)).toEqual([])
    group.expire(LEASE)
    expect(group.isEmpty).toBe(true)
  })
})
