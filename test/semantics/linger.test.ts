import { describe, expect, it } from 'vitest'
import { EventLog } from '../support/events.js'
import { describeOurs, itOurs, native, ours, zerowire } from '../support/implementations.js'
import { receiveMany, receiveTexts, receiveUntil } from '../support/messages.js'
import { open, track } from '../support/scope.js'
import { bindFresh, freshAddress, type Scheme } from '../support/transports.js'

const A_MINUTE = 60_000

describe('linger, the peer comes after close()', () => {
  it.each([
    { linger: -1, delivered: ['0', '1', '2'] },
    { linger: A_MINUTE, delivered: ['0', '1', '2'] },
    { linger: 0, delivered: [] },
  ])('$linger', async ({ linger, delivered }) => {
    const address = freshAddress('ipc')
    const push = open(ours, 'Push', { linger, reconnectInterval: 1 })
    push.connect(address)
    for (const text of ['0', '1', '2']) await push.send(text)
    push.close()
    expect(push.closed).toBe(true)
    const pull = open(ours, 'Pull')
    await pull.bind(address)
    expect((await receiveMany(pull, delivered.length)).flat()).toEqual(delivered)
    const marker = open(ours, 'Push')
    marker.connect(address)
    await marker.send('nothing else')
    expect(await receiveTexts(pull)).toEqual(['nothing else'])
  })
})

describe('linger, the peer is there', () => {
  const COUNT = 1000

  async function expectAllDelivered(scheme: Scheme): Promise<void> {
    const pull = open(ours, 'Pull', { receiveHighWaterMark: 10 })
    const push = open(ours, 'Push')
    push.connect(await bindFresh(pull, scheme))
    for (let number = 0; number < COUNT; number += 1) await push.send(String(number))
    push.close()
    const expected = Array.from({ length: COUNT }, (_, number) => String(number))
    expect((await receiveMany(pull, COUNT)).flat()).toEqual(expected)
  }

  it.each(['tcp', 'inproc', 'ws'] as const)('-1 delivers all over %s', expectAllDelivered)

  // The reference loses here what it has not read yet when the peer hangs up.
  itOurs('-1 delivers all over ipc', () => expectAllDelivered('ipc'))

  it('-1 delivers a large message that is on its way', async () => {
    const pull = open(ours, 'Pull')
    const push = open(ours, 'Push')
    push.connect(await bindFresh(pull))
    const body = Buffer.alloc(16 * 1024 * 1024, 'large ')
    await push.send(body)
    push.close()
    expect((await pull.receive())[0]?.equals(body)).toBe(true)
  })

  it('a bound socket delivers as well', async () => {
    const push = open(ours, 'Push')
    const log = new EventLog(push)
    const pull = open(ours, 'Pull', { receiveHighWaterMark: 10 })
    pull.connect(await bindFresh(push))
    await log.until('handshake')
    for (let number = 0; number < COUNT; number += 1) await push.send(String(number))
    push.close()
    expect((await receiveMany(pull, COUNT)).flat().at(-1)).toBe(String(COUNT - 1))
  })
})

describe('linger of disconnect()', () => {
  it.each([
    { linger: -1, delivered: ['before'] },
    { linger: 0, delivered: [] },
  ])('$linger', async ({ linger, delivered }) => {
    const address = freshAddress('ipc')
    const push = open(ours, 'Push', { linger, reconnectInterval: 1 })
    push.connect(address)
    await push.send('before')
    push.disconnect(address)
    const pull = open(ours, 'Pull')
    await pull.bind(address)
    expect((await receiveMany(pull, delivered.length)).flat()).toEqual(delivered)
    const marker = open(ours, 'Push')
    marker.connect(address)
    await marker.send('over')
    expect(await receiveUntil(pull, 'over')).toEqual([])
  })
})

describe('the default', () => {
  it.each([
    { type: 'Push', linger: -1 },
    { type: 'Request', linger: -1 },
    { type: 'Publisher', linger: -1 },
    { type: 'Subscriber', linger: 0 },
    { type: 'XSubscriber', linger: 0 },
  ] as const)('of $type is $linger', ({ type, linger }) => {
    expect(open(ours, type).linger).toBe(linger)
  })

  it('is 0 in a context that is not blocky', () => {
    const context = new ours.Context({ blocky: false })
    expect(open(ours, 'Push', { context }).linger).toBe(0)
  })

  itOurs('can be changed after connecting', async () => {
    const push = track(new zerowire.Push())
    push.connect('ipc:///nonexistent/socket')
    await push.send('lost')
    push.linger = 0
    await push.close()
    expect(push.stats.dropped.closed).toBe(1)
  })
})

describeOurs('close() can be awaited', () => {
  it('at once when there is nothing to deliver', async () => {
    const push = track(new zerowire.Push())
    push.connect('ipc:///nonexistent/socket')
    await push.close()
    expect(push.closed).toBe(true)
  })

  it('until the time is up', async () => {
    const push = track(new zerowire.Push({ linger: 20 }))
    push.connect('ipc:///nonexistent/socket')
    for (const text of ['0', '1']) await push.send(text)
    const closing = push.close()
    expect(push.stats).toMatchObject({ queued: { outgoing: 2 }, dropped: { closed: 0 } })
    await closing
    expect(push.stats).toMatchObject({ queued: { outgoing: 0 }, dropped: { closed: 2 } })
  })

  it('until all is delivered, to a native peer', async () => {
    const pull = open(native, 'Pull')
    const push = track(new zerowire.Push())
    push.connect(await bindFresh(pull))
    for (let number = 0; number < 1000; number += 1) await push.send(String(number))
    await push.close()
    expect(push.stats).toMatchObject({ sent: 1000, dropped: { total: 0 } })
    expect((await receiveMany(pull, 1000)).flat().at(-1)).toBe('999')
  })

  it('twice', async () => {
    const push = track(new zerowire.Push({ linger: 0 }))
    push.connect('ipc:///nonexistent/socket')
    await push.send('lost')
    await Promise.all([push.close(), push.close()])
    await push.close()
  })

  it('by leaving a block that uses the socket', async () => {
    const push = track(new zerowire.Push({ linger: 0 }))
    {
      await using inner = push
      inner.connect('ipc:///nonexistent/socket')
      await inner.send('lost')
    }
    expect(push.closed).toBe(true)
    expect(push.stats.dropped.closed).toBe(1)
  })
})
