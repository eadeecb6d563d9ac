import { describe, expect, it } from 'vitest'
import { native, ours, type AnySocket } from '../support/implementations.js'
import { bytes, receiveMany, receiveTexts, receiveUntil, texts } from '../support/messages.js'
import { synchronise } from '../support/pubsub.js'
import { open } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'

const directions = [
  { title: 'our publisher, native subscriber', publishing: ours, subscribing: native },
  { title: 'native publisher, our subscriber', publishing: native, subscribing: ours },
]

const topics = ['', 'a', 'ab', 'abc', 'b', '\x00', '\x00\x01', '\x01', '\xff', '\xff\x00']

const prefixCases = [
  { title: 'nothing', prefixes: [], expected: [] },
  { title: 'the empty prefix', prefixes: [''], expected: topics },
  { title: 'one letter', prefixes: ['a'], expected: ['a', 'ab', 'abc'] },
  { title: 'more letters', prefixes: ['ab'], expected: ['ab', 'abc'] },
  { title: 'a whole topic', prefixes: ['abc'], expected: ['abc'] },
  { title: 'more than any topic', prefixes: ['abcd'], expected: [] },
  { title: 'nested prefixes', prefixes: ['a', 'ab'], expected: ['a', 'ab', 'abc'] },
  { title: 'several prefixes', prefixes: ['ab', 'b'], expected: ['ab', 'abc', 'b'] },
  { title: 'a zero byte', prefixes: ['\x00'], expected: ['\x00', '\x00\x01'] },
  { title: 'bytes beyond ASCII', prefixes: ['\xff'], expected: ['\xff', '\xff\x00'] },
]

describe.each(directions)('$title', ({ publishing, subscribing }) => {
  async function connected(options: object = {}) {
    const publisher = open(publishing, 'Publisher', { ...options })
    const subscriber = open(subscribing, 'Subscriber', { ...options })
    subscriber.connect(await bindFresh(publisher))
    return { publisher, subscriber }
  }

  async function publishAll(publisher: AnySocket): Promise<void> {
    for (const topic of topics) await publisher.send(bytes(topic))
    await publisher.send('sync: over')
  }

  it.each(prefixCases)('$title: matches as a prefix', async ({ prefixes, expected }) => {
    const { publisher, subscriber } = await connected()
    subscriber.subscribe(...prefixes.flatMap((prefix) => bytes(prefix)), 'sync')
    await synchronise(publisher, subscriber)
    await publishAll(publisher)
    expect(await receiveUntil(subscriber, 'sync: over')).toEqual(expected)
  })

  it('only the first part counts', async () => {
    const { publisher, subscriber } = await connected()
    subscriber.subscribe('a', 'sync')
    await synchronise(publisher, subscriber)
    await publisher.send(['b', 'a'])
    await publisher.send(['a', 'b', ''])
    expect(await receiveTexts(subscriber)).toEqual(['a', 'b', ''])
  })

  it('a topic subscribed to twice must be unsubscribed from twice', async () => {
    const { publisher, subscriber } = await connected()
    subscriber.subscribe('a', 'a', 'sync')
    await synchronise(publisher, subscriber)
    subscriber.unsubscribe('a')
    subscriber.subscribe('once')
    await synchronise(publisher, subscriber, 'once')
    await publisher.send('a: after one')
    expect(await receiveTexts(subscriber)).toEqual(['a: after one'])

    subscriber.unsubscribe('a')
    subscriber.subscribe('twice')
    await synchronise(publisher, subscriber, 'twice')
    await publisher.send('a: after two')
    await publisher.send('twice')
    expect(await receiveTexts(subscriber)).toEqual(['twice'])
  })

  it('subscriptions change while messages flow', async () => {
    const { publisher, subscriber } = await connected()
    const traffic = new AbortController()
    const flow = (async () => {
      for (let round = 0; !traffic.signal.aborted; round += 1) {
        for (const topic of ['red', 'green', 'blue']) await publisher.send([topic, String(round)])
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    const counters = new Map<string, number>()
    const next = async (): Promise<string> => {
      const [topic = '', round] = await receiveTexts(subscriber)
      expect(Number(round)).toBeGreaterThan(counters.get(topic) ?? -1)
      counters.set(topic, Number(round))
      return topic
    }
    const until = async (arrives: (lately: string[]) => boolean): Promise<void> => {
      const lately: string[] = []
      while (!arrives(lately)) lately.push(await next())
    }

    subscriber.subscribe('red')
    await until((lately) => lately.length >= 20)
    subscriber.subscribe('blue')
    await until((lately) => lately.includes('red') && lately.includes('blue'))
    subscriber.unsubscribe('red')
    await until((lately) => lately.length >= 20 && !lately.slice(-20).includes('red'))
    subscriber.subscribe('green')
    subscriber.unsubscribe('blue')
    await until((lately) => lately.length >= 20 && !lately.slice(-20).includes('blue'))
    expect(await next()).toBe('green')
    traffic.abort()
    await flow
  })

  it('invertMatching delivers what does not match', async () => {
    const { publisher, subscriber } = await connected({ invertMatching: true })
    subscriber.subscribe('a')
    await synchronise(publisher, subscriber)
    await publishAll(publisher)
    const expected = topics.filter((topic) => !topic.startsWith('a'))
    expect(await receiveUntil(subscriber, 'sync: over')).toEqual(expected)
  })

  it('several subscribers get what each asked for', async () => {
    const publisher = open(publishing, 'Publisher')
    const address = await bindFresh(publisher)
    const wishes = [['a'], ['b'], ['a', 'b'], ['']]
    const subscribers: AnySocket[] = []
    for (const wish of wishes) {
      const subscriber = open(subscribing, 'Subscriber')
      subscriber.subscribe(...wish, 'sync')
      subscriber.connect(address)
      await synchronise(publisher, subscriber)
      subscribers.push(subscriber)
    }
    for (const text of ['a1', 'b1', 'c1', 'over']) await publisher.send(text)
    await publisher.send('sync: over')
    const received = await Promise.all(
      subscribers.map(async (subscriber) => {
        const all = await receiveUntil(subscriber, 'sync: over')
        // What was published to synchronise those who came later.
        return all.filter((text) => !text.startsWith('sync'))
      }),
    )
    expect(received).toEqual([['a1'], ['b1'], ['a1', 'b1'], ['a1', 'b1', 'c1', 'over']])
  })
})

describe.each(directions)('XSUB and XPUB: $title', ({ publishing, subscribing }) => {
  async function connected() {
    const publisher = open(publishing, 'XPublisher')
    const subscriber = open(subscribing, 'XSubscriber')
    subscriber.connect(await bindFresh(publisher))
    return { publisher, subscriber }
  }

  it('raw subscriptions work and are reported', async () => {
    const { publisher, subscriber } = await connected()
    await subscriber.send(bytes('\x01a\xff'))
    expect(await receiveTexts(publisher)).toEqual(['\x01a\xff'])
    for (const text of ['a', 'a\xff', 'a\xff!']) await publisher.send(bytes(text))
    expect(await receiveMany(subscriber, 2)).toEqual([['a\xff'], ['a\xff!']])

    await subscriber.send(bytes('\x00a\xff'))
    await subscriber.send('\x01end')
    expect(texts(await publisher.receive())).toEqual(['\x00a\xff'])
    expect(await receiveTexts(publisher)).toEqual(['\x01end'])
    await publisher.send(bytes('a\xff'))
    await publisher.send('end')
    expect(await receiveTexts(subscriber)).toEqual(['end'])
  })

  it('other messages travel upstream as they are', async () => {
    const { publisher, subscriber } = await connected()
    await subscriber.send('\x01')
    expect(await receiveTexts(publisher)).toEqual(['\x01'])
    await subscriber.send(['question', '', 'more'])
    await subscriber.send('')
    expect(await receiveMany(publisher, 2)).toEqual([['question', '', 'more'], ['']])
  })
})
