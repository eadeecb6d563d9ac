import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Consumer, Producer, QueueBroker } from 'zerowire/patterns/queue'
import { MemoryStore } from 'zerowire/patterns/store'
import * as native from 'zeromq'
import { holdsLater } from '../../test/support/property.js'
import { track } from '../../test/support/track.js'
import { trackAll } from '../common/test/tracked.js'
import { bodies, rejection, Station, take } from './test/station.js'
import { until } from '../../test/support/turn.js'

describe('what is sent again', () => {
  it('is not taken twice, also by the next broker', async () => {
    const station = await Station.open()
    const producer = station.producer({ name: 'shop' })
    await producer.send('q', 'a', { id: '1' })
    await producer.send('q', 'a', { id: '1' })
    await producer.sendAll('q', [
      { body: 'b', id: '2' },
      { body: 'b', id: '2' },
    ])
    const consumer = await station.consumer('q')
    for (const delivery of await take(consumer, 2)) await delivery.ack()
    await consumer.close()
    await station.broker.close()
    await station.start()
    const next = station.producer({ name: 'shop' })
    await next.send('q', 'b', { id: '2' })
    expect(station.broker.queue('q')).toMatchObject({ length: 0 })
    expect(station.broker.stats).toMatchObject({ sent: 0, duplicates: 1 })
  })

  it('is something else in another queue, and from another producer', async () => {
    const station = await Station.open()
    const producer = station.producer({ name: 'shop' })
    await producer.send('q', 'a', { id: '1' })
    await producer.send('other', 'a', { id: '1' })
    await station.producer().send('q', 'a', { id: '1' })
    expect(station.broker.stats).toMatchObject({ sent: 3, duplicates: 0 })
  })

  it('is recognised among the last 1024, and the store keeps no more of them than it has to', async () => {
    const station = await Station.open({ maxProducers: 2 })
    const producer = station.producer({ name: 'shop' })
    const ids = Array.from({ length: 3000 }, (_, i) => String(i))
    for (let i = 0; i < 3000; i += 100) {
      await producer.sendAll(
        'q',
        ids.slice(i, i + 100).map((id) => ({ id, body: '' })),
      )
    }
    await producer.sendAll(
      'q',
      ids.slice(-1024).map((id) => ({ id, body: '' })),
    )
    expect(station.broker.stats).toMatchObject({ sent: 3000, duplicates: 1024 })
    const kept = async (): Promise<number> => {
      return (await station.store.range(Buffer.from('qi/'), Buffer.from('qi0'))).length
    }
    expect(await kept()).toBeLessThanOrEqual(12)
    await producer.send('q', '', { id: '0' })
    expect(station.broker.stats.sent).toBe(3001)
    // Those that were not used for longest are forgotten.
    await station.producer().send('q', '')
    await station.producer().send('q', '')
    await until(() => station.broker.stats.sent === 3003)
    expect(await kept()).toBe(2)
  })
})

describe('bounds', () => {
  it('refuse what a queue has no room for, and take it when it has', async () => {
    const station = await Station.open({ queues: { q: { maxLength: 3 }, b: { maxBytes: 1000 } } })
    const producer = station.producer()
    const sent = Array.from({ length: 5 }, (_, i) => rejection(producer.send('q', String(i))))
    expect(await Promise.all(sent)).toEqual(['none', 'none', 'none', 'ENOBUFS', 'ENOBUFS'])
    expect(await rejection(producer.send('b', Buffer.alloc(1000)))).toBe('ENOBUFS')
    await producer.send('b', Buffer.alloc(900))
    expect(station.broker.stats).toMatchObject({ sent: 4, refused: 3 })
    const consumer = await station.consumer('q', { prefetch: 1 })
    const [first] = await take(consumer, 1)
    expect(await rejection(producer.send('q', 'x', { id: 'x' }))).toBe('ENOBUFS')
    await first?.ack()
    await producer.send('q', 'x', { id: 'x' })
    expect(station.broker.stats.duplicates).toBe(0)
  })

  it('refuse large messages, and too many queues and consumers', async () => {
    const options = { maxMessageSize: 1000, maxQueues: 2, maxConsumers: 2 }
    const station = await Station.open({ ...options, queues: { fixed: {} } })
    const producer = station.producer()
    expect(await rejection(producer.send('fixed', Buffer.alloc(1000)))).toBe('EMSGSIZE')
    const first = await station.consumer('a')
    expect(await rejection(producer.send('b', ''))).toBe('EMFILE')
    const second = await station.consumer('a')
    const third = trackAll(new Consumer(station.endpoint, 'fixed', { retry: 10 }))
    expect(await rejection(third.receive())).toBe('EMFILE')
    expect(station.broker.stats).toMatchObject({ turnedAway: 2, queues: 2, consumers: 2 })
    // A queue that nobody uses and that has nothing makes room.
    await Promise.all([first.close(), second.close(), third.close()])
    await producer.send('b', '')
    expect(station.broker.queue('a')).toBeUndefined()
    expect(station.broker.queue('fixed')).toBeDefined()
  })

  it('cut down what a consumer asks for', async () => {
    const station = await Station.open({ maxPrefetch: 2 })
    await station.producer().sendAll('q', [{ body: 'a' }, { body: 'b' }, { body: 'c' }])
    const consumer = await station.consumer('q', { prefetch: 1000 })
    await take(consumer, 2)
    expect(station.broker.queue('q')).toMatchObject({ inFlight: 2, ready: 1 })
  })

  it('keep a producer from sending without end what nobody answers', async () => {
    const station = await Station.open()
    await station.broker.close()
    const producer = station.producer({ maxPending: 10, inFlight: 4 })
    const sent = Array.from({ length: 10 }, () => rejection(producer.send('q', '')))
    expect(await rejection(producer.send('q', ''))).toBe('EBUSY')
    expect(producer.pending).toBe(10)
    await producer.close()
    expect(new Set(await Promise.all(sent))).toEqual(new Set(['EBADF']))
    expect(await rejection(producer.send('q', ''))).toBe('EBADF')
  })
})

describe('options', () => {
  it('are checked at once', async () => {
    const store = new MemoryStore()
    for (const options of [
      { maxQueues: 0 },
      { heartbeat: 0 },
      { defaults: { visibility: -1 } },
      { queues: { q: { maxLength: 1.5 } } },
      { queues: { q: { maxDeliveries: 0 } } },
    ]) {
      await expect(QueueBroker.open({ store, ...options })).rejects.toThrow(RangeError)
    }
    const named = { store, queues: { 'a queue': {} } }
    await expect(QueueBroker.open(named)).rejects.toThrow(TypeError)
    const end = 'tcp://127.0.0.1:5999'
    expect(() => new Producer(end, { inFlight: 2000 })).toThrow(RangeError)
    expect(() => new Producer(end, { name: '' })).toThrow(TypeError)
    expect(() => new Consumer(end, 'a queue')).toThrow(TypeError)
    expect(() => new Consumer(end, 'q', { prefetch: 0 })).toThrow(RangeError)
    const producer = trackAll(new Producer(end))
    await expect(producer.send('a queue', '')).rejects.toThrow(TypeError)
    await expect(producer.send('q', '', { id: 'a b' })).rejects.toThrow(TypeError)
    await expect(producer.send('q', '', { delay: -1 })).rejects.toThrow(RangeError)
    await expect(producer.send('q', '', { ttl: NaN })).rejects.toThrow(RangeError)
    const properties = { a: 1 } as unknown as Record<string, string>
    await expect(producer.send('q', '', { properties })).rejects.toThrow(TypeError)
    expect(producer.pending).toBe(0)
  })
})

describe('a consumer', () => {
  it('that says nothing is gone after its liveness, and its messages are for others', async () => {
    const station = await Station.open({ heartbeat: 1000, liveness: 3 })
    const silent = station.stranger()
    await silent.say('QUEUE1', 'RECEIVE', 'q', '5')
    expect(await silent.next()).toEqual(['QUEUE1', 'HEARTBEAT'])
    await station.producer().send('q', 'a')
    expect(await silent.next()).toHaveLength(5)
    station.clock.advance(2900)
    expect(station.broker.stats.consumers).toBe(1)
    station.clock.advance(100)
    expect(station.broker.stats).toMatchObject({ consumers: 0, failed: 1 })
    expect(station.broker.queue('q')).toMatchObject({ ready: 1, inFlight: 0 })
  })

  it('connects anew when its broker says nothing', async () => {
    const router = track(new native.Router({ linger: 0 }))
    await router.bind('tcp://127.0.0.1:*')
    const station = await Station.open()
    const { clock } = station
    const options = { clock, heartbeat: 1000, liveness: 3 }
    const consumer = trackAll(new Consumer(router.lastEndpoint ?? '', 'q', options))
    const names = new Set<string>()
    while (names.size < 2) {
      const [id, ...frames] = await router.receive()
      names.add(id?.toString('hex') ?? '')
      expect(frames.map(String)).toEqual(['QUEUE1', 'RECEIVE', 'q', '100'])
      clock.advance(1000)
    }
    const closed = consumer.close()
    clock.advance(10_000)
    await closed
  })
})

describe('messages that make no sense', () => {
  const wrong: (string | Uint8Array)[][] = [
    ['hello'],
    ['QUEUE1'],
    ['QUEUE2', 'RECEIVE', 'q', '1'],
    ['QUEUE1', 'PURGE', 'q'],
    ['QUEUE1', 'SEND', '1 1', 'q', 'p'],
    ['QUEUE1', 'SEND', '1 1', 'q', 'p', 'id'],
    ['QUEUE1', 'SEND', '1', 'q', 'p', 'id', ''],
    ['QUEUE1', 'SEND', '1 1 1', 'q', 'p', 'id', ''],
    ['QUEUE1', 'SEND', 'x 1', 'q', 'p', 'id', ''],
    ['QUEUE1', 'SEND', '1 1', 'a queue', 'p', 'id', ''],
    ['QUEUE1', 'SEND', '1 1', 'q', '', 'id', ''],
    ['QUEUE1', 'SEND', '1 1', 'q', 'p', ...Array.from({ length: 2050 }, () => 'x')],
    ['QUEUE1', 'RECEIVE', 'q', '0'],
    ['QUEUE1', 'RECEIVE', 'q', '-1'],
    ['QUEUE1', 'RECEIVE', 'q'],
    ['QUEUE1', 'RECEIVE', 'q', '1', 'more'],
    ['QUEUE1', 'RECEIVE', '', '1'],
    ['QUEUE1', 'DELETE', '1', 'q'],
    ['QUEUE1', 'DELETE', '1', 'q', 'x'],
    ['QUEUE1', 'DELETE', '1', 'q', '1', '1'],
    ['QUEUE1', 'DELETE', '1', 'q', Array.from({ length: 1025 }, String).join(' ')],
    ['QUEUE1', 'RETURN', '1', 'q', '1'],
    ['QUEUE1', 'RENEW', '1', 'q', '1', 'soon'],
    ['QUEUE1', 'REJECT', 'x', 'q', '1'],
    [new Uint8Array([255, 0, 1])],
  ]

  it('are counted, and change nothing', async () => {
    const station = await Station.open()
    const stranger = station.stranger()
    for (const frames of wrong) await stranger.say(...frames)
    await until(() => station.broker.stats.malformed >= wrong.length)
    expect(station.broker.stats).toMatchObject({ malformed: wrong.length, sent: 0, consumers: 0 })
    await station.producer().send('q', 'still here')
  })

  it('are refused one by one where the rest makes sense', async () => {
    const station = await Station.open()
    const stranger = station.stranger()
    const heads = [
      'good',
      '',
      'a b',
      'a -1',
      'a 1 x',
      'a 1 2 3',
      'fine 0 99\nanything',
      'x'.repeat(200),
    ]
    const messages = heads.flatMap((head) => [head, 'body'])
    await stranger.say('QUEUE1', 'SEND', '1 1', 'q', 'p', ...messages)
    const refused = [1, 2, 3, 4, 5, 7].map((index) => `${index} EINVAL`).join('\n')
    expect(await stranger.next()).toEqual(['QUEUE1', 'SENT', '1', refused])
    // What the properties are is no business of the broker; a consumer counts what it cannot read.
    const consumer = await station.consumer('q')
    expect(bodies(await take(consumer, 1))).toEqual(['body'])
    expect(consumer.malformed).toBe(1)
  })

  it('of the broker are counted by consumers and producers', async () => {
    const router = track(new native.Router({ linger: 0 }))
    await router.bind('tcp://127.0.0.1:*')
    const consumer = trackAll(new Consumer(router.lastEndpoint ?? '', 'q', { retry: 1 }))
    const [id = Buffer.alloc(0)] = await router.receive()
    const lies = [
      ['hello'],
      ['QUEUE1', 'WHAT'],
      ['QUEUE1', 'MESSAGES', '1 1 1', 'id'],
      ['QUEUE1', 'MESSAGES', 'x 1 1', 'id', 'body'],
      ['QUEUE1', 'MESSAGES', '1 1', 'id', 'body'],
      ['QUEUE1', 'MESSAGES', '1 1 1', 'id\n[', 'body'],
      ['QUEUE1', 'MESSAGES', '1 1 1', 'id\n{"a":1}', 'body'],
    ]
    for (const lie of lies) await router.send([id, ...lie])
    await router.send([id, 'QUEUE1', 'DONE', '77'])
    await router.send([id, 'QUEUE1', 'MESSAGES', '5 2 9 expired other', 'id', 'body'])
    const [delivery] = await take(consumer, 1)
    expect(delivery).toMatchObject({ deliveries: 2, death: { reason: 'expired', queue: 'other' } })
    expect(consumer.malformed).toBe(lies.length)
  })

  it('of any kind do no harm', async () => {
    const station = await Station.open()
    const stranger = station.stranger()
    const word = fc.constantFrom(
      ...['QUEUE1', 'SEND', 'RECEIVE', 'DELETE', 'RETURN', 'REJECT', 'RENEW', 'CANCEL'],
      ...['1', '1 1', '2 1', '0', 'q', 'p', 'id', 'id 5 5', '99999999999999999', ''],
    )
    const frames = fc.array(fc.oneof(word, fc.string()), { minLength: 1, maxLength: 8 })
    const property = fc.asyncProperty(frames, fc.boolean(), async (some, isKnown) => {
      await stranger.say(...(isKnown ? ['QUEUE1', ...some] : some))
    })
    await holdsLater(property, 1000)
    await station.producer().send('last', 'still here')
    const consumer = await station.consumer('last')
    expect(bodies(await take(consumer, 1))).toEqual(['still here'])
    expect(station.failure).toBeUndefined()
  })
})

describe('the protocol, by hand and with the native library', () => {
  it('is what the table says', async () => {
    const station = await Station.open()
    const dealer = track(new native.Dealer({ linger: 0 }))
    dealer.connect(station.endpoint)
    const next = async (): Promise<string[]> => (await dealer.receive()).map(String)

    await dealer.send([
      'QUEUE1',
      'SEND',
      '1 1',
      'q',
      'hand',
      'a',
      'body',
      'b 0 60000\n{"x":"y"}',
      '',
    ])
    expect(await next()).toEqual(['QUEUE1', 'SENT', '1', ''])
    // A gap is not filled by what comes behind it.
    await dealer.send(['QUEUE1', 'SEND', '3 2', 'q', 'hand', 'd', ''])
    await dealer.send(['QUEUE1', 'SEND', '2 2', 'q', 'hand', 'c', ''])
    expect(await next()).toEqual(['QUEUE1', 'SENT', '2', ''])

    await dealer.send(['QUEUE1', 'RECEIVE', 'q', '2'])
    expect(await next()).toEqual(['QUEUE1', 'HEARTBEAT'])
    const [, command, a = '', ...rest] = await next()
    expect(command).toBe('MESSAGES')
    expect(a).toMatch(/^\d+ 1 1000000$/)
    const [, , b = ''] = rest
    expect(rest).toEqual(['a', 'body', b, 'b 0 60000\n{"x":"y"}', ''])

    const [receiptA = ''] = a.split(' ')
    const [receiptB = ''] = b.split(' ')
    await dealer.send(['QUEUE1', 'DELETE', '4', 'q', `${receiptA} ${receiptB} 12345`])
    const answers = [await next(), await next()].map(([, what, about]) => `${what} ${about}`)
    expect(answers.toSorted()).toEqual([
      'DONE 4',
      expect.stringMatching(/^MESSAGES \d+ 1 1000000$/) as string,
    ])
    await dealer.send(['QUEUE1', 'CANCEL', '5'])
    expect(await next()).toEqual(['QUEUE1', 'DONE', '5'])
    expect(station.broker.queue('q')).toMatchObject({ length: 1, ready: 1 })
  })
})
