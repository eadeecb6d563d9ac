import { Dealer } from 'zerowire'
import { ManualClock } from 'zerowire/patterns/clock'
import { AsyncClient, Client, Worker } from 'zerowire/patterns/majordomo'
import { describe, expect, it } from 'vitest'
import { Child } from '../../test/support/child.js'
import { bytes, texts } from '../../test/support/messages.js'
import { track } from '../../test/support/track.js'
import { freshAddress } from '../../test/support/transports.js'
import { until } from '../../test/support/turn.js'
import { deferred } from '../common/deferred.js'
import { trackAll } from '../common/test/tracked.js'
import { asking, CLIENT, ready, station, WORKER, type Station } from './test/peer.js'

const programs = 'patterns/majordomo/test/programs'

async function worker({ broker, endpoint }: Station, stage: string): Promise<Child> {
  const { workers } = broker.stats
  const child = Child.run(`${programs}/worker.ts`, endpoint, stage)
  expect(await child.line()).toBe('ready')
  await until(() => broker.stats.workers === workers + 1)
  return child
}

function customer(endpoint: string) {
  const clock = new ManualClock()
  return { clock, client: trackAll(new Client(endpoint, { clock })) }
}

describe('a worker that is killed', { timeout: 120_000 }, () => {
  it('while it is idle is not missed: the next one has the request', async () => {
    const all = await station()
    const { client } = customer(all.endpoint)
    const first = await worker(all, 'whole')
    expect(texts(await client.request('work', '1'))).toEqual(['done', '1'])
    await first.kill()
    await until(() => all.broker.stats.workers === 0)
    const reply = client.request('work', '2')
    await until(() => all.broker.stats.waiting === 1)
    await worker(all, 'whole')
    expect(texts(await reply)).toEqual(['done', '2'])
    expect(all.broker.stats).toMatchObject({ lost: 0, vanished: 1, final: 2 })
    expect(client.stats.retries).toBe(0)
  })

  it('with a request takes it along: the client asks again, and the next one has it', async () => {
    const all = await station()
    const { client, clock } = customer(all.endpoint)
    const first = await worker(all, 'request')
    const reply = client.request('work', '1')
    expect(await first.line()).toBe('got 1')
    await first.kill()
    await until(() => all.broker.stats.lost === 1)
    await worker(all, 'whole')
    clock.advance(2500)
    expect(texts(await reply)).toEqual(['done', '1'])
    expect(client.stats).toMatchObject({ retries: 1, final: 1 })
  })

  it('with a request that may be sent again leaves it to another, without the client', async () => {
    const all = await station({ resends: 1 })
    const { client } = customer(all.endpoint)
    const first = await worker(all, 'request')
    const reply = client.request('work', '1')
    expect(await first.line()).toBe('got 1')
    await first.kill()
    await until(() => all.broker.stats.resent === 1)
    await worker(all, 'whole')
    expect(texts(await reply)).toEqual(['done', '1'])
    expect(client.stats.retries).toBe(0)
    expect(all.broker.stats).toMatchObject({ resent: 1, lost: 0 })
  })

  it('in the middle of a reply leaves a reply that broke off, whatever may be sent again', async () => {
    const all = await station({ resends: 1 })
    const { client, clock } = customer(all.endpoint)
    const first = await worker(all, 'partial')
    const replies = client.stream('work', '1')
    expect((await replies.next()).value).toMatchObject({ final: false })
    const rest = replies.next()
    await first.kill()
    await until(() => all.broker.stats.lost === 1)
    clock.advance(2500)
    await expect(rest).rejects.toThrow('The reply broke off')
    await worker(all, 'whole')
    expect(texts(await client.request('work', '2'))).toEqual(['done', '2'])
  })
})

describe('a worker that does not read', () => {
  it('is not there for a request that it has no room for: another one gets it', async () => {
    const all = await station({ socket: { sendHighWaterMark: 1 } })
    const endpoint = freshAddress('inproc')
    await all.broker.bind(endpoint)
    const full = track(new Dealer({ receiveHighWaterMark: 1 }))
    full.connect(endpoint)
    await full.send(bytes('MDPW02', WORKER['0.2'].ready, 'echo'))
    await until(() => all.broker.stats.workers === 1)
    // Heartbeats are what it has no room left for; its own prove that it lives.
    for (let beat = 0; beat < 5; beat++) {
      all.clock.advance(2500)
      await full.send(bytes('MDPW02', WORKER['0.2'].heartbeat))
      await asking(all, 'mmi.service', 'echo').then((client) => client.hear())
    }
    expect(all.broker.stats).toMatchObject({ workers: 1, vanished: 0 })
    await asking(all, 'echo', 'x')
    await until(() => all.broker.stats.vanished === 1)
    expect(all.broker.stats).toMatchObject({ waiting: 1, lost: 0 })
    const next = await ready(all)
    expect((await next.hear())[4]).toBe('x')
    expect(all.broker.stats).toMatchObject({ lost: 0, resent: 0, requests: 1, working: 1 })
  })
})

describe('a client that has gone', () => {
  it('is not told, and the worker is free for others', async () => {
    const all = await station()
    const server = await ready(all)
    const gone = await asking(all, 'echo', 'x')
    const [, , id = ''] = await server.hear()
    gone.leave()
    const { '0.2': current } = WORKER
    while (all.broker.stats.undelivered === 0) {
      const { partials } = all.broker.stats
      await server.say('MDPW02', current.partial, id, '', 'part')
      await until(() => all.broker.stats.partials > partials)
    }
    await server.say('MDPW02', current.final, id, '', 'last')
    const next = await asking(all, 'echo', 'y')
    const [, , other = ''] = await server.hear()
    await server.say('MDPW02', current.final, other, '', 'z')
    expect(await next.hear()).toEqual([...CLIENT['0.2'].final, 'echo', 'z'])
    expect(all.broker.stats).toMatchObject({ final: 2, undelivered: 2, workers: 1 })
  })
})

describe('a broker that is killed and comes back', { timeout: 120_000 }, () => {
  const start = async (endpoint: string): Promise<Child> => {
    const child = Child.run(`${programs}/broker.ts`, endpoint)
    expect(await child.line()).toBe('ready')
    return child
  }

  /** The reply, while time goes by for all as fast as the broker answers others. */
  async function patience<T>(
    endpoint: string,
    reply: Promise<T>,
    ...clocks: ManualClock[]
  ): Promise<T> {
    const other = trackAll(new AsyncClient(endpoint))
    let isOver = false
    const over = reply.finally(() => (isOver = true))
    while (!isOver) {
      await other.send('mmi.service', 'work')
      await other.receive()
      for (const clock of clocks) clock.advance(125)
    }
    return over
  }

  function offer(endpoint: string, work: (request: string) => Promise<string> | string) {
    const clock = new ManualClock()
    const handler = (request: Uint8Array[]) => work(String(request[0]))
    return { clock, worker: trackAll(new Worker(endpoint, 'work', handler, { clock })) }
  }

  it('while nobody asks, or before it was ever there', async () => {
    const endpoint = freshAddress('ipc')
    const { worker, clock } = offer(endpoint, (request) => `did ${request}`)
    const customers = customer(endpoint)
    const early = customers.client.request('work', 'early')
    const first = await start(endpoint)
    expect(texts(await early)).toEqual(['did early'])
    await first.kill()
    await start(endpoint)
    const late = customers.client.request('work', 'late', { tries: 1000 })
    expect(texts(await patience(endpoint, late, clock, customers.clock))).toEqual(['did late'])
    expect(worker.stats.conversations).toBeGreaterThan(1)
  })

  it('with a request that waits for a worker', async () => {
    const endpoint = freshAddress('ipc')
    const first = await start(endpoint)
    const { client, clock } = customer(endpoint)
    const reply = client.request('work', 'x', { tries: 1000 })
    const other = customer(endpoint)
    expect(texts(await other.client.request('mmi.service', 'work'))).toEqual(['404'])
    await first.kill()
    await start(endpoint)
    const server = offer(endpoint, (request) => `did ${request}`)
    expect(texts(await patience(endpoint, reply, clock, server.clock))).toEqual(['did x'])
  })

  it('with a request that a worker has: it is done again', async () => {
    const endpoint = freshAddress('ipc')
    const first = await start(endpoint)
    const begun = deferred<undefined>()
    const go = deferred<undefined>()
    let times = 0
    const server = offer(endpoint, async (request) => {
      times++
      begun.resolve(undefined)
      await go.promise
      return `did ${request}`
    })
    const { client, clock } = customer(endpoint)
    const reply = client.request('work', 'x', { tries: 1000 })
    await begun.promise
    await first.kill()
    await start(endpoint)
    go.resolve(undefined)
    expect(texts(await patience(endpoint, reply, clock, server.clock))).toEqual(['did x'])
    expect(times).toBeGreaterThan(1)
  })
})
