import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { everySplit } from '../support/chunks.js'
import { sessionAndPeer, started } from '../support/memory-session.js'
import { pattern, texts } from '../support/messages.js'
import { holdsLater } from '../support/property.js'
import { TestPipe } from '../support/test-pipe.js'
import { command, frame, greeting, message, MORE, ping, ready } from '../support/wire.js'

describe('what comes in', () => {
  it.each([
    { title: 'an unknown command', bytes: command('WHAT', Buffer.from('data')) },
    { title: 'an empty command', bytes: Buffer.of(4, 0) },
    { title: 'a command without a name', bytes: Buffer.of(4, 1, 0) },
    { title: 'a command shorter than its name', bytes: Buffer.of(4, 2, 9, 65) },
    { title: 'a PONG that nobody asked for', bytes: command('PONG', Buffer.from('abc')) },
    { title: 'a second READY', bytes: ready('PUSH') },
    { title: 'an ERROR', bytes: command('ERROR', Buffer.from('\x03400')) },
    { title: 'JOIN', bytes: command('JOIN', Buffer.from('GRP')) },
    { title: 'a command with the MORE bit', bytes: Buffer.of(5, 2, 1, 65) },
  ])('F-6 $title is ignored, also between parts', async ({ bytes }) => {
    const { peer, pipe, stream } = await started()
    const seen: string[][] = []
    pipe.onMessage = (parts) => seen.push(texts(parts))
    peer.write(bytes, frame(MORE, Buffer.from('a')), bytes, frame(0, Buffer.from('b')))
    await stream.quiet()
    expect(seen).toEqual([['a', 'b']])
    expect(peer.take()).toHaveLength(0)
  })

  it('subscriptions are told in order with messages, as commands', async () => {
    const { peer, pipe, stream } = await started()
    const bytes = [
      command('SUBSCRIBE', Buffer.from('A')),
      message('one'),
      command('CANCEL', Buffer.from('A')),
      command('SUBSCRIBE'),
      message('two'),
      message('\x01B'),
    ]
    peer.write(...bytes)
    await stream.quiet()
    expect(pipe.arrivals).toEqual(['+A', 'one', '-A', '+', 'two', '\x01B'])
  })

  it('may be cut anywhere', async () => {
    const bytes = Buffer.concat([
      message('a', 'b'),
      command('SUBSCRIBE', Buffer.from('t')),
      message(''),
    ])
    for (const chunks of everySplit(bytes)) {
      const { peer, pipe, stream } = await started()
      for (const chunk of chunks) peer.stream.write([chunk])
      await stream.quiet()
      expect(pipe.arrivals).toEqual(['a', '+t', ''])
    }
  })

  it.each([
    { title: 'a frame beyond maxMessageSize', bytes: message('123456') },
    { title: 'a length of 2^63', bytes: Buffer.from('028000000000000000', 'hex') },
    { title: 'a command beyond its limit', bytes: Buffer.from('060000000000100001', 'hex') },
  ])('$title ends the conversation, after what came before it', async ({ bytes }) => {
    const { peer, pipe, stream, end } = await started({ options: { maxMessageSize: 5 } })
    peer.write(message('fine'), bytes, message('later'))
    await stream.quiet()
    expect(pipe.arrivals).toEqual(['fine'])
    expect(pipe.ends).toMatchObject([{ code: 'EMSGSIZE' }])
    expect(end.events.at(-1)).toMatchObject({ type: 'disconnect', error: { code: 'EMSGSIZE' } })
    expect([stream.closed, peer.closed]).toEqual([true, true])
  })

  it('half a message is dropped with the connection', async () => {
    const { peer, pipe, stream } = await started()
    peer.write(message('whole'), frame(MORE, Buffer.from('half')))
    peer.stream.end()
    await stream.quiet()
    expect(pipe.arrivals).toEqual(['whole'])
    expect(pipe.ends).toEqual([undefined])
  })

  it('a pipe that throws ends its own conversation, and nothing else', async () => {
    const { peer, pipe, stream } = await started()
    pipe.onMessage = () => {
      throw new Error('a fault of ours')
    }
    peer.write(message('m'))
    await stream.quiet()
    expect(pipe.ends).toEqual([new Error('a fault of ours')])
  })

  it('large frames are read where they belong', async () => {
    const { peer, pipe, stream } = await started()
    const seen: string[][] = []
    pipe.onMessage = (parts) => seen.push(texts(parts))
    stream.pieces = 50_000
    const large = pattern(1_500_000).toString('latin1')
    peer.write(message('before', large, 'after'), message('next'))
    await stream.quiet()
    expect(JSON.stringify(seen) === JSON.stringify([['before', large, 'after'], ['next']])).toBe(
      true,
    )
  })
})

describe('bytes that were being read', () => {
  it('when the pipe became full wait for their turn', async () => {
    const { session, peer, pipe, stream } = await started({ capacity: 1 })
    peer.write(message('1'))
    await stream.quiet()
    expect(stream.paused).toBe(true)
    session.onData(message('2'))
    expect(pipe.arrivals).toEqual(['1'])
    await pipe.readMany(2)
    expect(pipe.arrivals).toEqual(['1', '2'])
  })

  it('to where they belong, when it was closed, are dropped', async () => {
    const { session, peer, pipe, stream } = await started()
    const bytes = message('x'.repeat(200_000))
    peer.write(bytes.subarray(0, 1000))
    await stream.quiet()
    expect(session.largeFrames).toBe(true)
    const target = session.target()
    target?.set(bytes.subarray(1000))
    void session.close()
    session.onFilled(bytes.length - 1000)
    await stream.quiet()
    expect(target).toHaveLength(bytes.length - 1000)
    expect(pipe.arrivals).toEqual([])
    expect(pipe.ends).toEqual([undefined])
  })
})

describe('a pipe that is full', () => {
  it('from the beginning lets nothing in before it has room', async () => {
    const { handshake, peer, stream } = sessionAndPeer()
    peer.write(greeting(), ready('DEALER'), message('1'))
    const pipe = new TestPipe(await handshake, 0).start()
    await stream.quiet()
    expect([pipe.arrivals, stream.paused]).toEqual([[], true])
    pipe.capacity = 1
    pipe.resume()
    expect(pipe.arrivals).toEqual(['1'])
  })

  it('pauses the stream with the last message it has room for', async () => {
    const { peer, pipe, stream } = await started({ capacity: 2 })
    peer.write(...['1', '2', '3', '4', '5'].map((text) => message(text)))
    await stream.quiet()
    expect(pipe.arrivals).toEqual(['1', '2'])
    expect([stream.log, stream.paused]).toEqual([['pause'], true])
  })

  it('does not hear of commands behind that message either', async () => {
    const { peer, pipe, stream } = await started({ capacity: 1 })
    peer.write(message('1'), command('SUBSCRIBE', Buffer.from('A')), ping(0))
    await stream.quiet()
    expect(pipe.arrivals).toEqual(['1'])
    expect(peer.take()).toHaveLength(0)
    await pipe.read()
    await stream.quiet()
    expect(pipe.arrivals).toEqual(['1', '+A'])
    expect(peer.takeTexts()).toEqual(['!\x04PONG'])
  })

  it('gets the next when it has room, and the stream flows on when nothing is left', async () => {
    const { peer, pipe, stream } = await started({ capacity: 1 })
    peer.write(message('1'), message('2'))
    await stream.quiet()
    await pipe.read()
    expect(pipe.arrivals).toEqual(['1', '2'])
    expect(stream.paused).toBe(true)
    await pipe.read()
    expect(stream.paused).toBe(false)
    peer.write(message('3'))
    await stream.quiet()
    expect(pipe.arrivals).toEqual(['1', '2', '3'])
  })

  it('resume() without a pause does nothing', async () => {
    const { session, stream } = await started()
    session.resume()
    expect(stream.log).toEqual([])
  })

  it.each(['in good order', 'with an error'])(
    'gets everything when the peer has left %s',
    async (how) => {
      const { peer, pipe, stream } = await started({ capacity: 1 })
      peer.write(...['1', '2', '3'].map((text) => message(text)))
      await stream.quiet()
      const error = how === 'with an error' ? new Error('reset') : undefined
      stream.lose(error)
      await stream.quiet()
      expect(pipe.ends).toEqual([])
      expect(texts((await pipe.readMany(2)).flat())).toEqual(['1', '2'])
      expect(pipe.ends).toEqual([])
      expect(texts(await pipe.read())).toEqual(['3'])
      expect(pipe.ends).toEqual([error && expect.objectContaining({ cause: error })])
    },
  )

  it('gets everything in order, whatever its room and however it is cut', async () => {
    const run = fc.asyncProperty(
      fc.array(fc.nat(300), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 400 }),
      async (sizes, capacity, pieces) => {
        const { peer, pipe, stream } = await started({ capacity })
        stream.pieces = pieces
        const wanted = sizes.map((size, index) => `${String(index)}:${'x'.repeat(size)}`)
        peer.write(...wanted.map((text) => message(text)))
        peer.stream.end()
        expect(texts((await pipe.readMany(wanted.length)).flat())).toEqual(wanted)
        await pipe.untilEnded()
      },
    )
    await holdsLater(run)
  })
})
