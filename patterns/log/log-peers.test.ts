import * as native from 'zeromq'
import { describe, expect, it } from 'vitest'
import { LogConsumer, LogProducer } from 'zerowire/patterns/log'
import { track } from '../../test/support/track.js'
import { nextTurn } from '../../test/support/turn.js'
import { encodeContent, join, pack } from './bytes.js'
import { liar, Scene, take, values } from './test/scene.js'

const id = Buffer.alloc(16, 7)
const header = (sequence: number, settled: number) => join([id, pack([8, 8], [sequence, settled])])

describe('the server', () => {
  it('speaks with libzmq, as the README has the frames', async () => {
    const scene = await Scene.open({ topics: { news: { partitions: 2 } } })
    const dealer = track(new native.Dealer({ linger: 0 }))
    const tail = track(new native.Subscriber({ linger: 0 }))
    dealer.connect(scene.address)
    tail.connect(scene.tail)
    tail.subscribe('news\0')
    const hex = (frames: Buffer[]) => frames.map((frame) => frame.toString('hex'))
    let heard: Buffer[] | undefined
    const hearing = tail.receive().then((message) => (heard = message))
    // It listens from some moment on.
    let sequence = 0
    while (!heard) {
      await dealer.send(['a', 'APPEND', header(++sequence, sequence - 1), 'news', 'q', 'v'])
      const place = `0001${(sequence - 1).toString(16).padStart(16, '0')}`
      expect(hex(await dealer.receive())).toEqual(['61', '323030', place])
    }
    await hearing
    const content = `${(1_000_000).toString(16).padStart(16, '0')}000000017176`
    expect(hex([heard[0] as Buffer, heard[2] as Buffer])).toEqual(['6e657773000001', content])
    expect(heard[1]).toHaveLength(8)

    await dealer.send(['b', 'FETCH', 'news', Buffer.from('000100000000000000000001', 'hex')])
    const end = sequence.toString(16).padStart(16, '0')
    const offsets = `${'0'.repeat(16)}${'0'.repeat(16)}${end}`
    expect(hex(await dealer.receive())).toEqual(['62', '323030', offsets, content])

    await dealer.send(['c', 'BEAT', 'news', 'desk', 'me', ''])
    const none = '0000ffffffffffff'
    const row = (partition: string, to: string, committed: string) =>
      `${partition}${'0'.repeat(16)}${to}${committed}`
    const first = row('0000', '0'.repeat(16), none)
    expect(hex(await dealer.receive())).toEqual([
      '63',
      '323030',
      '00000bb8',
      first,
      row('0001', end, none),
    ])
    await dealer.send([
      'd',
      'COMMIT',
      'news',
      'desk',
      'me',
      Buffer.from('00010000000000000001', 'hex'),
    ])
    expect(hex(await dealer.receive())).toEqual(['64', '323030'])
    await dealer.send(['e', 'LEAVE', 'news', 'desk', 'me'])
    expect(hex(await dealer.receive())).toEqual(['65', '323030'])
  })

  it('does not understand what is malformed, counts it, and goes on', async () => {
    const scene = await Scene.open({ topics: { news: {} } })
    const lies: (string | Uint8Array)[][] = [
      ['1'],
      ['1', 'HELLO'],
      ['1', 'APPEND'],
      ['1', 'APPEND', 'short', 'news', 'k', 'v'],
      ['1', 'APPEND', header(1, 0), 'news', 'k'],
      ['1', 'APPEND', header(1, 0), 'news', 'k', 'v', 'more'],
      ['1', 'APPEND', header(1, 1), 'news', 'k', 'v'],
      ['1', 'APPEND', header(5000, 0), 'news', 'k', 'v'],
      ['1', 'APPEND', join([id, new Uint8Array(16).fill(255)]), 'news', 'k', 'v'],
      ['1', 'FETCH', 'news'],
      ['1', 'FETCH', 'news', 'short'],
      ['1', 'FETCH', 'news', pack([2, 8, 2], [0, 0, 1]), 'more'],
      ['1', 'BEAT', 'news', 'desk', 'me'],
      ['1', 'BEAT', 'news', 'desk', 'me', 'odd'],
      ['1', 'BEAT', 'news', 'desk', '', ''],
      ['1', 'BEAT', 'news', 'a desk', 'me', ''],
      ['1', 'COMMIT', 'news', 'desk', 'me'],
      ['1', 'COMMIT', 'news', 'desk', 'me', 'short'],
      ['1', 'LEAVE', 'news'],
    ]
    const dealer = scene.stranger()
    for (const lie of lies) await dealer.send(lie)
    const asked = [
      ['2', 'FETCH', 'olds', pack([2, 8, 2], [0, 0, 1])],
      ['3', 'FETCH', 'news', pack([2, 8, 2], [9, 0, 1])],
      ['4', 'BEAT', 'olds', 'desk', 'me', ''],
      ['5', 'COMMIT', 'news', 'desk', 'me', pack([2, 8], [0, 0])],
      ['6', 'COMMIT', 'news', 'desk', 'me', pack([2, 8], [9, 0])],
      ['7', 'APPEND', header(1, 0), 'olds', 'k', 'v'],
      ['8', 'APPEND', header(1, 0), 'olds', 'k', 'v'],
      ['9', 'APPEND', header(3, 0), 'news', 'k', 'v'],
      ['10', 'LEAVE', 'olds', 'desk', 'me'],
    ]
    for (const message of asked) await dealer.send(message)
    const answers = new Map<string, string>()
    while (answers.size < asked.length) {
      const [number, status] = await dealer.receive()
      answers.set(String(number), String(status).slice(0, 3))
    }
    expect(Object.fromEntries(answers)).toEqual({
      ...{ '2': '400', '3': '400', '4': '400', '5': '403', '6': '403' },
      ...{ '7': '400', '8': '400', '9': '409', '10': '200' },
    })
    expect(scene.server.stats).toMatchObject({ malformed: lies.length, early: 1, duplicates: 1 })
    expect(scene.server.offsets('news')).toEqual([{ start: 0, end: 0 }])
  })

  it('lets nobody commit for another, or what is not there', async () => {
    const scene = await Scene.open({ topics: { news: {} } })
    const [dealer, beat] = [scene.stranger(), ['BEAT', 'news', 'desk', 'me', '']]
    await dealer.send(['1', ...beat])
    await dealer.receive()
    for (const [member, offset, status] of [
      ['you', 0, 403],
      ['me', 1, 403],
      ['me', 0, 200],
    ] as const) {
      await dealer.send(['2', 'COMMIT', 'news', 'desk', member, pack([2, 8], [0, offset])])
      expect(String((await dealer.receive())[1])).toMatch(new RegExp(`^${status}`))
    }
  })

  it('takes no record that is too long, and ends the connection of whoever sends much more', async () => {
    const scene = await Scene.open({ topics: { news: {} }, maxRecordBytes: 1000 })
    const producer = scene.producer()
    await producer.append('news', '', 'x'.repeat(1000))
    await expect(producer.append('news', '', 'x'.repeat(1001))).rejects.toMatchObject({
      code: 'EINVAL',
    })
    await expect(producer.append('olds', '', 'x')).rejects.toMatchObject({ code: 'EINVAL' })
    const stranger = scene.stranger()
    await stranger.send(['1', 'APPEND', header(1, 0), 'news', '', 'x'.repeat(100_000)])
    expect(await producer.append('news', '', 'fine')).toEqual({ partition: 0, offset: 1 })
    expect(scene.server.stats.appended).toBe(2)
  })

  it('reads for so many at a time, lets so many wait, and tells others to come again', async () => {
    const scene = await Scene.open({ topics: { news: {} } })
    const dealer = scene.stranger()
    dealer.sendHighWaterMark = 0
    const place = pack([2, 8, 2], [0, 0, 1])
    for (let i = 0; i < 3000; i++) await dealer.send([`${i}`, 'FETCH', 'news', place])
    const statuses: string[] = []
    while (statuses.length < 3000) statuses.push(String((await dealer.receive())[1]))
    const busy = statuses.filter((status) => status === '503').length
    expect(busy).toBe(scene.server.stats.busy)
    expect(statuses.filter((status) => status === '200').length).toBe(3000 - busy)
  })
})

describe('a producer', () => {
  it('sends again what is not answered, and has it stored once', async () => {
    const scene = await Scene.open({ topics: { news: {} } })
    const { router, at } = await liar()
    const producer = new LogProducer({ clock: scene.clock })
    producer.connect(at[0])
    const appends = ['a', 'b', 'c'].map((value) => producer.append('news', '', value))
    // All arrive, and the answers are lost: what is sent on to the true server has been stored.
    const dealer = scene.stranger()
    const ways: Buffer[] = []
    for (let i = 0; i < 6; i++) {
      const [from, ...message] = await router.receive()
      ways.push(from as Buffer)
      await dealer.send(message)
      const reply = await dealer.receive()
      if (i === 2) scene.clock.advance(2000)
      if (i > 2) await router.send([from as Buffer, ...reply])
    }
    expect(await Promise.all(appends)).toEqual(
      [0, 1, 2].map((offset) => ({ partition: 0, offset })),
    )
    expect(ways[3]).not.toEqual(ways[0])
    expect(producer.stats).toMatchObject({ appended: 3, retries: 1, inFlight: 0 })
    expect(scene.server.stats).toMatchObject({ appended: 3, duplicates: 3 })
    await producer.close()
  })

  it('keeps no more than it may, and lets go of all of it when it is closed', async () => {
    const producer = new LogProducer({ maxInFlight: 2, maxQueued: 1 })
    producer.connect('tcp://127.0.0.1:1')
    const appends = ['a', 'b', 'c'].map((value) => producer.append('news', '', value))
    const ends = appends.map((append) => expect(append).rejects.toMatchObject({ code: 'EBADF' }))
    await expect(producer.append('news', '', 'd')).rejects.toMatchObject({ code: 'ENOBUFS' })
    await expect(producer.append('no topic', '', 'd')).rejects.toThrow(RangeError)
    expect(producer.stats).toMatchObject({ inFlight: 2, queued: 1 })
    await producer.close()
    await Promise.all(ends)
    await expect(producer.append('news', '', 'e')).rejects.toMatchObject({ code: 'EBADF' })
  })

  it('believes nobody who answers what it has not asked, or not what it has', async () => {
    const { router, at } = await liar()
    const producer = new LogProducer()
    producer.connect(at[0])
    const append = producer.append('news', '', 'a')
    const [from, number] = (await router.receive()) as [Buffer, Buffer]
    for (const lie of [['x'], ['x', 'fine'], ['x', '200'], [number, 'very well']]) {
      await router.send([from, ...lie])
    }
    await router.send([from, number, '200', 'somewhere'])
    await expect(append).rejects.toMatchObject({ code: 'EPROTO' })
    expect(producer.stats.malformed).toBe(3)
    await producer.close()
  })
})

describe('a reader', () => {
  it('believes no tail that makes no sense, and no server that does not', async () => {
    const { router, publisher, at } = await liar()
    const consumer = new LogConsumer('news')
    consumer.connect(...at)
    const [from, beat] = (await router.receive()) as [Buffer, Buffer]
    const content = encodeContent(1, Buffer.from('k'), Buffer.from('v'))
    const row = (end: number) => pack([2, 8, 8, 8], [0, 0, end, 2 ** 48 - 1])
    await router.send([from, beat, '200', pack([4], [3000]), row(2)])
    const [, fetch] = (await router.receive()) as [Buffer, Buffer]
    const offsets = pack([8, 8, 8], [0, 0, 2])
    await router.send([from, fetch, '200', offsets, content, 'no record'])
    const tail = Buffer.from('news\0\0\0')
    const read = take(consumer, 2)
    while (consumer.positions.get(0) !== 3) {
      for (const lie of [
        [tail],
        [tail, 'x'],
        [tail, 'x', content],
        [Buffer.concat([tail, tail]), pack([8], [2]), content],
      ]) {
        await publisher.send(lie)
      }
      await publisher.send([tail, pack([8], [2]), content])
      await nextTurn()
    }
    const records = await read
    expect(values(records)).toEqual(['v', 'v'])
    expect(records.map(({ offset }) => offset)).toEqual([0, 2])
    expect(consumer.stats.malformed).toBeGreaterThanOrEqual(5)
    await consumer.close()
  })
})
