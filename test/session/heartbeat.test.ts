import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OptionValues } from '../../src/options.js'
import { twoSessions, started } from '../support/memory-session.js'
import type { MemoryStream } from '../support/memory-stream.js'
import { TestPipe } from '../support/test-pipe.js'
import { command, message, ping, pong } from '../support/wire.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Lets time pass, and what it brings about happen. */
async function pass(stream: MemoryStream, milliseconds: number): Promise<void> {
  vi.advanceTimersByTime(milliseconds)
  await stream.quiet()
}

function beating(options: Partial<OptionValues>) {
  return started({ options: { handshakeInterval: 0, ...options } })
}

describe('our own PINGs', () => {
  it('go out at the interval', async () => {
    const { peer, stream } = await beating({ heartbeatInterval: 100, heartbeatTimeout: 0 })
    await pass(stream, 99)
    expect(peer.take()).toHaveLength(0)
    for (let beat = 0; beat < 5; beat++) {
      await pass(stream, beat === 0 ? 1 : 100)
      expect(peer.take()).toEqual(ping(0))
    }
  })

  it('are not sent without an interval', async () => {
    const { peer, stream } = await beating({ heartbeatInterval: 0 })
    expect(vi.getTimerCount()).toBe(0)
    await pass(stream, 1e9)
    expect(peer.take()).toHaveLength(0)
  })

  it.each([
    [0, 0],
    [1200, 12],
    [65_500, 655],
    [65_600, 655],
    [6_553_500, 655],
  ])('H-6, H-7 ask for a time to live of %i ms as %i tenths', async (heartbeatTimeToLive, ttl) => {
    const { peer, stream } = await beating({ heartbeatInterval: 100, heartbeatTimeToLive })
    await pass(stream, 100)
    expect(peer.take()).toEqual(ping(ttl))
  })

  it('one waits at most when the system takes nothing', async () => {
    const { peer, stream } = await beating({ heartbeatInterval: 100, heartbeatTimeout: 1e6 })
    stream.stall()
    for (let beat = 0; beat < 50; beat++) await pass(stream, 100)
    stream.flow()
    await stream.quiet()
    expect(peer.takeFrames().length).toBeLessThanOrEqual(2)
  })
})

describe('a peer that is silent', () => {
  it.each([
    { title: 'within the timeout', heartbeatTimeout: 30, silence: 130 },
    { title: 'within the interval, if there is no timeout', heartbeatTimeout: -1, silence: 200 },
    {
      title: 'within a timeout that is longer than the interval',
      heartbeatTimeout: 250,
      silence: 350,
    },
  ])('$title is given up', async ({ heartbeatTimeout, silence }) => {
    const { stream, pipe, end } = await beating({ heartbeatInterval: 100, heartbeatTimeout })
    await pass(stream, silence - 1)
    expect(pipe.ends).toEqual([])
    await pass(stream, 1)
    expect(pipe.ends).toMatchObject([{ code: 'ETIMEDOUT' }])
    expect(end.events.at(-1)).toMatchObject({ type: 'disconnect', error: { code: 'ETIMEDOUT' } })
    expect(stream.closed).toBe(true)
  })

  it('never is with a timeout of 0', async () => {
    const { stream, pipe } = await beating({ heartbeatInterval: 100, heartbeatTimeout: 0 })
    for (let i = 0; i < 20; i++) await pass(stream, 1000)
    expect(pipe.ends).toEqual([])
  })

  it.each([
    { title: 'a PONG', bytes: pong() },
    { title: 'H-4 a message', bytes: message('m') },
    { title: 'a command that nobody knows', bytes: command('WHAT') },
    { title: 'a single byte', bytes: Buffer.of(0) },
  ])('is not, after $title', async ({ bytes }) => {
    const { stream, peer, pipe } = await beating({ heartbeatInterval: 100, heartbeatTimeout: 30 })
    await pass(stream, 129)
    peer.write(bytes)
    await stream.quiet()
    await pass(stream, 70)
    expect(pipe.ends).toEqual([])
    await pass(stream, 31)
    expect(pipe.ends).toHaveLength(1)
  })

  it('is not, while bytes of a large frame are read to where they belong', async () => {
    const { stream, peer, pipe } = await beating({ heartbeatInterval: 100, heartbeatTimeout: 30 })
    const bytes = message('x'.repeat(300_000))
    await pass(stream, 25)
    for (let at = 0; at < bytes.length; at += 50_000) {
      // A PING has been waiting for a sign of life for 25 ms.
      await pass(stream, 100)
      peer.write(bytes.subarray(at, at + 50_000))
      await stream.quiet()
    }
    expect(pipe.ends).toEqual([])
    expect(pipe.arrivals.map((text) => text.length)).toEqual([300_000])
  })

  it('is not, if its bytes are there when the timer runs late', async () => {
    const { stream, peer, pipe } = await beating({ heartbeatInterval: 100, heartbeatTimeout: 30 })
    await pass(stream, 100)
    // The loop was busy: the bytes came in time, the timer is called first.
    peer.write(pong())
    vi.advanceTimersByTime(50)
    await stream.quiet()
    expect(pipe.ends).toEqual([])
  })

  it('two of ours keep each other alive for ever', async () => {
    const options = { heartbeatInterval: 50, heartbeatTimeToLive: 100, handshakeInterval: 0 }
    const [near, far] = twoSessions({ options }, { options })
    await Promise.all([near.handshake, far.handshake])
    const pipes = [new TestPipe(near.session).start(), new TestPipe(far.session).start()]
    for (let i = 0; i < 100; i++) await pass(near.stream, 25)
    expect(pipes.map(({ ends }) => ends)).toEqual([[], []])
  })

  it('nothing is left of the timers after the end', async () => {
    const { session, stream, peer } = await beating({ heartbeatInterval: 100 })
    peer.write(ping(5))
    await pass(stream, 150)
    session.destroy()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is not asked for a sign of life while the last words are on their way', async () => {
    const { session, stream, peer, pipe } = await beating({ heartbeatInterval: 100 })
    stream.stall()
    pipe.send('last')
    void session.close()
    for (let i = 0; i < 5; i++) await pass(stream, 1000)
    expect(pipe.ends).toEqual([])
    stream.flow()
    await stream.quiet()
    expect(peer.takeTexts()).toEqual(['last'])
    expect(pipe.ends).toEqual([undefined])
  })
})

describe('PINGs of the peer', () => {
  it.each([
    { title: 'without context', context: '', echo: '' },
    { title: 'with one', context: 'abc', echo: 'abc' },
    {
      title: 'with a long one, cut to 16 bytes',
      context: '0123456789abcdefgh',
      echo: '0123456789abcdef',
    },
  ])('H-1 are answered, $title', async ({ context, echo }) => {
    const { stream, peer } = await beating({})
    peer.write(ping(0, context))
    await stream.quiet()
    expect(peer.take()).toEqual(pong(echo))
  })

  it.each(['', '\0'])('H-8 that are cut short (%j) end the conversation', async (data) => {
    const { stream, peer, pipe } = await beating({})
    peer.write(command('PING', Buffer.from(data)))
    await stream.quiet()
    expect(pipe.ends).toMatchObject([{ code: 'EPROTO', reason: /time to live/ }])
    expect(peer.take()).toHaveLength(0)
  })

  it('ask for silence to be the end, in full width', async () => {
    for (const [ttl, limit] of [
      [1, 100],
      [655, 65_500],
      [656, 65_600],
      [65_535, 6_553_500],
    ] as const) {
      const { stream, peer, pipe } = await beating({})
      peer.write(ping(ttl))
      await stream.quiet()
      await pass(stream, limit - 1)
      expect(pipe.ends).toEqual([])
      await pass(stream, 1)
      expect(pipe.ends).toMatchObject([{ code: 'ETIMEDOUT', reason: /time to live/ }])
    }
  })

  it('H-5 ask it until anything comes, and again with each', async () => {
    const { stream, peer, pipe } = await beating({})
    peer.write(ping(10))
    await stream.quiet()
    await pass(stream, 999)
    peer.write(message('m'))
    await stream.quiet()
    await pass(stream, 100_000)
    expect(pipe.ends).toEqual([])
    peer.write(ping(10), ping(20))
    await stream.quiet()
    await pass(stream, 1999)
    expect(pipe.ends).toEqual([])
    await pass(stream, 1)
    expect(pipe.ends).toHaveLength(1)
  })

  it('that ask nothing leave no timer', async () => {
    const { stream, peer } = await beating({})
    peer.write(ping(0))
    await stream.quiet()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('in a flood cost one answer while the system takes nothing', async () => {
    const { stream, peer, pipe } = await beating({})
    stream.stall()
    pipe.send('stuck')
    await stream.quiet()
    const backlog = stream.backlog
    for (let i = 0; i < 100; i++) {
      peer.write(...Array.from({ length: 1000 }, () => ping(0, String(i))))
      await stream.quiet()
      expect(stream.backlog).toBe(backlog)
    }
    stream.flow()
    await stream.quiet()
    expect(peer.takeTexts()).toEqual(['stuck', '!\x04PONG99'])
  })
})

describe('while nobody reads', () => {
  it('silence says nothing: the peer is neither given up for its PONG nor its time to live', async () => {
    const { stream, peer, pipe } = await started({
      capacity: 1,
      options: { handshakeInterval: 0, heartbeatInterval: 100, heartbeatTimeout: 50 },
    })
    peer.write(ping(1), message('full'))
    await stream.quiet()
    for (let i = 0; i < 20; i++) await pass(stream, 100)
    expect(pipe.ends).toEqual([])
    // Whoever reads again judges again.
    await pipe.read()
    await stream.quiet()
    for (let i = 0; i < 3; i++) await pass(stream, 100)
    expect(pipe.ends).toMatchObject([{ code: 'ETIMEDOUT' }])
  })
})
