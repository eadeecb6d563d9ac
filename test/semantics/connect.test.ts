import { describe, expect, it } from 'vitest'
import { EventLog } from '../support/events.js'
import { itOurs, ours, type SocketName } from '../support/implementations.js'
import { receiveMany, receiveTexts } from '../support/messages.js'
import { RawPeer } from '../support/raw-peer.js'
import { open } from '../support/scope.js'
import { bindFresh, freshAddress, rebind, schemes } from '../support/transports.js'
import { greeting } from '../support/wire.js'

const EAGAIN = { code: 'EAGAIN' }

describe('Q-1 connect makes room for messages at once', () => {
  it.each(['ipc', 'inproc'] as const)('before anybody is bound, over %s', async (scheme) => {
    const address = freshAddress(scheme)
    const push = open(ours, 'Push', { reconnectInterval: 1 })
    push.connect(address)
    for (let number = 0; number < 5; number += 1) await push.send(String(number))
    const pull = open(ours, 'Pull')
    await pull.bind(address)
    expect((await receiveMany(pull, 5)).flat()).toEqual(['0', '1', '2', '3', '4'])
  })

  it('and keeps it while the peer is away', async () => {
    const pull = open(ours, 'Pull')
    const push = open(ours, 'Push', { reconnectInterval: 1 })
    const log = new EventLog(push)
    const address = await bindFresh(pull)
    push.connect(address)
    await log.until('handshake')
    pull.close()
    await log.until('disconnect')
    await push.send('later')
    const next = open(ours, 'Pull')
    await rebind(next, address)
    expect(await receiveTexts(next)).toEqual(['later'])
  })

  it('unless immediate is set: then only live peers count', async () => {
    const address = freshAddress('ipc')
    const push = open(ours, 'Push', { immediate: true, reconnectInterval: 1, sendTimeout: 0 })
    push.connect(address)
    await expect(push.send('nobody there')).rejects.toMatchObject(EAGAIN)
    push.sendTimeout = -1
    const waiting = push.send('somebody')
    const pull = open(ours, 'Pull')
    await pull.bind(address)
    await waiting
    expect(await receiveTexts(pull)).toEqual(['somebody'])
  })

  // The reference learns a little later that the peer has left.
  itOurs('immediate: a peer that left takes nothing any more', async () => {
    const pull = open(ours, 'Pull')
    const push = open(ours, 'Push', { immediate: true, sendTimeout: 0 })
    const log = new EventLog(push)
    push.connect(await bindFresh(pull))
    await log.until('handshake')
    await push.send('hello')
    expect(await receiveTexts(pull)).toEqual(['hello'])
    pull.close()
    await log.until('disconnect')
    await expect(push.send('nobody there')).rejects.toMatchObject(EAGAIN)
  })
})

describe('Q-2 a bound socket has room for a peer only while it is there', () => {
  it.each(schemes)('nobody yet, over %s', async (scheme) => {
    const push = open(ours, 'Push', { sendTimeout: 0 })
    const address = await bindFresh(push, scheme)
    await expect(push.send('nobody there')).rejects.toMatchObject(EAGAIN)
    push.sendTimeout = -1
    const waiting = push.send('somebody')
    const pull = open(ours, 'Pull')
    pull.connect(address)
    await waiting
    expect(await receiveTexts(pull)).toEqual(['somebody'])
  })

  itOurs.each(schemes)('nobody any more, over %s', async (scheme) => {
    const push = open(ours, 'Push', { sendTimeout: 0 })
    const address = await bindFresh(push, scheme)
    const pull = open(ours, 'Pull')
    pull.connect(address)
    push.sendTimeout = -1
    await push.send('hello')
    expect(await receiveTexts(pull)).toEqual(['hello'])
    push.sendTimeout = 0
    const left = new EventLog(push).until('disconnect')
    left.catch(() => undefined)
    pull.close()
    // There are no events over inproc: it is over as soon as close() has returned.
    if (scheme !== 'inproc') await left
    await expect(push.send('nobody there')).rejects.toMatchObject(EAGAIN)
  })
})

it('Q-2 a connection without a handshake takes no message', async () => {
  const push = open(ours, 'Push')
  const address = await bindFresh(push)
  const strangers = [await RawPeer.connect(address), await RawPeer.connect(address)] as const
  strangers[1].write(greeting())
  await Promise.all(strangers.map((stranger) => stranger.read(10)))
  const pull = open(ours, 'Pull')
  pull.connect(address)
  for (const text of ['0', '1', '2']) await push.send(text)
  expect((await receiveMany(pull, 3)).flat()).toEqual(['0', '1', '2'])
})

describe('Q-10 connecting twice to the same endpoint', () => {
  const types: { type: SocketName; peer: SocketName; connections: number }[] = [
    { type: 'Dealer', peer: 'Router', connections: 1 },
    { type: 'Subscriber', peer: 'Publisher', connections: 1 },
    { type: 'Publisher', peer: 'Subscriber', connections: 1 },
    { type: 'Request', peer: 'Reply', connections: 1 },
    { type: 'Push', peer: 'Pull', connections: 2 },
    { type: 'Pull', peer: 'Push', connections: 2 },
    { type: 'Router', peer: 'Router', connections: 2 },
  ]

  it.each(types)('makes $connections for $type', async ({ type, peer, connections }) => {
    const address = await bindFresh(open(ours, peer))
    const socket = open(ours, type, { linger: 0 })
    const log = new EventLog(socket)
    socket.connect(address)
    socket.connect(address)
    await log.until('handshake', connections)
    socket.close()
    const types = await log.untilEnd()
    expect(types.filter((each) => each === 'connect:delay')).toHaveLength(connections)
  })
})

describe('Q-11 a socket takes part in any number of endpoints', () => {
  it('bound and connected at the same time, over every transport', async () => {
    const pull = open(ours, 'Pull')
    for (const scheme of schemes) {
      const bound = await bindFresh(pull, scheme)
      const connecting = open(ours, 'Push')
      connecting.connect(bound)
      await connecting.send(`to the bound ${scheme}`)
      expect(await receiveTexts(pull)).toEqual([`to the bound ${scheme}`])

      const binding = open(ours, 'Push')
      pull.connect(await bindFresh(binding, scheme))
      await binding.send(`to the connected ${scheme}`)
      expect(await receiveTexts(pull)).toEqual([`to the connected ${scheme}`])
    }
  })

  it.each(schemes)('over %s a bound socket serves many peers', async (scheme) => {
    const reply = open(ours, 'Reply')
    const address = await bindFresh(reply, scheme)
    const CLIENTS = 20
    const requests = Array.from({ length: CLIENTS }, () => open(ours, 'Request'))
    for (const [index, request] of requests.entries()) {
      request.connect(address)
      await request.send(String(index))
    }
    for (let count = 0; count < CLIENTS; count += 1) {
      const [question] = await receiveTexts(reply)
      await reply.send(`re: ${question ?? ''}`)
    }
    for (const [index, request] of requests.entries()) {
      expect(await receiveTexts(request)).toEqual([`re: ${String(index)}`])
    }
  })
})

describe('disconnect', () => {
  it.each(schemes)('ends the exchange, over %s', async (scheme) => {
    const first = open(ours, 'Pull')
    const second = open(ours, 'Pull')
    const push = open(ours, 'Push')
    const [toFirst, toSecond] = [await bindFresh(first, scheme), await bindFresh(second, scheme)]
    push.connect(toFirst)
    await push.send('1')
    expect(await receiveTexts(first)).toEqual(['1'])
    push.disconnect(toFirst)
    push.connect(toSecond)
    for (const text of ['2', '3']) await push.send(text)
    expect((await receiveMany(second, 2)).flat()).toEqual(['2', '3'])
  })

  it.each(schemes)('of what was not connected to is ENOENT, over %s', (scheme) => {
    const push = open(ours, 'Push')
    const address = freshAddress(scheme).replace('*', '9')
    expect(() => {
      push.disconnect(address)
    }).toThrow(expect.objectContaining({ code: 'ENOENT', message: 'No such endpoint', address }))
  })
})

describe('unbind', () => {
  it.each(schemes)('of what was not bound is ENOENT, over %s', async (scheme) => {
    const pull = open(ours, 'Pull')
    const address = freshAddress(scheme).replace('*', '9')
    await expect(pull.unbind(address)).rejects.toMatchObject({
      code: 'ENOENT',
      message: 'No such endpoint',
      address,
    })
  })

  it.each(schemes)('lets others bind there, over %s', async (scheme) => {
    const first = open(ours, 'Pull')
    const address = await bindFresh(first, scheme)
    await first.unbind(address)
    const second = open(ours, 'Pull')
    await rebind(second, address)
    const push = open(ours, 'Push', { reconnectInterval: 1 })
    push.connect(address)
    await push.send('hello')
    expect(await receiveTexts(second)).toEqual(['hello'])
  })

  itOurs('EP-6 ends the connections that were accepted there, and no others', async () => {
    const pull = open(ours, 'Pull')
    const [going, staying] = [await bindFresh(pull), await bindFresh(pull)]
    const lost = open(ours, 'Push', { reconnectInterval: -1 })
    const kept = open(ours, 'Push')
    const logs = [new EventLog(lost), new EventLog(kept)] as const
    lost.connect(going)
    kept.connect(staying)
    for (const log of logs) await log.until('handshake')
    await pull.unbind(going)
    await logs[0].until('disconnect')
    await kept.send('still here')
    expect(await receiveTexts(pull)).toEqual(['still here'])
    expect(logs[1].types).not.toContain('disconnect')
  })
})
