import { describe, expect, it } from 'vitest'
import { native, ours, type AnyName } from '../support/drafts.js'
import type { AnySocket, Part } from '../support/implementations.js'
import { pattern, texts } from '../support/messages.js'
import { synchronise } from '../support/pubsub.js'
import { open } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'

type Exchange = (a: AnySocket, b: AnySocket, payload: Buffer) => Promise<void>

interface Pairing {
  readonly a: AnyName
  readonly b: AnyName
  /** Once, before the first exchange. */
  readonly prepare?: (a: AnySocket, b: AnySocket) => Promise<void>
  readonly exchange: Exchange
}

const payloads: Record<string, Buffer> = {
  text: Buffer.from('hello'),
  'nothing at all': Buffer.alloc(0),
  'every byte': Buffer.from(Uint8Array.from({ length: 256 }, (_, index) => index)),
  'more than short frames hold': pattern(300),
  'a megabyte': pattern(1_048_576),
}

const binaryGroup = Buffer.from([0xf6, 0x46, 1, 2, 0xff])
const longGroup = 'g'.repeat(255)
const groups: Part[] = ['a', 'ab', binaryGroup, longGroup]

/** Copies: over ws the reference masks the memory that it is given. */
async function hand(from: AnySocket, to: AnySocket, payload: Buffer): Promise<void> {
  await from.send(Buffer.from(payload))
  const message = await to.receive()
  expect(message).toHaveLength(1)
  expect(texts(message)).toEqual(texts([payload]))
}

function about(message: unknown[]): { routingId: number; group: Buffer } {
  return message[1] as { routingId: number; group: Buffer }
}

const pairings: Pairing[] = [
  { a: 'Scatter', b: 'Gather', exchange: hand },
  {
    a: 'Channel',
    b: 'Channel',
    async exchange(a, b, payload) {
      await hand(a, b, payload)
      await hand(b, a, payload)
    },
  },
  {
    a: 'Client',
    b: 'Server',
    async exchange(client, server, payload) {
      await client.send(Buffer.from(payload))
      const message = await server.receive()
      expect(message).toHaveLength(2)
      expect(message[0]?.equals(payload)).toBe(true)
      const { routingId } = about(message)
      expect(routingId).toBeGreaterThan(0)
      await server.send(Buffer.from(payload), { routingId })
      const [answer] = await client.receive()
      expect(answer?.equals(payload)).toBe(true)
    },
  },
  {
    a: 'Radio',
    b: 'Dish',
    async prepare(radio, dish) {
      dish.join(...groups)
      // In whatever order they are told.
      for (const group of groups) {
        await synchronise({ send: (text) => radio.send(text, { group }) }, dish)
      }
    },
    async exchange(radio, dish, payload) {
      await radio.send(Buffer.from('to nobody'), { group: 'abc' })
      for (const group of groups) {
        await radio.send(Buffer.from(payload), { group })
        const message = await dish.receive()
        expect(message).toHaveLength(2)
        expect(message[0]?.equals(payload)).toBe(true)
        expect(about(message).group).toEqual(Buffer.from(group))
      }
    },
  },
]

const arrangements = pairings.flatMap((pairing) => {
  const { a, b } = pairing
  const both = [
    { ...pairing, libraryA: ours, libraryB: native, title: `our ${a}, native ${b}` },
    { ...pairing, libraryA: native, libraryB: ours, title: `native ${a}, our ${b}` },
  ]
  return a === b ? both.slice(0, 1) : both
})

describe.each(['tcp', 'ipc', 'ws'] as const)('draft types over %s', (scheme) => {
  describe.each(arrangements)('$title', ({ a, b, libraryA, libraryB, prepare, exchange }) => {
    it.each(['first', 'second'])('exchange messages, the %s one bound', async (bound) => {
      const socketA = open(libraryA, a)
      const socketB = open(libraryB, b)
      const [binder, connecter] = bound === 'first' ? [socketA, socketB] : [socketB, socketA]
      connecter.connect(await bindFresh(binder, scheme))
      await prepare?.(socketA, socketB)
      for (const payload of Object.values(payloads)) await exchange(socketA, socketB, payload)
    })
  })

  it('several clients get their own answers from either server', async () => {
    for (const [mine, theirs] of [
      [ours, native],
      [native, ours],
    ] as const) {
      const server = open(mine, 'Server')
      const address = await bindFresh(server, scheme)
      const clients = ['one', 'two', 'three'].map((name) => {
        const client = open(theirs, 'Client')
        client.connect(address)
        return { name, client }
      })
      for (const { name, client } of clients) await client.send(name)
      const ids = new Set<number>()
      while (ids.size < clients.length) {
        const message = await server.receive()
        const { routingId } = about(message)
        ids.add(routingId)
        await server.send(`for ${String(message[0])}`, { routingId })
      }
      for (const { name, client } of clients) {
        expect(String((await client.receive())[0])).toBe(`for ${name}`)
      }
    }
  })

  it('what our Peer sends to the number that it was given reaches a native one', async () => {
    const peer = open(native, 'Peer')
    const address = await bindFresh(peer, scheme)
    const mine = open(ours, 'Peer') as AnySocket & { connectPeer(address: string): number }
    const routingId = mine.connectPeer(address)
    await mine.send('hello', { routingId })
    expect(texts(await peer.receive())).toEqual(['hello'])
  })

  it('a Dish that leaves a group hears no more of it', async () => {
    for (const [mine, theirs] of [
      [ours, native],
      [native, ours],
    ] as const) {
      const radio = open(mine, 'Radio')
      const dish = open(theirs, 'Dish')
      dish.connect(await bindFresh(radio, scheme))
      const send = (group: string) => ({ send: (text: string) => radio.send(text, { group }) })
      dish.join('first', 'second')
      await synchronise(send('first'), dish)
      await synchronise(send('second'), dish)
      dish.leave('first')
      await radio.send('missed', { group: 'first' })
      await radio.send('heard', { group: 'second' })
      expect(String((await dish.receive())[0])).toBe('heard')
      // What it has left, the publisher has heard of by the time it hears of what comes after it.
      dish.join('third')
      await synchronise(send('third'), dish)
      dish.join('first')
      await synchronise(send('first'), dish)
    }
  })
})
