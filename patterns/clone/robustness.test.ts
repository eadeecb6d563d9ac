import * as native from 'zeromq'
import { CloneClient, CloneServer, type CloneClientOptions } from 'zerowire/patterns/clone'
import { ManualClock } from 'zerowire/patterns/clock'
import { describe, expect, it } from 'vitest'
import { bytes, receiveTexts } from '../../test/support/messages.js'
import { track } from '../../test/support/track.js'
import { bindFresh, deserted, freshAddress } from '../../test/support/transports.js'
import { trackAll } from '../common/test/tracked.js'
import { hugz, kthxbai, kvpub, kvsync } from './test/chp.js'
import { caughtUp, content, following, living, serving } from './test/parts.js'
import { nextTurn, until } from '../../test/support/turn.js'

/** A server with more to send than the system and a small mark have room for. */
async function servingMuch(snapshotTimeout = 10_000) {
  const values = 2000
  const one = await serving({ snapshotMark: 50, snapshotTimeout })
  for (let at = 0; at < values; at++) one.server.set(`/k/${at}`, Buffer.alloc(10_000, at % 256))
  return { ...one, values }
}

/** Somebody who asks for a snapshot, and takes it when he likes. */
async function slowClient(snapshot: string) {
  const dealer = track(new native.Dealer({ receiveHighWaterMark: 1 }))
  dealer.connect(snapshot)
  await dealer.send(['ICANHAZ?', ''])
  return dealer
}

describe('a client that takes its snapshot slowly', () => {
  it('gets all of it, and holds up nobody', async () => {
    const { server, clock, endpoints, values } = await servingMuch(Number.MAX_SAFE_INTEGER)
    const dealer = await slowClient(endpoints.snapshot)
    await until(() => server.stats.requests === 1)
    for (let others = 0; others < 3; others++) {
      const { client } = following([endpoints])
      await living([{ clock }], () => client.live)
      expect(client.size).toBe(values)
      await client.close()
    }
    expect(server.stats).toMatchObject({ requests: 1, snapshots: { sent: 3, abandoned: 0 } })
    const keys = new Set<string>()
    for (;;) {
      let message: Buffer[] | undefined
      void dealer.receive().then((received) => (message = received))
      await living([{ clock }], () => message !== undefined)
      const key = String(message?.[0])
      if (key === 'KTHXBAI') break
      expect(message?.[4]?.length).toBe(10_000)
      keys.add(key)
    }
    expect(keys.size).toBe(values)
    await until(() => server.stats.snapshots.sent === 4)
  })

  it('is given up when it takes nothing, and served when it asks again', async () => {
    const { server, clock, endpoints } = await servingMuch()
    const dealer = await slowClient(endpoints.snapshot)
    await until(() => server.stats.requests === 1)
    await living([{ clock }], () => server.stats.snapshots.abandoned === 1)
    expect(clock.now()).toBeGreaterThanOrEqual(10_000)
    expect(server.stats.requests).toBe(0)
    await dealer.send(['ICANHAZ?', ''])
    await until(() => server.stats.requests === 1)
    dealer.close()
    await living([{ clock }], () => server.stats.snapshots.abandoned === 2)
  })

  it('takes one of the places that there are, and one that waits; no more wait than may', async () => {
    const { server, endpoints } = await serving({
      ...{ maxSnapshots: 1, maxRequests: 2, snapshotMark: 50 },
    })
    for (let at = 0; at < 2000; at++) server.set(`/k/${at}`, Buffer.alloc(10_000))
    const dealers = []
    for (const [requests, rejected] of [
      [1, 0],
      [2, 0],
      [2, 1],
    ] as const) {
      dealers.push(await slowClient(endpoints.snapshot))
      await until(
        () => server.stats.requests === requests && server.stats.snapshots.rejected === rejected,
      )
    }
    // Who asks again has asked once.
    await dealers[0]?.send(['ICANHAZ?', ''])
    await dealers[2]?.send(['ICANHAZ?', ''])
    await until(() => server.stats.snapshots.rejected === 2)
    expect(server.stats.requests).toBe(2)
  })
})

describe('a client that missed something', () => {
  it('is counted by the server, which holds up nobody for it', async () => {
    const { server, endpoints } = await serving({ publisherMark: 20 })
    const slow = track(new native.Subscriber({ receiveHighWaterMark: 1 }))
    slow.subscribe()
    slow.connect(endpoints.publisher)
    await slow.receive()
    const { client } = following([endpoints])
    await client.synchronized
    for (let at = 1; server.stats.missed === 0; at++) {
      server.set('/k', Buffer.alloc(100_000, at % 256))
      await caughtUp(client, server)
    }
    expect(client.stats.losses.gap).toBe(0)
    expect(client.get('/k')).toEqual(server.get('/k'))
  })

  it('takes a new snapshot when the numbers show it', async () => {
    const { client, publish, answer } = await lyingServer()
    await publish(kvpub('k', 1, 'x'))
    await publish(kvpub('k', 3, 'z'))
    await until(() => client.stats.losses.gap === 1)
    expect(client.live).toBe(false)
    // What there is stays until then.
    expect(content(client)).toEqual({ k: 'x' })
    await answer(kvsync('k', 3, 'z'), kthxbai(3))
    await client.synchronized
    expect(content(client)).toEqual({ k: 'z' })
  })

  it('takes one when the server is another, at the same place', async () => {
    const place = (): string => freshAddress('ipc')
    const endpoints = { snapshot: place(), publisher: place(), collector: place() }
    const first = trackAll(new CloneServer({ clock: new ManualClock() }))
    await first.bind(endpoints)
    const { client } = following([endpoints])
    await client.set('k', 'of the first')
    await first.close()
    expect(client.live).toBe(true)
    const second = trackAll(new CloneServer({ clock: new ManualClock() }))
    await second.bind(endpoints)
    second.set('l', 'of the second')
    await until(() => client.stats.losses.reconnected > 0)
    await caughtUp(client, second)
    expect(content(client)).toEqual({ l: 'of the second' })
    expect(await client.set('m', 'x')).toBe(2)
  })

  it('goes round all servers while none is there', async () => {
    const gone = { snapshot: deserted, publisher: deserted, collector: deserted }
    const { server, endpoints } = await serving()
    server.set('k', 'x')
    const { client, clock } = following([gone, gone, endpoints])
    await living([{ clock }], () => client.live)
    expect([client.server, client.stats.losses.silent]).toEqual([2, 2])
  })
})

/** A server that says what it likes, with a client that believes it so far. */
async function lyingServer(options: CloneClientOptions = {}) {
  const snapshots = track(new native.Router())
  const publisher = track(new native.XPublisher())
  publisher.verbosity = 'allSubs'
  const endpoints = {
    snapshot: await bindFresh(snapshots),
    publisher: await bindFresh(publisher),
    collector: deserted,
  }
  const { client, clock } = following([endpoints], options)
  const publish = (frames: readonly string[]): Promise<void> => publisher.send(bytes(...frames))
  const answer = async (...messages: string[][]): Promise<void> => {
    // Those of the last conversation leave.
    while ((await receiveTexts(publisher))[0] !== '\x01');
    await publish(hugz)
    const [id = Buffer.alloc(0)] = await snapshots.receive()
    for (const message of messages) await snapshots.send([id, ...bytes(...message)])
  }
  await answer(kthxbai(0))
  await client.synchronized
  return { client, clock, publish, answer }
}

describe('a server that lies', () => {
  it('is believed as far as it keeps to the protocol', async () => {
    const { client, publish, answer } = await lyingServer()
    for (const nonsense of [
      ['x'],
      kvpub('', 1, 'x'),
      ['k', '', '', '', ''],
      [...kvpub('k', 1, 'x'), ''],
    ]) {
      await publish(nonsense)
    }
    await publish(kvpub('k', 1, 'x'))
    await until(() => client.sequence === 1)
    expect(client.stats.malformed).toBe(4)
    await publish(kvpub('k', 2 ** 53 - 1, 'far away'))
    await until(() => client.stats.losses.gap === 1)
    await answer(['x'], kvsync('k', 1, ''), kvsync('l', 1, 'y'), kthxbai(7, '/other/'), kthxbai(2))
    await client.synchronized
    expect(content(client)).toEqual({ l: 'y' })
    expect(client.stats.malformed).toBe(7)
  })

  it('cannot fill the memory, and is asked again only after a while', async () => {
    const { client, clock, publish, answer } = await lyingServer({ maxKeys: 2, maxBytes: 100 })
    await publish(kvpub('k', 1, 'x'.repeat(50)))
    await publish(kvpub('l', 2, 'x'.repeat(50)))
    await until(() => client.stats.losses.overflow === 1)
    expect([client.size, client.stats.bytes]).toEqual([1, 51])
    clock.advance(5000)
    await answer(kvsync('a', 1, 'x'), kvsync('b', 1, 'x'), kvsync('c', 1, 'x'))
    await until(() => client.stats.losses.overflow === 2)
    expect(client.size).toBe(1)
    clock.advance(5000)
    await answer(kvsync('a', 1, 'x'), kthxbai(1))
    await client.synchronized
    expect(content(client)).toEqual({ a: 'x' })
  })

  it('that ends conversation after conversation is asked once in a heartbeat', async () => {
    const { client, clock, publish, answer } = await lyingServer()
    for (let lie = 1; lie <= 3; lie++) {
      await publish(kvpub('k', 7, 'far away'))
      await until(() => client.stats.losses.gap === lie)
      const answered = answer(kthxbai(0))
      if (lie > 1) {
        clock.advance(999)
        for (let turn = 0; turn < 50; turn++) await nextTurn()
        expect(client.stats.snapshots).toBe(lie)
        clock.advance(1)
      }
      await answered
      await client.synchronized
    }
    expect(client.stats.snapshots).toBe(4)
  })

  it('may skip numbers where that is said beforehand', async () => {
    const { client, publish } = await lyingServer({ consecutive: false })
    await publish(kvpub('k', 5, 'x'))
    await publish(kvpub('l', 9, 'y'))
    await until(() => client.sequence === 9)
    expect(content(client)).toEqual({ k: 'x', l: 'y' })
  })
})

describe('a client', () => {
  it('has no more changes under way than it may', async () => {
    const { client } = following([deserted.replace(':1', ':6000')], { maxPending: 2 })
    const sets = [client.set('a', 'x'), client.set('a', 'y')]
    await expect(client.set('b', 'x')).rejects.toMatchObject({ code: 'EAGAIN' })
    await client.close()
    for (const set of sets) await expect(set).rejects.toMatchObject({ code: 'EAGAIN' })
    await expect(client.synchronized).rejects.toMatchObject({ code: 'EAGAIN' })
    await expect(client.set('a', 'x')).rejects.toMatchObject({ code: 'EBADF' })
  })

  it('ends when one of its listeners fails', async () => {
    const { server, endpoints } = await serving()
    const { client } = following([endpoints])
    await client.synchronized
    client.onChange(() => {
      throw new Error('the listener has failed')
    })
    const ended = expect(client.ended).rejects.toThrow('the listener has failed')
    server.set('k', 'x')
    await ended
    await client.close()
  })

  it('keeps what it had when it is closed, and leaves nothing behind', async () => {
    const { server, clock, endpoints } = await serving()
    const one = following([endpoints])
    await one.client.set('k', 'x')
    await one.client.close()
    await one.client.close()
    await expect(one.client.ended).resolves.toBeUndefined()
    expect(content(one.client)).toEqual({ k: 'x' })
    await server.close()
    expect([one.clock.pending, clock.pending]).toEqual([0, 0])
    expect(() => server.set('k', 'y')).toThrow(expect.objectContaining({ code: 'EFSM' }))
  })

  it.each([
    [{ subtree: 'a' }, /a subtree is empty or \/path\//],
    [{ subtree: '/a' }, /a subtree is empty or \/path\//],
    [{ heartbeat: 0 }, /heartbeat.*not 0/],
    [{ timeout: -1 }, /timeout.*not -1/],
    [{ maxKeys: 0 }, /maxKeys.*not 0/],
    [{ maxPending: 1.5 }, /maxPending.*not 1.5/],
  ])('says at once what it cannot use: %j', (options, message) => {
    expect(() => new CloneClient(['tcp://127.0.0.1:5556'], options)).toThrow(message)
  })

  it.each([
    ['', '1 to 255 bytes'],
    ['k'.repeat(256), '1 to 255'],
    ['HUGZ', 'cannot be a key'],
  ])('has no key %s', async (key, message) => {
    const { client } = following(['tcp://127.0.0.1:5556'])
    await expect(client.set(key, 'x')).rejects.toThrow(message)
  })

  it('needs servers, and places that there can be', () => {
    expect(() => new CloneClient([])).toThrow('a client needs a server')
    for (const place of ['nowhere', 'tcp://127.0.0.1', 'tcp://127.0.0.1:65534', 'tcp://h:0']) {
      expect(() => new CloneClient([place])).toThrow(/a server is three endpoints, or/)
    }
  })
})

describe('a server', () => {
  it.each([
    [{ heartbeat: 0 }, /heartbeat.*not 0/],
    [{ role: 'leader' }, /role is 'primary' or 'backup'/],
    [{ maxSnapshots: 0 }, /maxSnapshots.*not 0/],
    [{ maxBytes: NaN }, /maxBytes.*not NaN/],
  ])('says at once what it cannot use: %j', (options, message) => {
    expect(() => new CloneServer(options as object)).toThrow(message)
  })

  it('leaves no endpoint behind when it cannot have all', async () => {
    const taken = track(new native.Router())
    const collector = await bindFresh(taken)
    const server = trackAll(new CloneServer({ clock: new ManualClock() }))
    const place = (): string => freshAddress('ipc')
    const endpoints = { snapshot: place(), publisher: place() }
    await expect(server.bind({ ...endpoints, collector })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
    await server.bind({ ...endpoints, collector: place() })
  })
})
