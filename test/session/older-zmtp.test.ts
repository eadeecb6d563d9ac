import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OptionValues } from '../../src/options.js'
import { everySplit } from '../support/chunks.js'
import { sessionAndPeer } from '../support/memory-session.js'
import { pattern, texts } from '../support/messages.js'
import { TestPipe } from '../support/test-pipe.js'
import {
  longV1Frame,
  olderVersions,
  v1Frame,
  v1Message,
  v2Greeting,
} from '../support/older-wire.js'
import { command, frame, message, MORE } from '../support/wire.js'

const any = { minimumZmtpVersion: 1 }

function fault(code: string, reason?: RegExp): Error {
  const fields = reason === undefined ? {} : { reason: expect.stringMatching(reason) as string }
  return expect.objectContaining({ name: 'ZmqError', code, ...fields }) as Error
}

describe.each(olderVersions)(
  'a peer of ZMTP $version',
  ({ version, hello, answer, parts, ...facts }) => {
    const protocol = `ZMTP/${version.slice(0, 3)}`

    /** A DEALER of ours, the handshake with its like being done. */
    async function conversation(options: Partial<OptionValues> = {}) {
      const all = sessionAndPeer({ routingId: 'me', options: { ...any, ...options } })
      all.peer.write(hello())
      const pipe = new TestPipe(await all.handshake).start()
      await all.stream.quiet()
      all.peer.take()
      return { ...all, pipe }
    }

    it('is known by what it says, however that is cut, with messages right behind it', async () => {
      for (const chunks of everySplit(Buffer.concat([hello('id'), parts('a', 'b'), parts('')]))) {
        const { peer, handshake, end } = sessionAndPeer({ options: any })
        for (const chunk of chunks) peer.write(chunk)
        const pipe = new TestPipe(await handshake).start()
        expect(texts(await pipe.read())).toEqual(['a', 'b'])
        expect(texts(await pipe.read())).toEqual([''])
        const { routingId, ...rest } = (await end.until('handshake')).peer
        expect(texts([routingId])).toEqual(['id'])
        expect(rest).toMatchObject({ protocol, socketType: facts.socketType })
      }
    })

    it.each(['', 'me', 'i'.repeat(255)])('hears the routing id %s, and messages', async (id) => {
      for (const size of [Infinity, 1]) {
        const { peer, stream, handshake } = sessionAndPeer({ routingId: id, options: any })
        peer.stream.pieces = stream.pieces = size
        peer.write(hello())
        new TestPipe(await handshake).start().send('a', 'b')
        await stream.quiet()
        expect(peer.take()).toEqual(Buffer.concat([answer(id), parts('a', 'b')]))
      }
    })

    it.each(['\0zero', 'i'.repeat(256)])('has no routing id if that is %j', async (id) => {
      const { peer, handshake } = sessionAndPeer({ options: any })
      const bytes = protocol === 'ZMTP/1.0' ? v1Message(id) : message(id)
      peer.write(hello().subarray(0, facts.socketType === '' ? 0 : 12), bytes)
      expect((await handshake).peer.routingId).toHaveLength(0)
    })

    it('gets subscriptions as messages, those to 255 bytes whole', async () => {
      const { pipe, peer, stream } = await conversation()
      const long = 't'.repeat(255)
      pipe.subscribe('A')
      pipe.subscribe(long)
      pipe.subscribe('A', false)
      await stream.quiet()
      expect(peer.take()).toEqual(
        Buffer.concat([parts('\x01A'), parts(`\x01${long}`), parts('\x00A')]),
      )
    })

    it.each([0, 253, 254, 255, 256, 4096, 4097, 300_000])('parts of %i bytes', async (size) => {
      const { pipe, peer, stream } = await conversation()
      const part = pattern(size).toString('latin1')
      pipe.send('before', pattern(size), 'after')
      peer.write(parts('before', part, 'after'))
      expect(texts(await pipe.read())).toEqual(['before', part, 'after'])
      await stream.quiet()
      expect(peer.take().equals(parts('before', part, 'after'))).toBe(true)
    })

    it.each([
      { title: 'beyond maxMessageSize', bytes: parts('123456'), code: 'EMSGSIZE' },
      {
        title: 'of too many parts',
        bytes: parts(...Array<string>(65_537).fill('')),
        code: 'EPROTO',
      },
    ])('loses its connection for a message $title', async ({ bytes, code }) => {
      const { pipe, peer } = await conversation({ maxMessageSize: 5 })
      peer.write(parts('12345'), bytes, parts('never'))
      expect(await pipe.untilEnded()).toEqual(fault(code))
      expect(pipe.arrivals).toEqual(['12345'])
    })

    it('may not say a routing id without end', async () => {
      const { peer, handshake, end } = sessionAndPeer({ options: any })
      const start = hello().subarray(0, facts.socketType === '' ? 0 : 12)
      const endless = protocol === 'ZMTP/1.0' ? longV1Frame(0, Buffer.alloc(65_537)) : undefined
      peer.write(start, (endless ?? frame(0, Buffer.alloc(65_537))).subarray(0, 20))
      await expect(handshake).rejects.toEqual(fault('EMSGSIZE'))
      await end.until('handshake:error:protocol')
      expect(end.events.map(({ type }) => type)).not.toContain('handshake')
    })

    it('gives the room that there is', async () => {
      const { peer, stream, handshake } = sessionAndPeer({ options: any })
      peer.write(hello(), ...Array.from({ length: 9 }, (_, index) => parts(String(index))))
      const pipe = new TestPipe(await handshake, 2).start()
      await stream.quiet()
      expect(pipe.arrivals).toEqual(['0', '1'])
      await pipe.readMany(9)
      expect(pipe.arrivals.join('')).toBe('012345678')
    })

    describe('with heartbeats', () => {
      beforeEach(() => {
        vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      })
      afterEach(() => {
        vi.useRealTimers()
      })

      it('is not asked for a sign of life, which it could not give', async () => {
        const { peer, stream } = await conversation({ heartbeatInterval: 10, handshakeInterval: 0 })
        expect(vi.getTimerCount()).toBe(0)
        vi.advanceTimersByTime(10_000)
        await stream.quiet()
        expect(peer.take()).toHaveLength(0)
        expect(peer.closed).toBe(false)
      })

      it('has the time of handshakeInterval, and not more', async () => {
        for (const said of [0, 1, hello('id').length - 1]) {
          const all = sessionAndPeer({ options: { ...any, handshakeInterval: 1000 } })
          all.peer.write(hello('id').subarray(0, said))
          await all.stream.quiet()
          vi.advanceTimersByTime(999)
          await all.stream.quiet()
          expect(all.peer.closed).toBe(false)
          vi.advanceTimersByTime(1)
          await expect(all.handshake).rejects.toEqual(fault('ETIMEDOUT'))
        }
      })
    })
  },
)

describe('ZMTP 2.0', () => {
  it.each([
    { ours: 'XPUB', said: 1 },
    { ours: 'XSUB', said: 2 },
    { ours: 'PAIR', said: 0 },
    { ours: 'PUSH', said: 8 },
  ])('on the wire $ours is type $said', async ({ ours, said }) => {
    const { peer, stream } = sessionAndPeer({ type: ours, options: any })
    peer.write(v2Greeting('PAIR').subarray(0, 11))
    await stream.quiet()
    expect(peer.take()).toEqual(v2Greeting(said, '', 3))
  })

  it.each([
    { type: 9, name: 'XPUB' },
    { type: 10, name: 'XSUB' },
  ])('type $type of libzmq is $name', async ({ type, name }) => {
    const { peer, handshake } = sessionAndPeer({ type: name, options: any })
    peer.write(v2Greeting(type))
    expect((await handshake).peer.socketType).toBe(name)
  })

  it.each([
    { type: 7, name: 'PULL' },
    { type: 11, name: 'number 11' },
    { type: 255, name: 'number 255' },
  ])('a peer of type $type is refused at once', async ({ type, name }) => {
    const { peer, handshake } = sessionAndPeer({ options: any })
    peer.write(v2Greeting(type).subarray(0, 12))
    await expect(handshake).rejects.toEqual(
      fault('ERR_ZMTP_UNSPECIFIED', new RegExp(`a "${name}" socket, which a DEALER cannot`)),
    )
  })

  it.each([1, 2])('revision %i is one', async (revision) => {
    const { peer, handshake } = sessionAndPeer({ options: any })
    peer.write(v2Greeting('DEALER', '', revision))
    expect((await handshake).peer.protocol).toBe('ZMTP/2.0')
  })

  it.each([command('PING', Buffer.of(0, 0)), command('SUBSCRIBE'), Buffer.of(4, 0)])(
    'has no commands: %o ends the connection',
    async (bytes) => {
      const { peer, handshake } = sessionAndPeer({ options: any })
      peer.write(v2Greeting('DEALER'), message('before'), bytes, message('after'))
      const pipe = new TestPipe(await handshake).start()
      expect(await pipe.untilEnded()).toEqual(fault('EPROTO', /command/))
      expect(pipe.arrivals).toEqual(['before'])
      expect(peer.take().subarray(14)).toHaveLength(0)
    },
  )

  it('looks at no flags of the frame with the routing id', async () => {
    const { peer, handshake } = sessionAndPeer({ options: any })
    peer.write(v2Greeting('DEALER').subarray(0, 12), frame(MORE, Buffer.from('id')), message('x'))
    const pipe = new TestPipe(await handshake).start()
    expect(texts(await pipe.read())).toEqual(['x'])
  })
})

describe('ZMTP 1.0', () => {
  it('a subscriber picks from all there is: it cannot say what it wants', async () => {
    // What a socket accepts here is its own type, which that of a peer of 1.0 may be.
    const { peer, stream, handshake } = sessionAndPeer({ type: 'SUB', options: any })
    peer.write(v1Frame(0, Buffer.alloc(0)))
    const pipe = new TestPipe(await handshake).start()
    await stream.quiet()
    expect(pipe.arrivals).toEqual(['+'])
  })

  it.each([Buffer.of(0), longV1Frame(0, Buffer.alloc(0)).fill(0, 1, 9)])(
    'a first frame of length 0 ends the connection: %o',
    async (bytes) => {
      const { peer, handshake } = sessionAndPeer({ options: any })
      peer.write(bytes)
      await expect(handshake).rejects.toEqual(fault('EPROTO', /length of 0/))
    },
  )

  it('a length of 0 later on does so as well', async () => {
    const { peer, handshake } = sessionAndPeer({ options: any })
    peer.write(v1Message(''), v1Message('before'), Buffer.of(0), v1Message('after'))
    const pipe = new TestPipe(await handshake).start()
    expect(await pipe.untilEnded()).toEqual(fault('EPROTO', /length of 0/))
    expect(pipe.arrivals).toEqual(['before'])
  })

  it('a routing id may come in a long frame', async () => {
    for (const chunks of everySplit(
      Buffer.concat([longV1Frame(0, Buffer.from('id')), v1Frame(0, Buffer.from('x'))]),
    )) {
      const { peer, handshake } = sessionAndPeer({ options: any })
      for (const chunk of chunks) peer.write(chunk)
      const pipe = new TestPipe(await handshake).start()
      expect(texts([pipe.session.peer.routingId])).toEqual(['id'])
      expect(texts(await pipe.read())).toEqual(['x'])
    }
  })

  it('knows no commands, so that their bit means nothing', async () => {
    const { peer, handshake } = sessionAndPeer({ options: any })
    peer.write(v1Message(''), v1Frame(4, command('PING', Buffer.of(0, 0)).subarray(2)))
    const pipe = new TestPipe(await handshake).start()
    expect(texts(await pipe.read())).toEqual(['\x04PING\0\0'])
  })
})
