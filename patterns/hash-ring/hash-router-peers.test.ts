import * as native from 'zeromq'
import { describe, expect, it } from 'vitest'
import { ManualClock } from 'zerowire/patterns/clock'
import { HashClient, HashRouter, HashWorker } from 'zerowire/patterns/hash-ring'
import { track } from '../../test/support/track.js'
import { until } from '../../test/support/turn.js'
import { failed, Scene, silent, stranger } from './test/scene.js'

describe('bounds', () => {
  it('a worker that has enough to do gets no more', async () => {
    const scene = await Scene.open({ maxPending: 2 })
    const { state, handle } = silent()
    await scene.worker('anna', handle)
    const client = scene.client()
    for (let i = 0; i < 2; i++) client.request('key').catch(() => undefined)
    await expect(client.request('key')).rejects.toEqual(failed(503, 'anna is busy'))
    await until(() => state.asked === 2)
  })

  it('a broker has so many bytes to do, whoever is to do it, until they are done or lost', async () => {
    const scene = await Scene.open({ maxPendingBytes: 3000, expiry: 1000 })
    const finish: (() => void)[] = []
    await scene.worker('anna', () => new Promise((resolve) => finish.push(() => resolve('done'))))
    const client = scene.client()
    const body = 'x'.repeat(1000)
    const [one, two] = [client.request('a', body), client.request('b', body)]
    await expect(client.request('c', body)).rejects.toEqual(failed(503, 'too much to do'))
    const small = client.request('d', 'y')
    await until(() => finish.length === 3)
    finish[0]?.()
    expect(String(await one)).toBe('done')
    const next = client.request('e', body)
    await until(() => finish.length === 4)
    const late = failed(504, 'no answer in time')
    const lost = [two, small, next].map((reply) => expect(reply).rejects.toEqual(late))
    scene.clock.advance(1000)
    await Promise.all(lost)
    const after = ['a', 'b'].map((key) => client.request(key, body))
    await until(() => finish.length === 6)
    for (const end of finish) end()
    expect((await Promise.all(after)).map(String)).toEqual(['done', 'done'])
  })

  it('a client waits for so many replies, and so long', async () => {
    const clock = new ManualClock()
    const client = new HashClient({ clock, maxPending: 2, timeout: 100 })
    client.connect('tcp://127.0.0.1:1')
    const replies = [client.request('a'), client.request('b')]
    await expect(client.request('c')).rejects.toMatchObject({ code: 'ENOBUFS' })
    clock.advance(100)
    for (const reply of replies) await expect(reply).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    // They are still queued for a broker that nobody has found.
    await expect(client.request('d')).rejects.toMatchObject({ code: 'ENOBUFS' })
    await client.close()
    await expect(client.request('e')).rejects.toMatchObject({ code: 'EBADF' })
  })

  it('a client that is closed waits for nothing', async () => {
    const client = new HashClient()
    client.connect('tcp://127.0.0.1:1')
    const reply = client.request('a')
    const closed = client.close()
    await expect(reply).rejects.toMatchObject({ code: 'EBADF' })
    await closed
  })

  it('options are checked at once', () => {
    expect(() => new HashRouter({ liveness: 0 })).toThrow(
      'liveness is a whole number from 1 on, not 0',
    )
    expect(() => new HashClient({ timeout: 1.5 })).toThrow(RangeError)
    expect(() => new HashWorker('a b', () => '')).toThrow('name has 1 to 128 characters')
    expect(() => new HashWorker('a', () => '', { weight: 101 })).toThrow('weight is above 0')
  })
})

describe('peers that lie', () => {
  it('cannot weigh more together than the ring has room for', async () => {
    const scene = await Scene.open()
    const workers = Array.from({ length: 21 }, () => stranger(scene.back))
    const answers: string[] = []
    for (const [i, worker] of workers.entries()) {
      await worker.send(`READY 100 worker:${i}`)
      answers.push(String(await worker.receive()))
    }
    expect(answers).toEqual([...Array.from({ length: 20 }, () => 'OK'), 'REFUSED'])
    expect(scene.router.workers).not.toContain('worker:20')
    expect(scene.router.stats.refused).toBe(1)
  })

  it('are not understood by the broker, which counts them and goes on', async () => {
    const scene = await Scene.open()
    const worker = stranger(scene.back)
    const words = [
      'READY',
      'READY 0 a',
      'READY 1e9 a',
      'READY 101 a',
      'READY 1 a b',
      'HELLO',
      'BYE BYE',
    ]
    for (const word of words) await worker.send(word)
    await worker.send(['1', '200', 'nobody has asked'])
    await worker.send('BYE')
    await worker.send('')
    await worker.send('READY 1 anna')
    expect(String(await worker.receive())).toBe('OK')
    expect(scene.router.stats).toMatchObject({ malformed: words.length, stale: 1 })
    await worker.send('READY 1 another name')
    await worker.send('READY 1 another')
    expect(String(await worker.receive())).toBe('REFUSED')

    const client = stranger(scene.front)
    for (const message of [['key'], [''], ['', ''], ['1', '2', '3']]) await client.send(message)
    await client.send([...Array.from({ length: 20 }, String), '', 'key'])
    // The second and third have an empty key, or none.
    await client.send(['', 'key', 'body'])
    const numbers: string[] = []
    for (let key = ''; key !== 'key';) {
      const [number, of] = await worker.receive()
      numbers.push(String(number))
      key = String(of)
    }
    expect(scene.router.stats.malformed).toBe(words.length + 1 + 4)
    await worker.send([String(numbers.at(-1)), 'very well', 'done'])
    await worker.send([String(numbers.at(-1)), '200', 'done'])
    await worker.send([String(numbers.at(-1)), '200', 'done'])
    expect((await client.receive()).map(String)).toEqual(['', '200', 'done'])
    await until(() => scene.router.stats.stale === 2)
    expect(scene.router.stats.malformed).toBe(words.length + 1 + 5)
  })

  it('are not understood by workers and clients either', async () => {
    const broker = track(new native.Router({ linger: 0 }))
    await broker.bind('tcp://127.0.0.1:*')
    const worker = new HashWorker('anna', () => '')
    worker.connect(String(broker.lastEndpoint))
    const [id] = await broker.receive()
    for (const word of ['', 'HELLO', 'OK']) await broker.send([id as Buffer, word])
    await worker.ready
    expect(worker.stats.malformed).toBe(2)
    const client = new HashClient()
    client.connect(String(broker.lastEndpoint))
    const reply = client.request('key')
    let from: Buffer, number: Buffer, key: Buffer | undefined
    do [from, number, , key] = (await broker.receive()) as [Buffer, Buffer, Buffer, Buffer?]
    while (!key)
    for (const lie of [
      ['x'],
      ['x', '', '200'],
      [number, 'x', '200'],
      [number, '', 'x'],
      [number, ''],
    ]) {
      await broker.send([from, ...lie])
    }
    await broker.send([from, number, '', '200', 'done'])
    expect(String(await reply)).toBe('done')
    expect(client.stats).toEqual({ late: 1, malformed: 4 })
    await client.close()
    const closed = worker.close()
    let word = ''
    while (word !== 'BYE') word = String((await broker.receive())[1])
    await broker.send([id as Buffer, 'BYE'])
    await closed
  })
})
