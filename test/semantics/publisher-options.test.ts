import { describe, expect, it } from 'vitest'
import { byNumber, pairs } from '../support/by-number.js'
import { describeOurs, zerowire, type AnySocket } from '../support/implementations.js'
import { received } from '../support/received.js'
import { open, track } from '../support/scope.js'

/** Options of publishers and subscribers that `zeromq` has only by number. */
const SUBSCRIBE = 6
const XPUB_MANUAL_LAST_VALUE = 98
const ONLY_FIRST_SUBSCRIBE = 108
const XSUB_VERBOSE_UNSUBSCRIBE = 115
const TOPICS_COUNT = 116

async function join(publisher: AnySocket, subscriber: AnySocket): Promise<void> {
  await publisher.bind('tcp://127.0.0.1:*')
  subscriber.connect(publisher.lastEndpoint ?? '')
}

describe.each(pairs)('$who', ({ here, there }) => {
  it('XPUB_MANUAL_LAST_VALUE: the first message goes to the newcomer alone', async () => {
    const publisher = open(here, 'XPublisher')
    byNumber(publisher).setBoolOption(XPUB_MANUAL_LAST_VALUE, true)
    const old = open(there, 'Subscriber')
    old.subscribe('a')
    await join(publisher, old)
    await publisher.receive()
    byNumber(publisher).setStringOption(SUBSCRIBE, 'a')
    await publisher.send(['a', 'first'])
    expect(await received(old)).toEqual([['a', 'first']])
    const newcomer = open(there, 'Subscriber')
    newcomer.subscribe('a')
    newcomer.connect(publisher.lastEndpoint ?? '')
    await publisher.receive()
    byNumber(publisher).setStringOption(SUBSCRIBE, 'a')
    await publisher.send(['a', 'last value'])
    await publisher.send(['a', 'news'])
    expect(await received(newcomer, 2)).toEqual([
      ['a', 'last value'],
      ['a', 'news'],
    ])
    expect(await received(old)).toEqual([['a', 'news']])
  })

  it('ONLY_FIRST_SUBSCRIBE: parts behind a message of the user are not subscriptions', async () => {
    const publisher = open(here, 'XPublisher')
    byNumber(publisher).setBoolOption(ONLY_FIRST_SUBSCRIBE, true)
    const subscriber = open(there, 'XSubscriber')
    byNumber(subscriber).setBoolOption(ONLY_FIRST_SUBSCRIBE, true)
    await join(publisher, subscriber)
    await subscriber.send('\x01a')
    expect(await received(publisher)).toEqual([['\x01a']])
    await subscriber.send(['words', '\x01b'])
    expect(await received(publisher)).toEqual([['words', '\x01b']])
    expect(byNumber(publisher).getInt32Option(TOPICS_COUNT)).toBe(1)
  })

  it('without it they are', async () => {
    const publisher = open(here, 'XPublisher')
    const subscriber = open(there, 'XSubscriber')
    await join(publisher, subscriber)
    await subscriber.send(['\x01a', '\x01b'])
    expect((await received(publisher, 2)).flat().sort()).toEqual(['\x01a', '\x01b'])
    await publisher.send(['b', 'wanted'])
    expect(await received(subscriber)).toEqual([['b', 'wanted']])
  })

  it('XSUB_VERBOSE_UNSUBSCRIBE passes every unsubscription on', async () => {
    const publisher = open(there, 'XPublisher', { verbosity: 'allSubsUnsubs' })
    const subscriber = open(here, 'XSubscriber')
    byNumber(subscriber).setBoolOption(XSUB_VERBOSE_UNSUBSCRIBE, true)
    await join(publisher, subscriber)
    for (const change of ['\x01a', '\x01a', '\0a', '\0a']) {
      await subscriber.send(change)
      expect(await received(publisher)).toEqual([[change]])
    }
  })

  it('TOPICS_COUNT counts distinct topics at both ends', async () => {
    const publisher = open(here, 'XPublisher')
    const subscriber = open(there, 'Subscriber')
    subscriber.subscribe('a', 'b')
    await join(publisher, subscriber)
    await received(publisher, 2)
    expect(byNumber(publisher).getInt32Option(TOPICS_COUNT)).toBe(2)
    expect(byNumber(subscriber).getInt32Option(TOPICS_COUNT)).toBe(2)
    subscriber.unsubscribe('b')
    await received(publisher)
    expect(byNumber(publisher).getInt32Option(TOPICS_COUNT)).toBe(1)
  })
})

describeOurs('as properties', () => {
  it('they are the same options', async () => {
    const { Publisher, Subscriber, XPublisher, XSubscriber } = zerowire
    const publisher = track(new XPublisher({ manualLastValue: true, onlyFirstSubscribe: true }))
    const subscriber = track(new XSubscriber({ verboseUnsubscribe: true }))
    await publisher.bind('inproc://options')
    subscriber.connect('inproc://options')
    await subscriber.send('\x01a')
    await publisher.receive()
    expect(publisher.topicsCount).toBe(0)
    publisher.subscribe('a')
    expect(publisher.topicsCount).toBe(1)
    expect(subscriber.topicsCount).toBe(1)
    expect(track(new Publisher()).topicsCount).toBe(0)
    const plain = track(new Subscriber())
    plain.subscribe('a', 'b', 'a')
    // libzmq says 3.
    expect(plain.topicsCount).toBe(2)
    expect(() => {
      Object.assign(publisher, { topicsCount: 3 })
    }).toThrow(TypeError)
  })
})
