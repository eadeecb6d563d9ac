import { once } from 'node:events'
import { createServer, get, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { EventLog } from '../support/events.js'
import { zerowire } from '../support/implementations.js'
import { receiveTexts } from '../support/messages.js'
import { track } from '../support/scope.js'
import { cert, key, tls } from '../support/tls.js'
import { bindFresh } from '../support/transports.js'
import { upgradeRequest } from '../support/web-handshake.js'
import { WebPeer } from '../support/web-peer.js'

type Pull = InstanceType<typeof zerowire.Pull>

const openPull = (options = {}): Pull => track(new zerowire.Pull(options))

const page: RequestListener = (request, response) => {
  response.end(`a page at ${String(request.url)}`)
}

/** Gone when the test ends, with all that is connected to it. */
function kept(server: Server): Server {
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return server
}

async function listening(server: Server = createServer(page)): Promise<Server> {
  kept(server).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function address(server: Server, path = '/', scheme = 'ws'): string {
  const { port } = server.address() as AddressInfo
  return `${scheme}://127.0.0.1:${port}${path}`
}

async function fetchPage(server: Server, path: string): Promise<string> {
  const request = get(address(server, path, 'http'), { agent: false })
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream]
  return text(response)
}

/** Sends a message to the address and waits until the socket has got it. */
async function expectHeard(pull: Pull, to: string): Promise<void> {
  const push = track(new zerowire.Push({ tls }))
  push.connect(to)
  await push.send(to)
  expect(await receiveTexts(pull)).toEqual([to])
  await push.close()
}

/** What is answered to a request to upgrade. */
async function answerTo(to: string, headers = {}): Promise<string> {
  const { raw } = await WebPeer.connect(to)
  raw.write(upgradeRequest({ path: new URL(to).pathname, headers }))
  return String(await raw.readUntil('\r\n'))
}

describe('a socket on a server of ours', () => {
  it('leaves all other requests alone', async () => {
    const server = await listening()
    const pull = openPull()
    await pull.bind('ws://*:*/events', { server })
    expect(pull.lastEndpoint).toBe(address(server, '/events'))
    expect(await fetchPage(server, '/')).toBe('a page at /')
    await expectHeard(pull, address(server, '/events'))
    expect(await fetchPage(server, '/events')).toBe('a page at /events')
  })

  it('may come before the server listens', async () => {
    const server = createServer(page)
    const pull = openPull()
    await pull.bind('ws://whatever/events', { server })
    expect(pull.lastEndpoint).toBe('ws://*:0/events')
    await listening(server)
    await expectHeard(pull, address(server, '/events'))
    await pull.unbind('ws://*:0/events')
    expect(await answerTo(address(server, '/events'))).toBe('HTTP/1.1 200 OK\r\n')
  })

  it('speaks wss where the server speaks TLS', async () => {
    const server = await listening(createHttpsServer({ key, cert }, page))
    const pull = openPull()
    await pull.bind('wss://*:*/events', { server })
    expect(pull.lastEndpoint).toBe(address(server, '/events', 'wss'))
    await expectHeard(pull, address(server, '/events', 'wss'))
  })

  it('shares it with others, each with a path of its own', async () => {
    const server = await listening()
    const [one, two, three] = [openPull(), openPull(), openPull()]
    await one.bind('ws://*:*/one', { server })
    await two.bind('ws://*:*/two', { server })
    await expect(three.bind('ws://*:*/two', { server })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
    await expectHeard(one, address(server, '/one'))
    await expectHeard(two, address(server, '/two'))
    await one.unbind(address(server, '/one'))
    await three.bind('ws://*:*/one', { server })
    await expectHeard(three, address(server, '/one'))
    await expectHeard(two, address(server, '/two'))
    expect(server.listenerCount('upgrade')).toBe(1)
  })

  it('answers 404 for paths that nobody knows, if nobody else answers', async () => {
    const server = await listening()
    const pull = openPull()
    const log = new EventLog(pull)
    await pull.bind('ws://*:*/events', { server })
    expect(await answerTo(address(server, '/other'))).toBe('HTTP/1.1 404 Not Found\r\n')
    expect((await log.until('accept:error')).error.reason).toContain('/other')
  })

  it('leaves upgrades of other paths to others', async () => {
    const server = await listening()
    const asked: string[] = []
    server.on('upgrade', (request, socket: Socket) => {
      asked.push(String(request.url))
      if (request.url === '/chat') socket.end('HTTP/1.1 101 Yours\r\n\r\n')
    })
    const pull = openPull()
    const log = new EventLog(pull)
    await pull.bind('ws://*:*/events', { server })
    expect(await answerTo(address(server, '/chat'))).toBe('HTTP/1.1 101 Yours\r\n')
    await expectHeard(pull, address(server, '/events'))
    expect(asked).toEqual(['/chat', '/events'])
    expect(log.types).not.toContain('accept:error')
    await pull.close()
    expect(await answerTo(address(server, '/chat'))).toBe('HTTP/1.1 101 Yours\r\n')
    expect(server.listenerCount('upgrade')).toBe(1)
  })

  it('leaves the server running when it leaves', async () => {
    const server = await listening()
    const pull = openPull()
    await pull.bind('ws://*:*/events', { server })
    const push = track(new zerowire.Push({ reconnectInterval: -1 }))
    const log = new EventLog(push)
    push.connect(address(server, '/events'))
    await log.until('handshake')
    await pull.unbind(address(server, '/events'))
    await log.until('disconnect')
    expect(server.listening).toBe(true)
    expect(server.listenerCount('upgrade')).toBe(0)
    expect(await fetchPage(server, '/events')).toBe('a page at /events')
    const closed = once(server, 'close')
    server.close()
    await closed
  })

  it('keeps its connections when the server no longer listens', async () => {
    const server = await listening()
    const pull = openPull()
    await pull.bind('ws://*:*/events', { server })
    const push = track(new zerowire.Push())
    push.connect(address(server, '/events'))
    await push.send('before')
    expect(await receiveTexts(pull)).toEqual(['before'])
    const closed = once(server, 'close')
    server.close()
    await push.send('after')
    expect(await receiveTexts(pull)).toEqual(['after'])
    await Promise.all([pull.close(), push.close()])
    await closed
  })

  it('survives those who are refused and gone', async () => {
    const server = await listening()
    const pull = openPull()
    const log = new EventLog(pull)
    await pull.bind('ws://*:*/events', { server })
    const bad = ['/events', '/nowhere'].map((path) =>
      upgradeRequest({ path, headers: { 'Sec-WebSocket-Key': undefined } }),
    )
    for (const request of bad) {
      const { raw } = await WebPeer.connect(address(server))
      await raw.writeAll(request)
      raw.reset()
    }
    await log.until('accept:error', bad.length)
    await expectHeard(pull, address(server, '/events'))
  })

  it('is a matter of ws:// and wss:// alone', async () => {
    const server = await listening()
    for (const other of ['tcp://127.0.0.1:*', 'inproc://name', 'ipc://*']) {
      const refused = expect.objectContaining({ code: 'EINVAL' }) as Error
      expect(() => openPull().bind(other, { server })).toThrow(refused)
    }
    await expect(openPull().bind('ws://*:*/pa th', { server })).rejects.toMatchObject({
      code: 'EINVAL',
    })
  })

  it.each([null, {}, 8080, 'http://localhost'])('is not %j', (server) => {
    expect(() => openPull().bind('ws://*:*', { server: server as unknown as Server })).toThrow(
      TypeError,
    )
  })
})

describe('allowedOrigins', () => {
  const granted = 'HTTP/1.1 101 Switching Protocols\r\n'
  const forbidden = 'HTTP/1.1 403 Forbidden\r\n'
  const good = { Origin: 'https://good.example' }
  const evil = { Origin: 'https://evil.example' }

  it('null admits everybody', async () => {
    const to = await bindFresh(openPull(), 'ws')
    for (const headers of [good, evil, {}]) expect(await answerTo(to, headers)).toBe(granted)
  })

  it.each(['a server of its own', 'a server of ours'])(
    'a list admits those on it, and programs, at %s',
    async (where) => {
      const pull = openPull({ allowedOrigins: ['https://good.example', 'http://localhost:8080'] })
      const log = new EventLog(pull)
      if (where === 'a server of ours') await pull.bind('ws://*:*', { server: await listening() })
      else await bindFresh(pull, 'ws')
      const to = String(pull.lastEndpoint)
      expect(await answerTo(to, good)).toBe(granted)
      expect(await answerTo(to)).toBe(granted)
      const others = [
        evil,
        { Origin: 'https://good.example.evil' },
        { Origin: 'http://good.example' },
        { Origin: 'null' },
        { Origin: '' },
      ]
      for (const [index, headers] of others.entries()) {
        expect(await answerTo(to, headers)).toBe(forbidden)
        const { error } = await log.until('accept:error', index + 1)
        expect(error.reason).toContain('allowedOrigins')
      }
      await expectHeard(pull, to)
    },
  )

  it('an empty list admits programs only', async () => {
    const to = await bindFresh(openPull({ allowedOrigins: [] }), 'ws')
    expect(await answerTo(to, good)).toBe(forbidden)
    expect(await answerTo(to)).toBe(granted)
  })

  it('can be changed while it is bound', async () => {
    const pull = openPull({ allowedOrigins: [] })
    const to = await bindFresh(pull, 'ws')
    expect(await answerTo(to, good)).toBe(forbidden)
    pull.allowedOrigins = ['https://good.example']
    expect(await answerTo(to, good)).toBe(granted)
  })
})
