import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import * as ownContext from '../../src/context.js'
import type { Names } from '../../src/transport/inproc.js'
import { Realm } from '../../src/workers/realm.js'
import { ours, type AnyName } from '../support/drafts.js'
import { make, type AnySocket, type Classes } from '../support/implementations.js'
import { receiveTexts, receiveUntil, texts } from '../support/messages.js'
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

/** Bare bytes; the connecter speaks first, to the peer that it hears of when it is connected. */
const converse: Exchange = async (listener, connecter) => {
  const [id = ''] = await connecter.receive()
  await connecter.send([id, 'question'])
  const [asker = '', question] = await nextData(listener)
  await listener.send([asker, `${String(question)} answered`])
  expect(texts(await nextData(connecter))).toEqual([
    texts([Buffer.from(id)])[0],
    'question answered',
  ])
}

async function nextData(stream: AnySocket): Promise<Buffer[]> {
  for (;;) {
    const message = await stream.receive()
    if (message[1]?.length !== 0) return message
  }
}

const give: Exchange = async (from, to) => {
  await from.send('hello')
  expect(texts((await to.receive()).slice(0, 1))).toEqual(['hello'])
}

const broadcast: Exchange = (radio, dish) =>
  synchronise({ send: (text) => radio.send(text, { group: 'group' }) }, dish)

const askNumbered: Exchange = async (client, server) => {
  await client.send('question')
  const [question, about] = await server.receive()
  await server.send(`${String(question)} answered`, about as { routingId?: number })
  expect(await receiveTexts(client)).toEqual(['question answered'])
}

/** Who the other is one hears from what it says first (`helloMessage`). */
const asEquals: Exchange = async (one, other) => {
  const [[, first], [, second]] = await Promise.all([one.receive(), other.receive()])
  await one.send('to you', first as { routingId?: number })
  await other.send('and you', second as { routingId?: number })
  expect(String((await one.receive())[0])).toBe('and you')
  expect(String((await other.receive())[0])).toBe('to you')
}

/** Everything that a pattern does in a conversation it answers or asks for is in its exchange. */
const types: readonly SocketTraits[] = [
  { name: 'Push', peer: 'Pull', ...sender, waits: true, exchange: handOver },
  { name: 'Pull', peer: 'Push', ...receiver, exchange: reverse(handOver) },
  { name: 'Publisher', peer: 'Subscriber', ...sender, exchange: publish },
  { name: 'Subscriber', peer: 'Publisher', ...receiver, exchange: reverse(publish) },
  { name: 'XPublisher', peer: 'XSubscriber', ...both, exchange: publishAndHear },
  { name: 'XSubscriber', peer: 'XPublisher', ...both, exchange: reverse(publish) },
  { name: 'Request', peer: 'Reply', ...both, waits: true, exchange: ask },
  { name: 'Reply', peer: 'Request', ...both, exchange: reverse(ask) },
  { name: 'Dealer', peer: 'Router', ...both, waits: true, exchange: ask },
  { name: 'Router', peer: 'Dealer', ...both, exchange: reverse(ask) },
  { name: 'Pair', peer: 'Pair', ...both, waits: true, exchange: reverseAndBack },
  { name: 'Server', peer: 'Client', ...both, exchange: reverse(askNumbered) },
  { name: 'Client', peer: 'Server', ...both, waits: true, exchange: askNumbered },
  { name: 'Radio', peer: 'Dish', ...sender, exchange: broadcast },
  { name: 'Dish', peer: 'Radio', ...receiver, exchange: reverse(broadcast) },
  { name: 'Scatter', peer: 'Gather', ...sender, waits: true, exchange: give },
  { name: 'Gather', peer: 'Scatter', ...receiver, exchange: reverse(give) },
  { name: 'Peer', peer: 'Peer', ...both, options: { helloMessage: 'hi' }, exchange: asEquals },
  { name: 'Channel', peer: 'Channel', ...both, waits: true, exchange: giveAndBack },
]

/** It speaks to programs without ZeroMQ, which leaves it these transports. */
const stream: SocketTraits = { name: 'Stream', peer: 'Stream', ...both, exchange: converse }

async function giveAndBack(one: AnySocket, other: AnySocket): Promise<void> {
  await give(one, other)
  await give(other, one)
}

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

describe.each(['tcp', 'ipc'] as const)('over %s', (scheme) => {
  describeSocket(scheme, stream)
})

vi.resetModules()
const copy: unknown = { ...(await import('zerowire')), ...(await import('zerowire/draft')) }

/** To inproc they are as far apart as two threads. */
describe('over inproc, between two copies of the library', () => {
  for (const traits of types) describeSocket('inproc', traits, copy as Classes<AnyName>)
})

const otherContext = await import('../../src/context.js')
const otherRealm = await import('../../src/workers/realm.js')

/** As a page and its worker are. */
describe('over inproc, between two copies of the library that are joined by a port', () => {
  const [own, other] = [ownContext, otherContext].map(({ context, servicesOf }) => {
    return servicesOf(context).transport('inproc://name').transport as unknown as Names
  }) as [Names, Names]
  const threads = [own.neighbours, other.neighbours]
  const { port1, port2 } = new MessageChannel()

  beforeAll(() => {
    const [hub, child] = [new Realm(own), new otherRealm.Realm(other)]
    own.neighbours = hub
    other.neighbours = child
    hub.addChild(port1)
    child.setHub(port2)
  })

  afterAll(() => {
    own.neighbours = threads[0]
    other.neighbours = threads[1]
    port1.close()
  })

  for (const traits of types) describeSocket('inproc', traits, copy as Classes<AnyName>)
})

describe.each([...types, stream])('$name', ({ name }) => {
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
