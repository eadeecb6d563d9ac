import { createServer, get, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { native, ours } from '../support/drafts.js'
import type { AnySocket } from '../support/implementations.js'
import { pattern, texts } from '../support/messages.js'
import { RawListener, RawPeer } from '../support/raw-peer.js'
import { open } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'

/** Data from one peer until there is so much of it: where it is cut is nobody's business. */
async function receiveBytes(stream: AnySocket, size: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (let length = 0; length < size;) {
    const [, data = Buffer.alloc(0)] = await stream.receive()
    chunks.push(data)
    length += data.length
  }
  return Buffer.concat(chunks)
}

const libraries = [
  { library: 'ours', classes: ours },
  { library: 'native', classes: native },
]

/** The reference ends connections, and sees their end, only while it reads. */
function readOn(stream: AnySocket): void {
  stream.receive().catch(() => undefined)
}

/** The same conversations with programs that know nothing of ZeroMQ, so that both libraries mean the same. */
describe.each(libraries)('a Stream of $library', ({ classes }) => {
  it.each(['tcp', 'ipc'] as const)(
    'accepts, hears, answers and hangs up over %s',
    async (scheme) => {
      const stream = open(classes, 'Stream')
      const peer = await RawPeer.connect(await bindFresh(stream, scheme))
      const [id = Buffer.alloc(0), nothing] = await stream.receive()
      expect(id).toHaveLength(5)
      expect(id[0]).toBe(0)
      expect(nothing).toHaveLength(0)
      peer.write(Buffer.from('question'))
      expect(await stream.receive()).toEqual([id, Buffer.from('question')])
      await stream.send([id, 'answer'])
      await stream.send([id, ''])
      readOn(stream)
      expect(String(await peer.rest())).toBe('answer')
    },
  )

  it('tells that a peer has left, after what it said', async () => {
    const stream = open(classes, 'Stream')
    const peer = await RawPeer.connect(await bindFresh(stream))
    const [id] = await stream.receive()
    peer.write(Buffer.from('last words'))
    peer.end()
    expect(String(await receiveBytes(stream, 10))).toBe('last words')
    expect(await stream.receive()).toEqual([id, Buffer.alloc(0)])
  })

  it('tells nothing of comings and goings without notify', async () => {
    const stream = open(classes, 'Stream', { notify: false })
    const address = await bindFresh(stream)
    for (const text of ['first', 'second']) {
      const peer = await RawPeer.connect(address)
      peer.write(Buffer.from(text))
      expect(String((await stream.receive())[1])).toBe(text)
      peer.end()
      await peer.closed
    }
  })

  it('connects under a name of its own', async () => {
    const listener = await RawListener.listen()
    const stream = open(classes, 'Stream', { reconnectInterval: 1 })
    stream.connect(listener.address, { routingId: 'the server' })
    const peer = await listener.accept()
    expect(texts(await stream.receive())).toEqual(['the server', ''])
    await stream.send(['the server', 'hello'])
    expect(String(await peer.read(5))).toBe('hello')
    peer.write(Buffer.from('back'))
    expect(texts(await stream.receive())).toEqual(['the server', 'back'])
  })

  it('is told apart from nobody by a name that is not there', async () => {
    const stream = open(classes, 'Stream')
    await expect(stream.send(['nobody', 'x'])).rejects.toMatchObject({ code: 'EHOSTUNREACH' })
    // Without data there is nothing to send.
    await stream.send(['nobody'])
  })

  it('carries megabytes, whole and in order', async () => {
    const stream = open(classes, 'Stream', { notify: false })
    const peer = await RawPeer.connect(await bindFresh(stream))
    const data = pattern(3_000_000)
    const written = peer.writeAll(data)
    peer.write(Buffer.from('!'))
    const [id = '', first = Buffer.alloc(0)] = await stream.receive()
    const rest = await receiveBytes(stream, data.length + 1 - first.length)
    expect(Buffer.concat([first, rest]).equals(Buffer.concat([data, Buffer.from('!')]))).toBe(true)
    await written
    for (let at = 0; at < data.length; at += 100_000) {
      await stream.send([id, data.subarray(at, at + 100_000)])
    }
    expect((await peer.read(data.length)).equals(data)).toBe(true)
  })

  it('serves HTTP', async () => {
    const stream = open(classes, 'Stream')
    const address = await bindFresh(stream)
    const answered = once(get(address.replace('tcp:', 'http:')), 'response')
    const [id = ''] = await stream.receive()
    expect(String((await stream.receive())[1])).toMatch(/^GET \/ HTTP\/1\.1\r\n/)
    await stream.send([id, 'HTTP/1.0 200 OK\r\n\r\nHello!'])
    await stream.send([id, ''])
    readOn(stream)
    const [response] = (await answered) as [IncomingMessage]
    expect(String(Buffer.concat(await response.toArray()))).toBe('Hello!')
  })

  it('asks over HTTP', async () => {
    const server = createServer((_request, response) => response.end('Hello!'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.close()
    })
    const stream = open(classes, 'Stream')
    const { port } = server.address() as AddressInfo
    stream.connect(`tcp://127.0.0.1:${String(port)}`, { routingId: 'web' })
    expect(texts(await stream.receive())).toEqual(['web', ''])
    await stream.send(['web', 'GET / HTTP/1.0\r\n\r\n'])
    let page = ''
    for (let [, data = ''] = await stream.receive(); data.length > 0;) {
      page += String(data)
      ;[, data = ''] = await stream.receive()
    }
    expect(page).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nHello!$/s)
  })
})

describe.each([
  { title: 'our Stream listens, a native one connects', listening: ours, connecting: native },
  { title: 'a native Stream listens, ours connects', listening: native, connecting: ours },
])('$title', ({ listening, connecting }) => {
  it('and both speak', async () => {
    const server = open(listening, 'Stream')
    const client = open(connecting, 'Stream')
    client.connect(await bindFresh(server))
    const [[here = '', hello], [there = '', welcome]] = await Promise.all([
      client.receive(),
      server.receive(),
    ])
    expect([hello?.length, welcome?.length]).toEqual([0, 0])
    await client.send([here, 'question'])
    expect(String((await server.receive())[1])).toBe('question')
    await server.send([there, 'answer'])
    expect(String((await client.receive())[1])).toBe('answer')
    await server.send([there, ''])
    readOn(server)
    expect((await client.receive())[1]).toHaveLength(0)
  })
})
