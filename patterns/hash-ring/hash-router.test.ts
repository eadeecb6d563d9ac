import * as native from 'zeromq'
import { describe, expect, it } from 'vitest'
import type { Dealer } from 'zerowire'
import { ManualClock } from 'zerowire/patterns/clock'
import { HashClient, HashRing, HashRouter, HashWorker } from 'zerowire/patterns/hash-ring'
import { deferred } from '../common/deferred.js'
import { Child } from '../../test/support/child.js'
import { track } from '../../test/support/track.js'
import { until } from '../../test/support/turn.js'
import { failed, Scene, silent, stranger } from './test/scene.js'

const NAMES = ['anna', 'bert', 'cleo', 'dora']

describe('a broker that routes by key', () => {
  it('hands each request to the owner of its key, as everybody who knows the workers can tell', async () => {
    const scene = await Scene.open()
    for (const name of NAMES) await scene.worker(name)
    const [client, ring] = [scene.client(), new HashRing(NAMES)]
    for (let i = 0; i < 200; i++) {
      expect(String(await client.request(`key:${i}`))).toBe(ring.get(`key:${i}`))
    }
    expect(scene.router.stats).toMatchObject({ assigned: 200, answered: 200, lost: 0, dropped: 0 })
  })

  it('gives workers keys by their weights', async () => {
    const scene = await Scene.open()
    await scene.worker('anna')
    await scene.worker('bert', undefined, 3)
    const owners = Array.from({ length: 4000 }, (_, i) => scene.router.owner(`key:${i}`))
    const share = owners.filter((owner) => owner === 'bert').length / owners.length
    expect(Math.abs(share - 0.75)).toBeLessThan(0.06)
  })

  it('serves REQ of libzmq, body and reply of several frames', async () => {
    const scene = await Scene.open()
    await scene.worker('anna', (key, body) => [key, ...body, ''])
    const request = track(new native.Request({ linger: 0 }))
    request.connect(scene.front)
    await request.send(['key', '', 'body'])
    expect((await request.receive()).map(String)).toEqual(['200', 'key', '', 'body', ''])
  })

  it('takes workers that speak by hand, as the README has the frames', async () => {
    const scene = await Scene.open()
    const worker = track(new native.Dealer({ linger: 0 }))
    worker.connect(scene.back)
    await worker.send('READY 2.5 anna')
    expect(String(await worker.receive())).toBe('OK')
    const reply = scene.client().request('key', 'body')
    const [number, ...rest] = await worker.receive()
    expect(rest.map(String)).toEqual(['key', 'body'])
    await worker.send([number as Buffer, '200', 'done'])
    expect((await reply).map(String)).toEqual(['done'])
    await worker.send('BYE')
    expect(String(await worker.receive())).toBe('BYE')
    expect(scene.router.workers).toEqual([])
  })

  it('says what a worker could not do', async () => {
    const scene = await Scene.open()
    await scene.worker('anna', () => Promise.reject(new Error('no such user')))
    await expect(scene.client().request('key')).rejects.toEqual(failed(500, 'no such user'))
  })

  it('says at once that there is no worker', async () => {
    const scene = await Scene.open()
    await expect(scene.client().request('key')).rejects.toEqual(failed(503, 'no worker'))
  })
})

describe('workers that come and go', () => {
  it('move only the keys of whoever came or went', async () => {
    const scene = await Scene.open()
    const workers: HashWorker[] = []
    const keys = Array.from({ length: 500 }, (_, i) => `key:${i}`)
    const client = scene.client()
    const owners = () => Promise.all(keys.map(async (key) => String(await client.request(key))))
    for (const name of NAMES.slice(0, 3)) workers.push(await scene.worker(name))
    const before = await owners()
    const dora = await scene.worker('dora')
    const during = await owners()
    const moved = during.filter((owner, i) => owner !== before[i])
    expect(new Set(moved)).toEqual(new Set(['dora']))
    await dora.close()
    expect(await owners()).toEqual(before)
  })

  it('finish what they have when they leave, and get no more', async () => {
    const scene = await Scene.open()
    const work = deferred<string>()
    const anna = await scene.worker('anna', () => work.promise)
    const client = scene.client()
    const reply = client.request('key')
    await until(() => anna.stats.requests === 1)
    const closed = anna.close()
    await until(() => scene.router.workers.length === 0)
    await expect(client.request('key')).rejects.toEqual(failed(503, 'no worker'))
    work.resolve('done')
    expect(String(await reply)).toBe('done')
    await closed
  })

  it('do not wait forever for a broker that has gone', async () => {
    const clock = new ManualClock()
    const worker = new HashWorker('anna', () => '', { clock, interval: 100 })
    const closed = worker.close()
    clock.advance(300)
    await closed
    await worker.close()
  })

  it('are dead after as many silent intervals as stated, and not before', async () => {
    const scene = await Scene.open()
    const worker = stranger(scene.back)
    await worker.send('READY 1 anna')
    await worker.receive()
    scene.clock.advance(2999)
    expect(scene.router.workers).toEqual(['anna'])
    scene.clock.advance(1)
    expect(scene.router.workers).toEqual([])
    await worker.send('READY 1 anna')
    await worker.receive()
    expect(scene.router.workers).toEqual(['anna'])
  })

  it('live as long as they say so', async () => {
    const scene = await Scene.open()
    const worker = stranger(scene.back)
    for (let i = 0; i < 10; i++) {
      await worker.send('READY 1 anna')
      expect(String(await worker.receive())).toBe('OK')
      scene.clock.advance(2999)
      expect(scene.router.workers).toEqual(['anna'])
    }
  })

  it('say so at each interval by themselves', async () => {
    const broker = track(new native.Router({ linger: 0 }))
    await broker.bind('tcp://127.0.0.1:*')
    const clock = new ManualClock()
    const worker = new HashWorker('anna', () => '', { clock, interval: 100, weight: 0.5 })
    worker.connect(String(broker.lastEndpoint))
    for (let i = 0; i < 5; i++) {
      expect(String((await broker.receive())[1])).toBe('READY 0.5 anna')
      clock.advance(100)
    }
    const closed = worker.close()
    clock.advance(300)
    await closed
  })

  it('keep their name from others as long as they live', async () => {
    const scene = await Scene.open()
    const anna = await scene.worker('anna', () => 'first')
    const other = scene.newcomer('anna', () => 'second')
    await until(() => other.stats.refused === 1)
    const client = scene.client()
    expect(String(await client.request('key'))).toBe('first')
    await anna.close()
    scene.clock.advance(1000)
    await other.ready
    expect(String(await client.request('key'))).toBe('second')
  })

  it('are refused beyond the most', async () => {
    const scene = await Scene.open({ maxWorkers: 1 })
    await scene.worker('anna')
    const bert = scene.newcomer('bert')
    await until(() => bert.stats.refused === 1)
    expect(scene.router.workers).toEqual(['anna'])
  })

  it('join a broker that has come back, and take no reply to the old one for one to the new', async () => {
    const scene = await Scene.open()
    const worker = stranger(scene.back)
    await worker.send('READY 1 anna')
    await worker.receive()
    scene
      .client()
      .request('key')
      .catch(() => undefined)
    const [number] = await worker.receive()
    await scene.router.close()
    const again = new HashRouter({ clock: scene.clock })
    await again.bindWorkers(scene.back)
    const front = await again.bindClients('tcp://127.0.0.1:*')
    await worker.send('READY 1 anna')
    await worker.receive()
    const client = new HashClient({ clock: scene.clock })
    client.connect(front)
    const reply = client.request('key')
    const [other] = await worker.receive()
    await worker.send([number as Buffer, '200', 'old'])
    await worker.send([other as Buffer, '200', 'new'])
    expect(String(await reply)).toBe('new')
    expect(again.stats.stale).toBe(1)
    for (const each of [client, again]) await each.close()
  })
})

describe('requests of a worker that dies', () => {
  it('are answered with 504', async () => {
    const scene = await Scene.open()
    const worker = stranger(scene.back)
    await worker.send('READY 1 anna')
    await worker.receive()
    const reply = scene.client().request('key')
    await worker.receive()
    void worker.close()
    await expect(reply).rejects.toEqual(failed(504, 'no worker'))
    expect(scene.router.stats).toMatchObject({ lost: 1, unavailable: 0 })
  })

  it('go to the new owner as often as allowed, and no more often', async () => {
    const scene = await Scene.open({ attempts: 2 })
    const workers = new Map<string, Dealer>()
    for (const name of NAMES) {
      const worker = stranger(scene.back)
      await worker.send(`READY 1 ${name}`)
      await worker.receive()
      workers.set(name, worker)
    }
    const lost = expect(scene.client().request('key')).rejects.toEqual(
      failed(504, 'the worker has gone'),
    )
    for (let attempt = 0; attempt < 2; attempt++) {
      const name = String(scene.router.owner('key'))
      const owner = workers.get(name)
      expect((await owner?.receive())?.[1]?.toString()).toBe('key')
      void owner?.close()
      await until(() => scene.router.owner('key') !== name)
    }
    await lost
    expect(scene.router.stats).toMatchObject({ rerouted: 1, lost: 1, assigned: 2 })
  })

  it('all leave for a worker that lives when several die at the same moment', async () => {
    const scene = await Scene.open({ attempts: 2 })
    for (const name of NAMES) {
      const worker = stranger(scene.back)
      await worker.send(`READY 1 ${name}`)
      await worker.receive()
    }
    const client = scene.client()
    const replies = Array.from({ length: 40 }, (_, i) => client.request(`key:${i}`))
    await until(() => scene.router.stats.assigned === 40)
    scene.clock.advance(2000)
    await scene.worker('living')
    scene.clock.advance(1000)
    for (const reply of await Promise.all(replies)) expect(String(reply)).toBe('living')
  })

  it('are answered with 504 when it lives but does not answer', async () => {
    const scene = await Scene.open({ expiry: 2000 })
    const { state, handle } = silent()
    await scene.worker('anna', handle)
    const reply = scene.client().request('key')
    await until(() => state.asked === 1)
    scene.clock.advance(2000)
    await expect(reply).rejects.toEqual(failed(504, 'no answer in time'))
  })

  it('in real processes that are killed go to the next', async () => {
    const router = new HashRouter({ attempts: 2 })
    const [front, back] = [
      await router.bindClients('tcp://127.0.0.1:*'),
      await router.bindWorkers('tcp://127.0.0.1:*'),
    ]
    const program = 'patterns/hash-ring/test/programs/worker.ts'
    const anna = Child.run(program, back, 'anna')
    expect(await anna.line()).toBe('ready')
    const client = new HashClient()
    client.connect(front)
    const silence = expect(client.request('key', 'silent')).rejects.toMatchObject({ status: 504 })
    expect(await anna.line()).toBe('has silent')
    const bert = Child.run(program, back, 'bert')
    expect(await bert.line()).toBe('ready')
    await anna.kill()
    expect(await bert.line()).toBe('has silent')
    await bert.kill()
    await silence
    await expect(client.request('key')).rejects.toMatchObject({ status: 503 })
    for (const each of [client, router]) await each.close()
  })
})
