import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Pipe } from '../../src/routing/pipe.js'
import { RoutingTable } from '../../src/routing/routing-table.js'
import { TestOwner } from '../support/pipes.js'
import { holds } from '../support/property.js'
import { latin1 } from '../support/topics.js'

const owner = new TestOwner()
const pipes = owner.pipes('A', 'B', 'C', 'D')
const ids = ['a', 'b', '\0\xff', 'long'.repeat(60)]

function found(table: RoutingTable, id: string): string {
  return owner.name(table.find(latin1(id))?.pipe)
}

describe('routes', () => {
  it('lead to the last that was given the name, until it leaves or is renamed', () => {
    const step = fc.record({
      do: fc.constantFrom('set', 'set', 'delete'),
      pipe: fc.constantFrom(...pipes),
      id: fc.constantFrom(...ids),
    })
    holds(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const table = new RoutingTable()
        const holders = new Map<string, Pipe>()
        const letGo = (pipe: Pipe): void => {
          for (const [id, holder] of holders) if (holder === pipe) holders.delete(id)
        }
        for (const { do: action, pipe, id } of steps) {
          letGo(pipe)
          if (action === 'set') {
            table.set(pipe, latin1(id))
            holders.set(id, pipe)
            expect(table.idOf(pipe)).toEqual(latin1(id))
          } else {
            table.delete(pipe)
            expect(table.idOf(pipe)).toBeUndefined()
          }
          for (const each of ids) expect(found(table, each)).toBe(owner.name(holders.get(each)))
        }
      }),
    )
  })

  it('names are compared by their bytes', () => {
    const table = new RoutingTable()
    const [pipe] = pipes as [Pipe]
    table.set(pipe, Uint8Array.of(0xc3, 0xa9))
    expect(found(table, '\xc3\xa9')).toBe('A')
    expect(found(table, 'é')).toBe('none')
    expect(found(table, '')).toBe('none')
  })
})

describe('names for those that have none', () => {
  it('are 00 and four bytes, each different', () => {
    const table = new RoutingTable()
    const names = Array.from({ length: 1000 }, () => table.newId())
    for (const name of names) expect([name.length, name[0]]).toEqual([5, 0])
    expect(new Set(names.map((name) => Buffer.from(name).toString('hex'))).size).toBe(1000)
  })

  it('are not taken from those that have them', () => {
    const table = new RoutingTable()
    const first = table.newId()
    const taken = Uint8Array.from(first)
    const view = new DataView(taken.buffer)
    view.setUint32(1, (view.getUint32(1) + 1) >>> 0)
    table.set(pipes[0] as Pipe, taken)
    const next = table.newId()
    expect(next).not.toEqual(taken)
    expect(new DataView(next.buffer).getUint32(1)).toBe((view.getUint32(1) + 1) >>> 0)
  })

  it('begin somewhere else in each table', () => {
    const starts = Array.from({ length: 20 }, () => String(new RoutingTable().newId()))
    expect(new Set(starts).size).toBeGreaterThan(15)
  })
})
