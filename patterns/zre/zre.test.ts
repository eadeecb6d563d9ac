import { describe, expect, it, onTestFinished } from 'vitest'
import { Router, type Message } from 'zerowire'
import { Zre } from 'zerowire/patterns/zre'
import { track } from '../../test/support/track.js'
import { nextTurn } from '../../test/support/turn.js'
import { bindInbox } from './inbox.js'
import { Peer } from './peer.js'
import { MemoryNetwork } from './test/memory-beacon.js'
import { Village } from './test/nodes.js'
import { newUuid } from './uuid.js'

describe('nodes', () => {
  it('meet, introduce themselves, and leave', async () => {
    const village = new Village()
    const a = await village.node('a', { headers: { 'X-ROOM': 'kitchen', empty: '' } })
    const b = await village.node('b')
    const entered = await b.log.until('enter a')
    expect(entered.peer).toEqual({
      id: a.node.id,
      name: 'a',
      endpoint: a.node.endpoint,
      headers: new Map([
        ['X-ROOM', 'kitchen'],
        ['empty', ''],
      ]),
    })
    await a.log.until('enter b')
    expect(a.node.endpoint).toMatch(/^tcp:\/\/127\.0\.0\.1:(49[1-9]|[56])\d+$/)
    expect(a.node.peers.map(({ name }) => name)).toEqual(['b'])
    await b.node.close()
    await a.log.until('exit b left')
    expect(a.node.peers).toEqual([])
  })

  it('whisper to one and shout to a group, in order, texts and bytes of several parts', async () => {
    const village = new Village()
    const [a, b] = await village.pair()
    const c = await village.node('c')
    b.node.join('G')
    c.node.join('G')
    await Promise.all([a.log.until('join b G'), a.log.until('join c G'), c.log.until('enter a')])
    for (let i = 0; i < 100; i++) a.node.whisper(b.node.id, [String(i), Buffer.alloc(300, 'x')])
    expect(a.node.shout('G', ['hello', Buffer.from('you')])).toBe(2)
    a.node.whisper(c.node.id, 'bye')
    await c.log.until('whisper a: bye')
    await b.log.until('shout a G: hello|you')
    const whispers = b.log.lines.filter((line) => line.startsWith('whisper'))
    const x = 'x'.repeat(300)
    expect(whispers).toEqual(Array.from({ length: 100 }, (_, i) => `whisper a: ${i}|${x}`))
    expect(c.log.lines.slice(-2)).toEqual(['shout a G: hello|you', 'whisper a: bye'])
    expect(a.node.shout('nobody', 'x')).toBe(0)
  })

  it('join and leave groups, those before start() included', async () => {
    const village = new Village()
    const { network, clock } = village
    const early = new Zre({ name: 'e', beacon: network.beacon(), clock })
    onTestFinished(() => early.close())
    expect([early.join('one'), early.join('two'), early.join('one')]).toEqual([true, true, false])
    const a = await village.node('a')
    await early.start()
    await a.log.until('join e two')
    expect(early.leave('one')).toBe(true)
    expect(early.leave('one')).toBe(false)
    early.join('three')
    await a.log.until('join e three')
    expect(a.log.lines).toEqual([
      'enter e',
      'join e one',
      'join e two',
      'leave e one',
      'join e three',
    ])
    expect(a.node.groupsOf(early.id)).toEqual(['three', 'two'])
    expect(a.node.groupsOf('nobody')).toEqual([])
    expect(early.groups).toEqual(['three', 'two'])
    expect(a.node.peersIn('two').map(({ name }) => name)).toEqual(['e'])
    expect(Object.values(a.node.stats.refused).some((count) => count > 0)).toBe(false)
  })

  it('count groups modulo 256', async () => {
    const village = new Village()
    const [a, b] = await village.pair()
    for (let i = 0; i < 300; i++) {
      a.node.join('G')
      a.node.leave('G')
    }
    a.node.join('last')
    await b.log.until('join a last')
    expect(b.node.stats.refused.status).toBe(0)
  })

  it('count messages modulo 65536', async () => {
    const router = track(new Router({ receiveHighWaterMark: 0 }))
    await router.bind('inproc://zre-sequence')
    const options = { self: newUuid(), sendHighWaterMark: 0, now: 0, refused: () => undefined }
    const peer = new Peer('id', 'inproc://zre-sequence', options)
    onTestFinished(() => peer.close())
    const received: Message[][] = []
    for (let i = 1; i <= 65_540; i++) {
      peer.send({ id: 'ping' })
      received.push(await router.receive())
      if (!peer.follows(i % 65_536)) throw new Error(`${i} does not follow`)
    }
    const last = received.slice(-6).map(([, frame]) => frame?.readUInt16BE(4))
    expect(last).toEqual([65_535, 0, 1, 2, 3, 4])
    expect(peer.follows(6)).toBe(false)
  })

  it('say their last words before they leave', async () => {
    const village = new Village()
    const [a, b] = await village.pair({ linger: 10_000 })
    const words = Buffer.alloc(1_000_000, 'x')
    for (let i = 0; i < 10; i++) a.node.whisper(b.node.id, [String(i), words])
    await a.node.close()
    await b.log.until('exit a left')
    expect(b.log.count(/^whisper/)).toBe(10)
  })

  it('refuse to send to who is not there', async () => {
    const village = new Village()
    const [a, b] = await village.pair()
    await b.node.close()
    await a.log.until('exit b left')
    expect(() => a.node.whisper(b.node.id, 'x')).toThrow(
      expect.objectContaining({ code: 'EHOSTUNREACH' }),
    )
  })

  it('hear nothing of their own beacons, and do not meet themselves', async () => {
    const village = new Village()
    const a = await village.node('a')
    village.clock.advance(3000)
    village.network.announce({ uuid: Buffer.from(a.node.id, 'hex'), endpoint: 'tcp://127.0.0.1:9' })
    await nextTurn()
    expect([a.node.peers, a.log.lines]).toEqual([[], []])
  })

  it('tell whoever watches later who is there', async () => {
    const village = new Village()
    const [a, b] = await village.pair()
    b.node.join('G')
    await a.log.until('join b G')
    const watch = a.node.watch()
    expect([(await watch.next()).value?.type, (await watch.next()).value?.type]).toEqual([
      'enter',
      'join',
    ])
    expect(await watch.return()).toEqual({ done: true, value: undefined })
    expect(await watch.next()).toEqual({ done: true, value: undefined })
  })

  it('end a watch that is not read, after what there was room for', async () => {
    const village = new Village()
    const [a, b] = await village.pair()
    const watch = a.node.watch(2)
    for (const text of ['one', 'two', 'three']) b.node.whisper(a.node.id, text)
    await a.log.until('whisper b: three')
    expect((await watch.next()).value?.type).toBe('enter')
    expect((await watch.next()).value).toMatchObject({
      type: 'whisper',
      content: ['one'].map(Buffer.from),
    })
    await expect(watch.next()).rejects.toMatchObject({ code: 'ENOBUFS' })
    expect(await watch.next()).toEqual({ done: true, value: undefined })
    expect(() => a.node.watch(0)).toThrow('not 0')
  })

  it('end a watch of which too many bytes are unread, and not sooner', async () => {
    const village = new Village()
    const [a, b] = await village.pair()
    const watch = a.node.watch(100, 1000)
    // With 64 bytes for each part.
    for (const size of [400, 408]) b.node.whisper(a.node.id, 'x'.repeat(size))
    await a.log.until(`whisper b: ${'x'.repeat(408)}`)
    for (const type of ['enter', 'whisper']) expect((await watch.next()).value?.type).toBe(type)
    for (const text of ['x'.repeat(400), '', 'last']) b.node.whisper(a.node.id, text)
    await a.log.until('whisper b: last')
    for (const length of [408, 400, 0]) {
      expect((await watch.next()).value).toMatchObject({ content: [{ length }] })
    }
    await expect(watch.next()).rejects.toMatchObject({ code: 'ENOBUFS' })
    expect(() => a.node.watch(1, 0)).toThrow('maxUnreadBytes')
  })

  it('count messages that nobody watches for', async () => {
    const village = new Village()
    const b = await village.node('b')
    const silent = new Zre({ name: 's', beacon: village.network.beacon(), clock: village.clock })
    onTestFinished(() => silent.close())
    await silent.start()
    await b.log.until('enter s')
    b.node.whisper(silent.id, 'x')
    silent.join('done')
    await b.log.until('join s done')
    while (silent.stats.refused.unread < 1) await nextTurn()
  })

  it('end for those who wait, twice is once, and never start again', async () => {
    const village = new Village()
    const { node } = await village.node('a')
    const next = node.watch().next()
    await node.close()
    await node[Symbol.asyncDispose]()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(await node.watch().next()).toEqual({ done: true, value: undefined })
    await expect(node.start()).rejects.toMatchObject({ code: 'EBADF' })
    const early = new Zre({ beacon: village.network.beacon() })
    const starting = early.start()
    await early.close()
    await expect(starting).rejects.toMatchObject({ code: 'EBADF' })
    await new Zre({ beacon: village.network.beacon() }).close()
  })

  it('say what is wrong with where they are to be bound', async () => {
    const beacon = new MemoryNetwork().beacon()
    const node = new Zre({ beacon, bind: 'nonsense' })
    await expect(node.start()).rejects.toMatchObject({ code: 'EINVAL' })
    await node.close()
    const blind = new Zre({
      beacon: { ...beacon, open: () => Promise.reject(new Error('no network')) },
    })
    await expect(blind.start()).rejects.toThrow('no network')
    await blind.close()
  })

  it('tell others the endpoint they are told to tell', async () => {
    const village = new Village()
    const inproc = await village.node('in', { bind: 'inproc://zre-in' })
    const alias = await village.node('alias', {
      bind: 'inproc://zre-a',
      endpoint: 'inproc://zre-a',
    })
    await Promise.all([alias.log.until('enter in'), inproc.log.until('enter alias')])
    expect([inproc.node.endpoint, alias.node.endpoint]).toEqual([
      'inproc://zre-in',
      'inproc://zre-a',
    ])
    const inbox = track(new Router({ authenticate: () => true }))
    const endpoint = await bindInbox(inbox, '192.0.2.7', 'tcp://*:*')
    expect(endpoint).toBe(String(inbox.lastEndpoint).replace('0.0.0.0', '192.0.2.7'))
  })

  it('go on when a beacon cannot be sent', async () => {
    const village = new Village()
    const beacon = village.network.beacon()
    let broken = true
    const announce: typeof beacon.announce = (announcement) =>
      broken ? Promise.reject(new Error('no network')) : beacon.announce(announcement)
    const a = await village.node('a', { beacon: { ...beacon, announce } })
    const b = await village.node('b', { beacon: { ...village.network.beacon(), announce } })
    expect([a, b].map(({ node }) => node.stats.refused.unsent)).toEqual([1, 1])
    broken = false
    village.clock.advance(1000)
    await Promise.all([a.log.until('enter b'), b.log.until('enter a')])
  })

  it('refuse what they cannot be made of', () => {
    const beacon = new MemoryNetwork().beacon()
    for (const wrong of [
      { name: 'x'.repeat(256) },
      { name: 'a\0b' },
      { headers: { ['x'.repeat(256)]: '' } },
      { endpoint: 'x'.repeat(256) },
      { uuid: Buffer.alloc(15) },
      { interval: 0 },
      { maxPeers: 1.5 },
      { linger: -1 },
      { evasive: 1000, expired: 1000 },
    ]) {
      expect(() => new Zre({ beacon, ...wrong })).toThrow(RangeError)
    }
    const node = new Zre({ beacon })
    expect(() => node.join('x'.repeat(256))).toThrow(RangeError)
    expect(() => node.shout('a\0b', '')).toThrow('group')
    expect(node.name).toBe(node.id.slice(0, 6))
  })
})
