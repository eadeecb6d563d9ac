import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { CloneServer } from 'zerowire/patterns/clone'
import type { Change, CloneClient, CloneEndpoints } from 'zerowire/patterns/clone'
import { ManualClock } from 'zerowire/patterns/clock'
import { describe, expect, it } from 'vitest'
import { holdsLater } from '../../test/support/property.js'
import { freshAddress } from '../../test/support/transports.js'
import { trackAll } from '../common/test/tracked.js'
import { caughtUp, content, following, serving } from './test/parts.js'
import { until } from '../../test/support/turn.js'

describe('a map that many share', () => {
  it('is there for who comes, and for all who are there, in the same order', async () => {
    const { server, endpoints } = await serving()
    const { client: one } = following([endpoints])
    await one.synchronized
    expect([one.size, one.sequence, one.live]).toEqual([0, 0, true])
    expect(await one.set('/lamp/1', 'on')).toBe(1)
    const { client: two } = following([endpoints])
    await two.synchronized
    expect(String(two.get('/lamp/1'))).toBe('on')
    const changes: Change[] = []
    const stop = two.onChange((change) => changes.push(change))
    expect(await one.set('/lamp/1', 'off')).toBe(2)
    expect(await one.set('/lamp/2', Buffer.from([1, 2]))).toBe(3)
    expect(await one.delete('/lamp/1')).toBe(4)
    await caughtUp(two, server)
    expect([content(one), content(two), content(server)]).toEqual(
      Array(3).fill({ '/lamp/2': '\x01\x02' }),
    )
    expect(
      changes.map(({ key, value, previous, sequence }) => [
        key,
        value?.toString(),
        previous?.toString(),
        sequence,
      ]),
    ).toEqual([
      ['/lamp/1', 'off', 'on', 2],
      ['/lamp/2', '\x01\x02', undefined, 3],
      ['/lamp/1', undefined, 'off', 4],
    ])
    stop()
    server.set('/lamp/3', 'blue')
    await caughtUp(two, server)
    expect(changes).toHaveLength(3)
    expect(Array.from(two, ([key, value]) => [key, String(value)])).toEqual([
      ['/lamp/2', '\x01\x02'],
      ['/lamp/3', 'blue'],
    ])
    expect([two.has('/lamp/3'), two.has('/lamp/1')]).toEqual([true, false])
  })

  it('is at three ports in a row where nobody says otherwise, and three times as often if need be', async () => {
    const servers = [trackAll(new CloneServer()), trackAll(new CloneServer())]
    for (const server of servers) {
      const { snapshot, publisher, collector } = await server.bind('tcp://127.0.0.1:*')
      const ports = [snapshot, publisher, collector].map((address) => Number(new URL(address).port))
      const [first = 0] = ports
      expect(ports).toEqual([first, first + 1, first + 2])
      const { client } = following([snapshot])
      await client.set('k', 'v')
      expect(String(server.get('k'))).toBe('v')
    }
  })

  it('has subtrees, whose clients see and change nothing else', async () => {
    const { server, endpoints } = await serving()
    server.set('/a/1', 'x')
    server.set('/b/1', 'x')
    const { client } = following([endpoints], { subtree: '/a/' })
    await client.synchronized
    server.set('/b/2', 'y')
    await client.set('/a/2', 'y')
    expect(content(client)).toEqual({ '/a/1': 'x', '/a/2': 'y' })
    await expect(client.set('/b/1', 'z')).rejects.toThrow('"/b/1" is not in the subtree /a/')
  })

  it('takes what is set before the server is there, each key in its order', async () => {
    const place = (): string => freshAddress('ipc')
    const endpoints = { snapshot: place(), publisher: place(), collector: place() }
    const { client } = following([endpoints])
    const order = ['1', '2', '3'].map((value) => client.set('k', value))
    const other = client.set('l', 'x')
    expect([client.stats.pending, client.live]).toEqual([4, false])
    const server = trackAll(new CloneServer({ clock: new ManualClock() }))
    await server.bind(endpoints)
    const numbers = await Promise.all(order)
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
    await other
    expect(content(server)).toEqual({ k: '3', l: 'x' })
    expect([client.stats.pending, server.sequence]).toEqual([0, 4])
  })
})

describe('values that live for some time', () => {
  it('are deleted for all when it is over, and live on when they are set again', async () => {
    const { server, clock, endpoints } = await serving()
    const { client } = following([endpoints])
    const { client: other } = following([endpoints])
    await client.set('short', 'x', { ttl: 2 })
    await client.set('again', 'x', { ttl: 2 })
    await client.set('for ever', 'x', { ttl: 2 })
    clock.advance(1000)
    await client.set('again', 'y', { ttl: 2 })
    await client.set('for ever', 'y')
    clock.advance(999)
    expect(server.size).toBe(3)
    clock.advance(1)
    expect(content(server)).toEqual({ again: 'y', 'for ever': 'y' })
    clock.advance(1000)
    expect(content(server)).toEqual({ 'for ever': 'y' })
    clock.advance(100_000)
    expect([server.stats.expired, server.size]).toEqual([2, 1])
    for (const copy of [client, other]) {
      await caughtUp(copy, server)
      expect(content(copy)).toEqual({ 'for ever': 'y' })
    }
  })

  it('may be the server’s own, and last whole seconds', async () => {
    const { server, clock, endpoints } = await serving({ heartbeat: 100 })
    server.set('k', 'x', { ttl: 1 })
    clock.advance(999)
    expect(server.size).toBe(1)
    clock.advance(1)
    expect(server.size).toBe(0)
    expect(() => server.set('k', 'x', { ttl: 1.5 })).toThrow(/ttl.*not 1.5/)
    const { client } = following([endpoints])
    await expect(client.set('k', 'x', { ttl: 0 })).rejects.toThrow(/ttl.*not 0/)
  })
})

describe('whatever happens in between', () => {
  const action = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom('join /a/' as const, 'join ' as const) },
    { weight: 1, arbitrary: fc.constantFrom('leave' as const, 'settle' as const, 'time' as const) },
    {
      weight: 4,
      arbitrary: fc.record({
        key: fc.constantFrom('/a/1', '/a/2', '/b/1', 'c'),
        value: fc.constantFrom('', 'x', 'y', 'z'),
        who: fc.nat({ max: 3 }),
      }),
    },
  )
  type Action = typeof action extends fc.Arbitrary<infer A> ? A : never

  interface Member {
    readonly client: CloneClient
    readonly subtree: string
    readonly advance: () => void
    readonly sets: { readonly key: string; readonly value: string; sequence: number }[]
    readonly under: Set<Promise<unknown>>
  }

  /** Does one of them, to one of those who are there. */
  async function perform(
    what: Action,
    endpoints: CloneEndpoints,
    members: Member[],
  ): Promise<void> {
    if (typeof what === 'object') {
      const { key, value, who } = what
      const member = members[who]
      if (!member || !key.startsWith(member.subtree)) return
      const set = { key, value, sequence: 0 }
      member.sets.push(set)
      member.under.add(member.client.set(key, value).then((sequence) => (set.sequence = sequence)))
    } else if (what.startsWith('join')) {
      const subtree = what.slice('join '.length)
      const { client, clock } = following([endpoints], { subtree })
      const advance = (): void => clock.advance(1000)
      members.push({ client, subtree, advance, sets: [], under: new Set() })
    } else if (what === 'time') members.forEach(({ advance }) => advance())
    else await Promise.all(members.flatMap(({ under }) => [...under]))
    if (what === 'leave') await members[0]?.client.close()
  }

  it('all copies become what the server has, and that is what was asked for, in its order', async () => {
    const run = async (actions: readonly Action[]): Promise<void> => {
      const { server, endpoints } = await serving()
      const members: Member[] = []
      const gone: Member[] = []
      for (const what of actions) {
        await perform(what, endpoints, members)
        if (what === 'leave') gone.push(...members.splice(0, 1))
      }
      await Promise.all(members.flatMap(({ under }) => [...under]))
      const sets = [...gone, ...members].flatMap((member) => member.sets)
      sets.sort((one, other) => one.sequence - other.sequence)
      expect(sets.map(({ sequence }) => sequence)).toEqual(sets.map((_, at) => at + 1))
      const model: Record<string, string> = {}
      for (const { key, value } of sets) model[key] = value
      const made = Object.entries(model).filter(([, value]) => value !== '')
      expect(content(server)).toEqual(Object.fromEntries(made))
      for (const { client, subtree } of members) {
        await client.synchronized
        const its = Object.fromEntries(made.filter(([key]) => key.startsWith(subtree)))
        await until(() => isDeepStrictEqual(content(client), its))
        await client.close()
      }
      await server.close()
    }
    await holdsLater(fc.asyncProperty(fc.array(action, { maxLength: 40 }), run), 30)
  })
})
