import { describe, expect, it } from 'vitest'
import {
  itOurs,
  ours,
  type AnySocket,
  type Options,
  type SocketName,
} from '../support/implementations.js'
import { pattern, receiveMany, receiveTexts, receiveUntil } from '../support/messages.js'
import { open } from '../support/scope.js'
import { bindFresh, endpointOf } from '../support/transports.js'

const marks = [1, 2, 7, 1000]

/** More than any mark. */
const PLENTY = 5000

const isEagain = { code: 'EAGAIN', message: 'Operation was not possible or timed out' }

/** Sends until there is no room; the socket must not wait. */
async function fill(socket: AnySocket, message: string[] = ['x'], limit = PLENTY): Promise<number> {
  for (let count = 0; count < limit; count += 1) {
    try {
      await socket.send(message)
    } catch (error) {
      expect(error).toMatchObject(isEagain)
      return count
    }
  }
  return limit
}

const pairs = marks.flatMap((send) => marks.map((receive) => ({ send, receive })))
const unlimited = [...marks, 0].flatMap((mark) => [
  { send: 0, receive: mark },
  { send: mark, receive: 0 },
])

describe('Q-4 over inproc the marks of both ends add up', () => {
  async function connected(sending: SocketName, receiving: SocketName, options: Options[]) {
    const receiver = open(ours, receiving, options[1])
    const sender = open(ours, sending, { sendTimeout: 0, ...options[0] })
    sender.connect(await bindFresh(receiver, 'inproc'))
    return { sender, receiver }
  }

  it.each(pairs)('PUSH $send and PULL $receive', async ({ send, receive }) => {
    const options = [{ sendHighWaterMark: send }, { receiveHighWaterMark: receive }]
    const { sender } = await connected('Push', 'Pull', options)
    expect(await fill(sender)).toBe(send + receive)
  })

  // The reference learns of the new room a little later.
  itOurs.each(marks)(
    'all of it is free again when the reader has caught up, mark %i',
    async (mark) => {
      const options = [{ sendHighWaterMark: mark }, { receiveHighWaterMark: mark }]
      const { sender, receiver } = await connected('Push', 'Pull', options)
      for (let round = 0; round < 3; round += 1) {
        expect(await fill(sender)).toBe(2 * mark)
        await receiveMany(receiver, 2 * mark)
      }
    },
  )

  it.each(unlimited)('$send and $receive mean no bound', async ({ send, receive }) => {
    const options = [{ sendHighWaterMark: send }, { receiveHighWaterMark: receive }]
    const { sender } = await connected('Push', 'Pull', options)
    expect(await fill(sender)).toBe(PLENTY)
  })

  it.each([
    { sending: 'Pair', receiving: 'Pair' },
    { sending: 'Dealer', receiving: 'Dealer' },
    { sending: 'Dealer', receiving: 'Router' },
  ] as const)('$sending to $receiving', async ({ sending, receiving }) => {
    const options = [{ sendHighWaterMark: 3 }, { receiveHighWaterMark: 4 }]
    const { sender } = await connected(sending, receiving, options)
    expect(await fill(sender)).toBe(7)
  })

  it('ROUTER, mandatory', async () => {
    const router = open(ours, 'Router', { mandatory: true, sendTimeout: 0, sendHighWaterMark: 3 })
    const dealer = open(ours, 'Dealer', { routingId: 'a', receiveHighWaterMark: 4 })
    dealer.connect(await bindFresh(router, 'inproc'))
    await dealer.send('hello')
    await router.receive()
    expect(await fill(router, ['a', 'x'])).toBe(7)
  })

  it('a message of many parts counts as one', async () => {
    const options = [{ sendHighWaterMark: 2 }, { receiveHighWaterMark: 3 }]
    const { sender, receiver } = await connected('Push', 'Pull', options)
    expect(await fill(sender, ['a', 'b', 'c', 'd'])).toBe(5)
    expect(await receiveMany(receiver, 5)).toEqual(Array(5).fill(['a', 'b', 'c', 'd']))
  })

  it.each([...marks.slice(0, 3)])('PUB %i drops for the subscriber that is full', async (mark) => {
    const publisher = open(ours, 'XPublisher', { sendHighWaterMark: mark })
    const subscriber = open(ours, 'Subscriber', { receiveHighWaterMark: 2 })
    subscriber.subscribe()
    subscriber.connect(await bindFresh(publisher, 'inproc'))
    await publisher.receive()
    const sent = Array.from({ length: mark + 12 }, (_, index) => String(index))
    for (const text of sent) await publisher.send(text)
    const received = (await receiveMany(subscriber, mark + 2)).flat()
    expect(received).toEqual(sent.slice(0, mark + 2))
    await publisher.send('over')
    expect(await receiveUntil(subscriber, 'over')).toEqual([])
  })

  it('Q-9 PUB drops whole messages only', async () => {
    const publisher = open(ours, 'XPublisher', { sendHighWaterMark: 2 })
    const subscriber = open(ours, 'Subscriber', { receiveHighWaterMark: 1 })
    subscriber.subscribe()
    subscriber.connect(await bindFresh(publisher, 'inproc'))
    await publisher.receive()
    for (let number = 0; number < 10; number += 1) await publisher.send([String(number), 'a', 'b'])
    expect(await receiveMany(subscriber, 3)).toEqual([
      ['0', 'a', 'b'],
      ['1', 'a', 'b'],
      ['2', 'a', 'b'],
    ])
    await publisher.send(['again', 'a', 'b'])
    expect(await receiveTexts(subscriber)).toEqual(['again', 'a', 'b'])
  })

  it('ROUTER drops for the peer that is full', async () => {
    const router = open(ours, 'Router', { sendHighWaterMark: 3 })
    const dealer = open(ours, 'Dealer', { routingId: 'a', receiveHighWaterMark: 4 })
    dealer.connect(await bindFresh(router, 'inproc'))
    await dealer.send('hello')
    await router.receive()
    for (let number = 0; number < 20; number += 1) await router.send(['a', String(number)])
    expect((await receiveMany(dealer, 7)).flat()).toEqual(['0', '1', '2', '3', '4', '5', '6'])
    await router.send(['a', 'over'])
    expect(await receiveUntil(dealer, 'over')).toEqual([])
  })
})

describe('Q-3 a peer that is not there', () => {
  it.each(marks)('gets what the send high water mark %i holds', async (mark) => {
    const push = open(ours, 'Push', { sendTimeout: 0, sendHighWaterMark: mark })
    push.connect('ipc:///nonexistent/socket')
    expect(await fill(push)).toBe(mark)
  })

  it('gets everything when the mark is 0', async () => {
    const push = open(ours, 'Push', { sendTimeout: 0, sendHighWaterMark: 0 })
    push.connect('ipc:///nonexistent/socket')
    expect(await fill(push)).toBe(PLENTY)
  })

  it('gets 1000 messages by default', async () => {
    const push = open(ours, 'Push', { sendTimeout: 0 })
    push.connect('ipc:///nonexistent/socket')
    expect(await fill(push)).toBe(1000)
  })

  it('gets nothing from a socket that is bound', async () => {
    const push = open(ours, 'Push', { sendTimeout: 0 })
    await bindFresh(push)
    expect(await fill(push)).toBe(0)
  })
})

describe('Q-3 over a stream transport', () => {
  const SIZE = 64 * 1024

  /** What kernels keep of a connection nobody reads from, generously. */
  const KERNEL_BOUND = 32 * 1024 * 1024

  it.each(['tcp', 'ipc', 'ws'] as const)(
    'a PULL that does not read holds up its PUSH, over %s',
    async (scheme) => {
      const pull = open(ours, 'Pull', { receiveHighWaterMark: 7 })
      const push = open(ours, 'Push', { sendHighWaterMark: 5, sendTimeout: 300 })
      push.connect(await bindFresh(pull, scheme))
      const body = pattern(SIZE)
      let count = 0
      const full = (async () => {
        for (;;) {
          // A copy: over ws the reference masks the memory that it is given.
          await push.send(Buffer.from(body))
          count += 1
        }
      })()
      await expect(full).rejects.toMatchObject(isEagain)
      expect(count).toBeGreaterThanOrEqual(5)
      expect(count).toBeLessThan(5 + 7 + KERNEL_BOUND / SIZE)
      push.sendTimeout = -1
      const last = push.send('last')
      for (let number = 0; number < count; number += 1) {
        expect((await pull.receive())[0]?.equals(body)).toBe(true)
      }
      await last
      expect(await receiveTexts(pull)).toEqual(['last'])
    },
  )
})

describe('a send that waits', () => {
  it('goes through as soon as there is room', async () => {
    const pull = open(ours, 'Pull', { receiveHighWaterMark: 1 })
    const push = open(ours, 'Push', { sendHighWaterMark: 1 })
    push.connect(await bindFresh(pull, 'inproc'))
    await push.send('0')
    await push.send('1')
    const waiting = push.send('2')
    expect(await receiveMany(pull, 3)).toEqual([['0'], ['1'], ['2']])
    await waiting
  })

  it('goes through as soon as there is a peer', async () => {
    const push = open(ours, 'Push')
    const waiting = push.send('hello')
    const pull = open(ours, 'Pull')
    push.connect(await bindFresh(pull))
    await waiting
    expect(await receiveTexts(pull)).toEqual(['hello'])
  })
})

describe('Q-5 a mark set after connecting', () => {
  it('counts for the connections there are', async () => {
    const pull = open(ours, 'Pull', { receiveHighWaterMark: 1 })
    const push = open(ours, 'Push', { sendHighWaterMark: 1, sendTimeout: 0 })
    push.connect(await bindFresh(pull, 'inproc'))
    push.sendHighWaterMark = 10
    expect(await fill(push)).toBe(11)
  })
})

describe('noDrop', () => {
  async function fullPublisher(type: 'Publisher' | 'XPublisher', options: Options) {
    const publisher = open(ours, type, { noDrop: true, sendHighWaterMark: 1, ...options })
    const subscriber = open(ours, 'Subscriber', { receiveHighWaterMark: 1 })
    subscriber.subscribe()
    subscriber.connect(await bindFresh(publisher, 'inproc'))
    return { publisher, subscriber, address: endpointOf(publisher) }
  }

  it('rejects EAGAIN instead of dropping when it must not wait', async () => {
    const { publisher, subscriber } = await fullPublisher('XPublisher', { sendTimeout: 0 })
    await publisher.receive()
    expect(await fill(publisher)).toBe(2)
    expect(await receiveMany(subscriber, 2)).toEqual([['x'], ['x']])
  })

  itOurs('waits for room', async () => {
    const { publisher, subscriber } = await fullPublisher('Publisher', {})
    await publisher.send('0')
    await publisher.send('1')
    const waiting = publisher.send('2')
    expect(await receiveMany(subscriber, 3)).toEqual([['0'], ['1'], ['2']])
    await waiting
  })
})
