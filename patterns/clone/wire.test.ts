import * as native from 'zeromq'
import { describe, expect, it } from 'vitest'
import { bytes, receiveTexts, texts } from '../../test/support/messages.js'
import { track } from '../../test/support/track.js'
import { bindFresh } from '../../test/support/transports.js'
import { nextTurn, until } from '../../test/support/turn.js'
import { hugz, kthxbai, kvpub, kvset, kvsync, number, uuid } from './test/chp.js'
import { content, following, serving } from './test/parts.js'

/** A client of RFC 12 that is only frames, of the native library. */
async function scriptedClient(options: Parameters<typeof serving>[0] = {}, subtree = '') {
  const { server, clock, endpoints } = await serving(options)
  const snapshots = track(new native.Dealer())
  const updates = track(new native.Subscriber())
  const publisher = track(new native.XPublisher())
  snapshots.connect(endpoints.snapshot)
  // In this order: when the server greets, it has heard of the first as well.
  updates.subscribe(subtree, 'HUGZ')
  updates.connect(endpoints.publisher)
  expect(await receiveTexts(updates)).toEqual(hugz)
  publisher.connect(endpoints.collector)
  // The server's collector wants all.
  expect(await receiveTexts(publisher)).toEqual(['\x01'])
  const send = (frames: readonly string[]): Promise<void> => publisher.send(bytes(...frames))
  /** The next changes; greetings do not count. */
  const hear = async (count: number): Promise<string[][]> => {
    const messages: string[][] = []
    while (messages.length < count) {
      const message = await receiveTexts(updates)
      if (message[0] !== 'HUGZ') messages.push(message)
    }
    return messages
  }
  const ask = async (...frames: string[]): Promise<string[][]> => {
    await snapshots.send(bytes(...frames))
    const messages: string[][] = []
    do messages.push(await receiveTexts(snapshots))
    while (messages.at(-1)?.[0] !== 'KTHXBAI')
    return messages
  }
  return { server, clock, snapshots, updates, hear, send, ask }
}

describe('the server, to a native client', () => {
  it('greets who subscribes, and everybody once in a heartbeat', async () => {
    const { updates, clock } = await scriptedClient()
    for (let beat = 0; beat < 3; beat++) {
      clock.advance(1000)
      expect(await receiveTexts(updates)).toEqual(['HUGZ', '\0\0\0\0\0\0\0\0', '', '', ''])
    }
  })

  it('numbers what comes, and sends it on with its uuid and properties', async () => {
    const { hear, send, server } = await scriptedClient()
    await send(kvset('/a/1', 'one', { uuid: uuid('1'), properties: 'ttl=10\ncolour=red\n' }))
    await send(kvset('/a/2', '\0\xFF'))
    await send(kvset('/a/1', ''))
    expect(await hear(3)).toEqual([
      ['/a/1', '\0\0\0\0\0\0\0\x01', uuid('1'), 'ttl=10\ncolour=red\n', 'one'],
      ['/a/2', number(2), '', '', '\0\xFF'],
      ['/a/1', number(3), '', '', ''],
    ])
    expect(content(server)).toEqual({ '/a/2': '\0\uFFFD' })
  })

  it('sends snapshots, of all or of a subtree, and then says how far they go', async () => {
    const { ask, server } = await scriptedClient()
    expect(await ask('ICANHAZ?', '')).toEqual([kthxbai(0)])
    for (const key of ['/a/1', '/b/1', '/a/2', '/a/3']) server.set(key, `of ${key}`, { ttl: 9 })
    server.delete('/a/3')
    expect(await ask('ICANHAZ?', '')).toEqual([
      kvsync('/a/1', 1, 'of /a/1'),
      kvsync('/b/1', 2, 'of /b/1'),
      kvsync('/a/2', 3, 'of /a/2'),
      kthxbai(5),
    ])
    expect(await ask('ICANHAZ?', '/a/')).toEqual([
      kvsync('/a/1', 1, 'of /a/1'),
      kvsync('/a/2', 3, 'of /a/2'),
      kthxbai(5, '/a/'),
    ])
    expect(await ask('ICANHAZ?', '/none/')).toEqual([kthxbai(5, '/none/')])
  })

  it('tells a server that asks for them the times that values still have', async () => {
    const { ask, server, clock } = await scriptedClient()
    server.set('k', 'x', { ttl: 9 })
    server.set('l', 'x')
    clock.advance(1500)
    expect(await ask('ICANHAZ?', '', 'properties')).toEqual([
      ['k', number(1), '', 'ttl=8\n', 'x'],
      kvsync('l', 2, 'x'),
      kthxbai(2),
    ])
  })

  it('deletes what lives no longer, as ttl has it in seconds; 0 is for ever', async () => {
    const { hear, send, clock } = await scriptedClient({ heartbeat: 500 }, '/')
    await send(kvset('/k', 'x', { properties: 'ttl=1\n' }))
    await send(kvset('/l', 'x', { properties: 'ttl=0\n' }))
    expect((await hear(2)).map(([key]) => key)).toEqual(['/k', '/l'])
    clock.advance(1000)
    expect(await hear(1)).toEqual([['/k', number(3), '', '', '']])
  })

  it('makes a change once, however often it comes, and says again what its number was', async () => {
    const { hear, send, server } = await scriptedClient({}, '/')
    const change = kvset('/k', 'x', { uuid: uuid('one') })
    await send(change)
    await send(kvset('/k', 'y', { uuid: uuid('two') }))
    await send(change)
    const heard = await hear(3)
    expect(heard.map(([, sequence]) => sequence)).toEqual([1, 2, 1].map(number))
    expect(content(server)).toEqual({ '/k': 'y' })
    expect(server.stats).toMatchObject({ updates: 2, repeated: 1 })
  })

  it.each([
    ['no frames but the key', ['k']],
    ['a frame too many', [...kvset('k', 'x'), '']],
    ['no key', kvset('', 'x')],
    ['a word of the protocol', kvset('HUGZ', 'x')],
    ['another word of it', kvset('KTHXBAI', 'x')],
    ['a uuid that is none', kvset('k', 'x', { uuid: 'no' })],
    ['a number that is none', ['k', '1', '', '', 'x']],
  ])('counts %s and goes on', async (_, message) => {
    const { hear, send, server } = await scriptedClient({}, '/')
    await send(message)
    await send(kvset('/good', 'x'))
    expect((await hear(1))[0]?.[0]).toBe('/good')
    expect(server.stats).toMatchObject({ malformed: 1, updates: 1 })
    expect(content(server)).toEqual({ '/good': 'x' })
  })

  it('refuses what it has no room for, and times that are none', async () => {
    const { hear, send, server } = await scriptedClient({ maxKeys: 2, maxBytes: 20 }, '/')
    await send(kvset('/1', 'x'.repeat(19)))
    for (const ttl of ['x', '-1', '1.5', '9'.repeat(20)]) {
      await send(kvset('/1', 'x', { properties: `ttl=${ttl}\n` }))
    }
    await send(kvset('/1', 'x'))
    await send(kvset('/2', 'x'))
    await send(kvset('/3', 'x'))
    await send(kvset('/2', 'y'))
    const heard = await hear(3)
    expect(heard.map(([key]) => key)).toEqual(['/1', '/2', '/2'])
    expect(server.stats).toMatchObject({ refused: 6, bytes: 6 })
    expect(() => server.set('/3', 'x')).toThrow(expect.objectContaining({ code: 'ENOBUFS' }))
  })

  it('answers who asks for a snapshot, and nobody who asks for anything else', async () => {
    const { ask, snapshots, server } = await scriptedClient()
    await snapshots.send(['IWANT?', ''])
    await snapshots.send('ICANHAZ?')
    await snapshots.send(['ICANHAZ?', '', '', '', ''])
    expect(await ask('ICANHAZ?', '')).toEqual([kthxbai(0)])
    expect(server.stats).toMatchObject({ malformed: 3, snapshots: { sent: 1 } })
  })
})

/** A server of RFC 12 that is only frames, of the native library. */
async function scriptedServer(options: Parameters<typeof following>[1] = {}) {
  const snapshots = track(new native.Router())
  const publisher = track(new native.XPublisher())
  const collector = track(new native.Subscriber())
  collector.subscribe()
  const endpoints = {
    snapshot: await bindFresh(snapshots),
    publisher: await bindFresh(publisher),
    collector: await bindFresh(collector),
  }
  const { client, clock } = following([endpoints], options)
  const publish = (frames: readonly string[]): Promise<void> => publisher.send(bytes(...frames))
  const answer = async (id: Buffer, ...messages: string[][]): Promise<void> => {
    for (const message of messages) await snapshots.send([id, ...bytes(...message)])
  }
  const asked = async (): Promise<Buffer> => {
    const [id = Buffer.alloc(0), ...rest] = await snapshots.receive()
    expect(texts(rest)).toEqual(['ICANHAZ?', options.subtree ?? ''])
    return id
  }
  return { client, clock, snapshots, publisher, collector, publish, answer, asked }
}

describe('the client, to a native server', () => {
  it('subscribes before it asks, and asks only when it is heard', async () => {
    const { client, clock, snapshots, publisher, publish, answer, asked } = await scriptedServer({
      subtree: '/a/',
    })
    expect(await receiveTexts(publisher)).toEqual(['\x01/a/'])
    expect(await receiveTexts(publisher)).toEqual(['\x01HUGZ'])
    let isAsked = false
    const asking = asked().finally(() => (isAsked = true))
    for (let turn = 0; turn < 20; turn++) await nextTurn()
    clock.advance(1000)
    for (let turn = 0; turn < 20; turn++) await nextTurn()
    expect(isAsked).toBe(false)
    await publish(hugz)
    await answer(await asking, kvsync('/a/1', 0, 'x'), kthxbai(0, '/a/'))
    await client.synchronized
    expect(content(client)).toEqual({ '/a/1': 'x' })
    expect(snapshots.readable).toBe(false)
  })

  it('applies what was published meanwhile after the snapshot, as far as it is newer', async () => {
    const { client, publisher, publish, answer, asked } = await scriptedServer()
    expect(await receiveTexts(publisher)).toEqual(['\x01'])
    await publish(hugz)
    const id = await asked()
    await publish(kvpub('k', 6, 'old'))
    await publish(kvpub('k', 7, 'of the snapshot'))
    await publish(kvpub('l', 8, 'new'))
    await answer(id, kvsync('k', 7, 'of the snapshot'))
    expect([client.size, client.live]).toEqual([0, false])
    // As servers made like the guide's say it, without the subtree.
    await answer(id, kvsync('m', 0, 'x'), kthxbai(7))
    await client.synchronized
    await publish(kvpub('m', 9, ''))
    await publish(kvpub('m', 9, 'again'))
    await publish(kvpub('n', 10, 'the last'))
    await until(() => client.sequence === 10)
    expect(content(client)).toEqual({ k: 'of the snapshot', l: 'new', n: 'the last' })
  })

  it('asks again until it is answered', async () => {
    const { client, clock, publisher, publish, answer, asked } = await scriptedServer()
    expect(await receiveTexts(publisher)).toEqual(['\x01'])
    await publish(hugz)
    const id = await asked()
    clock.advance(1000)
    expect(await asked()).toEqual(id)
    await answer(id, kthxbai(3), kthxbai(3))
    await client.synchronized
    expect(client.sequence).toBe(3)
  })

  it('sends its changes with a uuid of their own, until they are published', async () => {
    const { client, clock, collector, publisher, publish, answer, asked } = await scriptedServer()
    expect(await receiveTexts(publisher)).toEqual(['\x01'])
    await publish(hugz)
    await answer(await asked(), kthxbai(0))
    await client.synchronized
    const set = client.set('k', 'x', { ttl: 5 })
    const first = await receiveTexts(collector)
    const [key, sequence, id = '', properties, value] = first
    expect([key, sequence, properties, value]).toEqual(['k', number(0), 'ttl=5\n', 'x'])
    expect(Buffer.from(id, 'latin1').toString('hex')).toMatch(/^.{12}4.{19}$/)
    clock.advance(1000)
    expect(await receiveTexts(collector)).toEqual(first)
    await publish(kvpub('k', 1, 'x', { uuid: id, properties: 'ttl=5\n' }))
    expect(await set).toBe(1)
    expect(String(client.get('k'))).toBe('x')
    expect(client.stats.pending).toBe(0)
    expect(client.stats.resent).toBeGreaterThan(0)
    const deleted = client.delete('k')
    let next = id
    for (let text = 'x'; text !== '';) [, , next = '', , text = ''] = await receiveTexts(collector)
    expect(next).not.toBe(id)
    await publish(kvpub('k', 2, '', { uuid: next }))
    expect(await deleted).toBe(2)
  })

  it('lets a later change of a key wait for an earlier one', async () => {
    const { client, clock, collector, publish } = await scriptedServer()
    const sets = [client.set('k', '1'), client.set('k', '2'), client.set('l', '1')]
    for (const set of sets) set.catch(() => undefined)
    const seen = new Map<string, string>()
    while (seen.size < 2) {
      const [key = '', , id = '', , value] = await receiveTexts(collector)
      expect(value).toBe('1')
      seen.set(key, id)
      clock.advance(100)
    }
    expect(client.stats.pending).toBe(3)
    // What nobody publishes is given up in the end.
    clock.advance(30_000)
    for (const set of sets) {
      await expect(set).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    }
    expect(client.stats.pending).toBe(0)
    await publish(hugz)
  })
})
