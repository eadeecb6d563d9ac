import fc from 'fast-check'
import * as native from 'zeromq'
import { ManualClock } from 'zerowire/patterns/clock'
import {
  FreelanceClient,
  FreelanceServer,
  type FreelanceClientOptions,
  type FreelanceServerOptions,
  type Handler,
} from 'zerowire/patterns/freelance'
import { beforeEach, describe, expect, it } from 'vitest'
import { Child } from '../../test/support/child.js'
import { receiveTexts, texts } from '../../test/support/messages.js'
import { holdsLater } from '../../test/support/property.js'
import { requirePyzmq } from '../../test/support/pyzmq.js'
import { track } from '../../test/support/track.js'
import { freshAddress } from '../../test/support/transports.js'
import { nextTurn } from '../../test/support/turn.js'
import { Python } from '../common/test/python.js'
import { trackAll } from '../common/test/tracked.js'
import { untilCounted } from '../common/test/until-counted.js'

const echo: Handler = (request) => request

function connect(servers: readonly string[], options: FreelanceClientOptions = {}) {
  const clock = new ManualClock()
  return { clock, client: trackAll(new FreelanceClient(servers, { clock, ...options })) }
}

async function serve(handler: Handler, endpoint: string, options: FreelanceServerOptions = {}) {
  const server = trackAll(new FreelanceServer(handler, options))
  await server.bind(endpoint)
  return server
}

/** A server of raw frames, of the other library. */
async function raw(endpoint = freshAddress('ipc')) {
  const socket = track(new native.Router({ routingId: endpoint }))
  await socket.bind(endpoint)
  /** The next request that is no PING; those are answered. */
  const request = async (): Promise<Buffer[]> => {
    for (;;) {
      const message = await socket.receive()
      if (message.length > 2) return message
      await socket.send([message[0] ?? '', 'PONG'])
    }
  }
  /** Answers one PING. */
  const pong = async (): Promise<Buffer> => {
    const [id = Buffer.alloc(0), ping] = await socket.receive()
    expect(String(ping)).toBe('PING')
    await socket.send([id, 'PONG'])
    return id
  }
  return { endpoint, socket, request, pong }
}

describe('the ordinary run', () => {
  it('has any number of requests under way, answered in any order', async () => {
    const endpoints = [freshAddress('ipc'), freshAddress('ipc')]
    for (const endpoint of endpoints) await serve(echo, endpoint)
    const { client } = connect(endpoints)
    const replies = await Promise.all(['a', 'b', 'c'].map((name) => client.request(['hi', name])))
    expect(replies.map(texts)).toEqual(['a', 'b', 'c'].map((name) => ['hi', name]))
    await untilCounted(client, { live: 2 })
    expect(client.stats).toEqual({
      ...{ requests: 3, replies: 3, failovers: 0, late: 0, malformed: 0, dropped: 0, live: 2 },
    })
  })

  it('gives every request its own reply, whatever the order of the work', async () => {
    const endpoint = freshAddress('ipc')
    const slow: Handler = async (request) => {
      for (let turns = Number(String(request)) % 7; turns > 0; turns -= 1) await nextTurn()
      return request
    }
    await serve(slow, endpoint, { concurrency: 3 })
    const { client } = connect([endpoint])
    await holdsLater(
      fc.asyncProperty(fc.array(fc.nat(1000)), async (numbers) => {
        const replies = await Promise.all(numbers.map((number) => client.request(String(number))))
        expect(replies.map(([number]) => Number(String(number)))).toEqual(numbers)
      }),
      20,
    )
  })

  it('works over TCP as well, where the public endpoint need not be the one bound', async () => {
    const server = trackAll(new FreelanceServer(echo))
    const bound = await server.bind('tcp://127.0.0.1:*', 'tcp://server.example.org:5555')
    expect(texts(await connect([bound]).client.request('hello'))).toEqual(['hello'])
  })

  it('says at once what it cannot use', async () => {
    expect(() => new FreelanceClient([])).toThrow(RangeError)
    expect(() => new FreelanceClient(['inproc://a'], { expiry: Number.NaN })).toThrow(RangeError)
    expect(() => new FreelanceClient(['inproc://a'], { maxRequests: 0 })).toThrow(RangeError)
    expect(() => new FreelanceServer(echo, { concurrency: 0 })).toThrow(RangeError)
    const server = trackAll(new FreelanceServer(echo))
    await expect(server.bind('tcp://127.0.0.1:*')).rejects.toMatchObject({ code: 'EINVAL' })
  })
})

it('a server whose onError throws ends, and says so where it is waited for', async () => {
  const onError = () => {
    throw new Error('no printer')
  }
  const endpoint = freshAddress('ipc')
  const server = await serve(() => Promise.reject(new Error('no paper')), endpoint, { onError })
  const ended = expect(server.ended).rejects.toThrow('no printer')
  const { client } = connect([endpoint])
  const failed = expect(client.request('print')).rejects.toMatchObject({ code: 'EAGAIN' })
  await ended
  await client.close()
  await failed
})

describe('the frames of RFC 10', () => {
  it('of the client', async () => {
    const { socket, endpoint } = await raw()
    const { client, clock } = connect([endpoint])
    const [id = '', ...ping] = await socket.receive()
    expect(texts(ping)).toEqual(['PING'])
    await socket.send([id, 'PONG'])
    await untilCounted(client, { live: 1 })
    const reply = client.request(['one', ''])
    const [from, control = '', ...body] = await socket.receive()
    expect([String(from), ...texts(body)]).toEqual([String(id), 'one', ''])
    await socket.send([id, control, '', 'two'])
    expect(texts(await reply)).toEqual(['', 'two'])
    clock.advance(2000)
    expect(texts((await socket.receive()).slice(1))).toEqual(['PING'])
  })

  it('of the server', async () => {
    const endpoint = freshAddress('ipc')
    const failing: Handler = (request) => {
      if (String(request[0]) === 'fail') throw new Error('no paper')
      return request
    }
    const server = await serve(failing, endpoint, { onError: () => undefined })
    const client = track(new native.Router({ mandatory: true }))
    client.connect(endpoint)
    // The server has its name as soon as there is a connection.
    const ping = (): Promise<boolean> =>
      client.send([endpoint, 'PING']).then(
        () => true,
        () => false,
      )
    while (!(await ping())) await nextTurn()
    expect(await receiveTexts(client)).toEqual([endpoint, 'PONG'])
    await client.send([endpoint, 'HELLO'])
    await client.send([endpoint, '7', 'fail'])
    await client.send([endpoint, '', ''])
    expect(await receiveTexts(client)).toEqual([endpoint, '', ''])
    await client.send([endpoint, 'any bytes', 'one', 'two'])
    expect(await receiveTexts(client)).toEqual([endpoint, 'any bytes', 'one', 'two'])
    expect(server.stats).toEqual({
      ...{ requests: 3, replies: 2, failed: 1, refused: 0, pings: 1 },
      ...{ malformed: 1, undeliverable: 0 },
    })
  })
})

describe('failover', () => {
  it('asks only servers that have shown to be there', async () => {
    const [silent, alive] = [await raw(), await raw()]
    const { client } = connect([silent.endpoint, alive.endpoint])
    const reply = client.request('hello')
    const message = await alive.request()
    await alive.socket.send(message)
    expect(texts(await reply)).toEqual(['hello'])
    expect(texts((await silent.socket.receive()).slice(1))).toEqual(['PING'])
  })

  it('notices a silent server after 6 s, to the millisecond, and asks the next', async () => {
    const [first, second] = [await raw(), await raw()]
    const { client, clock } = connect([first.endpoint, second.endpoint], { timeout: 60_000 })
    await first.pong()
    await untilCounted(client, { live: 1 })
    const reply = client.request('hello')
    const late = await first.request()
    clock.advance(3000)
    await second.pong()
    await untilCounted(client, { live: 2 })
    clock.advance(2999)
    expect(client.stats).toMatchObject({ live: 2, failovers: 0 })
    clock.advance(1)
    expect(client.stats).toMatchObject({ live: 1, failovers: 1 })
    const message = await second.request()
    expect(texts(message.slice(1))).toEqual(texts(late.slice(1)))
    await second.socket.send([...message.slice(0, 2), 'from the second'])
    expect(texts(await reply)).toEqual(['from the second'])
    // The first is tried again, on a new connection.
    clock.advance(100)
    while ((await first.pong()).equals(late[0] as Buffer));
    await untilCounted(client, { live: 2 })
  })

  it('waits for the first server that comes, as long as there is time', async () => {
    const { endpoint, socket, request } = await raw()
    const { client, clock } = connect([endpoint])
    const early = client.request('early')
    clock.advance(2999)
    await socket.send(await request())
    expect(texts(await early)).toEqual(['early'])
    const late = client.request('late')
    late.catch(() => undefined)
    await request()
    clock.advance(2999)
    expect(client.stats.replies).toBe(1)
    clock.advance(1)
    await expect(late).rejects.toMatchObject({ code: 'ETIMEDOUT', message: 'No reply in 3000 ms' })
  })

  it('takes one reply a request, from whom it has asked', async () => {
    const [first, second] = [await raw(), await raw()]
    const { client } = connect([first.endpoint, second.endpoint])
    await first.pong()
    await untilCounted(client, { live: 1 })
    const other = await second.pong()
    await untilCounted(client, { live: 2 })
    const reply = client.request('hello')
    const [id = '', control = ''] = await first.request()
    await second.socket.send([other, control, 'not asked'])
    await untilCounted(client, { late: 1 })
    await first.socket.send([id, 'another number', 'nonsense'])
    await first.socket.send([id, 'HELLO'])
    await first.socket.send([id, control, 'right'])
    await first.socket.send([id, control, 'again'])
    expect(texts(await reply)).toEqual(['right'])
    await untilCounted(client, { late: 3, malformed: 1 })
  })

  it('ends at once when it is called off, or closed, and has so many requests', async () => {
    const { endpoint } = await raw()
    const { client, clock } = connect([endpoint], { maxRequests: 2 })
    const user = new AbortController()
    const requests = [client.request('one', { signal: user.signal }), client.request('two')]
    await expect(client.request('three')).rejects.toMatchObject({ code: 'EBUSY' })
    user.abort(new Error('the user has left'))
    await expect(requests[0]).rejects.toThrow('the user has left')
    const ended = expect(requests[1]).rejects.toMatchObject({ code: 'EAGAIN' })
    await client.close()
    await ended
    await expect(client.request('four')).rejects.toMatchObject({ code: 'EBADF' })
    expect(clock.pending).toBe(0)
  })
})

describe.each(['zerowire', 'zeromq'])('servers (%s) in processes of their own', (library) => {
  const start = async (endpoint: string, name: string, manner = 'echo'): Promise<Child> => {
    const path = 'patterns/freelance/test/programs/server.ts'
    const child = Child.run(path, library, endpoint, name, manner)
    expect(await child.line()).toBe('ready')
    return child
  }

  it('that are killed, with a request or without: the other is asked', async () => {
    const endpoints = [freshAddress('ipc'), freshAddress('ipc')] as const
    // Only what the system tells of connections, and who comes back, moves anything here.
    const client = trackAll(
      new FreelanceClient(endpoints, { timeout: 60_000, pingInterval: 100, expiry: 60_000 }),
    )
    const ann = await start(endpoints[0], 'Ann', 'silent')
    await untilCounted(client, { live: 1 })
    const bob = await start(endpoints[1], 'Bob')
    await untilCounted(client, { live: 2 })
    const first = client.request('one')
    expect(await ann.line()).toBe('got one')
    await ann.kill()
    expect(texts(await first)).toEqual(['Bob did one'])
    expect(client.stats).toMatchObject({ live: 1, failovers: 1 })
    await start(endpoints[0], 'Cid')
    await untilCounted(client, { live: 2 })
    await bob.kill()
    await untilCounted(client, { live: 1 })
    expect(texts(await client.request('two'))).toEqual(['Cid did two'])
  })

  it('that are all gone: the first that comes back is asked', async () => {
    const endpoint = freshAddress('ipc')
    const client = trackAll(
      new FreelanceClient([endpoint], { timeout: 60_000, pingInterval: 100, expiry: 60_000 }),
    )
    const silent = await start(endpoint, 'Ann', 'silent')
    const reply = client.request('hello')
    expect(await silent.line()).toBe('got hello')
    await silent.kill()
    await untilCounted(client, { live: 0 })
    await start(endpoint, 'Bob')
    expect(texts(await reply)).toEqual(['Bob did hello'])
  })
})

describe('pyzmq', () => {
  beforeEach(requirePyzmq)

  const server = `
import sys, zmq
server = zmq.Context().socket(zmq.ROUTER)
server.identity = sys.argv[1].encode()
server.bind(sys.argv[1])
while True:
    client, control, *body = server.recv_multipart()
    if body:
        server.send_multipart([client, control, b"did " + b" ".join(body)])
    else:
        print(control.decode())
        server.send_multipart([client, b"PONG"])
`

  it('can be the server', async () => {
    const endpoint = freshAddress('ipc')
    const process = new Python(server, endpoint)
    const { client } = connect([endpoint])
    expect(texts(await client.request(['one', 'two']))).toEqual(['did one two'])
    expect(await process.line()).toBe('PING')
    expect(client.stats).toMatchObject({ late: 0, malformed: 0 })
  })

  const client = `
import sys, time, zmq
client = zmq.Context().socket(zmq.ROUTER)
client.router_mandatory = True
server = sys.argv[1].encode()
client.connect(sys.argv[1])
def send(*frames):
    while True:
        try:
            return client.send_multipart([server, *frames])
        except zmq.ZMQError:
            time.sleep(0.001)
send(b"PING")
print(b"|".join(client.recv_multipart()[1:]).decode())
send(b"42", b"one", b"two")
print(b"|".join(client.recv_multipart()[1:]).decode())
`

  it('can be the client', async () => {
    const endpoint = freshAddress('ipc')
    await serve(echo, endpoint)
    const process = new Python(client, endpoint)
    expect(await process.line()).toBe('PONG')
    expect(await process.line()).toBe('42|one|two')
  })
})
