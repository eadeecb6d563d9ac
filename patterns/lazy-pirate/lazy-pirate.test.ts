import * as native from 'zeromq'
import { Router, Reply } from 'zerowire'
import { ManualClock } from 'zerowire/patterns/clock'
import { LazyPirate, type LazyPirateOptions } from 'zerowire/patterns/lazy-pirate'
import { describe, expect, it } from 'vitest'
import { Child } from '../../test/support/child.js'
import { bytes, texts } from '../../test/support/messages.js'
import { track } from '../../test/support/track.js'
import { bindFresh, deserted, freshAddress } from '../../test/support/transports.js'
import { nextTurn } from '../../test/support/turn.js'
import { trackAll } from '../common/test/tracked.js'

const program = 'patterns/lazy-pirate/test/programs/server.ts'

function pirate(endpoint: string, options: LazyPirateOptions = {}) {
  const clock = new ManualClock()
  return { clock, client: trackAll(new LazyPirate(endpoint, { clock, ...options })) }
}

/** What a rejected promise says. */
async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'resolved',
    (error: unknown) => (error as { code?: unknown }).code,
  )
}

describe('the ordinary run', () => {
  it.each([
    { name: 'ours', make: () => new Reply() },
    { name: 'native', make: () => new native.Reply() },
  ])('asks a REP ($name), one request after the other, on one socket', async ({ make }) => {
    const server = track(make())
    const { client } = pirate(await bindFresh(server))
    for (const number of ['1', '2', '3']) {
      const reply = client.request(['square of', number])
      expect(texts(await server.receive())).toEqual(['square of', number])
      await server.send(String(Number(number) ** 2))
      expect(texts(await reply)).toEqual([String(Number(number) ** 2)])
    }
    expect(client.stats).toEqual({
      ...{ requests: 3, replies: 3, retries: 0 },
      ...{ abandoned: 0, dropped: 0 },
    })
  })

  it('has one request at a time, as a REQ', async () => {
    const server = track(new Reply())
    const { client } = pirate(await bindFresh(server))
    const first = client.request('first')
    expect(await codeOf(client.request('second'))).toBe('EFSM')
    await server.receive()
    await server.send('done')
    expect(texts(await first)).toEqual(['done'])
  })

  it('says at once what it cannot use', () => {
    expect(() => new LazyPirate(deserted, { timeout: 0 })).toThrow(/timeout is a time.*not 0/)
    expect(() => new LazyPirate(deserted, { tries: 1.5 })).toThrow(
      /tries is a whole number.*not 1.5/,
    )
    expect(() => new LazyPirate('nowhere')).toThrow(expect.objectContaining({ code: 'EINVAL' }))
  })
})

describe('no reply', () => {
  it('asks again after each timeout, on a new connection each, and then gives up', async () => {
    const server = track(new Router())
    const { client, clock } = pirate(await bindFresh(server), { timeout: 1000, tries: 3 })
    const reply = client.request('hello')
    const ids = new Set<string>()
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const [id = Buffer.alloc(0), , , body] = await server.receive()
      expect(String(body)).toBe('hello')
      ids.add(id.toString('hex'))
      clock.advance(999)
      expect(client.stats.retries).toBe(attempt - 1)
      clock.advance(1)
    }
    await expect(reply).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      message: 'No reply in 3 tries of 1000 ms',
    })
    expect(ids.size).toBe(3)
    expect(client.stats).toMatchObject({ requests: 1, retries: 2, abandoned: 1 })
    expect(clock.pending).toBe(0)
  })

  it('has the defaults of the guide: three tries of 2500 ms', async () => {
    const { client, clock } = pirate(deserted)
    const reply = client.request('hello')
    reply.catch(() => undefined)
    for (const retries of [1, 2]) {
      clock.advance(2500)
      while (client.stats.retries < retries) await nextTurn()
    }
    clock.advance(2499)
    await nextTurn()
    expect(client.stats.abandoned).toBe(0)
    clock.advance(1)
    expect(await codeOf(reply)).toBe('ETIMEDOUT')
  })

  it('can be used again after that', async () => {
    const server = track(new Reply())
    const { client, clock } = pirate(await bindFresh(server), { tries: 1 })
    const reply = client.request('first')
    await server.receive()
    clock.advance(2500)
    expect(await codeOf(reply)).toBe('ETIMEDOUT')
    await server.send('too late')
    const second = client.request('second')
    expect(texts(await server.receive())).toEqual(['second'])
    await server.send('in time')
    expect(texts(await second)).toEqual(['in time'])
  })

  it('ends at once when it is called off, or closed', async () => {
    const { client, clock } = pirate(deserted)
    const user = new AbortController()
    const first = client.request('hello', { signal: user.signal })
    user.abort(new Error('the user has left'))
    await expect(first).rejects.toThrow('the user has left')
    await expect(client.request('hello', { signal: user.signal })).rejects.toThrow('has left')
    const second = codeOf(client.request('hello'))
    await client.close()
    expect(await second).toBe('EAGAIN')
    expect(await codeOf(client.request('hello'))).toBe('EBADF')
    expect(clock.pending).toBe(0)
  })
})

describe('peers that lie', () => {
  it('takes one reply a request, and only to that request', async () => {
    const server = track(new native.Router())
    const { client } = pirate(await bindFresh(server))
    const first = client.request('first')
    const [id = '', request = '', , body = ''] = await server.receive()
    expect(String(body)).toBe('first')
    const other = Buffer.from([9, 9, 9, 9])
    await server.send([id, other, '', 'to another request'])
    await server.send([id, request, 'without delimiter'])
    await server.send([id, request])
    await server.send([id, request, '', 'right'])
    await server.send([id, request, '', 'again'])
    expect(texts(await first)).toEqual(['right'])
    const second = client.request('second')
    const [, next = ''] = await server.receive()
    await server.send([id, request, '', 'late'])
    await server.send([id, next, '', 'right as well'])
    expect(texts(await second)).toEqual(['right as well'])
    expect(client.stats).toMatchObject({ replies: 2, retries: 0, dropped: 5 })
  })

  it('does without numbers where a server has no room for them', async () => {
    const server = track(new Router())
    const { client } = pirate(await bindFresh(server), { socket: { correlate: false } })
    const reply = client.request(bytes('hello'))
    const [id = '', ...rest] = await server.receive()
    expect(texts(rest)).toEqual(['', 'hello'])
    await server.send([id, '', 'world'])
    expect(texts(await reply)).toEqual(['world'])
  })
})

describe.each(['zerowire', 'zeromq'])('a server (%s) that is killed', (library) => {
  const start = async (endpoint: string, manner: string): Promise<Child> => {
    const child = Child.run(program, library, endpoint, manner)
    expect(await child.line()).toBe('ready')
    return child
  }

  it('with a request is asked again when it is back', async () => {
    const endpoint = freshAddress('ipc')
    const silent = await start(endpoint, 'silent')
    const { client, clock } = pirate(endpoint)
    const reply = client.request('hello')
    expect(await silent.line()).toBe('got hello')
    await silent.kill()
    await start(endpoint, 'echo')
    clock.advance(2500)
    expect(texts(await reply)).toEqual(['echo hello'])
    expect(client.stats).toMatchObject({ retries: 1, replies: 1 })
  })

  it('between two requests, or before the first, is not missed once it is back', async () => {
    const endpoint = freshAddress('ipc')
    const { client, clock } = pirate(endpoint)
    const early = client.request('early')
    const first = await start(endpoint, 'echo')
    expect(texts(await early)).toEqual(['echo early'])
    await first.kill()
    const between = client.request('between')
    await start(endpoint, 'echo')
    // It may have left before the client noticed that nobody was there any more.
    clock.advance(2500)
    expect(texts(await between)).toEqual(['echo between'])
  })
})
