import * as native from 'zeromq'
import { Router } from 'zerowire'
import { ManualClock } from 'zerowire/patterns/clock'
import { AsyncClient, Client, type ClientOptions, type Version } from 'zerowire/patterns/majordomo'
import { describe, expect, it } from 'vitest'
import { bytes, texts } from '../../test/support/messages.js'
import { track } from '../../test/support/track.js'
import { bindFresh, deserted } from '../../test/support/transports.js'
import { nextTurn, until } from '../../test/support/turn.js'
import { trackAll } from '../common/test/tracked.js'
import { CLIENT, VERSIONS } from './test/peer.js'

/** A broker that says only what a test tells it to, a ROUTER of libzmq. */
async function brokerage() {
  const socket = track(new native.Router({ linger: 0 }))
  const endpoint = await bindFresh(socket)
  return {
    endpoint,
    say: (id: string, ...frames: string[]) => socket.send(bytes(id, ...frames)),
    hear: async (): Promise<string[]> => texts(await socket.receive()),
    /** The routing id of a client that has asked just that. */
    asked: async (version: Version, ...frames: string[]): Promise<string> => {
      const [id = '', ...rest] = texts(await socket.receive())
      expect(rest).toEqual([...CLIENT[version].request, ...frames])
      return id
    },
  }
}

async function asking(options: ClientOptions = {}) {
  const broker = await brokerage()
  const clock = new ManualClock()
  const client = trackAll(new Client(broker.endpoint, { clock, ...options }))
  return { broker, clock, client }
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'resolved',
    (error: unknown) => (error as { code?: unknown }).code,
  )
}

const { '0.2': current } = CLIENT

describe.each(VERSIONS)('a client of %s', (version) => {
  const { final } = CLIENT[version]

  it('asks and is answered, on one connection', async () => {
    const { broker, client, clock } = await asking({ version })
    const ids = new Set<string>()
    for (const body of [['hello'], ['', 'two']]) {
      const reply = client.request('echo', body)
      const id = await broker.asked(version, 'echo', ...body)
      await broker.say(id, ...final, 'echo', ...body, '!')
      expect(texts(await reply)).toEqual([...body, '!'])
      ids.add(id)
    }
    expect(ids.size).toBe(1)
    expect(clock.pending).toBe(0)
    expect(client.stats).toMatchObject({ requests: 2, final: 2, retries: 0, malformed: 0 })
  })

  it('asks again on new connections, and then gives up', async () => {
    const { broker, client, clock } = await asking({ version })
    const reply = client.request('echo', 'hello')
    const ids = new Set<string>()
    for (let sent = 1; sent <= 3; sent++) {
      ids.add(await broker.asked(version, 'echo', 'hello'))
      clock.advance(2499)
      expect(client.stats.retries).toBe(sent - 1)
      clock.advance(1)
    }
    await expect(reply).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      message: 'No reply in 3 tries of 2500 ms',
    })
    expect(ids.size).toBe(3)
    expect(client.stats).toMatchObject({ requests: 1, retries: 2, abandoned: 1, final: 0 })
    expect(clock.pending).toBe(0)
  })

  it('takes no late reply for another one', async () => {
    const { broker, client, clock } = await asking({ version, tries: 1, timeout: 100 })
    const first = client.request('echo', 'first')
    const id = await broker.asked(version, 'echo', 'first')
    clock.advance(100)
    expect(await codeOf(first)).toBe('ETIMEDOUT')
    await broker.say(id, ...final, 'echo', 'late')
    const second = client.request('echo', 'second')
    const next = await broker.asked(version, 'echo', 'second')
    await broker.say(next, ...final, 'echo', 'in time')
    expect(texts(await second)).toEqual(['in time'])
    expect(client.stats.malformed).toBe(0)
  })

  it.each([
    ['an empty message', ['']],
    ['something else', ['something else']],
    ['another version', version === '0.1' ? [...current.final] : ['', 'MDPC01']],
    ['what is for workers', ['MDPW02', '\x04', 'id', '', 'x']],
    ['a reply from another service', [...final, 'other', 'x']],
    ['a reply without a body', [...final, 'echo']],
    ['a reply without a service', [...final]],
    ['a request', ['MDPC02', '\x01', 'echo', 'x']],
  ])('counts %s, which is no reply', async (_name, frames) => {
    const { broker, client } = await asking({ version })
    const reply = client.request('echo', 'hello')
    const id = await broker.asked(version, 'echo', 'hello')
    await broker.say(id, ...frames)
    await broker.say(id, ...final, 'echo', 'right')
    expect(texts(await reply)).toEqual(['right'])
    expect(client.stats).toMatchObject({ malformed: 1, final: 1 })
  })
})

describe('replies in part', () => {
  it('come one by one, each in time, and then the last', async () => {
    const { broker, client, clock } = await asking()
    const seen: string[] = []
    const all = (async () => {
      for await (const { service, body, final } of client.stream('count', 'to 3')) {
        seen.push([String(service), ...texts(body), String(final)].join(' '))
      }
    })()
    const id = await broker.asked('0.2', 'count', 'to 3')
    for (const [i, number] of ['1', '2'].entries()) {
      clock.advance(2000)
      await broker.say(id, ...current.partial, 'count', number)
      await until(() => seen.length === i + 1)
    }
    await broker.say(id, ...current.final, 'count', '3')
    await all
    expect(seen).toEqual(['count 1 false', 'count 2 false', 'count 3 true'])
    expect(client.stats).toMatchObject({ partials: 2, final: 1, retries: 0 })
  })

  it('are left out where only the last matters', async () => {
    const { broker, client } = await asking()
    const reply = client.request('count', 'to 2')
    const id = await broker.asked('0.2', 'count', 'to 2')
    await broker.say(id, ...current.partial, 'count', '1')
    await broker.say(id, ...current.final, 'count', '2')
    expect(texts(await reply)).toEqual(['2'])
  })

  it('that break off are an error, and are not asked for again', async () => {
    const { broker, client, clock } = await asking()
    const replies = client.stream('count', 'to 3')
    const first = replies.next()
    const id = await broker.asked('0.2', 'count', 'to 3')
    await broker.say(id, ...current.partial, 'count', '1')
    expect((await first).value).toMatchObject({ final: false })
    const second = replies.next()
    await nextTurn()
    clock.advance(2500)
    await expect(second).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      message: 'The reply broke off: nothing came for 2500 ms',
    })
    expect(client.stats).toMatchObject({ retries: 0, abandoned: 1 })
  })

  it('may be left alone: the rest goes nowhere', async () => {
    const { broker, client } = await asking()
    const replies = client.stream('count', 'to 3')
    const first = replies.next()
    const id = await broker.asked('0.2', 'count', 'to 3')
    await broker.say(id, ...current.partial, 'count', '1')
    await first
    await replies.return()
    await broker.say(id, ...current.partial, 'count', '2')
    const reply = client.request('count', 'to 1')
    const next = await broker.asked('0.2', 'count', 'to 1')
    expect(next).not.toBe(id)
    await broker.say(next, ...current.final, 'count', '1')
    expect(texts(await reply)).toEqual(['1'])
    expect(client.stats.malformed).toBe(0)
  })
})

describe('a client', () => {
  it('takes no second reply to a request for the reply to the next', async () => {
    // Inside the process, what is sent has arrived.
    const broker = track(new Router())
    const client = trackAll(new Client(await bindFresh(broker, 'inproc')))
    for (const [malformed, body] of ['first', 'second'].entries()) {
      const reply = client.request('echo', body)
      const [id = ''] = await broker.receive()
      const final = bytes(...current.final, 'echo', body)
      await broker.sendMany([
        [id, ...final],
        [id, ...final],
      ])
      expect(texts(await reply)).toEqual([body])
      expect(client.stats.malformed).toBe(malformed)
    }
  })

  it('has one request at a time', async () => {
    const { broker, client } = await asking()
    const first = client.request('echo', 'first')
    expect(await codeOf(client.request('echo', 'second'))).toBe('EFSM')
    const id = await broker.asked('0.2', 'echo', 'first')
    await broker.say(id, ...current.final, 'echo', 'first')
    expect(texts(await first)).toEqual(['first'])
  })

  it('ends at once when it is called off, or closed', async () => {
    const clock = new ManualClock()
    const client = trackAll(new Client(deserted, { clock }))
    const user = new AbortController()
    const first = client.request('echo', 'x', { signal: user.signal })
    user.abort(new Error('the user has left'))
    await expect(first).rejects.toThrow('the user has left')
    await expect(client.request('echo', 'x', { signal: user.signal })).rejects.toThrow('has left')
    const second = client.request('echo', 'x')
    await nextTurn()
    await client.close()
    await client[Symbol.asyncDispose]()
    expect(await codeOf(second)).toBe('EAGAIN')
    expect(await codeOf(client.request('echo', 'x'))).toBe('EBADF')
    expect(clock.pending).toBe(0)
  })

  it('may ask once only, and wait as long as it takes', async () => {
    const { broker, client, clock } = await asking()
    const reply = client.request('echo', 'x', { tries: 1, timeout: 60_000 })
    await broker.asked('0.2', 'echo', 'x')
    clock.advance(59_999)
    await nextTurn()
    expect(client.stats.abandoned).toBe(0)
    clock.advance(1)
    expect(await codeOf(reply)).toBe('ETIMEDOUT')
  })

  it('says at once what it cannot use', async () => {
    const make = (options: object) => new Client(deserted, options)
    expect(() => make({ version: '1' })).toThrow(/'0.1' or '0.2', not 1/)
    expect(() => make({ timeout: -1 })).toThrow(/timeout is a time.*not -1/)
    expect(() => make({ tries: 0 })).toThrow(/tries is a whole number.*not 0/)
    expect(() => new Client('nowhere')).toThrow(expect.objectContaining({ code: 'EINVAL' }))
    const client = trackAll(make({}))
    await expect(client.request('', 'x')).rejects.toThrow(/1 to 255 bytes/)
    await expect(client.request('echo', 'x', { tries: 0 })).rejects.toThrow(/tries/)
  })
})

describe.each(VERSIONS)('a client of %s that does not wait', (version) => {
  const { final } = CLIENT[version]

  it('has many requests under way, and takes the replies as they come', async () => {
    const broker = await brokerage()
    const client = trackAll(new AsyncClient(broker.endpoint, { version }))
    for (const number of ['1', '2', '3']) await client.send('echo', [number, 'x'])
    let id = ''
    for (const number of ['1', '2', '3']) id = await broker.asked(version, 'echo', number, 'x')
    await broker.say(id, 'something else')
    for (const number of ['3', '1', '2']) await broker.say(id, ...final, 'echo', number)
    const seen: string[] = []
    for await (const { body, final } of client) {
      seen.push(`${String(body)} ${String(final)}`)
      if (seen.length === 3) break
    }
    expect(seen).toEqual(['3 true', '1 true', '2 true'])
    await client.send('echo', 'x')
    await broker.hear()
    await broker.say(id, ...final, 'echo')
    await broker.say(id, ...final, 'other', 'x')
    expect(String((await client.receive()).service)).toBe('other')
    const counts = { requests: 4, final: 4, partials: 0, malformed: 2 }
    expect(client.stats).toEqual(counts)
  })

  it('ends when it is closed', async () => {
    const client = new AsyncClient(deserted, { version })
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(client.receive({ signal })).rejects.toThrow('enough')
    const waiting = client.receive()
    await client.close()
    await client[Symbol.asyncDispose]()
    expect(await codeOf(waiting)).toBe('EAGAIN')
    expect(await client[Symbol.asyncIterator]().next()).toMatchObject({ done: true })
    expect(await codeOf(client.send('echo', 'x'))).toBe('EBADF')
  })
})

describe('a client that does not wait', () => {
  it('sees replies in part as they are', async () => {
    const broker = await brokerage()
    const client = trackAll(new AsyncClient(broker.endpoint))
    await client.send('echo', 'x')
    const id = await broker.asked('0.2', 'echo', 'x')
    await broker.say(id, ...current.partial, 'echo', 'part')
    await broker.say(id, ...current.final, 'echo', 'last')
    expect(await client.receive()).toMatchObject({ final: false })
    expect(await client.receive()).toMatchObject({ final: true })
    expect(client.stats).toMatchObject({ partials: 1, final: 1 })
  })

  it('says at once what it cannot use', async () => {
    expect(() => new AsyncClient(deserted, { version: '2' as Version })).toThrow(/not 2/)
    await expect(trackAll(new AsyncClient(deserted)).send('', 'x')).rejects.toThrow(/1 to 255/)
  })
})
