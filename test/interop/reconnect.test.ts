import { describe, expect, it } from 'vitest'
import { itOurs, native, ours, type AnySocket } from '../support/implementations.js'
import { EventLog } from '../support/events.js'
import { receiveMany, receiveTexts } from '../support/messages.js'
import { open } from '../support/scope.js'
import { bindFresh, rebind } from '../support/transports.js'
import { Wiretap } from '../support/wiretap.js'

const quick = { reconnectInterval: 1 }

const TOPICS = Array.from({ length: 1000 }, (_, index) => `topic/${String(index)}/`)

const directions = [
  { title: 'ours connects to native', connecting: ours, binding: native },
  { title: 'native connects to ours', connecting: native, binding: ours },
]

describe.each(directions)('$title', ({ connecting, binding }) => {
  it.each(['tcp', 'ipc', 'ws'] as const)(
    'what is sent while the bound peer is away arrives when it is back, over %s',
    async (scheme) => {
      const first = open(binding, 'Pull')
      const address = await bindFresh(first, scheme)
      const push = open(connecting, 'Push', quick)
      const log = new EventLog(push)
      push.connect(address)
      await push.send('before')
      expect(await receiveTexts(first)).toEqual(['before'])

      // Whole: what libzmq closes takes its path along when it is gone, whoever is bound there then.
      const gone = new EventLog(first).untilEnd()
      first.close()
      await Promise.all([gone, log.until('disconnect')])
      const queued = Array.from({ length: 100 }, (_, index) => `queued ${String(index)}`)
      for (const text of queued) await push.send([text, ''])
      const second = open(binding, 'Pull')
      await rebind(second, address)
      expect(await receiveMany(second, queued.length)).toEqual(queued.map((text) => [text, '']))
    },
  )

  it('what is sent before the peer is bound at all arrives', async () => {
    const placeholder = open(binding, 'Pull')
    const address = await bindFresh(placeholder)
    const ended = new EventLog(placeholder).untilEnd()
    placeholder.close()
    await ended

    const push = open(connecting, 'Push', quick)
    const log = new EventLog(push)
    push.connect(address)
    await push.send('early')
    await log.until('connect:retry')
    const pull = open(binding, 'Pull')
    await rebind(pull, address)
    expect(await receiveTexts(pull)).toEqual(['early'])
  })

  it('a conversation goes on after the wire was cut, several times', async () => {
    // That of the reference may still know the lost connection by the name of the next one.
    const router = open(binding, 'Router', { handover: true })
    const tap = await Wiretap.before(await bindFresh(router))
    const dealer = open(connecting, 'Dealer', { ...quick, routingId: 'client' })
    const log = new EventLog(dealer)
    dealer.connect(tap.address)
    for (let round = 1; round <= 3; round += 1) {
      const text = `round ${String(round)}`
      await dealer.send(text)
      expect(await receiveTexts(router)).toEqual(['client', text])
      await router.send(['client', text])
      expect(await receiveTexts(dealer)).toEqual([text])
      tap.cut()
      await log.until('disconnect', round)
      tap.restore()
    }
  })

  it('all subscriptions are restored', async () => {
    const publisher = open(binding, 'XPublisher')
    const tap = await Wiretap.before(await bindFresh(publisher))
    const subscriber = open(connecting, 'Subscriber', quick)
    subscriber.connect(tap.address)
    subscriber.subscribe(...TOPICS)
    await expectSubscriptionsRestored(publisher, subscriber, tap)
  })
})

// The reference loses what its mark has no room for.
itOurs('a send high water mark of 1 loses no subscription', async () => {
  const publisher = open(native, 'XPublisher', { receiveHighWaterMark: 0 })
  const tap = await Wiretap.before(await bindFresh(publisher))
  const subscriber = open(ours, 'XSubscriber', { ...quick, sendHighWaterMark: 1 })
  subscriber.connect(tap.address)
  for (const topic of TOPICS) await subscriber.send(`\x01${topic}`)
  await expectSubscriptionsRestored(publisher, subscriber, tap)
})

async function expectSubscriptionsRestored(
  publisher: AnySocket,
  subscriber: AnySocket,
  tap: Wiretap,
): Promise<void> {
  const all = [...TOPICS].sort()
  const notices = async (prefix: string): Promise<string[]> => {
    const received = await receiveMany(publisher, TOPICS.length)
    return received.flatMap(([notice = '']) => (notice.startsWith(prefix) ? notice.slice(1) : []))
  }
  expect((await notices('\x01')).sort()).toEqual(all)
  // The reference deals with lost and new connections only while it reads.
  const message = receiveTexts(subscriber)
  tap.cut()
  expect((await notices('\x00')).sort()).toEqual(all)
  tap.restore()
  expect((await notices('\x01')).sort()).toEqual(all)
  await publisher.send('topic/999/hello')
  expect(await message).toEqual(['topic/999/hello'])
}

describe('a socket that is bound', () => {
  it('forgets a peer that leaves, with all that was queued for it, and serves the next', async () => {
    const push = open(ours, 'Push')
    const log = new EventLog(push)
    const address = await bindFresh(push)
    const first = open(native, 'Pull')
    first.connect(address)
    await push.send('one')
    expect(await receiveTexts(first)).toEqual(['one'])
    first.close()
    await log.until('disconnect')
    const second = open(native, 'Pull')
    second.connect(address)
    await log.until('handshake', 2)
    await push.send('two')
    expect(await receiveTexts(second)).toEqual(['two'])
  })

  // The reference drops the connections only when it reads next.
  itOurs('can move: the address is free again after unbind', async () => {
    const pull = open(ours, 'Pull')
    const address = await bindFresh(pull)
    const push = open(native, 'Push', quick)
    const log = new EventLog(push)
    push.connect(address)
    await push.send('one')
    expect(await receiveTexts(pull)).toEqual(['one'])
    await pull.unbind(address)
    await log.until('disconnect')
    const other = open(ours, 'Pull')
    await rebind(other, address)
    await push.send('two')
    expect(await receiveTexts(other)).toEqual(['two'])
  })
})
