import { describe, expect, it } from 'vitest'
import { itOurs, ours, type AnySocket, type SocketName } from '../support/implementations.js'
import { bytes, receiveMany, receiveTexts, receiveUntil } from '../support/messages.js'
import { synchronise } from '../support/pubsub.js'
import { open } from '../support/scope.js'
import { bindFresh, freshAddress, schemes } from '../support/transports.js'

async function connected(scheme: (typeof schemes)[number] = 'inproc') {
  const publisher = open(ours, 'XPublisher')
  const subscriber = open(ours, 'Subscriber')
  subscriber.connect(await bindFresh(publisher, scheme))
  return { publisher, subscriber }
}

async function publish(publisher: AnySocket, ...messages: string[]): Promise<void> {
  for (const text of messages) await publisher.send(bytes(text))
}

describe.each(schemes)('PUB and SUB over %s', (scheme) => {
  it.each(['the subscriber', 'the publisher'])('find each other when %s connects', async (who) => {
    const publisher = open(ours, 'Publisher')
    const subscriber = open(ours, 'Subscriber')
    subscriber.subscribe()
    if (who === 'the subscriber') subscriber.connect(await bindFresh(publisher, scheme))
    else publisher.connect(await bindFresh(subscriber, scheme))
    await synchronise(publisher, subscriber)
    await publisher.send(['topic', 'body'])
    expect(await receiveTexts(subscriber)).toEqual(['topic', 'body'])
  })

  it('match the beginning of the first part', async () => {
    const { publisher, subscriber } = await connected(scheme)
    subscriber.subscribe('ab', ...bytes('\x00\xff'))
    expect(await receiveMany(publisher, 2)).toEqual([['\x01ab'], ['\x01\x00\xff']])
    await publish(
      publisher,
      'a',
      'ab',
      'abc',
      'b',
      '',
      '\x00',
      '\x00\xff',
      '\x00\xff\x00',
      'ab over',
    )
    expect(await receiveUntil(subscriber, 'ab over')).toEqual([
      'ab',
      'abc',
      '\x00\xff',
      '\x00\xff\x00',
    ])
  })

  it('the empty topic means everything', async () => {
    const { publisher, subscriber } = await connected(scheme)
    subscriber.subscribe()
    expect(await receiveTexts(publisher)).toEqual(['\x01'])
    await publish(publisher, '', 'a', '\x00', 'over')
    expect(await receiveUntil(subscriber, 'over')).toEqual(['', 'a', '\x00'])
    subscriber.unsubscribe()
    subscriber.subscribe('o')
    expect(await receiveMany(publisher, 2)).toEqual([['\x00'], ['\x01o']])
    await publish(publisher, '', 'a', '\x00', 'over')
    expect(await receiveUntil(subscriber, 'over')).toEqual([])
  })

  it('nothing comes without a subscription', async () => {
    const { publisher, subscriber } = await connected(scheme)
    await publish(publisher, 'lost')
    subscriber.subscribe('over')
    expect(await receiveTexts(publisher)).toEqual(['\x01over'])
    await publish(publisher, 'lost', 'over')
    expect(await receiveUntil(subscriber, 'over')).toEqual([])
  })

  it('subscriptions are counted: as many must end as began', async () => {
    const { publisher, subscriber } = await connected(scheme)
    subscriber.subscribe('a', 'a', 'a', 'over')
    expect(await receiveMany(publisher, 2)).toEqual([['\x01a'], ['\x01over']])
    subscriber.unsubscribe('a')
    subscriber.unsubscribe('a')
    subscriber.subscribe('one')
    expect(await receiveTexts(publisher)).toEqual(['\x01one'])
    await publish(publisher, 'a', 'over')
    expect(await receiveUntil(subscriber, 'over')).toEqual(['a'])
    subscriber.unsubscribe('a')
    expect(await receiveTexts(publisher)).toEqual(['\x00a'])
    await publish(publisher, 'a', 'over')
    expect(await receiveUntil(subscriber, 'over')).toEqual([])
  })

  it('ending what never began changes nothing', async () => {
    const { publisher, subscriber } = await connected(scheme)
    subscriber.unsubscribe('ghost')
    subscriber.subscribe('a')
    expect(await receiveTexts(publisher)).toEqual(['\x01a'])
    await publish(publisher, 'ghost', 'a')
    expect(await receiveTexts(subscriber)).toEqual(['a'])
  })

  it('overlapping topics deliver a message once', async () => {
    const { publisher, subscriber } = await connected(scheme)
    subscriber.subscribe('', 'a', 'ab')
    await receiveMany(publisher, 3)
    await publish(publisher, 'abc', 'over')
    expect(await receiveUntil(subscriber, 'over')).toEqual(['abc'])
    subscriber.unsubscribe('')
    await receiveTexts(publisher)
    await publish(publisher, 'c', 'abc', 'a over')
    expect(await receiveUntil(subscriber, 'a over')).toEqual(['abc'])
  })
})

describe('a publisher', () => {
  it.each(['Publisher', 'XPublisher'] as const)(
    '%s without subscribers never waits',
    async (type) => {
      const publisher = open(ours, type)
      await bindFresh(publisher)
      for (let number = 0; number < 5000; number += 1) await publisher.send(String(number))
    },
  )

  // A bound SUB of the reference subscribes only when it is read from.
  itOurs('hears of subscriptions as soon as it connects', async () => {
    const subscriber = open(ours, 'Subscriber')
    subscriber.subscribe()
    const address = await bindFresh(subscriber, 'inproc')
    const publisher = open(ours, 'XPublisher')
    publisher.connect(address)
    expect(await receiveTexts(publisher)).toEqual(['\x01'])
    await publisher.send('hello')
    expect(await receiveTexts(subscriber)).toEqual(['hello'])
  })

  it('serves many subscribers, each what it asked for', async () => {
    const publisher = open(ours, 'XPublisher', { verbosity: 'allSubs' })
    const address = await bindFresh(publisher, 'inproc')
    const wishes: [string[], string[]][] = [
      [['a'], ['a1', 'a2', 'over']],
      [['b'], ['b1', 'over']],
      [
        ['a2', 'b'],
        ['b1', 'a2', 'over'],
      ],
      [[''], ['a1', 'b1', 'c1', 'a2', 'over']],
    ]
    const subscribers: AnySocket[] = []
    for (const [topics] of wishes) {
      const subscriber = open(ours, 'Subscriber')
      subscriber.subscribe('over', ...topics)
      subscriber.connect(address)
      await receiveMany(publisher, topics.length + 1)
      subscribers.push(subscriber)
    }
    await publish(publisher, 'a1', 'b1', 'c1', 'a2', 'over')
    for (const [index, [, expected]] of wishes.entries()) {
      const received = await receiveMany(subscribers[index] as AnySocket, expected.length)
      expect(received.flat()).toEqual(expected)
    }
  })

  it('knows over inproc at once what a subscriber that connects has asked for', async () => {
    const publisher = open(ours, 'Publisher')
    const subscriber = open(ours, 'Subscriber')
    subscriber.subscribe('a')
    subscriber.connect(await bindFresh(publisher, 'inproc'))
    subscriber.subscribe('b')
    for (const text of ['a1', 'b1', 'c1']) await publisher.send(text)
    expect((await receiveMany(subscriber, 2)).flat()).toEqual(['a1', 'b1'])
  })
})

describe('invertMatching', () => {
  const topics = ['a', 'ab', 'b', 'c']

  it.each([
    { subscriptions: ['a'], expected: ['b', 'c'] },
    { subscriptions: ['ab', 'c'], expected: ['a', 'b'] },
    { subscriptions: [], expected: topics },
  ])('delivers what is not among $subscriptions', async ({ subscriptions, expected }) => {
    const publisher = open(ours, 'XPublisher', { invertMatching: true })
    const subscriber = open(ours, 'Subscriber', { invertMatching: true })
    subscriber.subscribe('marker', ...subscriptions)
    subscriber.connect(await bindFresh(publisher, 'inproc'))
    await receiveMany(publisher, subscriptions.length + 1)
    await publish(publisher, ...topics, 'marker', 'over')
    expect(await receiveUntil(subscriber, 'over')).toEqual(expected)
  })
})

describe('XPUB and XSUB', () => {
  it('a raw subscription is a message of 1 and the topic, its end of 0', async () => {
    const publisher = open(ours, 'XPublisher')
    const subscriber = open(ours, 'XSubscriber')
    subscriber.connect(await bindFresh(publisher, 'inproc'))
    await subscriber.send('\x01a')
    await subscriber.send('\x01b')
    await subscriber.send('\x00a')
    expect(await receiveMany(publisher, 3)).toEqual([['\x01a'], ['\x01b'], ['\x00a']])
    await publish(publisher, 'a', 'b')
    expect(await receiveTexts(subscriber)).toEqual(['b'])
  })

  it.each(schemes)('subscriptions made before connecting count, over %s', async (scheme) => {
    const publisher = open(ours, 'XPublisher')
    const subscriber = open(ours, 'XSubscriber')
    for (const text of ['\x01a', '\x01a', '\x01gone', '\x00gone']) await subscriber.send(text)
    subscriber.connect(await bindFresh(publisher, scheme))
    expect(await receiveTexts(publisher)).toEqual(['\x01a'])
    await subscriber.send('\x01end')
    expect(await receiveTexts(publisher)).toEqual(['\x01end'])
  })

  it.each(['Subscriber', 'XSubscriber'] as const)('a %s that leaves unsubscribes', async (type) => {
    const publisher = open(ours, 'XPublisher')
    const leaving = open(ours, type)
    leaving.connect(await bindFresh(publisher, 'inproc'))
    if (type === 'XSubscriber') await leaving.send('\x01a')
    else leaving.subscribe('a')
    expect(await receiveTexts(publisher)).toEqual(['\x01a'])
    leaving.close()
    expect(await receiveTexts(publisher)).toEqual(['\x00a'])
  })

  it('form a proxy: messages go down and subscriptions up', async () => {
    const [upstream, downstream] = [freshAddress('ipc'), freshAddress('ipc')]
    const publisher = open(ours, 'Publisher')
    await publisher.bind(upstream)
    const front = open(ours, 'XSubscriber')
    front.connect(upstream)
    const back = open(ours, 'XPublisher')
    await back.bind(downstream)
    const subscriber = open(ours, 'Subscriber')
    subscriber.subscribe('a')
    subscriber.connect(downstream)
    await front.send(await back.receive())
    const passed = (async () => {
      await back.send(await front.receive())
      return receiveTexts(subscriber)
    })()
    let arrived = false
    const watch = passed.then(() => (arrived = true))
    while (!arrived) {
      await publish(publisher, 'b', 'a')
      await new Promise((resolve) => setImmediate(resolve))
    }
    await watch
    expect(await passed).toEqual(['a'])
  })
})

describe('who cannot send or receive', () => {
  const oneWay: { type: SocketName; method: 'send' | 'receive' }[] = [
    { type: 'Publisher', method: 'receive' },
    { type: 'Push', method: 'receive' },
    { type: 'Subscriber', method: 'send' },
    { type: 'Pull', method: 'send' },
  ]

  // The reference hides these methods only from TypeScript, and rejects at the latest on close.
  itOurs.each(oneWay)('$type does not $method', async ({ type, method }) => {
    const socket = open(ours, type)
    const attempt = async (): Promise<unknown> =>
      method === 'send' ? socket.send('hello') : socket.receive()
    await expect(attempt()).rejects.toMatchObject({
      code: 'ENOTSUP',
      message: 'Operation not supported',
    })
  })
})
