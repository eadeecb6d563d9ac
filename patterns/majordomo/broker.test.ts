import { Broker } from 'zerowire/patterns/majordomo'
import { describe, expect, it } from 'vitest'
import { until } from '../../test/support/turn.js'
import { asking, CLIENT, Peer, ready, station, VERSIONS, WORKER } from './test/peer.js'

const { '0.1': old, '0.2': current } = WORKER

describe.each(VERSIONS)('a client of %s', (client) => {
  it.each(VERSIONS)('gets the reply of a worker of %s', async (worker) => {
    const { head, request, final } = WORKER[worker]
    const all = await station()
    const server = await ready(all, 'echo', worker)
    const user = new Peer(all.endpoint)
    await user.say(...CLIENT[client].request, 'echo', 'hello', '', 'world')
    const asked = await server.hear()
    const id = asked[head.length + 1] ?? ''
    expect(asked).toEqual([...head, request, id, '', 'hello', '', 'world'])
    await server.say(...head, final, id, '', 'dlrow', '', 'olleh')
    expect(await user.hear()).toEqual([...CLIENT[client].final, 'echo', 'dlrow', '', 'olleh'])
    expect(all.broker.stats).toMatchObject({ requests: 1, final: 1, working: 0, malformed: 0 })
  })

  it('is told which services have workers (RFC 8)', async () => {
    const all = await station()
    await ready(all)
    const user = new Peer(all.endpoint)
    const { request, final } = CLIENT[client]
    for (const [service, asked, status] of [
      ['mmi.service', 'echo', '200'],
      ['mmi.service', 'other', '404'],
      ['mmi.service', 'mmi.service', '404'],
      ['mmi.service', '', '404'],
      ['mmi.other', 'echo', '501'],
    ] as const) {
      await user.say(...request, service, asked)
      expect(await user.hear()).toEqual([...final, service, status])
    }
    expect(all.broker.stats).toMatchObject({ managed: 5, requests: 0, services: 1 })
  })

  it('waits for a worker that comes later', async () => {
    const all = await station()
    const user = new Peer(all.endpoint)
    await user.say(...CLIENT[client].request, 'later', 'hello')
    await until(() => all.broker.stats.waiting === 1)
    const worker = await ready(all, 'later')
    const [, , id = ''] = await worker.hear()
    await worker.say('MDPW02', current.final, id, '', 'at last')
    expect(await user.hear()).toEqual([...CLIENT[client].final, 'later', 'at last'])
  })
})

describe('replies in part', () => {
  it('reach a client of 0.2 in order, before the last', async () => {
    const all = await station()
    const worker = await ready(all)
    const client = await asking(all, 'echo', 'count')
    const [, , id = ''] = await worker.hear()
    for (const number of ['1', '2']) await worker.say('MDPW02', current.partial, id, '', number)
    await worker.say('MDPW02', current.final, id, '', 'done')
    expect(await client.hear()).toEqual(['MDPC02', '\x02', 'echo', '1'])
    expect(await client.hear()).toEqual(['MDPC02', '\x02', 'echo', '2'])
    expect(await client.hear()).toEqual(['MDPC02', '\x03', 'echo', 'done'])
    expect(all.broker.stats).toMatchObject({ partials: 2, final: 1, undelivered: 0 })
  })

  it('are not for a client of 0.1, which gets the last', async () => {
    const all = await station()
    const worker = await ready(all)
    const client = new Peer(all.endpoint)
    await client.say('', 'MDPC01', 'echo', 'count')
    const [, , id = ''] = await worker.hear()
    await worker.say('MDPW02', current.partial, id, '', '1')
    await worker.say('MDPW02', current.final, id, '', 'done')
    expect(await client.hear()).toEqual(['', 'MDPC01', 'echo', 'done'])
    expect(all.broker.stats).toMatchObject({ partials: 1, undelivered: 1, final: 1 })
  })

  it('never have a hole: who was too slow for one gets nothing more', async () => {
    const all = await station({ socket: { sendHighWaterMark: 2 } })
    const worker = await ready(all)
    const slow = new Peer(all.endpoint, { receiveHighWaterMark: 1 })
    await slow.say(...CLIENT['0.2'].request, 'echo', 'flood')
    const [, , id = ''] = await worker.hear()
    const part = 'x'.repeat(1_000_000)
    let sent = 0
    while (all.broker.stats.undelivered === 0) {
      await worker.say('MDPW02', current.partial, id, '', String(sent++), part)
      await until(() => all.broker.stats.partials === sent)
    }
    const got = sent - all.broker.stats.undelivered
    for (let i = 0; i < got; i++) expect((await slow.hear())[3]).toBe(String(i))
    await worker.say('MDPW02', current.final, id, '', 'done')
    await until(() => all.broker.stats.final === 1)
    // There is room again, but only for something else.
    await slow.say(...CLIENT['0.2'].request, 'mmi.service', 'echo')
    expect(await slow.hear()).toEqual([...CLIENT['0.2'].final, 'mmi.service', '200'])
  })
})

describe('workers', () => {
  it('have one request at a time, the longest idle first', async () => {
    const all = await station()
    const [first, second] = [await ready(all), await ready(all)]
    const finish = async (worker: Peer, expected: string): Promise<void> => {
      const [, , id = '', , body = ''] = await worker.hear()
      expect(body).toBe(expected)
      await worker.say('MDPW02', current.final, id, '', body)
    }
    for (const body of ['a', 'b', 'c', 'd']) {
      await asking(all, 'echo', body)
      const { requests } = all.broker.stats
      await until(() => all.broker.stats.requests > requests || requests === 4)
    }
    expect(all.broker.stats).toMatchObject({ working: 2, waiting: 2 })
    await finish(second, 'b')
    await finish(second, 'c')
    await finish(second, 'd')
    await finish(first, 'a')
    await until(() => all.broker.stats.final === 4)
    await asking(all, 'echo', 'e')
    await finish(second, 'e')
  })

  it('get only requests for their service', async () => {
    const all = await station()
    const [a, b] = [await ready(all, 'a'), await ready(all, 'b')]
    await asking(all, 'b', 'for b')
    expect((await b.hear())[4]).toBe('for b')
    await asking(all, 'a', 'for a')
    expect((await a.hear())[4]).toBe('for a')
  })

  it.each(VERSIONS)(
    'of %s get heartbeats, and are gone when they have sent none',
    async (version) => {
      const { head, heartbeat } = WORKER[version]
      const all = await station()
      const [living, silent] = [
        await ready(all, 'echo', version),
        await ready(all, 'echo', version),
      ]
      for (let beat = 1; beat <= 3; beat++) {
        all.clock.advance(2499)
        all.clock.advance(1)
        expect(await living.hear()).toEqual([...head, heartbeat])
        const { workers } = all.broker.stats
        expect(workers).toBe(beat < 3 ? 2 : 1)
        if (beat < 3) {
          expect(await silent.hear()).toEqual([...head, heartbeat])
          // A request proves that this one has been heard before it.
          await living.say(...head, heartbeat)
          await living.say(...CLIENT['0.1'].request, 'mmi.service', 'echo')
          expect(await living.hear()).toEqual([...CLIENT['0.1'].final, 'mmi.service', '200'])
        }
      }
      expect(all.broker.stats).toMatchObject({ workers: 1, vanished: 1, disconnected: 0 })
    },
  )

  it('are gone as soon as their connection is', async () => {
    const all = await station()
    const worker = await ready(all)
    const client = await asking(all, 'echo', 'lost with it')
    await worker.hear()
    worker.leave()
    await until(() => all.broker.stats.workers === 0)
    expect(all.broker.stats).toMatchObject({ vanished: 1, lost: 1, services: 0, working: 0 })
    await client.say(...CLIENT['0.2'].request, 'mmi.service', 'echo')
    expect((await client.hear())[3]).toBe('404')
  })

  it('leave with DISCONNECT, also before READY', async () => {
    const all = await station()
    const worker = await ready(all)
    const stranger = new Peer(all.endpoint)
    await stranger.say('', 'MDPW01', old.disconnect)
    await worker.say('MDPW02', current.disconnect)
    await until(() => all.broker.stats.workers === 0)
    expect(all.broker.stats).toMatchObject({ disconnected: 0, malformed: 0, vanished: 0 })
  })

  it('that answer when they are thought dead are told to begin anew, and nobody hears of it', async () => {
    const all = await station()
    const worker = await ready(all)
    const client = await asking(all, 'echo', 'hello')
    const [, , id = ''] = await worker.hear()
    all.clock.advance(7500)
    await until(() => all.broker.stats.workers === 0)
    await worker.say('MDPW02', current.final, id, '', 'too late')
    for (let beat = 1; beat <= 2; beat++) {
      expect(await worker.hear()).toEqual(['MDPW02', current.heartbeat])
    }
    expect(await worker.hear()).toEqual(['MDPW02', current.disconnect])
    await client.say(...CLIENT['0.2'].request, 'mmi.service', 'echo')
    expect((await client.hear())[3]).toBe('404')
    expect(all.broker.stats).toMatchObject({ lost: 1, final: 0 })
  })
})

describe('bounds', () => {
  it('drops requests when too many wait for a service', async () => {
    const { broker, endpoint } = await station({ queueLimit: 2 })
    const client = new Peer(endpoint)
    for (let i = 0; i < 5; i++) await client.say(...CLIENT['0.2'].request, 'echo', 'x')
    await client.say(...CLIENT['0.2'].request, 'other', 'x')
    await until(() => broker.stats.requests + broker.stats.dropped === 6)
    expect(broker.stats).toMatchObject({ requests: 3, dropped: 3, waiting: 3 })
  })

  it('drops requests when those that wait have too many bytes together', async () => {
    const { broker, endpoint } = await station({ queueBytes: 400 })
    const client = new Peer(endpoint)
    for (const service of ['a', 'b', 'c']) {
      await client.say(...CLIENT['0.2'].request, service, 'x'.repeat(20), 'x'.repeat(30))
    }
    await until(() => broker.stats.dropped === 1)
    expect(broker.stats).toMatchObject({ requests: 2, waitingBytes: 356, services: 2 })
  })

  it('counts parts without bytes too', async () => {
    const { broker, endpoint } = await station({ queueBytes: 10_000 })
    const client = new Peer(endpoint)
    const parts = Array.from({ length: 1000 }, () => '')
    await client.say(...CLIENT['0.2'].request, 'a', ...parts)
    await client.say(...CLIENT['0.2'].request, 'a', 'x')
    await until(() => broker.stats.requests === 1)
    expect(broker.stats).toMatchObject({ dropped: 1, waiting: 1 })
  })

  it('knows so many services and workers, and no more', async () => {
    const { broker, endpoint } = await station({ services: 2, workers: 1 })
    const peer = new Peer(endpoint)
    for (const service of ['a', 'b', 'c']) await peer.say(...CLIENT['0.2'].request, service, 'x')
    await until(() => broker.stats.dropped === 1)
    const [strange, surplus] = [new Peer(endpoint), new Peer(endpoint)]
    await strange.say('MDPW02', current.ready, 'd')
    expect(await strange.hear()).toEqual(['MDPW02', current.disconnect])
    await peer.say('MDPW02', current.ready, 'a')
    expect((await peer.hear())[1]).toBe(current.request)
    await surplus.say('MDPW02', current.ready, 'a')
    expect(await surplus.hear()).toEqual(['MDPW02', current.disconnect])
    expect(broker.stats).toMatchObject({ services: 2, workers: 1, dropped: 1, disconnected: 2 })
  })

  it('gives up requests that have waited for too long, before a worker comes', async () => {
    const all = await station({ requestExpiry: 1000 })
    await asking(all, 'echo', 'old')
    await until(() => all.broker.stats.waiting === 1)
    all.clock.advance(600)
    await asking(all, 'echo', 'new')
    await until(() => all.broker.stats.waiting === 2)
    all.clock.advance(400)
    const worker = await ready(all)
    expect((await worker.hear())[4]).toBe('new')
    expect(all.broker.stats).toMatchObject({ expired: 1, waiting: 0, waitingBytes: 0 })
  })

  it('forgets services for which nobody has come', async () => {
    const all = await station({ requestExpiry: 1000 })
    await asking(all, 'nothing', 'x')
    await until(() => all.broker.stats.waiting === 1)
    all.clock.advance(2500)
    expect(all.broker.stats).toMatchObject({ expired: 1, waiting: 0, services: 0 })
  })

  it('says at once what it cannot use', () => {
    expect(() => new Broker({ heartbeatInterval: 0 })).toThrow(/heartbeatInterval is a time.*not 0/)
    expect(() => new Broker({ heartbeatLiveness: 1.5 })).toThrow(/heartbeatLiveness is a whole/)
    expect(() => new Broker({ queueLimit: -1 })).toThrow(/queueLimit is a whole number from 0/)
    expect(() => new Broker({ services: 0 })).toThrow(/services is a whole number from 1/)
  })
})

describe('a request whose worker went away', () => {
  it('goes to another one if the broker may send it again, before those that came later', async () => {
    const all = await station({ resends: 1 })
    const [first, second] = [await ready(all), await ready(all)]
    const client = await asking(all, 'echo', 'one')
    await first.hear()
    await asking(all, 'echo', 'two')
    const [, , busy = ''] = await second.hear()
    await asking(all, 'echo', 'three')
    await until(() => all.broker.stats.waiting === 1)
    first.leave()
    await until(() => all.broker.stats.resent === 1)
    await second.say('MDPW02', current.final, busy, '', 'done')
    const [, , id = '', , body] = await second.hear()
    expect(body).toBe('one')
    await second.say('MDPW02', current.final, id, '', 'done')
    expect((await client.hear())[3]).toBe('done')
  })

  it('is lost after so many, or when the client has part of the reply', async () => {
    const all = await station({ resends: 1 })
    const client = await asking(all, 'echo', 'one')
    for (const resent of [0, 1]) {
      const worker = await ready(all)
      await worker.hear()
      expect(all.broker.stats).toMatchObject({ resent, lost: 0 })
      worker.leave()
      await until(() => all.broker.stats.workers === 0)
    }
    expect(all.broker.stats).toMatchObject({ lost: 1, resent: 1, waiting: 0 })
    const worker = await ready(all)
    await client.say(...CLIENT['0.2'].request, 'echo', 'two')
    const [, , id = ''] = await worker.hear()
    await worker.say('MDPW02', current.partial, id, '', 'part')
    expect((await client.hear())[3]).toBe('part')
    worker.leave()
    await until(() => all.broker.stats.workers === 0)
    expect(all.broker.stats).toMatchObject({ lost: 2, resent: 1, waiting: 0 })
  })
})

describe('endpoints', () => {
  it('may be several, for any of clients and workers', async () => {
    const all = await station()
    const worker = await ready({ ...all, endpoint: await all.broker.bind('ipc://*') })
    const client = await asking(all, 'echo', 'hello')
    const [, , id = ''] = await worker.hear()
    await worker.say('MDPW02', current.final, id, '', 'hello')
    expect((await client.hear())[3]).toBe('hello')
  })

  it('close at once, as often as asked, and leave no timer', async () => {
    const { broker, clock } = await station()
    await Promise.all([broker.close(), broker.close()])
    await broker[Symbol.asyncDispose]()
    expect(clock.pending).toBe(0)
  })
})
