import { expect } from 'vitest'
import {
  native,
  ours,
  type AnySocket,
  type Options,
  type Part,
  type SocketName,
} from './implementations.js'
import { texts, toBuffers } from './messages.js'
import { synchronise } from './pubsub.js'

type Channel = Pick<AnySocket, 'send' | 'receive'>
type Exchange<S extends Channel = AnySocket> = (a: S, b: S, payload: Part[]) => Promise<void>

interface Pairing {
  readonly a: SocketName
  readonly b: SocketName
  readonly options?: readonly [Options, Options]
  /** Once, before the first exchange. */
  readonly prepare?: (a: AnySocket, b: AnySocket) => Promise<void>
  readonly exchange: Exchange
}

const binary = Uint8Array.from({ length: 512 }, (_, index) => index % 256)

export const payloads: Record<string, Part[]> = {
  single: ['hello'],
  multipart: ['alpha', 'beta', 'gamma'],
  'empty frames': ['', 'x', '', ''],
  'a single empty frame': [''],
  binary: [binary, Uint8Array.of(0), Uint8Array.of(0xff, 0x00, 0x01)],
}

async function expectNext(socket: Channel, expected: Part[]): Promise<void> {
  expect(texts(await socket.receive())).toEqual(texts(toBuffers(expected)))
}

/** Copies: over ws the reference masks the memory that it is given. */
async function transfer(from: Channel, to: Channel, payload: Part[]): Promise<void> {
  await from.send(toBuffers(payload))
  await expectNext(to, payload)
}

const bothWays: Exchange<Channel> = async (a, b, payload) => {
  await transfer(a, b, payload)
  await transfer(b, a, payload)
}

/** From a socket that is addressed by id to its ROUTER and back. */
const throughRouter: (envelope: Part[]) => Exchange = (envelope) => async (a, router, payload) => {
  await a.send(toBuffers(payload))
  const [id = Buffer.alloc(0), ...received] = await router.receive()
  expect(texts(received)).toEqual(texts(toBuffers([...envelope, ...payload])))
  await router.send([id, ...received])
  await expectNext(a, payload)
}

async function subscribeToAll(publisher: AnySocket, subscriber: AnySocket): Promise<void> {
  if (subscriber instanceof native.XSubscriber || subscriber instanceof ours.XSubscriber) {
    await subscriber.send('\x01')
  } else {
    subscriber.subscribe()
  }
  await synchronise(publisher, subscriber)
}

/** An XPUB hears of the subscription; the reference tells it only while both sides read. */
async function subscribeAndTell(publisher: AnySocket, subscriber: AnySocket): Promise<void> {
  await Promise.all([expectNext(publisher, ['\x01']), subscribeToAll(publisher, subscriber)])
}

/** A ROUTER as its one peer with that id sees it. */
function channel(router: AnySocket, peer: string): Channel {
  return {
    send: (message) => router.send([peer, ...[message].flat()]),
    receive: async () => (await router.receive()).slice(1),
  }
}

const pairings: Pairing[] = [
  { a: 'Push', b: 'Pull', exchange: transfer },
  { a: 'Pair', b: 'Pair', exchange: bothWays },
  { a: 'Request', b: 'Reply', exchange: bothWays },
  { a: 'Request', b: 'Router', exchange: throughRouter(['']) },
  {
    a: 'Dealer',
    b: 'Reply',
    async exchange(dealer, reply, payload) {
      await dealer.send(['', ...toBuffers(payload)])
      await expectNext(reply, payload)
      await reply.send(toBuffers(payload))
      await expectNext(dealer, ['', ...payload])
    },
  },
  { a: 'Dealer', b: 'Dealer', exchange: bothWays },
  { a: 'Dealer', b: 'Router', exchange: throughRouter([]) },
  {
    a: 'Router',
    b: 'Router',
    options: [{ routingId: 'A' }, { routingId: 'B' }],
    async prepare(a, b) {
      await synchronise(channel(a, 'B'), channel(b, 'A'))
      await synchronise(channel(b, 'A'), channel(a, 'B'))
    },
    exchange: (a, b, payload) => bothWays(channel(a, 'B'), channel(b, 'A'), payload),
  },
  { a: 'Publisher', b: 'Subscriber', prepare: subscribeToAll, exchange: transfer },
  { a: 'Publisher', b: 'XSubscriber', prepare: subscribeToAll, exchange: transfer },
  { a: 'XPublisher', b: 'Subscriber', prepare: subscribeAndTell, exchange: transfer },
  {
    a: 'XPublisher',
    b: 'XSubscriber',
    prepare: subscribeAndTell,
    async exchange(publisher, subscriber, payload) {
      await transfer(publisher, subscriber, payload)
      await transfer(subscriber, publisher, ['up', 'stream'])
    },
  },
]

/** Each pair of types, once with each library at each end. */
export const arrangements = pairings.flatMap((pairing) => {
  const both = [
    {
      ...pairing,
      libraryA: ours,
      libraryB: native,
      title: `our ${pairing.a}, native ${pairing.b}`,
    },
    {
      ...pairing,
      libraryA: native,
      libraryB: ours,
      title: `native ${pairing.a}, our ${pairing.b}`,
    },
  ]
  return pairing.a === pairing.b ? both.slice(0, 1) : both
})
