import { describe, expect, it } from 'vitest'
import { native, ours, type AnySocket, type Options } from '../support/implementations.js'
import { EventLog } from '../support/events.js'
import { receiveMany, receiveTexts } from '../support/messages.js'
import { open } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'
import { Wiretap } from '../support/wiretap.js'

const SUBSCRIBE = 6
const UNSUBSCRIBE = 7

const directions = [
  { title: 'our XPUB, native subscribers', publishing: ours, subscribing: native },
  { title: 'native XPUB, our subscribers', publishing: native, subscribing: ours },
]

describe.each(directions)('$title', ({ publishing, subscribing }) => {
  async function publisherWith(options: Options = {}) {
    const publisher = open(publishing, 'XPublisher', options)
    const address = await bindFresh(publisher)
    const subscribe = (...topics: string[]): AnySocket => {
      const subscriber = open(subscribing, 'Subscriber', { reconnectInterval: 1 })
      subscriber.subscribe(...topics)
      subscriber.connect(address)
      return subscriber
    }
    return { publisher, address, subscribe }
  }

  async function expectNotices(publisher: AnySocket, ...notices: string[]): Promise<void> {
    const received = await receiveMany(publisher, notices.length)
    expect(received.flat()).toEqual(notices)
  }

  it.each([
    {
      verbosity: null,
      notices: ['+a', '+one', '+two', '+three', '-a', '+four'],
    },
    {
      verbosity: 'allSubs',
      notices: ['+a', '+one', '+a', '+two', '+three', '-a', '+four'],
    },
    {
      verbosity: 'allSubsUnsubs',
      notices: ['+a', '+one', '+a', '+two', '-a', '+three', '-a', '+four'],
    },
  ])('verbosity $verbosity', async ({ verbosity, notices }) => {
    const { publisher, subscribe } = await publisherWith({ verbosity })
    const seen: string[] = []
    // Each step ends with a topic of its own, which is reported whatever the verbosity.
    const step = async (subscriber: AnySocket, marker: string): Promise<void> => {
      subscriber.subscribe(marker)
      while (seen.at(-1) !== `+${marker}`) {
        const [notice = ''] = await receiveTexts(publisher)
        seen.push(notice.replace('\x01', '+').replace('\x00', '-'))
      }
    }
    const first = subscribe('a')
    await step(first, 'one')
    const second = subscribe('a')
    await step(second, 'two')
    first.unsubscribe('a')
    await step(first, 'three')
    second.unsubscribe('a')
    await step(second, 'four')
    expect(seen).toEqual(notices)
  })

  it.each([
    { verbosity: null, notices: ['\x00a'] },
    { verbosity: 'allSubsUnsubs', notices: ['\x00a', '\x00a'] },
  ])('a subscriber that leaves has unsubscribed, verbosity $verbosity', async (expected) => {
    const { verbosity, notices } = expected
    const { publisher, subscribe } = await publisherWith({ verbosity })
    const first = subscribe('a')
    await expectNotices(publisher, '\x01a')
    const second = subscribe('a', 'b')
    if (verbosity !== null) await expectNotices(publisher, '\x01a')
    await expectNotices(publisher, '\x01b')
    const log = new EventLog(publisher)
    first.close()
    await log.until('disconnect')
    second.close()
    const received = (await receiveMany(publisher, notices.length + 1)).flat()
    expect(received.sort()).toEqual([...notices, '\x00b'])
  })

  it('welcomeMessage greets every connection that listens to it', async () => {
    const { publisher, address } = await publisherWith({ welcomeMessage: 'welcome' })
    const tap = await Wiretap.before(address)
    const subscriber = open(subscribing, 'Subscriber', { reconnectInterval: 1 })
    subscriber.subscribe('welcome')
    subscriber.connect(tap.address)
    await expectNotices(publisher, '\x01welcome')
    expect(await receiveTexts(subscriber)).toEqual(['welcome'])
    const again = receiveTexts(subscriber)
    tap.cut()
    await expectNotices(publisher, '\x00welcome')
    tap.restore()
    await expectNotices(publisher, '\x01welcome')
    expect(await again).toEqual(['welcome'])
  })

  it('manual leaves it to the application who gets what', async () => {
    const { publisher, subscribe } = await publisherWith({ manual: true })
    const manual = publisher as AnySocket & { setStringOption(id: number, topic: string): void }
    const subscriber = subscribe('a')
    await expectNotices(publisher, '\x01a')
    manual.setStringOption(SUBSCRIBE, 'ab')
    subscriber.subscribe('end')
    await expectNotices(publisher, '\x01end')
    manual.setStringOption(SUBSCRIBE, 'end')
    for (const text of ['a', 'ab', 'end']) await publisher.send(text)
    expect(await receiveMany(subscriber, 2)).toEqual([['ab'], ['end']])

    subscriber.unsubscribe('a')
    await expectNotices(publisher, '\x00a')
    manual.setStringOption(UNSUBSCRIBE, 'ab')
    subscriber.subscribe('ab')
    await expectNotices(publisher, '\x01ab')
    for (const text of ['ab', 'end']) await publisher.send(text)
    expect(await receiveMany(subscriber, 1)).toEqual([['end']])
  })

  it('manual subscriptions are those of the peer whose notice was read last', async () => {
    const { publisher, subscribe } = await publisherWith({ manual: true })
    const manual = publisher as AnySocket & { setStringOption(id: number, topic: string): void }
    const first = subscribe('')
    await expectNotices(publisher, '\x01')
    manual.setStringOption(SUBSCRIBE, 'first')
    const second = subscribe('')
    await expectNotices(publisher, '\x01')
    manual.setStringOption(SUBSCRIBE, 'second')
    await publisher.send('first')
    await publisher.send('second')
    expect(await receiveTexts(first)).toEqual(['first'])
    expect(await receiveTexts(second)).toEqual(['second'])
  })
})
