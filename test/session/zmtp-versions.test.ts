import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SecurityOption } from '../../src/options.js'
import { oldestVersion } from '../../src/session/older-zmtp.js'
import { cutAt, cuts, everySplit, piecesOf } from '../support/chunks.js'
import { sessionAndPeer, sessionOn, twoSessions } from '../support/memory-session.js'
import { MemoryStream } from '../support/memory-stream.js'
import { texts } from '../support/messages.js'
import {
  longV1Frame,
  olderVersions,
  signature,
  v1Message,
  v2Greeting,
} from '../support/older-wire.js'
import { holdsLater } from '../support/property.js'
import { TestEnd } from '../support/test-ends.js'
import { TestPipe } from '../support/test-pipe.js'
import { command, greeting, message, ready } from '../support/wire.js'

const any = { minimumZmtpVersion: 1 }

function fault(reason = /./): Error {
  const fields = { code: 'EPROTO', reason: expect.stringMatching(reason) as string }
  return expect.objectContaining({ name: 'ZmqError', ...fields }) as Error
}

describe('ZMTP 3, when older versions are let in', () => {
  const hello = Buffer.concat([greeting(), ready('DEALER', 'id'), message('a', 'b')])

  it('goes on as ever, however it is cut', async () => {
    for (const chunks of everySplit(hello)) {
      const { peer, stream, handshake } = sessionAndPeer({ routingId: 'me', options: any })
      for (const chunk of chunks) peer.write(chunk)
      const pipe = new TestPipe(await handshake).start()
      expect(texts(await pipe.read())).toEqual(['a', 'b'])
      pipe.send('c')
      pipe.subscribe('A')
      await stream.quiet()
      expect(pipe.session.peer).toMatchObject({ protocol: 'ZMTP/3.1', socketType: 'DEALER' })
      const said = Buffer.concat([signature('me'), greeting().subarray(10), ready('DEALER', 'me')])
      expect(peer.take()).toEqual(
        Buffer.concat([said, message('c'), command('SUBSCRIBE', Buffer.from('A'))]),
      )
    }
  })

  it('says ten bytes, one more for ten, and the rest when the version is known', async () => {
    const { peer, stream } = sessionAndPeer({ options: any })
    const said: number[] = []
    for (const piece of piecesOf(greeting(), 1)) {
      await stream.quiet()
      said.push(peer.take().length)
      peer.write(piece)
    }
    const expected = Array<number>(64).fill(0)
    expected[0] = 10
    expected[10] = 1
    expected[11] = 53
    expect(said).toEqual(expected)
  })

  it.each([1, 2, 3])('talks to one of ours that lets %i in', async (minimumZmtpVersion) => {
    for (const pieces of [1, 7, 64, Infinity]) {
      const [near, far] = twoSessions({ options: any }, { options: { minimumZmtpVersion } }, pieces)
      const [one, two] = await Promise.all([near.handshake, far.handshake])
      expect([one.peer.protocol, two.peer.protocol]).toEqual(['ZMTP/3.1', 'ZMTP/3.1'])
      const [nearPipe, farPipe] = [new TestPipe(one).start(), new TestPipe(two).start()]
      nearPipe.send('there')
      farPipe.send('here')
      expect(texts(await farPipe.read())).toEqual(['there'])
      expect(texts(await nearPipe.read())).toEqual(['here'])
    }
  })

  it('refuses another mechanism as ever', async () => {
    const { peer, handshake, stream } = sessionAndPeer({ options: any })
    peer.write(greeting({ mechanism: 'PLAIN' }))
    await expect(handshake).rejects.toMatchObject({ code: 'ERR_ZMTP_MECHANISM_MISMATCH' })
    await stream.quiet()
    expect(peer.take().subarray(10)).toEqual(greeting().subarray(10))
  })

  it('answers PINGs, and sends them', async () => {
    const { peer, stream, handshake } = sessionAndPeer({ options: any })
    peer.write(greeting(), ready('DEALER'))
    new TestPipe(await handshake).start()
    await stream.quiet()
    peer.take()
    peer.write(command('PING', Buffer.from('\0\0abc')))
    await stream.quiet()
    expect(peer.take()).toEqual(command('PONG', Buffer.from('abc')))
  })
})

describe('versions that are not let in', () => {
  it.each([
    {
      title: '1.0 where it is 2',
      minimum: 2,
      hello: v1Message(''),
      reason: /first byte is not FF/,
    },
    {
      title: '1.0 in a long frame where it is 2',
      minimum: 2,
      hello: longV1Frame(0, Buffer.from('id')),
      reason: /older ZMTP \(1\.0\)/,
    },
    {
      title: 'revision 0 where it is 2',
      minimum: 2,
      hello: v2Greeting('DEALER', '', 0),
      reason: /revision 0/,
    },
    { title: '2.0 by default', minimum: 3, hello: v2Greeting('DEALER'), reason: /revision 1/ },
    { title: '1.0 by default', minimum: 3, hello: v1Message(''), reason: /first byte is not FF/ },
  ])('$title', async ({ minimum, hello, reason }) => {
    for (const chunks of everySplit(hello)) {
      const { peer, handshake, end, stream } = sessionAndPeer({
        options: { minimumZmtpVersion: minimum },
      })
      for (const chunk of chunks) peer.write(chunk)
      await expect(handshake).rejects.toEqual(fault(reason))
      expect((await end.until('handshake:error:protocol')).error).toEqual(fault(reason))
      await stream.quiet()
      // Not a byte to anybody who would take the rest of our greeting for messages.
      if (minimum < 3) expect(peer.take().length).toBeLessThanOrEqual(11)
    }
  })

  it('with the default the whole greeting is as ever', async () => {
    const [near] = MemoryStream.pair()
    const { end } = sessionOn(near, {})
    expect(oldestVersion(end)).toBe(3)
    const { peer, stream } = sessionAndPeer({ routingId: 'me' })
    peer.write(greeting().subarray(0, 10))
    await stream.quiet()
    expect(peer.take()).toEqual(greeting())
  })
})

describe('no older version is let in', () => {
  const secured: [SecurityOption, string | (() => boolean)][] = [
    ['mechanism', 'PLAIN'],
    ['mechanism', 'CURVE'],
    ['zapDomain', 'global'],
    ['authenticate', () => true],
  ]

  it.each(secured)('while %s is set', async (name, value) => {
    const options = { ...any, [name]: value }
    expect(oldestVersion(new TestEnd({ options }))).toBe(3)
    for (const { hello } of olderVersions) {
      const { peer, handshake } = sessionAndPeer({ options })
      peer.write(hello())
      await expect(handshake).rejects.toEqual(fault())
    }
  })

  it('to a socket of a type that they do not know', () => {
    expect(oldestVersion(new TestEnd({ type: 'CLIENT', options: any }))).toBe(3)
  })

  it('else what the option says', () => {
    for (const minimumZmtpVersion of [1, 2, 3]) {
      expect(oldestVersion(new TestEnd({ options: { minimumZmtpVersion } }))).toBe(
        minimumZmtpVersion,
      )
    }
  })
})

it('any bytes make a peer, or none, and harm nobody', () => {
  const start = fc.constantFrom(
    Buffer.alloc(0),
    ...olderVersions.map(({ hello }) => hello('id')),
    v2Greeting('DEALER').subarray(0, 11),
    greeting(),
  )
  const rest = fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 8 })
  return holdsLater(
    fc.asyncProperty(start, rest, cuts, async (hello, garbage, shares) => {
      const { peer, handshake, stream, end, session } = sessionAndPeer({ options: any })
      for (const chunk of cutAt(Buffer.concat([hello, ...garbage]), shares)) peer.write(chunk)
      const pipe = await Promise.race([handshake, stream.quiet()]).catch(() => undefined)
      if (pipe !== undefined) new TestPipe(pipe).start()
      await stream.quiet()
      session.destroy()
      const ends = end.events.filter(({ type }) => type === 'disconnect')
      expect(ends).toHaveLength(1)
      for (const event of end.events) {
        if ('error' in event) expect(event.error).toHaveProperty('name', 'ZmqError')
      }
    }),
    200,
  )
})
