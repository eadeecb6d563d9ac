import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { Directory, StaticDiscovery } from 'zerowire/patterns/discovery'
import { holds } from '../../test/support/property.js'
import { nextTurn } from '../../test/support/turn.js'
import { record } from './test/record.js'

describe('a static discovery', () => {
  it('tells what is there in order, then that this was all, then each change', () => {
    const discovery = new StaticDiscovery({ a: ['tcp://b:1', 'tcp://a:1', 'tcp://b:1'] })
    const { watcher, told } = record()
    discovery.watch('a', watcher)
    expect(told.splice(0)).toEqual(['+tcp://a:1', '+tcp://b:1', 'ready'])
    expect(discovery.add('a', 'tcp://c:1')).toBe(true)
    expect(discovery.add('a', 'tcp://c:1')).toBe(false)
    expect(discovery.add('other', 'tcp://d:1')).toBe(true)
    discovery.set('a', ['tcp://c:1', 'tcp://e:1'])
    expect(discovery.remove('a', 'tcp://a:1')).toBe(false)
    expect(told).toEqual(['+tcp://c:1', '-tcp://a:1', '-tcp://b:1', '+tcp://e:1'])
    expect(discovery.endpoints('a')).toEqual(['tcp://c:1', 'tcp://e:1'])
  })

  it('tells each watch once, also when one watcher has two, and none after its end', async () => {
    const discovery = new StaticDiscovery()
    const { watcher, told } = record()
    const [one, two] = [discovery.watch('a', watcher), discovery.watch('a', watcher)]
    expect(told.splice(0)).toEqual(['ready', 'ready'])
    discovery.add('a', 'x')
    expect(told.splice(0)).toEqual(['+x', '+x'])
    one.close()
    one.close()
    discovery.remove('a', 'x')
    expect(told.splice(0)).toEqual(['-x'])
    await discovery.close()
    await discovery[Symbol.asyncDispose]()
    discovery.add('a', 'y')
    two.close()
    expect(told).toEqual([])
  })

  it('refuses what there is no room for', () => {
    const discovery = new StaticDiscovery({ a: ['x'] }, { maxEndpoints: 2 })
    discovery.add('b', 'x')
    expect(() => discovery.add('b', 'y')).toThrow('maxEndpoints')
    discovery.remove('a', 'x')
    expect(discovery.add('b', 'y')).toBe(true)
    expect(() => discovery.set('c', ['z'])).toThrow(RangeError)
    expect(() => new StaticDiscovery({}, { maxEndpoints: 0 })).toThrow('not 0')
  })
})

describe('a directory', () => {
  it('tells in order what watchers change while they are told', () => {
    const directory = new Directory()
    directory.watch('a', {
      added: (endpoint) => directory.remove('a', endpoint),
      removed: () => undefined,
    })
    const { watcher, told } = record()
    directory.watch('a', watcher)
    directory.add('a', 'x')
    expect(told).toEqual(['ready', '+x', '-x'])
  })

  it('tells a watcher nothing that another one has made it leave', () => {
    const directory = new Directory()
    const { watcher, told } = record()
    directory.watch('a', { added: () => late.close(), removed: () => undefined })
    const late = directory.watch('a', watcher)
    directory.add('a', 'x')
    expect(told).toEqual(['ready'])
  })

  it('says that its source is in trouble, to all who watch', () => {
    const directory = new Directory()
    const [one, two] = [record(), record()]
    directory.watch('a', one.watcher)
    directory.watch('b', two.watcher)
    directory.watch('b', { added: () => undefined, removed: () => undefined })
    directory.fail('no network')
    expect([...one.told, ...two.told]).toEqual([
      ...['ready', 'failed: no network'],
      ...['ready', 'failed: no network'],
    ])
  })

  it('is ready when its source is', async () => {
    const directory = new Directory()
    const { watcher, told } = record()
    let answer: () => void = () => undefined
    const ready = new Promise<void>((resolve) => (answer = resolve))
    directory.watch('a', watcher, ready)
    directory.watch('b', watcher, Promise.reject(new Error('nobody answers')))
    directory.add('a', 'x')
    await nextTurn()
    expect(told.splice(0)).toEqual(['+x', 'failed: Error: nobody answers'])
    answer()
    await nextTurn()
    expect(told).toEqual(['ready'])
  })

  it('tells the others when a watcher throws, whose error is one of the program', () => {
    const directory = new Directory()
    directory.watch('a', {
      added: () => {
        throw new Error('a fault')
      },
      removed: () => undefined,
    })
    const { watcher, told } = record()
    directory.watch('a', watcher)
    const later = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => undefined)
    directory.add('a', 'x')
    const [[report] = []] = later.mock.calls
    later.mockRestore()
    expect(told).toEqual(['ready', '+x'])
    expect(report).toThrow('a fault')
  })

  it('tells whoever comes when exactly what is there, whatever happens (a model)', () => {
    const change = fc.record({
      do: fc.constantFrom('add', 'remove', 'replace', 'watch', 'leave'),
      service: fc.constantFrom('a', 'b'),
      endpoints: fc.array(fc.constantFrom<string>('w', 'x', 'y', 'z'), { minLength: 1 }),
    })
    holds(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const directory = new Directory({ maxEndpoints: 6 })
        const model: Record<string, Set<string>> = { a: new Set(), b: new Set() }
        const watches: { service: string; seen: Set<string>; close: () => void }[] = []
        const room = () => Object.values(model).reduce((sum, each) => sum + each.size, 0) < 6
        for (const { do: what, service, endpoints } of changes) {
          const known = model[service] ?? new Set<string>()
          const [first = ''] = endpoints
          if (what === 'add') {
            directory.add(service, first)
            if (room()) known.add(first)
          } else if (what === 'remove') {
            directory.remove(service, first)
            known.delete(first)
          } else if (what === 'replace') {
            directory.replace(service, endpoints)
            for (const each of known) if (!endpoints.includes(each)) known.delete(each)
            for (const each of endpoints) if (room()) known.add(each)
          } else if (what === 'watch') {
            const seen = new Set<string>()
            const { close } = directory.watch(service, {
              added(endpoint) {
                if (seen.has(endpoint)) throw new Error('told twice')
                seen.add(endpoint)
              },
              removed(endpoint) {
                if (!seen.delete(endpoint)) throw new Error('never told')
              },
            })
            watches.push({ service, seen, close })
          } else watches.shift()?.close()
          for (const each of watches) expect(each.seen).toEqual(model[each.service])
        }
      }),
    )
  })
})
