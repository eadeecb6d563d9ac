import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Event } from 'zerowire'
import { olderZmtp } from '../../src/session/older-zmtp.js'
import { StreamSession } from '../../src/session/stream-session.js'
import { messages, vectors } from '../support/vectors.js'
import { everySplit } from '../support/chunks.js'
import {
  MemoryPeer,
  sessionAndPeer,
  sessionOn,
  started,
  twoSessions,
} from '../support/memory-session.js'
import { MemoryStream } from '../support/memory-stream.js'
import { texts } from '../support/messages.js'
import { TestEnd } from '../support/test-ends.js'
import { TestPipe } from '../support/test-pipe.js'
import { command, greeting, message, property, ready } from '../support/wire.js'

function types(events: readonly Event[]): string[] {
  return events.map(({ type }) => type)
}

describe('two sessions', () => {
  const sizes = [...Array.from({ length: 110 }, (_, index) => index + 1), 1000, Infinity]

  it.each(sizes)('find each other in pieces of %d bytes', async (pieces) => {
    const [near, far] = twoSessions({ routingId: 'near' }, { routingId: 'far' }, pieces)
    await Promise.all([near.handshake, far.handshake])
    expect(texts([near.session.peer.routingId, far.session.peer.routingId])).toEqual([
      'far',
      'near',
    ])
    const [left, right] = [new TestPipe(near.session).start(), new TestPipe(far.session).start()]
    left.send('to', 'the', 'right')
    right.send('to the left')
    expect(texts(await right.read())).toEqual(['to', 'the', 'right'])
    expect(texts(await left.read())).toEqual(['to the left'])
  })
})

describe('a peer', () => {
  it('may say everything at once: messages behind READY wait for the pipe', async () => {
    const { session, handshake, peer, stream } = sessionAndPeer()
    peer.write(greeting(), ready('DEALER'), message('first'), message('second'))
    await handshake
    peer.write(message('third'))
    await stream.quiet()
    const pipe = new TestPipe(session).start()
    expect(pipe.arrivals).toEqual(['first', 'second', 'third'])
  })

  it('may cut what it says anywhere', async () => {
    for (const chunks of everySplit(Buffer.concat([greeting(), ready('DEALER'), message('m')]))) {
      const { session, handshake, peer } = sessionAndPeer()
      for (const chunk of chunks) peer.stream.write([chunk])
      await handshake
      const [part] = await new TestPipe(session).start().read()
      expect(String(part)).toBe('m')
    }
  })

  it('may wait for our READY before it sends its own', async () => {
    const { handshake, peer, stream } = sessionAndPeer({ routingId: 'me' })
    await stream.quiet()
    expect(peer.take()).toEqual(greeting().subarray(0, 10))
    peer.write(greeting())
    await stream.quiet()
    expect(peer.take().subarray(54)).toEqual(ready('DEALER', 'me'))
    peer.write(ready('DEALER'))
    await handshake
  })

  it('gets no message before its READY has come', async () => {
    const { session, peer, stream } = sessionAndPeer()
    expect(session.send([Buffer.from('early')])).toBe(false)
    peer.write(greeting())
    await stream.quiet()
    expect(session.send([Buffer.from('early')])).toBe(false)
    expect(peer.received.includes('early')).toBe(false)
  })

  it('is told to everybody once somebody takes its messages', async () => {
    const { session, handshake, peer, end } = sessionAndPeer()
    peer.write(greeting({ minor: 0 }), ready('DEALER', 'id'))
    await handshake
    expect(end.events).toEqual([])
    new TestPipe(session).start()
    expect(end.events).toMatchObject([
      {
        type: 'handshake',
        address: 'tcp://127.0.0.1:5555',
        connection: 1,
        remoteAddress: 'tcp://127.0.0.1:40001',
        peer: { socketType: 'DEALER', protocol: 'ZMTP/3.0', address: 'tcp://127.0.0.1:40001' },
      },
    ])
  })
})

describe('the bytes of libzmq', () => {
  it('are understood as messages, whatever commands are between them', async () => {
    const { peer, pipe, stream } = await started()
    const seen: string[][] = []
    pipe.onMessage = (parts) => seen.push(texts(parts))
    peer.write(...vectors.map(({ bytes }) => bytes))
    await stream.quiet()
    expect(seen).toEqual(
      messages.flatMap(({ items }) => items.map((item) => ('message' in item ? item.message : []))),
    )
  })
})

describe('a peer that is refused', () => {
  const type = property('Socket-Type', 'DEALER')

  it.each([
    {
      title: 'another mechanism',
      bytes: [greeting({ mechanism: 'PLAIN' })],
      code: 'ERR_ZMTP_MECHANISM_MISMATCH',
    },
    { title: 'another type', bytes: [greeting(), ready('PUB')], code: 'ERR_ZMTP_UNSPECIFIED' },
    {
      title: 'ERROR',
      bytes: [greeting(), command('ERROR', Buffer.from('\x05wrong'))],
      code: 'ERR_ZMTP_UNSPECIFIED',
    },
    { title: 'early data', bytes: [greeting(), message('m')], code: 'ERR_ZMTP_UNEXPECTED_COMMAND' },
    {
      title: 'garbled metadata',
      bytes: [greeting(), command('READY', type.subarray(1))],
      code: 'ERR_ZMTP_INVALID_METADATA',
    },
    {
      title: 'a huge READY',
      bytes: [greeting(), Buffer.from('06ffffffffffffffff', 'hex')],
      code: 'EMSGSIZE',
    },
  ])('$title: closed, with an event, after our greeting', async ({ bytes, code }) => {
    const { handshake, peer, stream, end } = sessionAndPeer()
    peer.write(...bytes)
    await expect(handshake).rejects.toMatchObject({ name: 'ZmqError', code })
    expect(types(end.events)).toEqual(['handshake:error:protocol', 'disconnect'])
    expect(end.events[0]).toMatchObject({ connection: 1, error: { code } })
    await stream.quiet()
    expect(peer.take().subarray(0, 64)).toEqual(greeting())
    expect([stream.closed, peer.closed]).toEqual([true, true])
  })

  it('no ZMTP at all', async () => {
    const { handshake, peer, end } = sessionAndPeer()
    peer.write(Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'))
    await expect(handshake).rejects.toMatchObject({ code: 'EPROTO' })
    expect(types(end.events)).toEqual(['handshake:error:protocol', 'disconnect'])
  })
})

describe('a peer that leaves', () => {
  it.each([
    { when: 'at once', bytes: [] },
    { when: 'within its greeting', bytes: [greeting().subarray(0, 20)] },
    { when: 'before READY', bytes: [greeting()] },
    { when: 'within READY', bytes: [greeting(), ready('DEALER').subarray(0, 9)] },
  ])('$when is no fault of the protocol', async ({ bytes }) => {
    const { handshake, peer, end } = sessionAndPeer()
    peer.write(...bytes)
    peer.stream.end()
    await expect(handshake).rejects.toMatchObject({ code: 'EPIPE' })
    expect(types(end.events)).toEqual(['handshake:error:other', 'disconnect'])
  })

  it('with an error of the system: that is the cause', async () => {
    const { handshake, stream, end } = sessionAndPeer()
    const cause = new Error('the cable')
    stream.lose(cause)
    await expect(handshake).rejects.toMatchObject({ code: 'ECONNRESET', cause })
    expect(types(end.events)).toEqual(['handshake:error:other', 'disconnect'])
  })

  it('before a pipe has the session: the pipe hears of it', async () => {
    const { session, handshake, peer, stream, end } = sessionAndPeer()
    peer.write(greeting(), ready('DEALER'))
    await handshake
    peer.stream.end()
    await stream.quiet()
    expect(types(end.events)).toEqual(['handshake', 'disconnect'])
    const pipe = new TestPipe(session).start()
    expect(pipe.ends).toEqual([undefined])
    expect(session.send([Buffer.from('late')])).toBe(false)
  })
})

describe('the deadline of the handshake', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it.each([
    { title: 'a peer that says nothing', bytes: [] },
    { title: 'a peer that says half its greeting', bytes: [greeting().subarray(0, 33)] },
    { title: 'a peer that sends no READY', bytes: [greeting()] },
  ])('ends $title', async ({ bytes }) => {
    const options = { handshakeInterval: 1000 }
    const { handshake, peer, end, stream } = sessionAndPeer({ options })
    peer.write(...bytes)
    await stream.quiet()
    vi.advanceTimersByTime(999)
    await stream.quiet()
    expect(end.events).toEqual([])
    vi.advanceTimersByTime(1)
    await expect(handshake).rejects.toMatchObject({ code: 'ETIMEDOUT', reason: /1000 ms/ })
    expect(types(end.events)).toEqual(['handshake:error:other', 'disconnect'])
    expect(stream.closed).toBe(true)
  })

  it('is not put off by bytes', async () => {
    const { peer, stream } = sessionAndPeer({ options: { handshakeInterval: 1000 } })
    for (const byte of greeting().subarray(0, 12)) {
      peer.write(Buffer.of(byte))
      await stream.quiet()
      expect(stream.closed).toBe(false)
      vi.advanceTimersByTime(90)
    }
    expect(stream.closed).toBe(true)
  })

  it('is over with the handshake', async () => {
    const { stream, session } = await started({ options: { handshakeInterval: 1000 } })
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(60_000)
    await stream.quiet()
    expect(stream.closed).toBe(false)
    expect(session.send([Buffer.from('still there')])).toBe(true)
  })

  it('is not there with an interval of 0', async () => {
    const { stream } = sessionAndPeer({ options: { handshakeInterval: 0 } })
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(1e9)
    await stream.quiet()
    expect(stream.closed).toBe(false)
  })
})

describe('close() and destroy()', () => {
  it.each(['close', 'destroy'] as const)('%s() ends a handshake', async (end) => {
    const { session, handshake, stream, peer } = sessionAndPeer()
    void session[end]()
    await expect(handshake).rejects.toMatchObject({ code: 'EPIPE' })
    await stream.quiet()
    expect([stream.closed, peer.closed]).toEqual([true, true])
  })

  it('destroy() tells why', async () => {
    const [near, far] = MemoryStream.pair()
    new MemoryPeer(far)
    const { session, handshake } = sessionOn(near)
    session.destroy(new Error('enough'))
    await expect(handshake).rejects.toMatchObject({ code: 'EPIPE', cause: new Error('enough') })
  })
})

describe('an attempt that is called off', () => {
  it('ends with the connection', async () => {
    const [near, far] = MemoryStream.pair()
    const peer = new MemoryPeer(far)
    const calling = new AbortController()
    const facts = {
      endpoint: 'tcp://a:1',
      remoteAddress: 'tcp://a:1',
      connection: 1,
      accepted: false,
    }
    const session = new StreamSession(near, new TestEnd(), facts, olderZmtp)
    const handshake = session.handshake(calling.signal)
    calling.abort()
    await expect(handshake).rejects.toThrow()
    await near.quiet()
    expect(peer.closed).toBe(true)
  })
})
