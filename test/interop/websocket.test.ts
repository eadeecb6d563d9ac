import { describe, expect, it } from 'vitest'
import { EventLog } from '../support/events.js'
import {
  itOurs,
  native,
  ours,
  type AnySocket,
  type Implementation,
  type Options,
} from '../support/implementations.js'
import { pattern, receiveMany, receiveTexts } from '../support/messages.js'
import { synchronise } from '../support/pubsub.js'
import { open } from '../support/scope.js'
import { bindFresh, rebind } from '../support/transports.js'
import { PING, PONG, takeWebSocketFrames } from '../support/websocket-frames.js'
import { Wiretap } from '../support/wiretap.js'

/*
 * What is particular to ws://; the suites for all transports run over it as well. Only who connects
 * masks what it sends, so that each role is a test of its own.
 */

const MIB = 1_048_576

/** The flags of ZWS make a payload one byte longer than its body. */
const SIZES = [
  ...[0, 1, 123, 124, 125, 126, 127, 255, 256, 4096, 4097, 8191, 8192, 8193],
  ...[65_533, 65_534, 65_535, 65_536, 65_537, 300_000, MIB - 1, MIB],
]

interface Roles {
  readonly title: string
  readonly connecting: Implementation
  readonly binding: Implementation
}

const roles: readonly Roles[] = [
  { title: 'ours connects to native', connecting: ours, binding: native },
  { title: 'native connects to ours', connecting: native, binding: ours },
]

const quick = { reconnectInterval: 1 }

async function pairs(
  { connecting, binding }: Roles,
  options: readonly [Options?, Options?] = [],
  type: 'Pair' | 'Dealer' = 'Pair',
) {
  const far = open(binding, type, options[1])
  const near = open(connecting, type, options[0])
  const log = new EventLog(near)
  const tap = await Wiretap.before(await bindFresh(far, 'ws'))
  near.connect(tap.address)
  return { near, far, log, tap }
}

/** Sends a copy: the reference masks the memory that it is given. */
async function transfer(from: AnySocket, to: AnySocket, parts: readonly Buffer[]): Promise<void> {
  await from.send(parts.map((part) => Buffer.from(part)))
  const received = await to.receive()
  expect(received.map(({ length }) => length)).toEqual(parts.map(({ length }) => length))
  expect(Buffer.concat(received).equals(Buffer.concat(parts))).toBe(true)
}

const text = (bytes: Buffer): string => bytes.toString('latin1')

/** The lines of a request or of its answer. */
const head = (bytes: Buffer): string[] | undefined => {
  const end = bytes.indexOf('\r\n\r\n')
  return end < 0 ? undefined : text(bytes.subarray(0, end)).split('\r\n')
}

/** Frames behind the head, those of one kind. */
const frames =
  (opcode: number, count = 1) =>
  (bytes: Buffer) => {
    const body = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4)
    const found = takeWebSocketFrames(body).filter((frame) => frame.opcode === opcode)
    return found.length >= count ? found : undefined
  }

describe.each(roles)('$title', (role) => {
  it('they agree on ZWS2.0/NULL', async () => {
    const { near, far, tap } = await pairs(role)
    await transfer(near, far, [Buffer.from('hello')])
    const request = await tap.bytes('fromConnecter', head)
    const response = await tap.bytes('fromBinder', head)
    expect(request[0]).toBe('GET / HTTP/1.1')
    expect(request).toContain('Sec-WebSocket-Protocol: ZWS2.0/NULL,ZWS2.0')
    expect(response[0]).toBe('HTTP/1.1 101 Switching Protocols')
    expect(response).toContain('Connection: Upgrade')
    expect(response).toContain('Sec-WebSocket-Protocol: ZWS2.0/NULL')
  })

  it.each(SIZES)('a part of %i bytes, both ways', async (size) => {
    const { near, far } = await pairs(role)
    const body = pattern(size, size)
    await transfer(near, far, [body])
    await transfer(far, near, [body, body])
  })

  it('parts of all those sizes in one message, both ways', async () => {
    const { near, far } = await pairs(role)
    const parts = SIZES.map((size) => pattern(size, size))
    await transfer(near, far, parts)
    await transfer(far, near, parts)
  })

  it.each([2, 10, 1000])('a message of %i parts, both ways', async (count) => {
    const { near, far } = await pairs(role)
    const parts = Array.from({ length: count }, (_, index) => pattern(index % 300, index))
    await transfer(near, far, parts)
    await transfer(far, near, parts)
  })

  it('50,000 messages stay in order, both ways at once', async () => {
    const { near, far } = await pairs(role)
    const send = async (socket: AnySocket): Promise<void> => {
      for (let number = 0; number < 50_000; number += 1) await socket.send(String(number))
    }
    const receive = async (socket: AnySocket): Promise<string | undefined> => {
      for (let number = 0; number < 50_000; number += 1) {
        const received = String(await socket.receive())
        if (received !== String(number)) return `${received} instead of ${number}`
      }
      return undefined
    }
    const faults = await Promise.all([receive(near), receive(far), send(near), send(far)])
    expect(faults.slice(0, 2)).toEqual([undefined, undefined])
  })

  it('subscriptions are messages, and are made again on the next connection', async () => {
    const subscriber = open(role.connecting, 'Subscriber', quick)
    const log = new EventLog(subscriber)
    const first = open(role.binding, 'XPublisher')
    const address = await bindFresh(first, 'ws')
    subscriber.connect(address)
    subscriber.subscribe('one', 'two')
    expect((await receiveMany(first, 2)).sort()).toEqual([['\x01one'], ['\x01two']])
    subscriber.unsubscribe('one')
    expect(await receiveTexts(first)).toEqual(['\x00one'])
    // The reference deals with connections only while it reads.
    const message = receiveTexts(subscriber)
    first.close()
    await log.until('disconnect')

    const second = open(role.binding, 'XPublisher')
    await rebind(second, address)
    expect(await receiveTexts(second)).toEqual(['\x01two'])
    await second.send('one, not wanted')
    await second.send('two')
    expect(await message).toEqual(['two'])
  })

  it('what is sent while the listener is away arrives when it is back', async () => {
    const first = open(role.binding, 'Pull')
    const address = await bindFresh(first, 'ws')
    const push = open(role.connecting, 'Push', quick)
    const log = new EventLog(push)
    push.connect(address)
    await push.send('before')
    expect(await receiveTexts(first)).toEqual(['before'])
    first.close()
    await log.until('disconnect')
    for (const queued of ['a', 'b', 'c']) await push.send(queued)
    const second = open(role.binding, 'Pull')
    await rebind(second, address)
    expect(await receiveMany(second, 3)).toEqual([['a'], ['b'], ['c']])
  })

  it('a conversation goes on after the wire was cut', async () => {
    // A PAIR of the reference may take the next connection, before it has let go of the lost one, for a
    // second peer, and never talk to it.
    const { near, far, log, tap } = await pairs(role, [quick], 'Dealer')
    for (const round of [1, 2, 3]) {
      await transfer(near, far, [Buffer.from('there')])
      await transfer(far, near, [Buffer.from('and back')])
      tap.cut()
      await log.until('disconnect', round)
      tap.restore()
      await log.until('handshake', round + 1)
    }
  })
})

describe('heartbeats', () => {
  /** Often, but patient: a busy machine must not look like a dead peer. */
  const beating = { heartbeatInterval: 10, heartbeatTimeout: 60_000 }
  const BEATS = 5

  const cases = roles.flatMap((role) => [
    { ...role, title: `${role.title}: the one that connects beats`, options: [beating] as const },
    { ...role, title: `${role.title}: the bound one beats`, options: [{}, beating] as const },
    { ...role, title: `${role.title}: both beat`, options: [beating, beating] as const },
  ])

  it.each(cases)('$title', async ({ options, ...role }) => {
    const { near, far, log, tap } = await pairs(role, options)
    await transfer(near, far, [Buffer.from('before')])
    const [ofNear, ofFar] = options
    if ('heartbeatInterval' in ofNear) {
      await tap.bytes('fromConnecter', frames(PING, BEATS))
      await tap.bytes('fromBinder', frames(PONG, BEATS))
    }
    if (ofFar !== undefined) {
      await tap.bytes('fromBinder', frames(PING, BEATS))
      await tap.bytes('fromConnecter', frames(PONG, BEATS))
    }
    await transfer(near, far, [Buffer.from('there')])
    await transfer(far, near, [Buffer.from('and back')])
    expect(log.types).not.toContain('disconnect')
  })
})

describe('the wrong socket type', () => {
  it('is refused by our listener', async () => {
    const pull = open(ours, 'Pull')
    const log = new EventLog(pull)
    const address = await bindFresh(pull, 'ws')
    open(native, 'Request').connect(address)
    // Whoever hears of it first hangs up.
    await log.until('disconnect')
    expect(log.types).not.toContain('handshake')
    const push = open(native, 'Push')
    push.connect(address)
    await push.send('fits')
    expect(await receiveTexts(pull)).toEqual(['fits'])
  })

  // The reference tries for ever.
  itOurs('is left alone by ours when it connects', async () => {
    const push = open(ours, 'Push', quick)
    const log = new EventLog(push)
    push.connect(await bindFresh(open(native, 'Reply'), 'ws'))
    const refusal = await log.until('handshake:error:protocol')
    expect(refusal).toMatchObject({ error: { code: 'ERR_ZMTP_UNSPECIFIED' } })
    push.connect(await bindFresh(open(native, 'Pull'), 'ws'))
    await log.until('handshake')
    const later = log.events.slice(log.events.indexOf(refusal) + 1)
    expect(later).not.toContainEqual(expect.objectContaining({ type: 'connect:retry' }))
  })
})

it('many subscribers of both kinds hear our publisher', async () => {
  const publisher = open(ours, 'Publisher')
  const address = await bindFresh(publisher, 'ws')
  const subscribers = [native, ours, native, ours].map((library) => open(library, 'Subscriber'))
  for (const subscriber of subscribers) {
    subscriber.connect(address)
    subscriber.subscribe('news', 'sync')
    await synchronise(publisher, subscriber)
  }
  const body = pattern(100_000)
  await publisher.send(['news', body])
  for (const subscriber of subscribers) {
    let parts = await subscriber.receive()
    while (String(parts[0]) !== 'news') parts = await subscriber.receive()
    expect(parts[1]?.equals(body)).toBe(true)
  }
})
