import { expect, it } from 'vitest'
import { EventLog, nextDrop } from '../support/events.js'
import { describeOurs, zerowire } from '../support/implementations.js'
import { pattern, receiveMany, receiveTexts } from '../support/messages.js'
import { track } from '../support/scope.js'
import { bindFresh, endpointOf, schemes } from '../support/transports.js'

describeOurs('stats: every message sent is received, queued or dropped', () => {
  it.each(schemes)('PUSH and PULL over %s', async (scheme) => {
    const pull = track(new zerowire.Pull())
    const push = track(new zerowire.Push())
    push.connect(await bindFresh(pull, scheme))
    for (let number = 0; number < 500; number += 1) await push.send(String(number))
    await receiveMany(pull, 200)
    expect(push.stats.sent).toBe(500)
    expect(pull.stats.received).toBe(200)
    await receiveMany(pull, 300)
    expect(pull.stats).toMatchObject({ received: 500, queued: { incoming: 0, outgoing: 0 } })
    expect(push.stats).toMatchObject({ sent: 500, dropped: { total: 0 } })
  })

  it('what is queued counts at one end or the other', async () => {
    const pull = track(new zerowire.Pull({ receiveHighWaterMark: 10 }))
    const push = track(new zerowire.Push({ sendHighWaterMark: 20 }))
    push.connect(await bindFresh(pull, 'inproc'))
    for (let number = 0; number < 25; number += 1) await push.send(String(number))
    await receiveMany(pull, 3)
    const { queued } = push.stats
    expect(queued.outgoing + pull.stats.queued.incoming).toBe(22)
    expect([queued.incoming, pull.stats.queued.outgoing]).toEqual([0, 0])
  })

  it('what waits for a peer is queued', async () => {
    const push = track(new zerowire.Push())
    push.connect('ipc:///nonexistent/socket')
    for (let number = 0; number < 5; number += 1) await push.send(String(number))
    expect(push.stats).toMatchObject({ sent: 5, queued: { outgoing: 5 }, peers: 0, connections: 0 })
  })

  it.each(schemes)('PUB and a slow SUB over %s', async (scheme) => {
    const publisher = track(new zerowire.XPublisher({ sendHighWaterMark: 10 }))
    const subscriber = track(new zerowire.Subscriber({ receiveHighWaterMark: 10 }))
    subscriber.subscribe('yes')
    subscriber.connect(await bindFresh(publisher, scheme))
    await publisher.receive()
    const body = pattern(64 * 1024)
    let unwanted = 0
    while (publisher.stats.dropped.full < 100) {
      await publisher.send(['yes', body])
      await publisher.send(['no', body])
      unwanted += 1
    }
    const { sent, dropped } = publisher.stats
    expect(dropped.unsubscribed).toBe(unwanted)
    expect(sent).toBe(2 * unwanted)
    expect(dropped.total).toBe(dropped.unsubscribed + dropped.full)

    await receiveMany(subscriber, sent - dropped.total)
    await publisher.send('yes, over')
    expect(await receiveTexts(subscriber)).toEqual(['yes, over'])
    expect(subscriber.stats).toMatchObject({ dropped: { total: 0 }, queued: { incoming: 0 } })
  })

  it('PUB with several subscribers counts each miss', async () => {
    const publisher = track(new zerowire.XPublisher({ sendHighWaterMark: 1, verbosity: 'allSubs' }))
    const address = await bindFresh(publisher, 'inproc')
    const subscribers = [1, 2, 3].map((receiveHighWaterMark) => {
      const subscriber = track(new zerowire.Subscriber({ receiveHighWaterMark }))
      subscriber.subscribe()
      subscriber.connect(address)
      return subscriber
    })
    await receiveMany(publisher, 3)
    for (let number = 0; number < 10; number += 1) await publisher.send(String(number))
    const room = [2, 3, 4]
    for (const [index, subscriber] of subscribers.entries()) {
      await receiveMany(subscriber, room[index] ?? 0)
    }
    expect(publisher.stats).toMatchObject({ sent: 10, dropped: { full: 30 - 9, total: 30 - 9 } })
  })

  it('ROUTER: what has no route', async () => {
    const router = track(new zerowire.Router())
    const drop = nextDrop(router)
    await bindFresh(router)
    for (let number = 0; number < 3; number += 1) await router.send(['nobody', 'lost'])
    expect(router.stats).toMatchObject({ sent: 3, dropped: { unroutable: 3, total: 3 } })
    expect(await drop).toMatchObject({ reason: 'unroutable', count: 3 })
  })

  it('ROUTER: what found the queue full', async () => {
    const router = track(new zerowire.Router({ sendHighWaterMark: 2 }))
    const dealer = track(new zerowire.Dealer({ routingId: 'a', receiveHighWaterMark: 3 }))
    dealer.connect(await bindFresh(router, 'inproc'))
    await dealer.send('hello')
    await router.receive()
    for (let number = 0; number < 12; number += 1) await router.send(['a', String(number)])
    expect(router.stats).toMatchObject({ sent: 12, dropped: { full: 7, total: 7 } })
    await receiveMany(dealer, 5)
    expect(dealer.stats).toMatchObject({ received: 5, queued: { incoming: 0 } })
  })

  it('linger 0: what was still queued at close', async () => {
    const push = track(new zerowire.Push({ linger: 0 }))
    push.connect('ipc:///nonexistent/socket')
    for (let number = 0; number < 5; number += 1) await push.send(String(number))
    await push.close()
    expect(push.stats).toMatchObject({
      sent: 5,
      queued: { outgoing: 0 },
      dropped: { closed: 5, total: 5 },
    })
  })

  it('a peer that leaves unread messages behind', async () => {
    const push = track(new zerowire.Push({ sendHighWaterMark: 3 }))
    const pull = track(new zerowire.Pull({ receiveHighWaterMark: 4 }))
    pull.connect(await bindFresh(push, 'inproc'))
    for (let number = 0; number < 7; number += 1) await push.send(String(number))
    await receiveMany(pull, 2)
    const gone = push.stats.queued.outgoing + pull.stats.queued.incoming
    expect(gone).toBe(5)
    await pull.close()
    expect(push.stats.queued.outgoing + pull.stats.queued.incoming).toBe(0)
    expect(push.stats.dropped.total + pull.stats.dropped.total).toBe(5)
  })

  it('conflate: what newer messages replaced', async () => {
    const push = track(new zerowire.Push({ conflate: true, linger: 0 }))
    push.connect('ipc:///nonexistent/socket')
    for (let number = 0; number < 5; number += 1) await push.send(String(number))
    expect(push.stats).toMatchObject({
      sent: 5,
      queued: { outgoing: 1 },
      dropped: { conflated: 4, total: 4 },
    })
  })

  it('PUB: what subscribers say beside subscriptions', async () => {
    const publisher = track(new zerowire.Publisher())
    const subscriber = track(new zerowire.XSubscriber())
    subscriber.connect(await bindFresh(publisher, 'inproc'))
    await subscriber.send('hello?')
    await subscriber.send('\x01')
    await publisher.send('hello!')
    expect(await receiveTexts(subscriber)).toEqual(['hello!'])
    expect(publisher.stats.dropped).toMatchObject({ unexpected: 1, total: 1 })
  })

  it('connections and peers', async () => {
    const pull = track(new zerowire.Pull())
    const log = new EventLog(pull)
    const address = await bindFresh(pull)
    for (let count = 1; count <= 3; count += 1) {
      const push = track(new zerowire.Push())
      push.connect(address)
      await log.until('handshake', count)
      expect(pull.stats).toMatchObject({ connections: count, peers: 1 })
      await push.close()
      await log.until('disconnect', count)
      expect(pull.stats).toMatchObject({ connections: count, peers: 0 })
    }
    expect(endpointOf(pull)).toBe(address)
  })
})
