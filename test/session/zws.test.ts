import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WELCOME, type Verdict } from '../../src/security/authenticator.js'
import { nextConnection } from '../../src/session/session.js'
import type { Subprotocol } from '../../src/session/zws-handshake.js'
import { deferred } from '../../src/util/deferred.js'
import { curveKeys } from '../support/curve-ends.js'
import { sessionAndPeer, twoSessions } from '../support/memory-session.js'
import { texts } from '../support/messages.js'
import { TestPipe } from '../support/test-pipe.js'
import { CLOSE, PING, wsFrame } from '../support/websocket-frames.js'
import { inFrames, inMessages } from '../support/zws-dialects.js'

const yes = () => Promise.resolve({ ...WELCOME, userId: 'somebody' })

const subprotocols = ['ZWS2.0', 'ZWS2.0/NULL'] as const
const framings = [
  ...[1, 2, 7, Infinity].map((pieces) => ({
    ...{ title: `frames, in pieces of ${String(pieces)} bytes`, pieces },
    speak: (subprotocol: Subprotocol) =>
      [inFrames(subprotocol, true), inFrames(subprotocol, false)] as const,
  })),
  {
    ...{ title: 'messages', pieces: Infinity },
    speak: (subprotocol: Subprotocol) =>
      [inMessages(1000, subprotocol), inMessages(1000, subprotocol)] as const,
  },
]

/** The two ends of a conversation. */
async function conversation([near, far]: ReturnType<typeof twoSessions>) {
  const [one, other] = await Promise.all([near.handshake, far.handshake])
  return [new TestPipe(one).start(), new TestPipe(other).start()] as const
}

describe.each(framings)('ZWS 2.0 in $title', ({ speak, pieces }) => {
  describe.each(subprotocols)('as %s', (subprotocol) => {
    const [near, far] = speak(subprotocol)

    it('two find each other and talk', async () => {
      const both = twoSessions({ speak: near, routingId: 'near' }, { speak: far }, pieces)
      const [one, other] = await conversation(both)
      // Without the commands of a mechanism nobody says what they are.
      const socketType = subprotocol === 'ZWS2.0' ? '' : 'DEALER'
      expect(other.session.peer).toMatchObject({ protocol: 'ZWS/2.0', socketType })
      const ids = [one, other].map(({ session }) => session.peer.routingId)
      expect(texts(ids)).toEqual(['', 'near'])
      one.send('to', 'the', 'other')
      other.send('to the one')
      expect(texts(await other.read())).toEqual(['to', 'the', 'other'])
      expect(texts(await one.read())).toEqual(['to the one'])
    })

    it('subscriptions are messages', async () => {
      const [one, other] = await conversation(twoSessions({ speak: near }, { speak: far }, pieces))
      one.subscribe('A')
      one.subscribe('A', false)
      expect(texts((await other.readMany(2)).flat())).toEqual(['\x01A', '\0A'])
    })
  })

  it.each([
    {
      mechanism: 'PLAIN' as const,
      server: {},
      client: { plainUsername: 'u', plainPassword: 'pw' },
    },
    {
      mechanism: 'CURVE' as const,
      ...curveKeys,
    },
  ])('$mechanism is spoken without a greeting', async ({ mechanism, server, client }) => {
    const [near, far] = speak(`ZWS2.0/${mechanism}`)
    const options = { mechanism, asServer: true, ...server }
    const both = twoSessions(
      { speak: near, options, accepted: true, judge: yes },
      { speak: far, options: { mechanism, ...client } },
      pieces,
    )
    const [one, other] = await conversation(both)
    expect(one.session.peer.userId).toBe('somebody')
    other.send('in', 'private')
    expect(texts(await one.read())).toEqual(['in', 'private'])
  })
})

it.each(['ZWS2.0/NULL', 'ZWS2.0/PLAIN'] as const)(
  'whoever judges one of %s hears when it is gone',
  async (subprotocol) => {
    const asked = deferred<AbortSignal>()
    const mechanism = subprotocol === 'ZWS2.0/NULL' ? 'NULL' : 'PLAIN'
    const [near] = twoSessions(
      {
        ...{ speak: inFrames(subprotocol, true), accepted: true },
        options: { mechanism, asServer: true },
        judge: (_stranger, gone) => {
          asked.resolve(gone)
          return deferred<Verdict>().promise
        },
      },
      { speak: inFrames(subprotocol, false), options: { mechanism } },
    )
    const gone = await asked.promise
    expect(gone.aborted).toBe(false)
    near.stream.lose()
    await expect(near.handshake).rejects.toMatchObject({ code: 'EPIPE' })
    expect(gone.aborted).toBe(true)
  },
)

describe('a client of ZWS', () => {
  const key = Buffer.from('abcd')
  /** What begins a conversation without a mechanism: an empty routing id. */
  const id = wsFrame(Buffer.of(0), { key })
  const goodbye = wsFrame(Buffer.of(0x03, 0xe8), { opcode: CLOSE, key })
  const said = Buffer.of(0x88, 2, 0x03, 0xe8)

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  function stranger() {
    return sessionAndPeer({ speak: inFrames('ZWS2.0', true), options: { handshakeInterval: 0 } })
  }

  async function client() {
    const all = stranger()
    all.peer.write(id)
    const pipe = new TestPipe(await all.handshake).start()
    await all.stream.quiet()
    all.peer.take()
    return { ...all, pipe }
  }

  it('may not say a routing id without end', async () => {
    const { peer, handshake } = stranger()
    peer.write(wsFrame(Buffer.alloc(65_538), { key }).subarray(0, 20))
    await expect(handshake).rejects.toMatchObject({ code: 'EMSGSIZE' })
  })

  it('gets an answer to the last PING of WebSocket it has sent', async () => {
    const { peer, stream } = await client()
    for (const context of ['one', 'two'])
      peer.write(wsFrame(Buffer.from(context), { opcode: PING, key }))
    await stream.quiet()
    expect(peer.take().subarray(-5)).toEqual(Buffer.from('\x8a\x03two', 'latin1'))
  })

  it('that says goodbye hears one, and what is queued stays', async () => {
    const { session, pipe, peer, stream, end } = await client()
    peer.write(wsFrame(Buffer.from('\0last'), { key }), goodbye)
    await stream.quiet()
    expect(session.send([Buffer.from('late')])).toBe(false)
    expect(peer.take()).toEqual(said)
    expect(pipe.arrivals).toEqual(['last'])
    expect(pipe.ends).toEqual([undefined])
    expect(end.events.at(-1)).not.toHaveProperty('error')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('that says goodbye instead of who it is has left during the handshake', async () => {
    const { peer, stream, handshake, end } = stranger()
    peer.write(goodbye)
    await expect(handshake).rejects.toMatchObject({ code: 'EPIPE' })
    await stream.quiet()
    expect(peer.take().subarray(-4)).toEqual(said)
    expect(end.events.map(({ type }) => type)).toEqual(['handshake:error:other', 'disconnect'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('hears one goodbye, even if the system takes it later', async () => {
    const { session, pipe, peer, stream } = await client()
    stream.stall()
    const closed = session.close()
    await stream.quiet()
    expect(peer.take()).toHaveLength(0)
    stream.flow()
    await stream.quiet()
    await closed
    expect(peer.take()).toEqual(said)
    expect(pipe.ends).toEqual([undefined])
  })
})

it('connections have numbers of their own', () => {
  expect(new Set([nextConnection(), nextConnection(), nextConnection()]).size).toBe(3)
})
