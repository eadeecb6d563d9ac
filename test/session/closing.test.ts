import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WELCOME } from '../../src/security/authenticator.js'
import { sessionAndPeer, started } from '../support/memory-session.js'
import { TestPipe } from '../support/test-pipe.js'
import { greeting, message, ready } from '../support/wire.js'

/** Whether a promise has settled by now. */
function watch(promise: Promise<unknown>): { settled: boolean } {
  const state = { settled: false }
  void promise.then(() => {
    state.settled = true
  })
  return state
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('close()', () => {
  it('says goodbye after everything that was sent', async () => {
    const { session, pipe, peer, stream, end } = await started()
    pipe.send('one')
    pipe.send('two')
    const closed = session.close()
    await stream.quiet()
    expect(peer.takeTexts()).toEqual(['one', 'two'])
    expect(stream.log).toContain('end')
    expect(peer.closed).toBe(true)
    await closed
    expect(pipe.ends).toEqual([undefined])
    expect(end.events.at(-1)).toMatchObject({ type: 'disconnect', connection: 1 })
    expect(end.events.at(-1)).not.toHaveProperty('error')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('sends nothing that comes later, and lets nothing in', async () => {
    const { session, pipe, peer, stream } = await started()
    stream.stall()
    pipe.send('stuck')
    session.flush()
    void session.close()
    expect(session.send([Buffer.from('late')])).toBe(false)
    peer.write(message('late'))
    await stream.quiet()
    stream.flow()
    await stream.quiet()
    expect(peer.takeTexts()).toEqual(['stuck'])
    expect(pipe.arrivals).toEqual([])
  })

  it('waits for a system that takes nothing, however long', async () => {
    const { session, pipe, peer, stream } = await started()
    stream.stall()
    pipe.send('0')
    await stream.quiet()
    for (let i = 1; i < 50; i++) pipe.send(String(i))
    const state = watch(session.close())
    vi.advanceTimersByTime(1e9)
    await stream.quiet()
    expect([state.settled, stream.closed]).toEqual([false, false])
    stream.flow()
    await stream.quiet()
    expect(state.settled).toBe(true)
    expect(peer.takeTexts()).toHaveLength(50)
    expect(pipe.ends).toEqual([undefined])
  })

  it('does not wait for ever for the goodbye of the peer', async () => {
    const { session, pipe, peer, stream } = await started()
    peer.stream.pause()
    const state = watch(session.close())
    await stream.quiet()
    vi.advanceTimersByTime(999)
    await stream.quiet()
    expect([state.settled, pipe.ends]).toEqual([false, []])
    vi.advanceTimersByTime(1)
    await stream.quiet()
    expect([state.settled, pipe.ends]).toEqual([true, [undefined]])
  })

  it('before it was started tells the pipe at once', async () => {
    const { session, peer, handshake, stream, end } = sessionAndPeer()
    peer.write(greeting(), ready('DEALER'))
    await handshake
    const closed = session.close()
    const pipe = new TestPipe(session).start()
    expect(pipe.ends).toEqual([undefined])
    await stream.quiet()
    await closed
    expect(pipe.ends).toHaveLength(1)
    expect(end.events.map(({ type }) => type)).toEqual(['disconnect'])
  })

  it('a second time is the same as once', async () => {
    const { session, pipe, stream } = await started()
    await Promise.all([session.close(), session.close()])
    await session.close()
    session.destroy()
    expect(pipe.ends).toEqual([undefined])
    expect(stream.log.filter((entry) => entry === 'end')).toHaveLength(1)
  })

  it('while the pipe is full drops what the peer goes on sending', async () => {
    const { session, pipe, peer, stream } = await started({ capacity: 1 })
    peer.write(message('1'), message('2'))
    await stream.quiet()
    const state = watch(session.close())
    await stream.quiet()
    expect(state.settled).toBe(true)
    expect(pipe.arrivals).toEqual(['1'])
  })

  it.each([
    { title: 'with nothing to send', stalled: false },
    { title: 'with something the system did not take', stalled: true },
  ])('settles after the peer has left a pipe that is full, $title', async ({ stalled }) => {
    const { session, pipe, peer, stream } = await started({ capacity: 1 })
    if (stalled) {
      stream.stall()
      pipe.send('stuck')
    }
    peer.write(message('1'), message('2'))
    await stream.quiet()
    stream.lose()
    const state = watch(session.close())
    await stream.quiet()
    expect(state.settled).toBe(true)
    expect(pipe.ends).toEqual([undefined])
  })

  it('is over when the peer goes instead of reading', async () => {
    const { session, pipe, stream } = await started()
    stream.stall()
    pipe.send('stuck')
    await stream.quiet()
    const state = watch(session.close())
    stream.lose(new Error('reset'))
    await stream.quiet()
    expect(state.settled).toBe(true)
    expect(session.unwritten).toBe(1)
    expect(pipe.ends).toMatchObject([{ code: 'ECONNRESET', cause: new Error('reset') }])
  })
})

describe('a peer that was refused', () => {
  it('is let go of after a second, if it does not leave', async () => {
    const { peer, stream, handshake, end } = sessionAndPeer({
      ...{ accepted: true, options: { handshakeInterval: 0 } },
      judge: () => Promise.resolve({ ...WELCOME, status: 400, text: 'no' }),
    })
    peer.write(greeting(), ready('DEALER'))
    peer.stream.pause()
    await expect(handshake).rejects.toMatchObject({ status: 400 })
    vi.advanceTimersByTime(999)
    await stream.quiet()
    expect(stream.closed).toBe(false)
    vi.advanceTimersByTime(1)
    await stream.quiet()
    expect(stream.closed).toBe(true)
    expect(end.events.map(({ type }) => type)).toEqual(['handshake:error:auth', 'disconnect'])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('destroy()', () => {
  it('ends it at once, with the given error, and sends nothing any more', async () => {
    const { session, pipe, peer, stream, end } = await started()
    pipe.send('unsent')
    session.destroy(new Error('enough'))
    expect(pipe.ends).toEqual([new Error('enough')])
    await stream.quiet()
    expect(peer.take()).toHaveLength(0)
    expect(end.events.at(-1)).toMatchObject({ type: 'disconnect' })
    expect(session.send([Buffer.from('late')])).toBe(false)
  })

  it('tells what was not written', async () => {
    const { session, pipe, stream } = await started()
    stream.stall()
    for (const text of ['1', '2', '3']) pipe.send(text)
    session.flush()
    session.destroy()
    expect(session.unwritten).toBe(3)
    await stream.quiet()
    expect(pipe.ends).toHaveLength(1)
  })

  it('cuts a close() short', async () => {
    const { session, pipe, stream } = await started()
    stream.stall()
    pipe.send('stuck')
    await stream.quiet()
    const state = watch(session.close())
    session.destroy()
    await stream.quiet()
    expect(state.settled).toBe(true)
    expect(pipe.ends).toEqual([undefined])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('while the pipe is full delivers nothing more', async () => {
    const { session, pipe, peer, stream } = await started({ capacity: 1 })
    peer.write(message('1'), message('2'))
    await stream.quiet()
    session.destroy()
    await pipe.read()
    expect(pipe.arrivals).toEqual(['1'])
  })

  it('from within a delivery stops there', async () => {
    const { session, pipe, peer, stream } = await started()
    pipe.onMessage = () => session.destroy()
    peer.write(message('1'), message('2'))
    await stream.quiet()
    expect(pipe.arrivals).toEqual(['1'])
    expect(pipe.ends).toHaveLength(1)
  })
})

describe('a peer that leaves', () => {
  it('in good order is no error', async () => {
    const { pipe, peer, stream, end } = await started()
    peer.stream.end()
    await stream.quiet()
    expect(pipe.ends).toEqual([undefined])
    expect(end.events.at(-1)).not.toHaveProperty('error')
  })

  it('with an error of the system tells the pipe', async () => {
    const { pipe, stream } = await started()
    stream.lose(new Error('reset'))
    expect(pipe.ends).toMatchObject([{ code: 'ECONNRESET', cause: new Error('reset') }])
  })
})
