import { describe, expect, it } from 'vitest'
import { Dealer, Pull, Push, Reply, Request, Router } from 'zerowire'
import { peerOf } from 'zerowire/extra'
import { EventLog } from '../support/events.js'
import { native } from '../support/implementations.js'
import { track } from '../support/track.js'

/** What sockets say of themselves, and what is known of who sent a message. */
const METADATA = 95

const addresses = ['tcp://127.0.0.1:*', 'ipc://*', 'inproc://metadata', 'ws://127.0.0.1:*']

describe.each(addresses)('over %s', (address) => {
  it('a message tells who sent it', async () => {
    const router = track(new Router({ messagePeers: true, metadata: { 'X-Side': 'listener' } }))
    await router.bind(address)
    const dealer = track(
      new Dealer({
        ...{ routingId: 'me', messagePeers: true },
        metadata: { 'X-Version': '7', 'X-Ubersetzt': 'grüß dich' },
      }),
    )
    dealer.connect(router.lastEndpoint ?? '')
    await dealer.send('question')
    const question = await router.receive()
    const peer = peerOf(question)
    expect(peer).toMatchObject({
      socketType: 'DEALER',
      metadata: { 'x-version': '7', 'x-ubersetzt': 'grüß dich' },
    })
    expect(String(peer?.routingId)).toBe('me')
    expect(peer?.address).toMatch(/^(tcp|ipc|inproc|ws):\/\//)
    await router.send(['me', 'answer'])
    expect(peerOf(await dealer.receive())).toMatchObject({
      socketType: 'ROUTER',
      metadata: { 'x-side': 'listener' },
    })
  })
})

it('messages read one by one, many at a time or in a loop tell it alike', async () => {
  const pull = track(new Pull({ messagePeers: true }))
  await pull.bind('tcp://127.0.0.1:*')
  const push = track(new Push({ metadata: { 'X-Name': 'pusher' } }))
  push.connect(pull.lastEndpoint ?? '')
  for (let i = 0; i < 4; i += 1) await push.send(String(i))
  const names = [peerOf(await pull.receive())]
  while (names.length < 3) names.push(...(await pull.receiveMany(1)).map(peerOf))
  for await (const message of pull) {
    names.push(peerOf(message))
    break
  }
  expect(names.map((peer) => peer?.metadata['x-name'])).toEqual(Array(4).fill('pusher'))
})

it('without the option nothing is remembered', async () => {
  const reply = track(new Reply())
  await reply.bind('inproc://forgetful')
  const request = track(new Request())
  request.connect('inproc://forgetful')
  await request.send('who am I?')
  expect(peerOf(await reply.receive())).toBeUndefined()
})

it('libzmq takes our metadata, and we take its', async () => {
  const push = track(new native.Push())
  ;(
    push as unknown as Record<'setStringOption', (id: number, value: string) => void>
  ).setStringOption(METADATA, 'X-Origin:libzmq: the real one')
  await push.bind('tcp://127.0.0.1:*')
  const pull = track(new Pull({ metadata: { 'X-Origin': 'zerowire' }, messagePeers: true }))
  pull.connect(push.lastEndpoint ?? '')
  await push.send('hello')
  expect(peerOf(await pull.receive())?.metadata).toEqual({ 'x-origin': 'libzmq: the real one' })
})

it('by number, names are added one by one', async () => {
  const push = track(new Push())
  const { setStringOption } = push as unknown as {
    setStringOption: (this: Push, id: number, value: string) => void
  }
  setStringOption.call(push, METADATA, 'X-A:1')
  setStringOption.call(push, METADATA, 'X-B:2:3')
  expect(push.metadata).toEqual({ 'X-A': '1', 'X-B': '2:3' })
  const pull = track(new Pull())
  const log = new EventLog(pull)
  await pull.bind('tcp://127.0.0.1:*')
  push.connect(pull.lastEndpoint ?? '')
  const { peer } = await log.until('handshake')
  expect(peer.metadata).toEqual({ 'x-a': '1', 'x-b': '2:3' })
})

it.each([
  { metadata: { Name: 'x' }, why: 'a name without X-' },
  { metadata: { 'X-': 'x' }, why: 'a name that is too short' },
  { metadata: { [`X-${'a'.repeat(254)}`]: 'x' }, why: 'a name that is too long' },
  { metadata: { 'X-Günther': 'x' }, why: 'letters that RFC 37 has not' },
  { metadata: { 'X-Number': 7 as unknown as string }, why: 'a value that is no text' },
])('$why is refused', ({ metadata }) => {
  expect(() => new Push({ metadata })).toThrow(expect.objectContaining({ code: 'EINVAL' }))
})
