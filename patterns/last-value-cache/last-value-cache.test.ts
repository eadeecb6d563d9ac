import fc from 'fast-check'
import * as native from 'zeromq'
import { Dealer, Pair, Subscriber, XPublisher, XSubscriber } from 'zerowire'
import { describe, expect, it } from 'vitest'
import { receiveMany, receiveUntil } from '../../test/support/messages.js'
import { holdsLater } from '../../test/support/property.js'
import { track } from '../../test/support/track.js'
import { trackAll } from '../common/test/tracked.js'
import { LastValueCache, type LastValueCacheOptions } from './index.js'
import { until } from '../../test/support/turn.js'

const libraries = [
  ['of libzmq', native],
  ['of this library', { Subscriber, XPublisher }],
] as const

describe.each(libraries)('publishers and subscribers %s', (_whose, { Subscriber, XPublisher }) => {
  it('that come late get the last value of their topic, and nobody else gets it again', async () => {
    const { cache, publish, join } = await start(new XPublisher())
    await publish(['a', '1'], ['a', '2'], ['b', '9'])
    const early = await join(new Subscriber(), 'a')
    expect(await receiveMany(early, 1)).toEqual([['a', '2']])
    await publish(['a', '3'])
    const late = await join(new Subscriber(), 'a')
    await publish(['a', 'end'])
    expect(await receiveMany(early, 2)).toEqual([
      ['a', '3'],
      ['a', 'end'],
    ])
    expect(await receiveMany(late, 2)).toEqual([
      ['a', '3'],
      ['a', 'end'],
    ])
    expect(cache.stats).toMatchObject({
      topics: 2,
      received: 5,
      requests: 2,
      replayed: 2,
      repeated: 0,
    })
  })

  it('get all topics that begin as they want, and then what comes', async () => {
    const { publish, join } = await start(new XPublisher())
    await publish(
      ['fruit.apple', '1'],
      ['vegetable', '2'],
      ['fruit.cherry', '3'],
      ['fruit.apple', '4'],
    )
    const one = await join(new Subscriber(), 'fruit.')
    const all = await join(new Subscriber(), '')
    await publish(['fruit.plum', '5'])
    expect(await receiveMany(one, 2)).toEqual([
      ['fruit.cherry', '3'],
      ['fruit.apple', '4'],
    ])
    expect(await receiveMany(all, 4)).toEqual([
      ...[
        ['vegetable', '2'],
        ['fruit.cherry', '3'],
        ['fruit.apple', '4'],
        ['fruit.plum', '5'],
      ],
    ])
  })

  it('are not led astray by a request for which there is nothing', async () => {
    const { publish, join } = await start(new XPublisher())
    const one = await join(new Subscriber(), '')
    const two = await join(new Subscriber(), 'a')
    await join(one, 'nothing', { again: true })
    await publish(['a', '1'], ['b', '2'])
    expect(await receiveMany(one, 2)).toEqual([
      ['a', '1'],
      ['b', '2'],
    ])
    expect(await receiveMany(two, 1)).toEqual([['a', '1']])
  })

  it('may leave a topic: the next message is for all others as before', async () => {
    const { cache, publish, join } = await start(new XPublisher())
    const one = await join(new Subscriber(), 'a')
    const two = await join(new Subscriber(), 'a')
    await join(two, 'b', { again: true })
    two.unsubscribe('a')
    await until(() => cache.stats.requests === 4)
    await publish(['a', '1'], ['b', '2'], ['a', '3'])
    expect(await receiveMany(one, 2)).toEqual([
      ['a', '1'],
      ['a', '3'],
    ])
    expect(await receiveMany(two, 1)).toEqual([['b', '2']])
  })
})

describe('a last value cache', () => {
  it('sends a value of any shape as it came', async () => {
    const { publish, join } = await start(new XPublisher())
    await publish(['a'], ['', 'x', '', 'y'])
    const subscriber = await join(new Subscriber(), '')
    expect(await receiveMany(subscriber, 2)).toEqual([['a'], ['', 'x', '', 'y']])
  })

  it('wants of the publishers what it is told to', async () => {
    const { cache, publisher } = await start(new XPublisher(), { topics: ['a', 'b'] })
    await publisher.receive()
    for (const topic of ['c', 'b', 'a']) await publisher.send(topic)
    await until(() => cache.stats.received === 2)
    expect(cache.stats.topics).toBe(2)
  })

  it('remembers so many topics, and forgets first what was silent longest', async () => {
    const { cache, publish, join } = await start(new XPublisher(), { maxTopics: 2 })
    await publish(['a', '1'], ['b', '2'], ['a', '3'], ['c', '4'])
    expect(cache.stats).toMatchObject({ topics: 2, bytes: 4, forgotten: 1 })
    const subscriber = await join(new Subscriber(), '')
    expect(await receiveMany(subscriber, 2)).toEqual([
      ['a', '3'],
      ['c', '4'],
    ])
  })

  it('remembers so many bytes, and nothing that is larger', async () => {
    const { cache, publish, join } = await start(new XPublisher(), { maxBytes: 10 })
    const present = await join(new Subscriber(), 'a')
    await publish(['a', '1234'], ['b', '1234'], ['b', '12345'])
    expect(cache.stats).toMatchObject({ topics: 1, bytes: 6, forgotten: 1 })
    await publish(['a', '1234567890'])
    expect(cache.stats).toMatchObject({ topics: 1, bytes: 6, forgotten: 2 })
    expect(await receiveMany(present, 2)).toEqual([
      ['a', '1234'],
      ['a', '1234567890'],
    ])
  })

  it('has room for all that somebody new wants at once', async () => {
    const { cache, publish, join } = await start(new XPublisher(), { maxTopics: 3000 })
    const topics = Array.from({ length: 3000 }, (_, topic) => `topic ${topic}`)
    await publish(...topics.map((topic): [string, string] => [topic, 'x'.repeat(100)]))
    const subscriber = await join(new Subscriber(), 'topic')
    expect((await receiveMany(subscriber, 3000)).map(([topic]) => topic)).toEqual(topics)
    expect(cache.backEnd.stats.dropped.full).toBe(0)
  })

  it('gives its values to a subscriber that comes back', async () => {
    const { cache, publish } = await start(new XPublisher())
    const subscriber = track(new Subscriber({ reconnectInterval: 1 }))
    subscriber.connect(String(cache.backEnd.lastEndpoint))
    subscriber.subscribe('a')
    await until(() => cache.stats.requests === 1)
    await publish(['a', '1'])
    expect(await receiveMany(subscriber, 1)).toEqual([['a', '1']])
    const endpoint = String(cache.backEnd.lastEndpoint)
    await cache.backEnd.unbind(endpoint)
    await until(() => cache.backEnd.stats.peers === 0)
    await publish(['a', '2'])
    await cache.backEnd.bind(endpoint)
    expect(await receiveMany(subscriber, 1)).toEqual([['a', '2']])
  })

  it('goes on with a publisher that was started again', async () => {
    const { cache, publish, publisher, join } = await start(new XPublisher())
    await publish(['a', '1'])
    await publisher.close()
    const next = track(new XPublisher())
    next.connect(String(cache.frontEnd.lastEndpoint))
    await next.receive()
    const subscriber = await join(new Subscriber(), 'a')
    await next.send(['a', '2'])
    expect(await receiveMany(subscriber, 2)).toEqual([
      ['a', '1'],
      ['a', '2'],
    ])
  })

  it('does not heed what is no request', async () => {
    const { cache, publish, join } = await start(new XPublisher())
    const honest = await join(new Subscriber(), 'a')
    const liar = track(new native.XSubscriber())
    liar.connect(String(cache.backEnd.lastEndpoint))
    await liar.send(['\x05', 'what'])
    await liar.send('')
    await liar.send(['\x07'])
    await until(() => cache.stats.refused === 3)
    await publish(['a', '1'])
    expect(await receiveMany(honest, 1)).toEqual([['a', '1']])
    expect(cache.stats).toMatchObject({ requests: 1, refused: 3 })
  })

  it('leaves no doubt whose turn it is while publishers and subscribers come at once', async () => {
    const unbounded = new XPublisher({ sendHighWaterMark: 0 })
    const { cache, publisher, join } = await start(unbounded)
    const steady = await join(new Subscriber(), 'tick')
    const count = 2000
    const ticking = (async () => {
      for (let tick = 0; tick < count; tick++) await publisher.send(['tick', String(tick)])
      await publisher.send('tick end')
    })()
    const others = Array.from({ length: 20 }, () => track(new Subscriber()))
    for (const other of others) {
      other.connect(String(cache.backEnd.lastEndpoint))
      other.subscribe('tick', 'other')
      other.unsubscribe('other')
    }
    await ticking
    const expected = Array.from({ length: count }, (_, tick) => `tick|${tick}`)
    expect(await receiveUntil(steady, 'tick end')).toEqual(expected)
    for (const other of others) {
      const got = (await receiveUntil(other, 'tick end')).map((text) => Number(text.slice(5)))
      // Without a gap, and without a repetition, from wherever it came in.
      expect(got).toEqual(got.map((_, index) => (got[0] ?? 0) + index))
    }
  })

  it('answers thousands of requests in one turn before what is published meanwhile', async () => {
    const cache = trackAll(new LastValueCache())
    const publisher = track(new XPublisher({ sendHighWaterMark: 0 }))
    const [steady, busy] = [track(new XSubscriber()), track(new XSubscriber())]
    await cache.frontEnd.bind('inproc://busy-up')
    await cache.backEnd.bind('inproc://busy-down')
    publisher.connect('inproc://busy-up')
    await publisher.receive()
    for (const socket of [steady, busy]) socket.connect('inproc://busy-down')
    await steady.send('\x01tick')
    await until(() => cache.stats.requests === 1)
    const count = 5000
    const numbers = Array.from({ length: count }, (_, number) => String(number))
    await Promise.all([
      busy.sendMany(numbers.map((number) => `\x01${number}`)),
      publisher.sendMany(numbers.map((number) => ['tick', number])),
    ])
    await publisher.send('tick end')
    expect(await receiveUntil(steady, 'tick end')).toEqual(
      numbers.map((number) => `tick|${number}`),
    )
  })

  it('refuses sockets that are neither', async () => {
    const { cache } = await start(new XPublisher())
    for (const stranger of [new Dealer(), new Pair()]) {
      track(stranger).connect(String(cache.backEnd.lastEndpoint))
    }
    const subscriber = track(new Subscriber())
    subscriber.connect(String(cache.backEnd.lastEndpoint))
    subscriber.subscribe('x')
    await until(() => cache.stats.requests === 1)
    expect(cache.stats.refused).toBe(0)
  })

  it.each([
    [{ maxTopics: 0 }, /maxTopics/],
    [{ maxBytes: 1.5 }, /maxBytes/],
  ])('checks its options: %s', (options, message) => {
    expect(() => new LastValueCache(options)).toThrow(message)
  })

  it('closes once', async () => {
    const { cache } = await start(new XPublisher())
    await cache.close()
    await cache[Symbol.asyncDispose]()
    expect([cache.frontEnd.closed, cache.backEnd.closed]).toEqual([true, true])
  })
})

const topics = ['', 'a', 'ab', 'b'] as const
const step = fc.oneof(
  fc.record({ do: fc.constant('publish' as const), topic: fc.constantFrom('a', 'ab', 'abc', 'b') }),
  fc.record({
    do: fc.constant('subscribe' as const),
    who: fc.nat(2),
    topic: fc.constantFrom(...topics),
  }),
  fc.record({
    do: fc.constant('unsubscribe' as const),
    who: fc.nat(2),
    topic: fc.constantFrom(...topics),
  }),
)
let caches = 0

it('does what a model does, with any mixture of topics, subscriptions and values', async () => {
  await holdsLater(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const name = `inproc://last-value-${caches++}`
      const cache = new LastValueCache()
      await cache.frontEnd.bind(`${name}-up`)
      await cache.backEnd.bind(`${name}-down`)
      const publisher = new XPublisher({ linger: 0 })
      publisher.connect(`${name}-up`)
      await publisher.receive()
      // They send what the test wants, and filter nothing.
      const sockets = [0, 1, 2].map(() => new XSubscriber({ linger: 0 }))
      const wants = sockets.map(() => new Set<string>())
      const expected: string[][] = [[], [], []]
      const values = new Map<string, string>()
      let requests = 0
      const request = async (who: number, on: boolean, topic: string): Promise<void> => {
        await sockets[who]?.send(`${on ? '\x01' : '\x00'}${topic}`)
        await until(() => cache.stats.requests === requests)
      }
      for (const [who, socket] of sockets.entries()) {
        socket.connect(`${name}-down`)
        requests++
        await request(who, true, 'end')
      }
      for (const [index, one] of steps.entries()) {
        if (one.do === 'publish') {
          values.delete(one.topic)
          values.set(one.topic, String(index))
          const { received } = cache.stats
          await publisher.send([one.topic, String(index)])
          await until(() => cache.stats.received > received)
          tell(one.topic, String(index))
        } else if (one.do === 'subscribe') {
          requests++
          wants[one.who]?.add(one.topic)
          await request(one.who, true, one.topic)
          let first = true
          for (const [topic, value] of values) {
            if (!topic.startsWith(one.topic)) continue
            if (first) expected[one.who]?.push(`${topic}|${value}`)
            else tell(topic, value)
            first = false
          }
        } else if (wants[one.who]?.delete(one.topic)) {
          requests++
          await request(one.who, false, one.topic)
        }
      }
      function tell(topic: string, value: string): void {
        for (const [who, topics] of wants.entries()) {
          if ([...topics].some((prefix) => topic.startsWith(prefix)))
            expected[who]?.push(`${topic}|${value}`)
        }
      }
      await publisher.send('end')
      for (const [who, socket] of sockets.entries()) {
        expect(await receiveUntil(socket, 'end')).toEqual(expected[who])
      }
      for (const part of [...sockets, publisher, cache]) await part.close()
    }),
  )
})

type AnyPublisher = Parameters<typeof track>[0] & {
  connect(endpoint: string): void
  send(message: string[]): Promise<void>
  receive(): Promise<unknown>
}
type AnySubscriber = Parameters<typeof track>[0] & {
  connect(endpoint: string): void
  subscribe(...topics: string[]): void
}

/** A cache with a publisher that knows what it wants. */
async function start<P extends AnyPublisher>(publisher: P, options: LastValueCacheOptions = {}) {
  const cache = trackAll(new LastValueCache(options))
  await cache.frontEnd.bind('tcp://127.0.0.1:*')
  await cache.backEnd.bind('tcp://127.0.0.1:*')
  track(publisher).connect(String(cache.frontEnd.lastEndpoint))
  await publisher.receive()
  const publish = async (...messages: string[][]): Promise<void> => {
    const { received } = cache.stats
    for (const message of messages) await publisher.send(message)
    await until(() => cache.stats.received === received + messages.length)
  }
  const join = async <S extends AnySubscriber>(
    subscriber: S,
    topic: string,
    { again = false } = {},
  ): Promise<S> => {
    const { requests } = cache.stats
    if (!again) track(subscriber).connect(String(cache.backEnd.lastEndpoint))
    subscriber.subscribe(topic)
    await until(() => cache.stats.requests > requests)
    return subscriber
  }
  return { cache, publisher, publish, join }
}
