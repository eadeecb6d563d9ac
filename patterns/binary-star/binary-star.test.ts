import * as native from 'zeromq'
import { Proxy, XPublisher, XSubscriber } from 'zerowire'
import { BinaryStar, BinaryStarClient, type BinaryStarOptions } from 'zerowire/patterns/binary-star'
import { ManualClock } from 'zerowire/patterns/clock'
import { describe, expect, it } from 'vitest'
import { Child } from '../../test/support/child.js'
import { receiveTexts } from '../../test/support/messages.js'
import { track } from '../../test/support/track.js'
import { bindFresh, freshAddress, rebind } from '../../test/support/transports.js'
import { nextTurn, until } from '../../test/support/turn.js'
import { trackAll } from '../common/test/tracked.js'

const program = 'patterns/binary-star/test/programs/server.ts'

type Role = BinaryStarOptions['role']

const roles = ['primary', 'backup'] as const

/** One of the two, with a clock of its own and a record of what it became. */
class Server {
  readonly clock = new ManualClock()
  readonly became: string[] = []
  readonly star: BinaryStar
  end: unknown

  constructor(role: Role) {
    const { clock, became } = this
    const onActive = () => became.push('active')
    const onPassive = () => became.push('passive')
    this.star = trackAll(new BinaryStar({ role, clock, onActive, onPassive }))
    this.star.ended.catch((error: unknown) => (this.end = error))
  }

  get state(): string {
    return this.end === undefined ? this.star.state : 'dead'
  }
}

/** Places for the two of them. */
function places(): Record<Role, string> {
  return { primary: freshAddress('ipc'), backup: freshAddress('ipc') }
}

async function started(role: Role, place: Record<Role, string>): Promise<Server> {
  const server = new Server(role)
  await rebind(server.star, place[role])
  server.star.connect(place[role === 'primary' ? 'backup' : 'primary'])
  return server
}

/** Lets both live on, heartbeat by heartbeat, until they are what is expected. */
async function settled(servers: readonly Server[], states: readonly string[]): Promise<void> {
  await until(
    () => servers.every(({ state }, index) => state === states[index]),
    () => servers.forEach(({ clock }) => clock.advance(1000)),
  )
}

/** The primary serves, the backup stands by, and each of them has just been heard by the other. */
async function pair(place: Record<Role, string> = places()): Promise<[Server, Server]> {
  const primary = await started('primary', place)
  const backup = await started('backup', place)
  await settled([primary, backup], ['active', 'passive'])
  await heard(primary, backup)
  return [primary, backup]
}

async function heard(...servers: [Server, Server]): Promise<void> {
  for (const [index, { star }] of servers.entries()) {
    const { heartbeats } = star.stats
    const other = servers[1 - index]
    await until(
      () => star.stats.heartbeats > heartbeats,
      () => other?.clock.advance(1000),
    )
  }
}

/** A server whose peer is only frames, of the native library: what it hears, and what it says. */
async function scripted(role: Role) {
  const server = new Server(role)
  const out = track(new native.Publisher())
  const ear = track(new native.Subscriber())
  ear.subscribe()
  server.star.connect(await bindFresh(out))
  ear.connect(await server.star.bind(freshAddress('tcp')))
  const took = (): number => server.star.stats.heartbeats + server.star.stats.malformed
  const say = async (...frames: string[]): Promise<void> => {
    const before = took()
    // Until the subscription has come, nobody hears it.
    for (let sent = false; !sent; sent = took() > before || server.state === 'dead') {
      await out.send(frames)
      await nextTurn()
    }
  }
  const hear = async (): Promise<string[]> => {
    let message: string[] | undefined
    void receiveTexts(ear).then((texts) => (message = texts))
    await until(
      () => message !== undefined,
      () => server.clock.advance(1000),
    )
    return message ?? []
  }
  return { server, say, hear }
}

describe('two servers', () => {
  it.each([roles, [...roles].reverse()])(
    'agree that the primary serves (%s first)',
    async (...order) => {
      const place = places()
      const servers = [await started(order[0], place), await started(order[1], place)]
      const states = order.map((role) => (role === 'primary' ? 'active' : 'passive'))
      await settled(servers, states)
      expect(servers.map(({ became }) => became)).toEqual(states.map((state) => [state]))
      expect(servers.map(({ star }) => star.vote())).toEqual(
        order.map((role) => role === 'primary'),
      )
    },
  )

  it('let the primary begin alone when a client asks for it', async () => {
    const { star, clock, became } = await started('primary', places())
    clock.advance(1999)
    expect([star.vote(), star.state]).toEqual([false, 'primary'])
    clock.advance(1)
    expect([star.vote(), star.state]).toEqual([true, 'active'])
    expect(became).toEqual(['active'])
    expect(star.stats).toMatchObject({ accepted: 1, rejected: 1 })
  })

  it('never let the backup begin alone', async () => {
    const { star, clock } = await started('backup', places())
    clock.advance(1_000_000)
    expect([star.vote(), star.state]).toEqual([false, 'backup'])
  })

  it('go on when the one that stood by comes back', async () => {
    const place = places()
    const [primary, backup] = await pair(place)
    await backup.star.close()
    primary.clock.advance(60_000)
    expect(primary.star.vote()).toBe(true)
    await settled([primary, await started('backup', place)], ['active', 'passive'])
    expect(primary.became).toEqual(['active'])
  })

  it('change places when the primary comes back after the backup took over', async () => {
    const place = places()
    const [primary, backup] = await pair(place)
    await primary.star.close()
    backup.clock.advance(2000)
    expect(backup.star.vote()).toBe(true)
    const again = await started('primary', place)
    await settled([again, backup], ['passive', 'active'])
    expect([again.became, backup.became]).toEqual([['passive'], ['passive', 'active']])
  })

  it('change places when the primary is back before anybody missed it', async () => {
    const place = places()
    const [primary, backup] = await pair(place)
    await primary.star.close()
    await settled([await started('primary', place), backup], ['passive', 'active'])
  })
})

describe('a server that is not heard any more', () => {
  it('is replaced only when a client asks the other, and not before two heartbeats', async () => {
    const [primary, backup] = await pair()
    await primary.star.close()
    backup.clock.advance(1999)
    expect([backup.star.vote(), backup.star.peerSilent]).toEqual([false, false])
    backup.clock.advance(1)
    expect([backup.star.state, backup.star.peerSilent]).toEqual(['passive', true])
    backup.clock.advance(1_000_000)
    expect(backup.star.state).toBe('passive')
    expect(backup.star.vote()).toBe(true)
    expect(backup.became).toEqual(['passive', 'active'])
  })

  it('may be there all the same: when both serve, both end as soon as they hear each other', async () => {
    const place = places()
    const network = await Promise.all([partition(place.primary), partition(place.backup)])
    const [primary, backup] = [new Server('primary'), new Server('backup')]
    await primary.star.bind(place.primary)
    await backup.star.bind(place.backup)
    primary.star.connect(network[1].address)
    backup.star.connect(network[0].address)
    await settled([primary, backup], ['active', 'passive'])
    for (const link of network) link.cut()
    backup.clock.advance(1_000_000)
    // Silence alone does nothing, and clients that still reach the first one do not ask the other.
    expect([primary.star.vote(), backup.star.state]).toEqual([true, 'passive'])
    expect(backup.star.vote()).toBe(true)
    for (const link of network) link.mend()
    await settled([primary, backup], ['dead', 'dead'])
    const reason = 'both servers of the pair are active: one of them must be stopped by hand'
    for (const { end, star } of [primary, backup]) {
      expect(end).toMatchObject({ code: 'EFSM', reason })
      expect(star.vote()).toBe(false)
    }
  })
})

/** A stretch of network between a server and the other, which can be cut. */
async function partition(place: string) {
  const link = new Proxy(track(new XSubscriber()), track(new XPublisher()))
  link.frontEnd.connect(place)
  const address = await bindFresh(link.backEnd)
  const running = link.run()
  running.catch(() => undefined)
  return { address, cut: () => link.pause(), mend: () => link.resume() }
}

describe('the frames of the guide', () => {
  it('are one decimal number, of what the server is', async () => {
    const { server, say, hear } = await scripted('primary')
    expect(await hear()).toEqual(['1'])
    await say('2')
    expect(server.state).toBe('active')
    while ((await hear())[0] !== '3');
    const other = await scripted('backup')
    expect(await other.hear()).toEqual(['2'])
    await other.say('3')
    while ((await other.hear())[0] !== '4');
    expect(other.server.became).toEqual(['passive'])
  })

  it.each([
    { role: 'primary', says: ['2', '3'], state: 'active' },
    { role: 'primary', says: ['3', '4'], state: 'passive' },
    { role: 'backup', says: ['3', '4'], state: 'passive' },
  ] as const)('two that are $state are fatal ($role)', async ({ role, says, state }) => {
    const { server, say } = await scripted(role)
    await say(says[0])
    expect(server.state).toBe(state)
    await say(says[1])
    await expect(server.star.ended).rejects.toMatchObject({
      code: 'EFSM',
      reason: `both servers of the pair are ${state}: one of them must be stopped by hand`,
    })
    await server.star.close()
  })

  it.each([['0'], ['5'], ['1.0'], ['+1'], [''], ['x'.repeat(1000)], ['2', '2']])(
    'are nothing else: %s is counted, and is no sign of life',
    async (...frames) => {
      const { server, say } = await scripted('primary')
      server.clock.advance(1999)
      await say(...frames)
      expect(server.star.stats.malformed).toBeGreaterThan(0)
      expect([server.state, server.star.stats.heartbeats]).toEqual(['primary', 0])
      server.clock.advance(1)
      expect(server.star.peerSilent).toBe(true)
    },
  )
})

describe('processes', () => {
  const heartbeat = 100

  /** Waits for a line; a machine that is busy may let others fall silent before. */
  const says = async (child: Child, line: string): Promise<void> => {
    while ((await child.line()) !== line);
  }

  function pairOfProcesses() {
    const [states, services] = [places(), places()]
    const start = async (role: Role): Promise<Child> => {
      const [own, other] = role === 'primary' ? roles : [...roles].reverse()
      const places = [states[own ?? role], states[other ?? role], services[role]]
      const child = Child.run(program, role, ...places, String(heartbeat))
      expect(await child.line()).toBe('ready')
      return child
    }
    const client = (timeout: number) => {
      const options = { timeout, settle: 2 * heartbeat, tries: 1000 }
      return trackAll(new BinaryStarClient([services.primary, services.backup], options))
    }
    return { start, client }
  }

  it('that are killed are replaced by votes, not by silence, and stand by when they are back', async () => {
    const { start, client } = pairOfProcesses()
    const [primary, backup] = await Promise.all([start('primary'), start('backup')])
    await Promise.all([says(primary, 'active'), says(backup, 'passive')])
    expect(String(await client(20_000).request('1'))).toBe('primary 1')

    await primary.kill()
    await says(backup, 'silent passive')
    const patient = client(heartbeat)
    expect(String(await patient.request('2'))).toBe('backup 2')
    expect(patient.stats.switches).toBeGreaterThan(0)
    await says(backup, 'active')

    const again = await start('primary')
    await says(again, 'passive')
    await backup.kill()
    await says(again, 'silent passive')
    expect(String(await client(heartbeat).request('3'))).toBe('primary 3')
    await says(again, 'active')
  })
})

describe('what it is told', () => {
  it('is checked at once', async () => {
    const wrong = { role: 'leader' } as unknown as BinaryStarOptions
    expect(() => new BinaryStar(wrong)).toThrow(/role is 'primary' or 'backup', not "leader"/)
    expect(() => new BinaryStar({ role: 'backup', heartbeat: 0 })).toThrow(/heartbeat.*not 0/)
    const { star } = await started('primary', places())
    await expect(star.bind(freshAddress('tcp'))).rejects.toMatchObject({ code: 'EFSM' })
  })

  it('is to end, and it does so for good', async () => {
    const [primary] = await pair()
    await primary.star.close()
    await primary.star.close()
    expect([primary.star.vote(), primary.clock.pending]).toEqual([false, 0])
    await expect(primary.star.ended).resolves.toBeUndefined()
  })
})
