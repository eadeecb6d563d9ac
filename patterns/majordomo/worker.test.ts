import * as native from 'zeromq'
import { ManualClock } from 'zerowire/patterns/clock'
import { Worker, type Handler, type WorkerOptions } from 'zerowire/patterns/majordomo'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { bytes, texts } from '../../test/support/messages.js'
import { track } from '../../test/support/track.js'
import { bindFresh, deserted } from '../../test/support/transports.js'
import { nextTurn, until } from '../../test/support/turn.js'
import { deferred } from '../common/deferred.js'
import { trackAll } from '../common/test/tracked.js'
import { VERSIONS, WORKER } from './test/peer.js'

const { '0.2': current } = WORKER
const echo: Handler = (request) => request

/** A broker that says only what a test tells it to, a ROUTER of libzmq, and a worker of ours. */
async function working(handler: Handler = echo, options: WorkerOptions = {}) {
  const socket = track(new native.Router({ linger: 0 }))
  const clock = new ManualClock()
  const endpoint = await bindFresh(socket)
  const worker = trackAll(new Worker(endpoint, 'echo', handler, { clock, ...options }))
  return {
    ...{ worker, clock, endpoint },
    broker: {
      say: (id: string, ...frames: string[]) => socket.send(bytes(id, ...frames)),
      hear: async (): Promise<string[]> => texts(await socket.receive()),
      /** The routing id of a worker that has just said READY. */
      meet: async (): Promise<string> => {
        const [id = '', ...rest] = texts(await socket.receive())
        expect(rest).toEqual(['MDPW02', current.ready, 'echo'])
        return id
      },
    },
  }
}

describe.each(VERSIONS)('a worker of %s', (version) => {
  const { head, ready, request, final, heartbeat, disconnect } = WORKER[version]

  it('says READY, replies to one request after the other, and says DISCONNECT in the end', async () => {
    const { worker, broker } = await working(echo, { version })
    const [id = '', ...first] = await broker.hear()
    expect(first).toEqual([...head, ready, 'echo'])
    for (const body of [['hello'], ['', 'two', '']]) {
      await broker.say(id, ...head, request, 'client', '', ...body)
      expect(await broker.hear()).toEqual([id, ...head, final, 'client', '', ...body])
    }
    await worker.close()
    expect(await broker.hear()).toEqual([id, ...head, disconnect])
    expect(worker.stats).toMatchObject({ conversations: 1, requests: 2, final: 2, malformed: 0 })
  })

  it('sends heartbeats, also while it works', async () => {
    const reply = deferred<string>()
    const { worker, broker, clock } = await working(() => reply.promise, { version })
    const [id = ''] = await broker.hear()
    await broker.say(id, ...head, request, 'client', '', 'x')
    await until(() => worker.stats.requests === 1)
    clock.advance(2499)
    clock.advance(1)
    expect(await broker.hear()).toEqual([id, ...head, heartbeat])
    reply.resolve('done')
    expect(await broker.hear()).toEqual([id, ...head, final, 'client', '', 'done'])
    clock.advance(2500)
    expect(await broker.hear()).toEqual([id, ...head, heartbeat])
  })

  it('begins anew on a new socket at DISCONNECT, and sooner or later at silence', async () => {
    const { worker, broker, clock } = await working(echo, { version })
    const [first = ''] = await broker.hear()
    clock.advance(2500)
    await broker.hear()
    await broker.say(first, ...head, heartbeat)
    // It has gone on for an interval: there is nothing to wait for.
    await broker.say(first, ...head, disconnect)
    const [second = '', ...rest] = await broker.hear()
    expect(rest).toEqual([...head, ready, 'echo'])
    expect(second).not.toBe(first)
    clock.advance(7499)
    expect(worker.stats.silent).toBe(0)
    clock.advance(1)
    expect(worker.stats).toMatchObject({ conversations: 2, disconnected: 1, silent: 1 })
    await nextTurn()
    clock.advance(1000)
    for (;;) {
      const [third = '', ...frames] = await broker.hear()
      if (third === second) continue
      expect(frames).toEqual([...head, ready, 'echo'])
      expect(third).not.toBe(first)
      return
    }
  })
})

describe('replies in part', () => {
  it('are what a generator yields; the last is what it returns', async () => {
    const { worker, broker } = await working(async function* (request) {
      yield 'first'
      await nextTurn()
      yield ['second', ...request]
      return 'last'
    })
    const id = await broker.meet()
    await broker.say(id, 'MDPW02', current.request, 'client', '', 'x')
    const to = ['client', '']
    expect(await broker.hear()).toEqual([id, 'MDPW02', current.partial, ...to, 'first'])
    expect(await broker.hear()).toEqual([id, 'MDPW02', current.partial, ...to, 'second', 'x'])
    expect(await broker.hear()).toEqual([id, 'MDPW02', current.final, ...to, 'last'])
    expect(worker.stats).toMatchObject({ partials: 2, final: 1 })
  })

  it('end with an empty one if nothing is returned, as does every reply of nothing', async () => {
    const answers: ReturnType<Handler>[] = [
      (async function* () {
        yield await Promise.resolve('part')
      })(),
      undefined,
      null,
      [],
    ]
    const { broker } = await working(() => answers.shift())
    const id = await broker.meet()
    await broker.say(id, 'MDPW02', current.request, 'client', '', 'x')
    expect((await broker.hear())[2]).toBe(current.partial)
    expect(await broker.hear()).toEqual([id, 'MDPW02', current.final, 'client', '', ''])
    for (let i = 0; i < 3; i++) {
      await broker.say(id, 'MDPW02', current.request, 'client', '', 'x')
      expect(await broker.hear()).toEqual([id, 'MDPW02', current.final, 'client', '', ''])
    }
  })

  it('stop, and the generator ends, when the broker does not want them any more', async () => {
    const ended = deferred<string>()
    const signals: AbortSignal[] = []
    const { worker, broker, clock } = await working(async function* (_request, signal) {
      signals.push(signal)
      try {
        for (;;) yield await nextTurn().then(() => 'part')
      } finally {
        ended.resolve('ended')
      }
    })
    const id = await broker.meet()
    await broker.say(id, 'MDPW02', current.request, 'client', '', 'x')
    await broker.hear()
    expect(signals[0]?.aborted).toBe(false)
    await broker.say(id, 'MDPW02', current.disconnect)
    expect(await ended.promise).toBe('ended')
    expect(signals[0]?.aborted).toBe(true)
    await until(() => worker.stats.abandoned === 1)
    clock.advance(1000)
    await until(() => worker.stats.conversations === 2)
  })

  it('are not for 0.1', async () => {
    const errors: unknown[] = []
    const { broker } = await working(
      async function* () {
        yield await Promise.resolve('part')
      },
      { version: '0.1', onError: (error) => String(errors.push(error)) },
    )
    const [id = ''] = await broker.hear()
    await broker.say(id, '', 'MDPW01', '\x02', 'client', '', 'x')
    expect(await broker.hear()).toEqual([id, '', 'MDPW01', '\x03', 'client', '', '1'])
    expect(String(errors[0])).toMatch(/0.1 has no replies in part/)
  })
})

describe('a function that fails', () => {
  it('makes the worker leave the broker, and come back', async () => {
    const console = vi.spyOn(globalThis.console, 'warn').mockReturnValue(undefined)
    onTestFinished(() => console.mockRestore())
    const { worker, broker, clock } = await working(() => {
      throw new Error('no')
    })
    const id = await broker.meet()
    await broker.say(id, 'MDPW02', current.request, 'client', '', 'x')
    expect(await broker.hear()).toEqual([id, 'MDPW02', current.disconnect])
    expect(console.mock.lastCall).toEqual([new Error('no')])
    clock.advance(999)
    expect(worker.stats).toMatchObject({ failed: 1, conversations: 1 })
    await nextTurn()
    clock.advance(1)
    expect(await broker.meet()).not.toBe(id)
  })

  it('may have a reply all the same', async () => {
    const seen: string[] = []
    const { worker, broker } = await working(() => Promise.reject(new Error('no')), {
      onError: (error, request) => {
        seen.push(String(error), ...texts(request))
        return ['500', 'sorry']
      },
    })
    const id = await broker.meet()
    await broker.say(id, 'MDPW02', current.request, 'client', '', 'x')
    const last = [id, 'MDPW02', current.final, 'client', '', '500', 'sorry']
    expect(await broker.hear()).toEqual(last)
    expect(seen).toEqual(['Error: no', 'x'])
    expect(worker.stats).toMatchObject({ failed: 1, final: 1, conversations: 1 })
  })
})

describe('a broker that lies', () => {
  it.each([
    ['an empty message', ['']],
    ['something else', ['something else']],
    ['the other version', ['', 'MDPW01', '\x02', 'client', '', 'x']],
    ['what is for clients', ['MDPC02', '\x03', 'echo', 'x']],
    ['what only workers say', ['MDPW02', current.ready, 'echo']],
    ['an unknown command', ['MDPW02', '\x07']],
    ['no command', ['MDPW02']],
    ['a request of nobody', ['MDPW02', current.request, '', '', 'x']],
    ['a request without a delimiter', ['MDPW02', current.request, 'client', 'x', 'x']],
    ['a request for nothing', ['MDPW02', current.request, 'client', '']],
  ])('%s is counted, and is no heartbeat', async (_name, frames) => {
    const { worker, broker, clock } = await working()
    const id = await broker.meet()
    clock.advance(5000)
    await broker.say(id, ...frames)
    await until(() => worker.stats.malformed === 1)
    clock.advance(2500)
    expect(worker.stats).toMatchObject({ silent: 1, requests: 0 })
  })

  it('two requests at a time end the conversation; the next begins when the first is done', async () => {
    const reply = deferred<string>()
    const { worker, broker, clock } = await working(() => reply.promise)
    const id = await broker.meet()
    await broker.say(id, 'MDPW02', current.request, 'client', '', '1')
    await broker.say(id, 'MDPW02', current.request, 'client', '', '2')
    await until(() => worker.stats.malformed === 1)
    clock.advance(60_000)
    await nextTurn()
    expect(worker.stats).toMatchObject({ requests: 1, conversations: 1 })
    reply.resolve('done')
    await until(() => worker.stats.abandoned === 1)
    await nextTurn()
    clock.advance(1000)
    expect(await broker.meet()).not.toBe(id)
    expect(worker.stats).toMatchObject({ final: 0, conversations: 2 })
  })

  it('that ends every conversation is asked less and less often', async () => {
    const { worker, broker, clock } = await working(echo, { reconnectMaxInterval: 4000 })
    for (const wait of [1000, 2000, 4000, 4000]) {
      const id = await broker.meet()
      const { disconnected, conversations } = worker.stats
      await broker.say(id, 'MDPW02', current.heartbeat)
      await broker.say(id, 'MDPW02', current.disconnect)
      await until(() => worker.stats.disconnected > disconnected)
      await nextTurn()
      clock.advance(wait - 1)
      expect(worker.stats.conversations).toBe(conversations)
      clock.advance(1)
    }
    await broker.meet()
  })
})

describe('the end', () => {
  it('waits for the request that is handled, whose reply still leaves', async () => {
    const reply = deferred<string>()
    const { worker, broker } = await working(() => reply.promise)
    const id = await broker.meet()
    await broker.say(id, 'MDPW02', current.request, 'client', '', 'x')
    await until(() => worker.stats.requests === 1)
    const closed = worker.close()
    await nextTurn()
    reply.resolve('done')
    await closed
    expect(await broker.hear()).toEqual([id, 'MDPW02', current.final, 'client', '', 'done'])
    expect(await broker.hear()).toEqual([id, 'MDPW02', current.disconnect])
  })

  it('takes no time when nobody is there, and leaves no timer', async () => {
    const clock = new ManualClock()
    const worker = new Worker(deserted, 'echo', echo, { clock })
    clock.advance(7500)
    await Promise.all([worker.close(), worker.close()])
    await worker[Symbol.asyncDispose]()
    expect(clock.pending).toBe(0)
    expect(worker.stats).toMatchObject({ conversations: 1, silent: 1 })
  })

  it('does not come back when its last conversation ends meanwhile', async () => {
    const reply = deferred<string>()
    const { worker, broker, clock } = await working(() => reply.promise)
    const id = await broker.meet()
    await broker.say(id, 'MDPW02', current.request, 'client', '', 'x')
    await until(() => worker.stats.requests === 1)
    const closed = worker.close()
    await broker.say(id, 'MDPW02', current.disconnect)
    await until(() => worker.stats.disconnected === 1)
    reply.resolve('done')
    await closed
    expect(clock.pending).toBe(0)
    expect(worker.stats).toMatchObject({ conversations: 1, abandoned: 1 })
  })

  it('says at once what it cannot use', () => {
    const make = (service: string, options: object = {}) =>
      new Worker(deserted, service, echo, options)
    expect(() => make('')).toThrow(/1 to 255 bytes, not 0/)
    expect(() => make('é'.repeat(128))).toThrow(/1 to 255 bytes, not 256/)
    expect(() => make('mmi.service')).toThrow(/the broker's: mmi.service/)
    expect(() => make('echo', { version: '0.3' })).toThrow(/'0.1' or '0.2', not 0.3/)
    expect(() => make('echo', { reconnectInterval: 0 })).toThrow(/reconnectInterval is a time/)
    expect(() => new Worker('nowhere', 'echo', echo)).toThrow(
      expect.objectContaining({ code: 'EINVAL' }),
    )
  })
})
