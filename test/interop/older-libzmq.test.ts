import { describe, expect, it } from 'vitest'
import { EventLog } from '../support/events.js'
import {
  describeOurs,
  itOurs,
  native,
  ours,
  type AnySocket,
  type Implementation,
  type Options,
  type SocketName,
} from '../support/implementations.js'
import { pattern, receiveTexts, receiveUntil } from '../support/messages.js'
import { disguised } from '../support/older-relay.js'
import { arrangements, payloads } from '../support/pairings.js'
import { synchronise } from '../support/pubsub.js'
import { open } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'

/** Ours let in whoever comes; libzmq always does. */
function tolerant(library: Implementation, type: SocketName, options: Options = {}): AnySocket {
  return open(library, type, library === ours ? { ...options, minimumZmtpVersion: 1 } : options)
}

/** What they speak, and what makes them do so. */
const languages = [
  { protocol: 'ZMTP/3.1', through: (address: string) => Promise.resolve(address) },
  { protocol: 'ZMTP/2.0', through: (address: string) => disguised(address, 'ZMTP/2.0') },
  { protocol: 'ZMTP/1.0', through: (address: string) => disguised(address, 'ZMTP/1.0') },
  { protocol: 'ZMTP/1.0', through: (address: string) => disguised(address, 'revision 0') },
]

describeOurs.each(['tcp', 'ipc'] as const)('legal pairs over %s', (scheme) => {
  describe.each(languages)('in $protocol', ({ protocol, through }) => {
    describe.each(arrangements)('$title', (pairing) => {
      const { a, b, libraryA, libraryB, options, prepare, exchange } = pairing
      it.each(['first', 'second'])('exchange messages, the %s one bound', async (bound) => {
        const socketA = tolerant(libraryA, a, options?.[0])
        const socketB = tolerant(libraryB, b, options?.[1])
        const log = new EventLog(libraryA === ours ? socketA : socketB)
        const [binder, connecter] = bound === 'first' ? [socketA, socketB] : [socketB, socketA]
        connecter.connect(await through(await bindFresh(binder, scheme)))
        await prepare?.(socketA, socketB)
        for (const payload of Object.values(payloads)) await exchange(socketA, socketB, payload)
        expect((await log.until('handshake')).peer.protocol).toBe(protocol)
      })
    })
  })
})

const older = languages.slice(1)

describeOurs.each(older)('libzmq in $protocol', ({ through }) => {
  const directions = [
    { title: 'our ROUTER', routing: ours, dealing: native },
    { title: 'our DEALER', routing: native, dealing: ours },
  ]

  describe.each(directions)('$title', ({ routing, dealing }) => {
    it.each([1, 252, 253, 254, 255])('a routing id of %i bytes is heard', async (size) => {
      const routingId = 'i'.repeat(size)
      const router = tolerant(routing, 'Router')
      const dealer = tolerant(dealing, 'Dealer', { routingId })
      dealer.connect(await through(await bindFresh(router)))
      await dealer.send('hello')
      expect(await receiveTexts(router)).toEqual([routingId, 'hello'])
      await router.send([routingId, 'welcome'])
      expect(await receiveTexts(dealer)).toEqual(['welcome'])
    })

    it.each([252, 253, 254, 255, 256, 4097, 300_000])('parts of %i bytes', async (size) => {
      const router = tolerant(routing, 'Router')
      const dealer = tolerant(dealing, 'Dealer')
      dealer.connect(await through(await bindFresh(router)))
      await dealer.send(['before', pattern(size), 'after'])
      const [id = '', ...parts] = await router.receive()
      expect(parts[1]?.equals(pattern(size))).toBe(true)
      await router.send([id, ...parts])
      const echo = await dealer.receive()
      expect(echo.map(String)).toEqual(['before', pattern(size).toString(), 'after'])
    })
  })

  it('many messages arrive, in order', async () => {
    const pull = tolerant(ours, 'Pull')
    const push = tolerant(native, 'Push')
    push.connect(await through(await bindFresh(pull)))
    const count = 20_000
    const sending = (async () => {
      for (let i = 0; i < count; i++) await push.send([String(i), 'x'.repeat(i % 300)])
    })()
    for (let i = 0; i < count; i++) {
      const [number, text] = await pull.receive()
      if (String(number) !== String(i) || text?.length !== i % 300) throw new Error(`at ${i}`)
    }
    await sending
  })
})

itOurs('a publisher serves peers of every version, each what it wants', async () => {
  const publisher = tolerant(ours, 'Publisher')
  const address = await bindFresh(publisher)
  const subscribers: AnySocket[] = []
  for (const { through } of languages) {
    const subscriber = open(native, 'Subscriber')
    subscriber.connect(await through(address))
    subscriber.subscribe('a', 'sync')
    await synchronise(publisher, subscriber)
    subscribers.push(subscriber)
  }
  for (const parts of [['a', '1'], ['b', '2'], ['a', '', '3'], ['over']])
    await publisher.send(parts)
  await publisher.send('sync: over')
  for (const subscriber of subscribers) {
    const received = await receiveUntil(subscriber, 'sync: over')
    expect(received.filter((text) => !text.startsWith('sync'))).toEqual(['a|1', 'a||3'])
  }
})
