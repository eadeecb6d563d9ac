import { expect, it, onTestFinished } from 'vitest'
import { JszmqSocket } from '../support/far/jszmq-socket.js'
import { EventLog } from '../support/events.js'
import {
  describeOurs,
  ours,
  type AnySocket,
  type Options,
  type SocketName,
} from '../support/implementations.js'
import { bytes, pattern, receiveTexts, texts } from '../support/messages.js'
import { synchronise } from '../support/pubsub.js'
import { open } from '../support/scope.js'
import { bindFresh, rebind } from '../support/transports.js'
import { Wiretap } from '../support/wiretap.js'

/*
 * jszmq speaks only `ZWS2.0`, without a handshake; and where it listens, `ws` refuses a request that
 * offers anything with a slash.
 */

type Role = 'listens' | 'dials'
const roles: readonly Role[] = ['listens', 'dials']

interface Ends {
  readonly socket: AnySocket
  readonly other: JszmqSocket
  readonly log: EventLog
  readonly address: string
}

function jszmq(type: SocketName): JszmqSocket {
  const socket = new JszmqSocket({ library: 'jszmq', type, address: 'ws://127.0.0.1:*' })
  onTestFinished(() => {
    socket.close()
  })
  return socket
}

/** Ours, and one of jszmq which listens or dials. */
async function connected(
  type: SocketName,
  otherType: SocketName,
  role: Role,
  options: Options = {},
): Promise<Ends> {
  const socket = open(ours, type, { reconnectInterval: 1, ...options })
  const log = new EventLog(socket)
  const other = jszmq(otherType)
  let address: string
  if (role === 'listens') {
    await other.bind('ws://127.0.0.1:*')
    address = String(other.lastEndpoint)
    socket.connect(address)
  } else {
    address = await bindFresh(socket, 'ws')
    other.connect(address)
  }
  return { socket, other, log, address }
}

const payloads = [['one'], [''], ['a', '', '\0\xff', 'd'], ['x'.repeat(200), 'y']]

const jszmqSends = async ({ socket, other }: Ends, parts: string[]): Promise<void> => {
  await other.send(bytes(...parts))
  expect(await receiveTexts(socket)).toEqual(parts)
}

const jszmqHears = async ({ socket, other }: Ends, parts: string[]): Promise<void> => {
  await socket.send(bytes(...parts))
  expect(texts(await other.receive())).toEqual(parts)
}

describeOurs.each(roles)('jszmq %s', (role) => {
  it('says no more of itself than that it speaks ZWS', async () => {
    const { log, socket } = await connected('Pull', 'Push', role)
    const { peer } = await log.until('handshake')
    expect(peer).toMatchObject({ socketType: '', protocol: 'ZWS/2.0' })
    expect(socket.closed).toBe(false)
  })

  it('PUSH to PULL', async () => {
    const ends = await connected('Push', 'Pull', role)
    for (const parts of payloads) await jszmqHears(ends, parts)
  })

  it('PULL from PUSH', async () => {
    const ends = await connected('Pull', 'Push', role)
    for (const parts of payloads) await jszmqSends(ends, parts)
  })

  it('PAIR and PAIR', async () => {
    const ends = await connected('Pair', 'Pair', role)
    for (const parts of payloads) {
      await jszmqHears(ends, parts)
      await jszmqSends(ends, parts)
    }
  })

  it.each([0, 1, 124, 125, 126, 65_534, 65_535, 65_536, 1_048_576])(
    '%i bytes, both ways',
    async (size) => {
      const { socket, other } = await connected('Pair', 'Pair', role)
      const body = pattern(size, size)
      await socket.send([body, 'after'])
      expect((await other.receive()).map((part) => body.equals(part))).toEqual([true, false])
      await other.send([body, body])
      expect((await socket.receive()).map((part) => body.equals(part))).toEqual([true, true])
    },
  )

  it('10,000 messages stay in order, both ways at once', async () => {
    const { socket, other } = await connected('Pair', 'Pair', role)
    const numbers = Array.from({ length: 10_000 }, (_, number) => String(number))
    const receive = async (from: AnySocket | JszmqSocket): Promise<string[]> => {
      const received: string[] = []
      while (received.length < numbers.length) received.push(String((await from.receive())[0]))
      return received
    }
    const receiving = Promise.all([receive(socket), receive(other)])
    for (const number of numbers) {
      await socket.send(number)
      await other.send(bytes(number))
    }
    for (const received of await receiving) expect(received).toEqual(numbers)
  })

  it('PUB to SUB', async () => {
    const ends = await connected('Publisher', 'Subscriber', role)
    ends.other.subscribe('a', 'sync')
    await synchronise(ends.socket, ends.other)
    await ends.socket.send(['b', 'not wanted'])
    await jszmqHears(ends, ['a', 'wanted'])
  })

  it('SUB to PUB', async () => {
    const ends = await connected('Subscriber', 'Publisher', role)
    ends.socket.subscribe('a', 'sync')
    const publisher = { send: (text: string) => ends.other.send(bytes(text)) }
    await synchronise(publisher, ends.socket)
    await ends.other.send(bytes('b', 'not wanted'))
    await jszmqSends(ends, ['a', 'wanted'])
  })

  it('XPUB hears of each subscription', async () => {
    const { socket, other } = await connected('XPublisher', 'XSubscriber', role)
    await other.send(bytes('\x01topic'))
    expect(await receiveTexts(socket)).toEqual(['\x01topic'])
    await socket.send('topic: news')
    expect(String(await other.receive())).toBe('topic: news')
    await other.send(bytes('\x00topic'))
    expect(await receiveTexts(socket)).toEqual(['\x00topic'])
  })

  it('XSUB tells of each subscription', async () => {
    const { socket, other } = await connected('XSubscriber', 'XPublisher', role)
    await socket.send('\x01topic')
    expect(texts(await other.receive())).toEqual(['\x01topic'])
    await other.send(bytes('topic: news'))
    expect(await receiveTexts(socket)).toEqual(['topic: news'])
  })

  it('REQ to REP', async () => {
    const ends = await connected('Request', 'Reply', role)
    for (const parts of payloads) {
      await jszmqHears(ends, parts)
      await jszmqSends(ends, [...parts, 'answer'])
    }
  })

  it('REP to REQ', async () => {
    const ends = await connected('Reply', 'Request', role)
    for (const parts of payloads) {
      await jszmqSends(ends, parts)
      await jszmqHears(ends, [...parts, 'answer'])
    }
  })

  it('ROUTER to DEALER, back along the way it came', async () => {
    const { socket, other } = await connected('Router', 'Dealer', role)
    await other.send(bytes('question', ''))
    const [id = Buffer.alloc(0), ...parts] = await socket.receive()
    expect(texts(parts)).toEqual(['question', ''])
    await socket.send([id, 'answer', ''])
    expect(texts(await other.receive())).toEqual(['answer', ''])
  })

  it('DEALER to ROUTER, which knows it by its routing id', async () => {
    const { socket, other } = await connected('Dealer', 'Router', role, { routingId: 'me' })
    await socket.send('question')
    // jszmq writes a 0 before the ids that others have chosen.
    expect(texts(await other.receive())).toEqual(['\0me', 'question'])
    await other.send(bytes('\0me', 'answer', 'in parts'))
    expect(await receiveTexts(socket)).toEqual(['answer', 'in parts'])
  })

  it('heartbeats are answered', async () => {
    const options = { heartbeatInterval: 5, heartbeatTimeout: 60_000 }
    const ends = await connected('Pair', 'Pair', role, options)
    await ends.log.until('handshake')
    const earlier = ends.log.types.length
    for (let beat = 0; beat < 20; beat += 1) {
      await jszmqHears(ends, [`beat ${String(beat)}`])
      await jszmqSends(ends, ['still here'])
    }
    expect(ends.log.types.slice(earlier)).toEqual([])
  })
})

describeOurs('reconnecting', () => {
  it('ours finds the listener of jszmq again, and subscribes again', async () => {
    const subscriber = open(ours, 'Subscriber', { reconnectInterval: 1 })
    const log = new EventLog(subscriber)
    const publisher = jszmq('XPublisher')
    await publisher.bind('ws://127.0.0.1:*')
    const tap = await Wiretap.before(String(publisher.lastEndpoint))
    subscriber.connect(tap.address)
    subscriber.subscribe('topic')
    expect(texts(await publisher.receive())).toEqual(['\x01topic'])
    tap.cut()
    // The first request is refused, for its slash.
    await log.until('disconnect', 2)
    tap.restore()
    await log.until('handshake', 2)
    expect(texts(await publisher.receive())).toEqual(['\x01topic'])
    await publisher.send(bytes('topic: news'))
    expect(await receiveTexts(subscriber)).toEqual(['topic: news'])
  })

  it('jszmq finds our listener again, and says again who it is', async () => {
    const first = open(ours, 'Router')
    const address = await bindFresh(first, 'ws')
    const dealer = jszmq('Dealer')
    dealer.connect(address)
    await dealer.send(bytes('one'))
    expect((await receiveTexts(first)).at(-1)).toBe('one')
    first.close()
    const second = open(ours, 'Router')
    const log = new EventLog(second)
    await rebind(second, address)
    await log.until('handshake')
    await dealer.send(bytes('two'))
    expect((await receiveTexts(second)).at(-1)).toBe('two')
  })
})
