import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fill, part, piped, readAll, TestOwner, TestSession } from '../support/pipes.js'
import { holds } from '../support/property.js'

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index))
}

const marks = [1, 2, 3, 7, 1000]

describe('sendHighWaterMark', () => {
  it.each(marks)('%i: so many wait without a session, and no more', (sendHighWaterMark) => {
    const pipe = new TestOwner({ sendHighWaterMark }).pipe()
    expect(fill(pipe)).toBe(sendHighWaterMark)
    expect([pipe.queued, pipe.outgoing, pipe.hasRoom]).toEqual([
      sendHighWaterMark,
      sendHighWaterMark,
      false,
    ])
  })

  it.each(marks)('%i: counts what the system has not taken', (sendHighWaterMark) => {
    const { pipe, session } = piped({ sendHighWaterMark })
    session.flows = false
    expect(fill(pipe)).toBe(sendHighWaterMark)
    expect(pipe.outgoing).toBe(sendHighWaterMark)
    session.drain()
    expect(session.written).toEqual(numbered(sendHighWaterMark))
    expect([pipe.outgoing, pipe.hasRoom]).toEqual([0, true])
  })

  it.each(marks)('%i: is not reached while the system takes all', (sendHighWaterMark) => {
    const { pipe, session } = piped({ sendHighWaterMark })
    expect(fill(pipe, 5000)).toBe(5000)
    session.flush()
    expect(session.written).toEqual(numbered(5000))
  })

  it('0 is none', () => {
    const pipe = new TestOwner({ sendHighWaterMark: 0 }).pipe()
    expect(fill(pipe, 20_000)).toBe(20_000)
    expect(pipe.hasRoom).toBe(true)
  })

  it('who was refused hears of room, once', () => {
    const { owner, pipe, session } = piped({ sendHighWaterMark: 2 })
    session.flows = false
    fill(pipe)
    session.drain()
    session.flush()
    expect(owner.log.filter((entry) => entry === 'writable')).toHaveLength(1)
  })

  it('who was not refused does not, unless they asked', () => {
    const { owner, pipe, session } = piped({ sendHighWaterMark: 2 })
    session.flows = false
    for (const text of ['a', 'b']) pipe.write(part(text))
    session.drain()
    expect(owner.log).not.toContain('writable')
    expect(pipe.expectRoom()).toBe(true)
    session.flows = false
    for (const text of ['c', 'd']) pipe.write(part(text))
    expect(pipe.expectRoom()).toBe(false)
    session.drain()
    session.flush()
    expect(owner.log).toContain('writable')
  })

  it.each([3, 0])('raised to %i makes room at once', (sendHighWaterMark) => {
    const owner = new TestOwner({ sendHighWaterMark: 2 })
    const pipe = owner.pipe()
    fill(pipe)
    pipe.reconsider()
    expect(owner.log).not.toContain('writable')
    owner.options = { ...owner.options, sendHighWaterMark }
    pipe.reconsider()
    expect(owner.log).toContain('writable')
    expect(pipe.write(part('more'))).toBe(true)
  })

  it('lowered below what waits loses nothing', () => {
    const { owner, pipe, session } = piped({ sendHighWaterMark: 10 })
    session.flows = false
    fill(pipe)
    owner.options = { ...owner.options, sendHighWaterMark: 5 }
    pipe.reconsider()
    expect(pipe.hasRoom).toBe(false)
    session.drain()
    expect(session.written).toEqual(numbered(10))
  })
})

describe('the queue', () => {
  it('tells when it begins and ceases to hold something', () => {
    const owner = new TestOwner()
    const pipe = owner.pipe()
    fill(pipe, 3)
    expect(owner.log).toEqual(['queued'])
    for (let i = 0; i < 3; i++) pipe.pull()
    expect([owner.log, pipe.pull()]).toEqual([['queued', 'empty'], undefined])
  })

  it('keeps short parts as they were, and long ones as they are', () => {
    const pipe = new TestOwner().pipe()
    const [short, long] = [Buffer.alloc(128, 'a'), Buffer.alloc(129, 'a')]
    pipe.write([short, long])
    short.fill('b')
    expect(pipe.pull()).toEqual([Buffer.alloc(128, 'a'), long])
  })

  it('survives a session, and goes to the next', () => {
    const { pipe, session, owner } = piped()
    session.destroy()
    expect(owner.log).toEqual(['disconnected'])
    fill(pipe, 3)
    const next = new TestSession()
    pipe.adopt(next)
    next.start(pipe)
    expect(next.written).toEqual(numbered(3))
  })

  it('keeps the order, whatever the session and the system do', () => {
    const step = fc.constantFrom('write', 'write', 'write', 'stall', 'drain', 'flush', 'replace')
    holds(
      fc.property(fc.array(step, { maxLength: 80 }), fc.constantFrom(1, 2, 5, 0), (steps, mark) => {
        const { pipe, session: first, owner } = piped({ sendHighWaterMark: mark })
        let session = first
        const written: string[] = []
        let sent = 0
        for (const action of steps) {
          if (action === 'write') {
            const { hasRoom } = pipe
            const taken = pipe.write(part(sent))
            expect(taken).toBe(hasRoom)
            if (taken) sent++
          } else if (action === 'stall') session.flows = false
          else if (action === 'drain') session.drain()
          else if (action === 'flush') session.flush()
          else {
            // Nothing may be on its way, so that nothing is lost with the session.
            session.drain()
            session.destroy()
            written.push(...session.written)
            session = new TestSession()
            pipe.adopt(session)
            session.start(pipe)
          }
          if (mark > 0) expect(pipe.outgoing).toBeLessThanOrEqual(mark)
        }
        session.drain()
        expect([...written, ...session.written]).toEqual(numbered(sent))
        expect(owner.drops).toEqual({})
      }),
    )
  })
})

describe('receiveHighWaterMark', () => {
  it.each(marks)('%i: the last that has room is the last that comes', (receiveHighWaterMark) => {
    const { pipe, session } = piped({ receiveHighWaterMark })
    for (let count = 1; count <= receiveHighWaterMark; count++) {
      expect(pipe.deliver(part(count))).toBe(count < receiveHighWaterMark)
    }
    expect([pipe.incoming, pipe.room]).toEqual([receiveHighWaterMark, 0])
    const half = Math.floor(receiveHighWaterMark / 2)
    for (let left = receiveHighWaterMark - 1; left >= 0; left--) {
      pipe.read()
      expect(session.log).toEqual(left <= half ? ['resume'] : [])
    }
  })

  it('0 is none', () => {
    const { pipe } = piped({ receiveHighWaterMark: 0 })
    for (let i = 0; i < 20_000; i++) expect(pipe.deliver(part(i))).toBe(true)
    expect(pipe.room).toBe(Infinity)
  })

  it('raised lets more in at once', () => {
    const { owner, pipe, session } = piped({ receiveHighWaterMark: 1 })
    pipe.deliver(part('a'))
    pipe.reconsider()
    expect(session.log).toEqual([])
    owner.options = { ...owner.options, receiveHighWaterMark: 2 }
    pipe.reconsider()
    expect(session.log).toEqual(['resume'])
  })

  it('holds for the next session as well', () => {
    const { pipe, session } = piped({ receiveHighWaterMark: 1 })
    pipe.deliver(part('a'))
    session.destroy()
    const next = new TestSession()
    pipe.adopt(next)
    expect(pipe.room).toBe(0)
    pipe.read()
    expect(next.log).toEqual(['resume'])
  })

  it('what the owner does not want takes no room', () => {
    const { owner, pipe } = piped({ receiveHighWaterMark: 1 })
    owner.accepts = () => false
    for (let i = 0; i < 5; i++) expect(pipe.deliver(part(i))).toBe(true)
    expect([pipe.incoming, owner.log]).toEqual([0, []])
  })

  it('tells of what can be read where nothing was', () => {
    const { owner, pipe } = piped()
    pipe.deliver(part('a'))
    pipe.deliver(part('b'))
    expect(owner.log).toEqual(['readable'])
    readAll(pipe)
    pipe.deliver(part('c'))
    expect(owner.log).toEqual(['readable', 'readable'])
  })
})

describe('announcements', () => {
  it('come in between messages, beyond the mark', () => {
    const { pipe } = piped({ receiveHighWaterMark: 1 })
    pipe.announce(Buffer.from('+A'), 10)
    expect(pipe.deliver(part('message'))).toBe(false)
    pipe.announce(Buffer.from('+B'), 10)
    expect(readAll(pipe)).toEqual(['+A', 'message', '+B'])
  })

  it('are dropped and counted beyond the most that may be unread', () => {
    const { owner, pipe } = piped()
    for (let i = 0; i < 15; i++) pipe.announce(Buffer.from(String(i)), 10)
    expect([readAll(pipe), owner.drops]).toEqual([numbered(10), { full: 5 }])
    pipe.announce(Buffer.from('again'), 10)
    expect(readAll(pipe)).toEqual(['again'])
  })

  it('are dropped and counted beyond 16 MiB, until they have been read', () => {
    const { owner, pipe } = piped()
    const large = Buffer.alloc(1_000_000)
    for (let i = 0; i < 20; i++) pipe.announce(large, Infinity)
    expect([readAll(pipe).length, owner.drops]).toEqual([16, { full: 4 }])
    pipe.announce(large, Infinity)
    expect(pipe.incoming).toBe(1)
  })
})

describe('conflate', () => {
  it('keeps the newest that is to be sent', () => {
    const { owner, pipe, session } = piped({ conflate: true, sendHighWaterMark: 1 })
    expect(fill(pipe, 100)).toBe(100)
    expect([pipe.outgoing, pipe.hasRoom, owner.drops]).toEqual([1, true, { conflated: 99 }])
    expect(session.log).toContain('wake')
    session.flush()
    expect(session.written).toEqual(['99'])
  })

  it('keeps the newest that was received', () => {
    const { owner, pipe } = piped({ conflate: true, receiveHighWaterMark: 1 })
    for (let i = 0; i < 100; i++) expect(pipe.deliver(part(i))).toBe(true)
    expect([readAll(pipe), owner.drops]).toEqual([['99'], { conflated: 99 }])
  })

  it('counts all that is replaced, also what came before it was set', () => {
    const { owner, pipe } = piped()
    for (let i = 0; i < 5; i++) pipe.deliver(part(i))
    owner.options = { ...owner.options, conflate: true }
    pipe.deliver(part('newest'))
    expect([readAll(pipe), owner.drops]).toEqual([['newest'], { conflated: 5 }])
  })

  it('takes nothing any more when the pipe is closed', () => {
    const { pipe } = piped({ conflate: true })
    pipe.close('closed')
    expect(pipe.write(part('late'))).toBe(false)
  })
})

describe('the end', () => {
  it('what was queued and what was on its way is dropped and counted', () => {
    const { owner, pipe, session } = piped({ sendHighWaterMark: 10 })
    session.flows = false
    fill(pipe, 3)
    session.flush()
    fill(pipe, 4)
    pipe.close('closed')
    expect(owner.drops).toEqual({ closed: 7 })
    expect(session.log).toContain('destroy')
    expect([pipe.closed, pipe.hasRoom, pipe.write(part('late'))]).toEqual([true, false, false])
    pipe.close('closed')
    expect(owner.drops).toEqual({ closed: 7 })
    expect(owner.log).not.toContain('disconnected')
  })

  it('a session that ends loses what was on its way, once', () => {
    const { owner, pipe, session } = piped({ sendHighWaterMark: 10 })
    session.flows = false
    fill(pipe, 3)
    session.flush()
    fill(pipe, 2)
    session.destroy()
    expect(owner.drops).toEqual({ disconnected: 3 })
    expect([pipe.queued, pipe.session]).toEqual([2, undefined])
    pipe.close('disconnected')
    expect(owner.drops).toEqual({ disconnected: 5 })
  })

  it('of a session makes room for what it had not written', () => {
    const { owner, pipe, session } = piped({ sendHighWaterMark: 3 })
    session.flows = false
    fill(pipe)
    expect(owner.log).not.toContain('writable')
    session.destroy()
    expect(owner.log).toContain('writable')
    expect(pipe.write(part('more'))).toBe(true)
  })

  it('what was received can still be read, then the pipe is exhausted', () => {
    const { owner, pipe } = piped()
    pipe.deliver(part('a'))
    pipe.deliver(part('b'))
    pipe.close('closed')
    expect(pipe.read()).toEqual(part('a'))
    expect(owner.log).not.toContain('exhausted')
    expect(pipe.read()).toEqual(part('b'))
    expect(owner.log).toContain('exhausted')
  })

  it('with nothing to read it is exhausted at once', () => {
    const { owner, pipe } = piped()
    pipe.close('closed')
    expect(owner.log).toContain('exhausted')
  })

  it('what is not wanted any more is counted', () => {
    const { owner, pipe } = piped()
    pipe.deliver(part('a'))
    pipe.deliver(part('b'))
    pipe.discardIncoming('closed')
    pipe.discardIncoming('closed')
    expect([owner.drops, pipe.incoming]).toEqual([{ closed: 2 }, 0])
  })

  it('what is not wanted any more makes room for more', () => {
    const { pipe, session } = piped({ receiveHighWaterMark: 1 })
    pipe.deliver(part('a'))
    pipe.discardIncoming('closed')
    expect(session.log).toEqual(['resume'])
  })

  it('in good order closes the session before the pipe', async () => {
    const { pipe, session } = piped()
    const finished = pipe.finish()
    expect([pipe.closed, pipe.hasRoom, pipe.write(part('late'))]).toEqual([true, false, false])
    await finished
    expect(session.log).toEqual(['close', 'destroy'])
  })

  it('the peer is known after its session has ended', () => {
    const { pipe, session } = piped()
    session.destroy()
    expect(pipe.peer).toBe(session.peer)
  })

  it('a session that was refused leaves nothing behind', () => {
    const owner = new TestOwner()
    const pipe = owner.pipe()
    const session = new TestSession()
    pipe.adopt(session)
    pipe.orphan()
    session.start(pipe)
    session.destroy()
    expect([pipe.session, owner.log]).toEqual([undefined, []])
  })
})

it('subscriptions are handed to the owner', () => {
  const { owner, pipe } = piped()
  pipe.subscription({ topic: Buffer.from('A'), on: true })
  expect(owner.changes).toEqual([{ topic: Buffer.from('A'), on: true }])
})
