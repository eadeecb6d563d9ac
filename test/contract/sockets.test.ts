import { describe, expect, it, vi } from 'vitest'
import { make, ours, type AnySocket, type Implementation } from '../support/implementations.js'
import { receiveTexts, receiveUntil } from '../support/messages.js'
import { synchronise } from '../support/pubsub.js'
import { open } from '../support/scope.js'
import { schemes } from '../support/transports.js'
import { describeSocket, type SocketTraits } from './socket-contract.js'

type Exchange = SocketTraits['exchange']

const handOver: Exchange = async (from, to) => {
  await from.send(['hello', 'there'])
  expect(await receiveTexts(to)).toEqual(['hello', 'there'])
}

/** The server sends back what it got, envelope and all. */
const ask: Exchange = async (client, server) => {
  await client.send('question')
  const request = await server.receive()
  await server.send([...request, 'answer'])
  expect(await receiveTexts(client)).toEqual(['question', 'answer'])
}

const publish: Exchange = (publisher, subscriber) => synchronise(publisher, subscriber)

const reverse =
  (exchange: Exchange): Exchange =>
  (socket, peer) =>
    exchange(peer, socket)

const both = { sends: true, receives: true }
const sender = { sends: true, receives: false }
const receiver = { sends: false, receives: true }

/** Everything that a pattern does in a conversation it answers or asks for is in its exchange. */
const types: readonly SocketTraits[] = [
  { name: 'Push', peer: 'Pull', ...sender, exchange: handOver },
  { name: 'Pull', peer: 'Push', ...receiver, exchange: reverse(handOver) },
  { name: 'Publisher', peer: 'Subscriber', ...sender, exchange: publish },
  { name: 'Subscriber', peer: 'Publisher', ...receiver, exchange: reverse(publish) },
  { name: 'XPublisher', peer: 'XSubscriber', ...both, exchange: publishAndHear },
  { name: 'XSubscriber', peer: 'XPublisher', ...both, exchange: reverse(publish) },
  { name: 'Request', peer: 'Reply', ...both, exchange: ask },
  { name: 'Reply', peer: 'Request', ...both, exchange: reverse(ask) },
  { name: 'Dealer', peer: 'Router', ...both, exchange: ask },
  { name: 'Router', peer: 'Dealer', ...both, exchange: reverse(ask) },
  { name: 'Pair', peer: 'Pair', ...both, exchange: reverseAndBack },
]

async function publishAndHear(publisher: AnySocket, subscriber: AnySocket): Promise<void> {
  // Before it, an earlier subscriber may have gone.
  await receiveUntil(publisher, '\x01')
  await publish(publisher, subscriber)
}

async function reverseAndBack(one: AnySocket, other: AnySocket): Promise<void> {
  await handOver(one, other)
  await handOver(other, one)
}

describe.each(schemes)('over %s', (scheme) => {
  for (const traits of types) describeSocket(scheme, traits)
})

vi.resetModules()
const copy = (await import('zerowire')) as unknown as Implementation

/** To inproc they are as far apart as two threads. */
describe('over inproc, between two copies of the library', () => {
  for (const traits of types) describeSocket('inproc', traits, copy)
})

describe.each(types)('$name', ({ name }) => {
  const options = { linger: 7, maxMessageSize: 4096, reconnectInterval: 3, ipv6: true }

  it('is made with options', () => {
    expect(open(ours, name, options)).toMatchObject(options)
  })

  it.each([{ noSuchOption: 1 }, { linger: 'long' }, 'options', null])('refuses %j', (wrong) => {
    expect(() => make(ours, name, wrong as unknown as typeof options)).toThrow(TypeError)
  })

  it('refuses values out of range', () => {
    const outOfRange = expect.objectContaining({ code: 'EINVAL' }) as Error
    expect(() => make(ours, name, { linger: -2 })).toThrow(outOfRange)
  })
})
