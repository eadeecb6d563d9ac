import { describe, expect, it } from 'vitest'
import { Groups, toGroup } from '../../src/routing/groups.js'
import { NumberTable } from '../../src/routing/number-table.js'
import { TestOwner } from '../support/pipes.js'

const name = (text: string): Buffer => Buffer.from(text, 'latin1')

describe('groups', () => {
  const owner = new TestOwner()

  it('have members, each once', () => {
    const groups = new Groups()
    const [a, b] = [owner.pipe(), owner.pipe()]
    groups.join(a, name('g'), 10)
    groups.join(a, name('g'), 10)
    groups.join(b, name('g'), 10)
    expect([...groups.membersOf(name('g'))]).toEqual([a, b])
    groups.leave(a, name('g'))
    expect([...groups.membersOf(name('g'))]).toEqual([b])
    groups.leave(a, name('g'))
    groups.leave(a, name('other'))
    groups.forget(b)
    groups.forget(b)
    expect([...groups.membersOf(name('g'))]).toEqual([])
  })

  it('are told apart by every byte', () => {
    const groups = new Groups()
    const pipe = owner.pipe()
    groups.join(pipe, name('\xff\xfe'), 10)
    expect([...groups.membersOf(name('\xff\xfe'))]).toEqual([pipe])
    for (const other of ['\xff', '\xff\xfe\x00', '\xfe\xff', '']) {
      expect([...groups.membersOf(name(other))]).toEqual([])
    }
  })

  it('are so many for each pipe, counted after leaving', () => {
    const groups = new Groups()
    const [a, b] = [owner.pipe(), owner.pipe()]
    groups.join(a, name('1'), 2)
    groups.join(a, name('2'), 2)
    const tooMany = expect.objectContaining({ code: 'EPROTO' }) as Error
    expect(() => {
      groups.join(a, name('3'), 2)
    }).toThrow(tooMany)
    groups.join(b, name('3'), 2)
    groups.leave(a, name('1'))
    groups.join(a, name('3'), 2)
    groups.forget(a)
    groups.join(a, name('1'), 1)
  })

  it('have names of up to 255 bytes', () => {
    const groups = new Groups()
    groups.join(owner.pipe(), Buffer.alloc(255), 1)
    expect(() => {
      groups.join(owner.pipe(), Buffer.alloc(256), 1)
    }).toThrow(expect.objectContaining({ code: 'EPROTO' }) as Error)
  })

  it('are named by text or bytes of the caller, who keeps them', () => {
    const bytes = Buffer.from('group')
    const group = toGroup(bytes)
    bytes.fill(0)
    expect(String(group)).toBe('group')
    expect(String(toGroup('gr\u00fc\u00df'))).toBe('gr\u00fc\u00df')
    expect(toGroup('\0x')).toHaveLength(0)
    // 128 characters of two bytes
    expect(() => toGroup('\u00fc'.repeat(128))).toThrow(
      expect.objectContaining({ code: 'EINVAL' }) as Error,
    )
  })
})

describe('a table of numbers', () => {
  const owner = new TestOwner()

  it('gives numbers that nobody has, from 1 on', () => {
    const table = new NumberTable()
    const ids = Array.from({ length: 1000 }, () => {
      const id = table.newId()
      table.add(owner.pipe(), id)
      return id
    })
    expect(new Set(ids).size).toBe(1000)
    for (const id of ids) expect(id > 0 && id < 2 ** 32).toBe(true)
  })

  it('begins where nobody can guess', () => {
    const firsts = Array.from({ length: 8 }, () => new NumberTable().newId())
    expect(new Set(firsts).size).toBe(8)
  })

  it('remembers the number of a pipe that has left, and finds it no more', () => {
    const table = new NumberTable()
    const pipe = owner.pipe()
    table.add(pipe, 7)
    expect(table.find(7)).toBe(pipe)
    table.delete(pipe)
    expect(table.find(7)).toBeUndefined()
    expect(table.idOf(pipe)).toBe(7)
    table.delete(owner.pipe())
  })
})
