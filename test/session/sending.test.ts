import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ZmqError } from '../../src/errors.js'
import { zmtp } from '../../src/session/zmtp-handshake.js'
import { started, sessionAndPeer } from '../support/memory-session.js'
import { pattern } from '../support/messages.js'
import { holdsLater } from '../support/property.js'
import { TestPipe } from '../support/test-pipe.js'
import { greeting, message, ping, ready } from '../support/wire.js'
import { inMessages } from '../support/zws-dialects.js'

function numbered(count: number, first = 0): string[] {
  return Array.from({ length: count }, (_, index) => String(first + index))
}

describe('what is sent', () => {
  it('in one turn is written together, at its end', async () => {
    const { session, peer, stream } = await started()
    for (const text of ['one', 'two']) expect(session.send([Buffer.from(text)])).toBe(true)
    expect(session.unwritten).toBe(2)
    expect(peer.received).toHaveLength(0)
    await stream.quiet()
    expect(peer.take()).toEqual(Buffer.concat([message('one'), message('two')]))
    expect(session.unwritten).toBe(0)
  })

  it('goes out at once by flush()', async () => {
    const { session, peer, stream } = await started()
    session.send([Buffer.from('now')])
    session.flush()
    expect(session.unwritten).toBe(0)
    await stream.quiet()
    expect(peer.takeTexts()).toEqual(['now'])
  })

  it('does not pile up within a turn beyond a batch', async () => {
    const { session, stream, peer } = await started()
    for (let i = 0; i < 100; i++) session.send([pattern(10_000)])
    expect(session.unwritten).toBeLessThan(40)
    await stream.quiet()
    expect(peer.received).toHaveLength(100 * 10_009)
  })

  it('before the session was started comes out of the queue, in order', async () => {
    const { session, handshake, peer, stream } = sessionAndPeer()
    peer.write(greeting(), ready('DEALER'))
    await handshake
    const pipe = new TestPipe(session)
    for (const text of numbered(3)) pipe.send(text)
    await stream.quiet()
    peer.take()
    pipe.start()
    pipe.send('3')
    await stream.quiet()
    expect(peer.takeTexts()).toEqual(numbered(4))
  })
})

describe('what was queued', () => {
  it('and proves to be longer than the peer can take is told of, and the next is sent', async () => {
    const { session, handshake, peer, stream } = sessionAndPeer({ speak: inMessages(10) })
    peer.write(Buffer.of(0))
    await handshake
    const pipe = new TestPipe(session)
    for (const text of ['one', 'x'.repeat(11), 'two']) pipe.send(text)
    pipe.start()
    await stream.quiet()
    expect(pipe.faults.splice(0)).toEqual(['a message that cannot be sent: oversize'])
    expect(peer.take().toString('latin1')).toBe('\0\0one\0two')
    expect(session.unwritten).toBe(0)
  })

  it.each([new Error('a fault of ours'), new ZmqError('EFAULT')])(
    'and cannot be encoded otherwise is a fault of ours: %s',
    async (fault) => {
      const { session, handshake, peer } = sessionAndPeer({
        speak: (...about) => {
          const dialect = zmtp(...about)
          return Object.assign(dialect, {
            encoder: Object.assign(dialect.encoder, {
              message: () => {
                throw fault
              },
            }),
          })
        },
      })
      peer.write(greeting(), ready('DEALER'))
      await handshake
      const pipe = new TestPipe(session)
      pipe.send('m')
      expect(() => pipe.start()).toThrow(fault)
    },
  )
})

describe('a system that takes nothing', () => {
  it('and one that tells of room although it has taken everything change nothing', async () => {
    const { session, pipe, stream } = await started()
    const { drains } = pipe
    session.onDrain()
    expect(pipe.drains).toBe(drains)
    await stream.quiet()
    expect(stream.log).toEqual([])
  })

  it('is given no more than one batch: the rest stays in the queue', async () => {
    const { session, pipe, stream } = await started()
    stream.stall()
    pipe.send('first')
    await stream.quiet()
    const { backlog } = stream
    expect([session.unwritten, backlog]).toEqual([1, message('first').length])
    for (let turn = 0; turn < 10; turn++) {
      for (let i = 0; i < 100; i++) expect(session.send([pattern(100)])).toBe(false)
      pipe.send('queued')
      session.wake()
      await stream.quiet()
    }
    expect([session.unwritten, stream.backlog]).toEqual([1, backlog])
  })

  it('gets what waited when it takes bytes again, in order, and tells of the room', async () => {
    const { session, pipe, peer, stream } = await started()
    stream.stall()
    pipe.send('0')
    await stream.quiet()
    for (const text of numbered(500, 1)) pipe.send(text)
    const { drains } = pipe
    stream.flow()
    expect(pipe.drains).toBeGreaterThan(drains)
    await stream.quiet()
    expect(peer.takeTexts()).toEqual(numbered(501))
    expect(session.unwritten).toBe(0)
    expect(session.send([Buffer.from('more')])).toBe(true)
  })

  it('during the handshake: messages flow when it takes bytes again', async () => {
    const { session, handshake, peer, stream } = sessionAndPeer()
    stream.stall()
    peer.write(greeting(), ready('DEALER'))
    await handshake
    const pipe = new TestPipe(session).start()
    pipe.send('m')
    await stream.quiet()
    expect(peer.received).toEqual(greeting().subarray(0, 10))
    stream.flow()
    await stream.quiet()
    expect(peer.take().subarray(-3)).toEqual(message('m'))
  })

  it('finds the bytes as they were written, although chunks are used again elsewhere', async () => {
    const [slow, busy] = [await started(), await started()]
    slow.stream.stall()
    for (const text of numbered(200)) slow.pipe.send(text)
    await slow.stream.quiet()
    for (let turn = 0; turn < 20; turn++) {
      for (let i = 0; i < 300; i++) busy.pipe.send('x'.repeat(100))
      await busy.stream.quiet()
    }
    slow.stream.flow()
    await slow.stream.quiet()
    expect(slow.peer.takeTexts()).toEqual(numbered(200))
  })

  it('now and then changes nothing of the order', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant('send' as const), size: fc.nat(9000) }) },
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constantFrom('stall', 'flow', 'turn', 'ping', 'flush'),
          size: fc.constant(0),
        }),
      },
    )
    await holdsLater(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { session, pipe, peer, stream } = await started()
        const wanted: string[] = []
        for (const { do: action, size } of steps) {
          if (action === 'send') {
            wanted.push(`${String(wanted.length)}:${'x'.repeat(size)}`)
            pipe.send(wanted.at(-1) ?? '')
          } else if (action === 'stall') stream.stall()
          else if (action === 'flow') stream.flow()
          else if (action === 'flush') session.flush()
          else if (action === 'ping') peer.write(ping(0))
          else await stream.quiet()
        }
        stream.flow()
        await stream.quiet()
        const texts = peer.takeTexts().filter((text) => !text.startsWith('!'))
        expect(texts).toEqual(wanted)
        expect(session.unwritten).toBe(0)
      }),
    )
  })
})

describe('a peer that has left while nobody reads', () => {
  it('is sent nothing more: what comes stays in the queue for the next', async () => {
    const { session, pipe, peer, stream } = await started({ capacity: 1 })
    peer.write(message('1'), message('2'))
    await stream.quiet()
    stream.lose()
    expect(session.send([Buffer.from('late')])).toBe(false)
    session.flush()
    expect(session.unwritten).toBe(0)
    expect(pipe.ends).toEqual([])
  })
})

describe('subscriptions', () => {
  it.each([
    { minor: 1, expected: ['!\tSUBSCRIBEA', '!\x06CANCELA'] },
    { minor: 0, expected: ['\x01A', '\0A'] },
  ])('S-1 go out as a peer of ZMTP 3.$minor takes them', async ({ minor, expected }) => {
    const { pipe, peer, stream } = await started({ minor })
    pipe.subscribe('A')
    pipe.subscribe('A', false)
    await stream.quiet()
    expect(peer.takeTexts()).toEqual(expected)
  })

  it('made before the session was started go out first', async () => {
    const { session, handshake, peer, stream } = sessionAndPeer()
    peer.write(greeting(), ready('DEALER'))
    await handshake
    const pipe = new TestPipe(session)
    pipe.send('message')
    pipe.subscribe('A')
    await stream.quiet()
    peer.take()
    pipe.start()
    await stream.quiet()
    expect(peer.takeTexts()).toEqual(['!\tSUBSCRIBEA', 'message'])
  })

  it('go out before messages that are sent later', async () => {
    const { pipe, peer, stream } = await started()
    pipe.subscribe('A')
    pipe.send('message')
    await stream.quiet()
    expect(peer.takeTexts()).toEqual(['!\tSUBSCRIBEA', 'message'])
  })

  it('are never lost while the system takes nothing, and reduced to the last word on each', async () => {
    const { pipe, peer, stream } = await started()
    stream.stall()
    pipe.send('stuck')
    await stream.quiet()
    for (let i = 0; i < 100_000; i++) pipe.subscribe(`topic ${String(i % 10)}`, i % 20 < 10)
    await stream.quiet()
    stream.flow()
    await stream.quiet()
    const [first, ...changes] = peer.takeTexts()
    expect(first).toBe('stuck')
    expect(changes.length).toBeLessThan(10_000)
    expect(changes.slice(-10)).toEqual(numbered(10).map((text) => `!\x06CANCELtopic ${text}`))
  })
})
