import { MemoryStore, type Change } from 'zerowire/patterns/store'
import { Titanic, TitanicClient } from 'zerowire/patterns/titanic'
import { describe, expect, it } from 'vitest'
import { texts } from '../../test/support/messages.js'
import { deserted } from '../../test/support/transports.js'
import { until } from '../../test/support/turn.js'
import { deferred } from '../common/deferred.js'
import { Scene } from './test/scene.js'

const UUID = /^[0-9a-f]{32}$/
const STRANGER = '0123456789abcdef0123456789ABCDEF'

/** A store that fails as long as it is told to. */
class BrokenStore extends MemoryStore {
  broken = false

  override async write(changes: readonly Change[]): Promise<void> {
    if (this.broken) throw new Error('the disk is full')
    await super.write(changes)
  }
}

describe('frames of RFC 9 from a REQ of libzmq', () => {
  it('store a request, fetch its reply as often as one likes, and close it', async () => {
    const scene = await Scene.open()
    const titanic = await scene.titanic(new MemoryStore())
    await scene.worker('echo', (request) => ['did', ...request])
    const ask = scene.raw()
    const [status, uuid = '', ...more] = await ask(
      'titanic.request',
      'echo',
      'a',
      '',
      Buffer.of(0xff),
    )
    expect([status, more]).toEqual(['200', []])
    expect(uuid).toMatch(UUID)
    await until(() => titanic.stats.answered === 1)
    for (const id of [uuid, uuid.toUpperCase(), uuid]) {
      expect(await ask('titanic.reply', id)).toEqual(['200', 'did', 'a', '', '\xff'])
    }
    for (const id of [uuid, uuid, STRANGER]) expect(await ask('titanic.close', id)).toEqual(['200'])
    expect(await ask('titanic.reply', uuid)).toEqual(['400'])
    expect(titanic.stats).toMatchObject({
      ...{ requests: 0, bytes: 0, stored: 1, dispatched: 1, answered: 1, closed: 1 },
      ...{ malformed: 0, failed: 0 },
    })
  })

  it('that say nonsense are refused, and nothing is stored', async () => {
    const scene = await Scene.open()
    const titanic = await scene.titanic(new MemoryStore())
    const ask = scene.raw()
    const name = 'x'.repeat(256)
    for (const request of [['echo'], [''], ['', 'x'], [name, 'x'], [Buffer.of(0xff), 'x']]) {
      expect(await ask('titanic.request', ...request)).toEqual(['400'])
    }
    for (const request of [[''], ['x'.repeat(32)], [`${STRANGER}0`], [STRANGER, STRANGER]]) {
      expect(await ask('titanic.reply', ...request)).toEqual(['400'])
    }
    expect(await ask('titanic.close', '')).toEqual(['200'])
    expect(await ask('titanic.close', STRANGER, STRANGER)).toEqual(['400'])
    expect(titanic.stats).toMatchObject({ requests: 0, stored: 0, malformed: 11 })
  })
})

describe('a request', () => {
  it('waits for as long as nobody offers its service, and holds up no other', async () => {
    const scene = await Scene.open()
    const titanic = await scene.titanic(new MemoryStore(), { concurrency: 1 })
    await scene.worker('echo', (request) => request)
    const client = scene.client()
    const waiting = [await client.request('late', '1'), await client.request('late', '2')]
    await until(() => titanic.stats.missing === 1)
    expect(await scene.served(client, 'echo', 'now')).toEqual(['now'])
    for (const uuid of waiting) expect(await client.reply(uuid)).toBe(undefined)
    // The service was looked for once, and has its rest.
    expect(titanic.stats.missing).toBe(1)
    scene.clock.advance(1000)
    await until(() => titanic.stats.missing === 2)
    await scene.worker('late', ([body = '']) => [`did ${body}`])
    await scene.pass(() => titanic.stats.answered === 3)
    const replies = await Promise.all(waiting.map((uuid) => client.reply(uuid)))
    expect(replies.map((reply) => texts(reply ?? []))).toEqual([['did 1'], ['did 2']])
    expect(titanic.stats).toMatchObject({ dispatched: 3, unanswered: 0 })
  })

  it('that has no reply in time is sent again, others go on meanwhile', async () => {
    const scene = await Scene.open()
    const titanic = await scene.titanic(new MemoryStore(), { concurrency: 2 })
    const [stuck, begun] = [deferred<string[]>(), deferred<undefined>()]
    const slow = await scene.worker('slow', () => {
      begun.resolve(undefined)
      return stuck.promise
    })
    await scene.worker('echo', (request) => request)
    const client = scene.client()
    const uuid = await client.request('slow', 'x')
    await begun.promise
    expect(await scene.served(client, 'echo', 'y')).toEqual(['y'])
    scene.clock.advance(30_000)
    await until(() => titanic.stats.unanswered === 1)
    stuck.resolve(['late'])
    await until(() => slow.stats.final === 1)
    expect(await client.reply(uuid)).toBe(undefined)
    await scene.pass(() => titanic.stats.answered === 2)
    expect(texts((await client.reply(uuid)) ?? [])).toEqual(['late'])
    expect(titanic.stats.dispatched).toBe(3)
  })

  it('that is closed with its service leaves nothing behind when the reply comes', async () => {
    const scene = await Scene.open()
    const store = new MemoryStore()
    const titanic = await scene.titanic(store)
    const [go, begun] = [deferred<string[]>(), deferred<undefined>()]
    await scene.worker('slow', () => {
      begun.resolve(undefined)
      return go.promise
    })
    const client = scene.client()
    const uuid = await client.request('slow', 'x')
    await begun.promise
    await client.closeRequest(uuid)
    go.resolve(['done'])
    await scene.worker('echo', (request) => request)
    await scene.served(client, 'echo', 'after it')
    await expect(client.reply(uuid)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await store.range(Buffer.of(0), Buffer.of(255))).toEqual([])
    expect(titanic.stats).toMatchObject({ requests: 0, bytes: 0, closed: 2 })
  })
})

describe('bounds', () => {
  it('of number and bytes refuse with 500, until there is room', async () => {
    const scene = await Scene.open()
    const titanic = await scene.titanic(new MemoryStore(), { maxRequests: 2, maxBytes: 1000 })
    const ask = scene.raw()
    expect(await ask('titanic.request', 'none', 'x'.repeat(1000))).toEqual(['500'])
    const [, uuid = ''] = await ask('titanic.request', 'none', 'x')
    await ask('titanic.request', 'none', 'y')
    expect(await ask('titanic.request', 'none', 'z')).toEqual(['500'])
    const full = { code: 'EAGAIN' }
    await expect(scene.client().request('none', 'z')).rejects.toMatchObject(full)
    await ask('titanic.close', uuid)
    expect((await ask('titanic.request', 'none', 'z'))[0]).toBe('200')
    expect(titanic.stats).toMatchObject({ requests: 2, stored: 3, refused: 3 })
  })

  it('of age remove what is answered and what is not', async () => {
    const scene = await Scene.open()
    const store = new MemoryStore()
    const titanic = await scene.titanic(store, { expiry: 90_000 })
    await scene.worker('echo', (request) => request)
    const client = scene.client()
    const uuids = [await client.request('echo', 'x'), await client.request('none', 'x')]
    await until(() => titanic.stats.answered === 1 && titanic.stats.missing > 0)
    scene.clock.advance(89_999)
    expect(texts((await client.reply(uuids[0] ?? '')) ?? [])).toEqual(['x'])
    scene.clock.advance(1)
    for (const uuid of uuids) {
      await expect(client.reply(uuid)).rejects.toMatchObject({ code: 'ENOENT' })
    }
    scene.clock.advance(60_000)
    await until(() => titanic.stats.expired === 2 && titanic.stats.requests === 0)
    expect(await store.range(Buffer.of(0), Buffer.of(255))).toEqual([])
  })

  it('are checked at once', async () => {
    for (const name of ['maxRequests', 'maxBytes', 'expiry', 'concurrency', 'timeout', 'workers']) {
      const opening = Titanic.open(new MemoryStore(), deserted, { [name]: 0 })
      await expect(opening).rejects.toThrow(`${name} is a`)
    }
    expect(() => new TitanicClient(deserted, { pollInterval: -1 })).toThrow('pollInterval is a')
  })
})

describe('a store that fails', () => {
  it('is a 500 to clients, and costs neither request nor reply', async () => {
    const scene = await Scene.open()
    const store = new BrokenStore()
    const errors: unknown[] = []
    const onError = (error: unknown) => errors.push(String(error))
    const titanic = await scene.titanic(store, { onError })
    const ask = scene.raw()
    const [, uuid = ''] = await ask('titanic.request', 'echo', 'x')
    store.broken = true
    expect(await ask('titanic.request', 'echo', 'y')).toEqual(['500'])
    expect(await ask('titanic.close', uuid)).toEqual(['500'])
    expect(await ask('titanic.reply', uuid)).toEqual(['300'])
    const worker = await scene.worker('echo', (request) => request)
    await scene.pass(() => worker.stats.final > 0 && titanic.stats.failed === 3)
    store.broken = false
    await scene.pass(() => titanic.stats.answered === 1)
    expect(await ask('titanic.reply', uuid)).toEqual(['200', 'x'])
    expect(errors).toContain('Error: the disk is full')
  })
})

describe('a client', () => {
  it('polls by its clock until the reply is there, and then closes the request', async () => {
    const scene = await Scene.open()
    const titanic = await scene.titanic(new MemoryStore())
    const client = scene.client()
    const reply = client.call('late', ['x', 'y'])
    await until(() => titanic.stats.missing === 1)
    await scene.worker('late', (request) => request.reverse())
    await scene.pass(() => titanic.stats.closed === 1)
    expect(texts(await reply)).toEqual(['y', 'x'])
    expect(titanic.stats.requests).toBe(0)
  })

  it('stops at its signal, or when it is closed; the request stays', async () => {
    const scene = await Scene.open()
    const titanic = await scene.titanic(new MemoryStore())
    const [one, two] = [scene.client(), scene.client()]
    const stop = new AbortController()
    const calls = [one.call('none', 'x', { signal: stop.signal }), two.call('none', 'y')]
    const ends = Promise.allSettled(calls)
    await until(() => titanic.stats.stored === 2)
    stop.abort(new Error('enough'))
    await two.close()
    expect(await ends).toMatchObject([
      { status: 'rejected', reason: { message: 'enough' } },
      { status: 'rejected', reason: {} },
    ])
    expect(titanic.stats.requests).toBe(2)
    await expect(two.request('none', 'z')).rejects.toMatchObject({ code: 'EBADF' })
  })

  it('knows what is no Titanic', async () => {
    const scene = await Scene.open()
    const answers = [['200', 'x'], ['2000'], ['600'], ['200 fine', STRANGER], ['400 no']]
    await scene.worker('titanic.request', () => answers.shift() ?? [])
    const client = scene.client()
    for (let i = 0; i < 3; i++) {
      await expect(client.request('echo', 'x')).rejects.toMatchObject({ code: 'EPROTO' })
    }
    expect(await client.request('echo', 'x')).toBe(STRANGER.toLowerCase())
    await expect(client.request('echo', 'x')).rejects.toMatchObject({ code: 'EINVAL' })
  })
})
