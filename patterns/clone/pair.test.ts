import * as native from 'zeromq'
import { CloneServer, type CloneEndpoints } from 'zerowire/patterns/clone'
import { ManualClock } from 'zerowire/patterns/clock'
import { describe, expect, it } from 'vitest'
import { Child } from '../../test/support/child.js'
import { bytes, receiveTexts } from '../../test/support/messages.js'
import { rebind } from '../../test/support/rebind.js'
import { track } from '../../test/support/track.js'
import { freshAddress } from '../../test/support/transports.js'
import { trackAll } from '../common/test/tracked.js'
import { kvset, number, uuid } from './test/chp.js'
import { caughtUp, content, following, living } from './test/parts.js'
import { until } from '../../test/support/turn.js'

const program = 'patterns/clone/test/programs/server.ts'

type Role = 'primary' | 'backup'

interface Places extends CloneEndpoints {
  readonly state: string
}

function places(): Record<Role, Places> {
  const place = (): string => freshAddress('ipc')
  const four = () => ({
    ...{ snapshot: place(), publisher: place() },
    ...{ collector: place(), state: place() },
  })
  return { primary: four(), backup: four() }
}

function otherThan(role: Role): Role {
  return role === 'primary' ? 'backup' : 'primary'
}

/** One of the two, with a clock of its own. */
async function started(role: Role, where: Record<Role, Places>) {
  const clock = new ManualClock()
  const server = trackAll(new CloneServer({ role, clock }))
  let end: unknown
  server.ended.catch((error: unknown) => (end = error))
  await server.bind(where[role])
  const { star } = server
  if (!star) throw new Error('it is none of a pair')
  await rebind(star, where[role].state)
  star.connect(where[otherThan(role)].state)
  server.connectPeer(where[otherThan(role)])
  return { server, clock, star, ended: () => end }
}

type One = Awaited<ReturnType<typeof started>>

/** The primary serves, and the backup has the map. */
async function pair(where = places()) {
  const primary = await started('primary', where)
  const backup = await started('backup', where)
  await living([primary, backup], () => primary.server.active && backup.server.ready)
  // The last that was heard of the primary shall be of now.
  const { heartbeats } = backup.star.stats
  await living([primary], () => backup.star.stats.heartbeats > heartbeats)
  return { where, primary, backup }
}

/** Ends the one that serves; the other has not heard it for long enough when that resolves. */
async function lose(one: One, other: One): Promise<void> {
  await one.server.close()
  other.clock.advance(2000)
}

describe('a pair', () => {
  it('has the same map twice, and one that serves', async () => {
    const { where, primary, backup } = await pair()
    const { client } = following([where.primary, where.backup])
    await client.set('/k', 'x')
    await client.set('/l', 'y')
    await client.delete('/k')
    await until(() => backup.server.sequence === 3)
    expect([content(primary.server), content(backup.server)]).toEqual([
      { '/l': 'y' },
      { '/l': 'y' },
    ])
    expect([primary.server.active, backup.server.active]).toEqual([true, false])
    expect(() => backup.server.set('k', 'x')).toThrow(expect.objectContaining({ code: 'EFSM' }))
    await until(() => backup.server.stats.held === 0)
  })

  it('goes on with the other when the first is lost, with all that it had published', async () => {
    const { where, primary, backup } = await pair()
    const { client, clock } = following([where.primary, where.backup])
    const { client: other, clock: otherClock } = following([where.primary, where.backup])
    for (let at = 0; at < 100; at++) await client.set(`/k/${at % 50}`, String(at))
    await caughtUp(other, primary.server)
    const before = content(primary.server)
    await until(() => backup.server.sequence === 100)
    await lose(primary, backup)
    const set = client.set('/new', 'x')
    await living([{ clock }, { clock: otherClock }], () =>
      [client, other].every((one) => one.live && one.server === 1),
    )
    expect(await set).toBeGreaterThan(100)
    await other.set('/newer', 'y')
    await until(() => client.has('/newer'))
    const after = { ...before, '/new': 'x', '/newer': 'y' }
    expect([client, other, backup.server].map(content)).toEqual([after, after, after])
    expect(client.stats.losses.silent).toBeGreaterThan(0)
  })

  it('does not take over before a client asks, nor while the other is heard', async () => {
    const { where, primary, backup } = await pair()
    const { client, clock } = following([where.backup])
    await living([{ clock }, primary], () => backup.server.stats.snapshots.rejected > 2)
    expect([client.live, backup.server.active]).toEqual([false, false])
    await client.close()
    await lose(primary, backup)
    backup.clock.advance(100_000)
    expect(backup.star.state).toBe('passive')
  })

  it('has the first stand by when it is back, with the map, and then the times of values', async () => {
    const { where, primary, backup } = await pair()
    const { client, clock } = following([where.primary, where.backup])
    await client.set('/k', 'x')
    await until(() => backup.server.sequence === 1)
    await lose(primary, backup)
    await living([{ clock }], () => backup.server.active)
    await client.synchronized
    await client.set('/short', 'y', { ttl: 100 })
    const again = await started('primary', where)
    await living([again, backup], () => again.server.ready)
    expect(content(again.server)).toEqual(content(backup.server))
    await lose(backup, again)
    await living([{ clock }], () => again.server.active)
    expect(content(again.server)).toEqual({ '/k': 'x', '/short': 'y' })
    again.clock.advance(100_000)
    expect(content(again.server)).toEqual({ '/k': 'x' })
  })

  it('keeps what was given no time to live while the other was away', async () => {
    const { where, primary, backup } = await pair()
    primary.server.set('/k', 'x', { ttl: 100 })
    await until(() => backup.server.sequence === 1)
    primary.server.set('/k', 'x')
    // Before it has heard of that, it gives up what it follows.
    backup.clock.advance(6000)
    await living([primary, backup], () => backup.server.sequence === 2)
    await lose(primary, backup)
    const { clock } = following([where.backup])
    await living([{ clock }], () => backup.server.active)
    backup.clock.advance(100_000)
    expect(content(backup.server)).toEqual({ '/k': 'x' })
  })

  it('takes over with nothing only where there was nothing', async () => {
    const where = places()
    const backup = await started('backup', where)
    // A primary that serves, but at another place than the one for snapshots.
    const state = track(new native.Publisher())
    await state.bind(where.primary.state)
    await until(
      () => backup.star.state === 'passive',
      () => void state.send('3'),
    )
    const { client, clock } = following([where.backup])
    backup.clock.advance(10_000)
    await living([{ clock }], () => backup.server.stats.snapshots.rejected > 0)
    expect([backup.star.state, backup.server.ready, client.live]).toEqual(['passive', false, false])
  })

  it('that both serve ends', async () => {
    const where = places()
    const primary = await started('primary', where)
    primary.clock.advance(2000)
    const { client } = following([where.primary])
    await client.synchronized
    expect(primary.server.active).toBe(true)
    const state = track(new native.Publisher())
    await state.bind(where.backup.state)
    await until(
      () => primary.ended() !== undefined,
      () => void state.send('3'),
    )
    await expect(primary.server.ended).rejects.toMatchObject({ code: 'EFSM' })
    expect(primary.server.active).toBe(false)
  })
})

describe('changes that the server that serves did not live to publish', () => {
  /** Somebody who sends changes to the backup alone. */
  async function sender(where: Places) {
    const publisher = track(new native.XPublisher())
    publisher.connect(where.collector)
    expect(await receiveTexts(publisher)).toEqual(['\x01'])
    return (frames: readonly string[]): Promise<void> => publisher.send(bytes(...frames))
  }

  async function vote(where: Places, backup: One): Promise<void> {
    const client = track(new native.Dealer())
    client.connect(where.snapshot)
    await client.send(['ICANHAZ?', ''])
    await until(() => backup.server.active)
  }

  it('are published by the other, in the order in which they came', async () => {
    const { where, primary, backup } = await pair()
    primary.server.set('/k', 'old')
    await until(() => backup.server.sequence === 1)
    const send = await sender(where.backup)
    await send(kvset('/k', 'one', { uuid: uuid('1') }))
    await send(kvset('/l', 'of no uuid'))
    await send(kvset('/k', 'two', { uuid: uuid('2') }))
    await send(kvset('/m', 'x', { uuid: uuid('3'), properties: 'ttl=1\n' }))
    await until(() => backup.server.stats.held === 3)
    expect(content(backup.server)).toEqual({ '/k': 'old' })
    await lose(primary, backup)
    await vote(where.backup, backup)
    expect(content(backup.server)).toEqual({ '/k': 'two', '/m': 'x' })
    expect(backup.server.stats).toMatchObject({ takenOver: 3, unheld: 1, held: 0 })
    expect(backup.server.sequence).toBe(4)
    backup.clock.advance(2000)
    expect(content(backup.server)).toEqual({ '/k': 'two' })
  })

  it('are known by their uuid, whichever of the two messages comes first', async () => {
    const { where, primary, backup } = await pair()
    const [toPrimary, toBackup] = [await sender(where.primary), await sender(where.backup)]
    // The change first, then that it was published.
    await toBackup(kvset('/k', '1', { uuid: uuid('1') }))
    await until(() => backup.server.stats.held === 1)
    await toPrimary(kvset('/k', '1', { uuid: uuid('1') }))
    await until(() => backup.server.stats.held === 0)
    // That it was published first, then the change.
    await toPrimary(kvset('/k', '2', { uuid: uuid('2') }))
    await until(() => backup.server.sequence === 2)
    await toBackup(kvset('/k', '2', { uuid: uuid('2') }))
    await toBackup(kvset('/k', '3', { uuid: uuid('3') }))
    await until(() => backup.server.stats.held === 1)
    await lose(primary, backup)
    await vote(where.backup, backup)
    expect(content(backup.server)).toEqual({ '/k': '3' })
    expect([backup.server.sequence, backup.server.stats.takenOver]).toEqual([3, 1])
    // And known to be made when they are sent once more.
    await toBackup(kvset('/k', '1', { uuid: uuid('1') }))
    await toBackup(kvset('/k', '3', { uuid: uuid('3') }))
    await until(() => backup.server.stats.repeated === 2)
    expect(content(backup.server)).toEqual({ '/k': '3' })
  })

  it('are forgotten when the server that serves goes on without them', async () => {
    const { where, primary, backup } = await pair()
    const send = await sender(where.backup)
    await send(kvset('/k', 'x', { uuid: uuid('1') }))
    await until(() => backup.server.stats.held === 1)
    await living([primary, backup], () => backup.server.stats.held === 0)
    await lose(primary, backup)
    await vote(where.backup, backup)
    expect(content(backup.server)).toEqual({})
    expect(number(backup.server.sequence)).toBe(number(0))
  })
})

describe('processes', () => {
  const heartbeat = 100

  function processes() {
    const where = places()
    const start = async (role: Role): Promise<Child> => {
      const both = [where[role], where[otherThan(role)]].map((one) => JSON.stringify(one))
      const child = Child.run(program, role, String(heartbeat), ...both)
      await says(child, 'ready')
      return child
    }
    return { where, start }
  }

  async function says(child: Child, line: string): Promise<void> {
    while ((await child.line()) !== line);
  }

  it('that are killed one after the other lose nothing of what the other has', async () => {
    const { where, start } = processes()
    const [primary, backup] = await Promise.all([start('primary'), start('backup')])
    await says(backup, 'ready to take over')
    const options = { heartbeat, timeout: 20 * heartbeat, clock: undefined }
    const servers = [where.primary, where.backup]
    const { client } = following(servers, options as object)
    const { client: witness } = following(servers, options as object)
    await Promise.all([client.synchronized, witness.synchronized])
    let sets = 0
    const expected: Record<string, string> = {}
    const setMany = async (): Promise<void> => {
      const under: Promise<number>[] = []
      for (let at = 0; at < 200; at++) {
        const [key, value] = [`/k/${sets % 150}`, String((sets += 1))]
        expected[key] = value
        under.push(client.set(key, value))
      }
      await Promise.all(under)
    }
    await setMany()

    // Killed while changes are on their way.
    const underWay = setMany()
    await primary.kill()
    await underWay
    await says(backup, 'active')
    await setMany()
    await until(() => witness.sequence === client.sequence && witness.live)
    expect(content(client)).toEqual(expected)
    expect(content(witness)).toEqual(expected)

    const again = await start('primary')
    await says(again, 'ready to take over')
    const second = setMany()
    await backup.kill()
    await second
    await says(again, 'active')
    await until(() => witness.sequence === client.sequence && witness.live)
    expect(content(client)).toEqual(expected)
    expect(content(witness)).toEqual(expected)
  })
})
