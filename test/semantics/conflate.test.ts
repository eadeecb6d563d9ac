import { describe, expect, it } from 'vitest'
import { itOurs, ours, type SocketName } from '../support/implementations.js'
import { receiveTexts } from '../support/messages.js'
import { open } from '../support/scope.js'
import { bindFresh, freshAddress } from '../support/transports.js'

const pairs: { sending: SocketName; receiving: SocketName }[] = [
  { sending: 'Push', receiving: 'Pull' },
  { sending: 'Dealer', receiving: 'Dealer' },
]

describe('conflate keeps the newest message only', () => {
  it.each(pairs)('queued by a $sending for a peer to come', async ({ sending, receiving }) => {
    const address = freshAddress('ipc')
    const sender = open(ours, sending, { conflate: true, reconnectInterval: 1 })
    sender.connect(address)
    for (let number = 0; number < 2000; number += 1) await sender.send(String(number))
    const receiver = open(ours, receiving)
    await receiver.bind(address)
    expect(await receiveTexts(receiver)).toEqual(['1999'])
    await sender.send('next')
    expect(await receiveTexts(receiver)).toEqual(['next'])
  })

  it.each(pairs)('received by a $receiving over inproc', async ({ sending, receiving }) => {
    const receiver = open(ours, receiving, { conflate: true })
    const sender = open(ours, sending, { conflate: true })
    sender.connect(await bindFresh(receiver, 'inproc'))
    for (let number = 0; number < 2000; number += 1) await sender.send(String(number))
    expect(await receiveTexts(receiver)).toEqual(['1999'])
    await sender.send('next')
    expect(await receiveTexts(receiver)).toEqual(['next'])
  })

  itOurs('received by a SUB, of those it asked for', async () => {
    const publisher = open(ours, 'XPublisher')
    const subscriber = open(ours, 'Subscriber', { conflate: true })
    subscriber.subscribe('a')
    subscriber.connect(await bindFresh(publisher, 'inproc'))
    await publisher.receive()
    for (const text of ['a1', 'a2', 'b1', 'a3', 'b2']) await publisher.send(text)
    expect(await receiveTexts(subscriber)).toEqual(['a3'])
  })

  it('and never waits for room', async () => {
    const push = open(ours, 'Push', { conflate: true, sendHighWaterMark: 1, sendTimeout: 0 })
    push.connect('ipc:///nonexistent/socket')
    for (let number = 0; number < 100; number += 1) await push.send(String(number))
  })
})
