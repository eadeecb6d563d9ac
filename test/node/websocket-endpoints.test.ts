import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { EventLog } from '../support/events.js'
import { zerowire } from '../support/implementations.js'
import { receiveTexts } from '../support/messages.js'
import { RawListener } from '../support/raw-peer.js'
import { track } from '../support/scope.js'
import { tls } from '../support/tls.js'
import { bindFresh, endpointOf, freshAddress } from '../support/transports.js'
import { WebPeer } from '../support/web-peer.js'

type Pull = InstanceType<typeof zerowire.Pull>

const quick = { reconnectInterval: 1 }
const inUse = { code: 'EADDRINUSE', message: 'Address already in use' }

const openPull = (options = {}): Pull => track(new zerowire.Pull(options))

/** The same host and port with another path. */
const at = (address: string, path: string): string => new URL(path, address).href

/** Sends a message to the address and waits until the socket has got it. */
async function expectHeard(pull: Pull, address: string): Promise<void> {
  const push = track(new zerowire.Push({ tls }))
  push.connect(address)
  await push.send(address)
  expect(await receiveTexts(pull)).toEqual([address])
  await push.close()
}

/** Settles when somebody else can listen there. */
async function listen(address: string): Promise<void> {
  const { hostname, port } = new URL(address)
  const server = createServer()
  server.listen(Number(port), hostname)
  await once(server, 'listening')
  server.close()
  await once(server, 'close')
}

/** A port that was free a moment ago. */
async function freePort(): Promise<string> {
  const placeholder = openPull()
  const address = await bindFresh(placeholder, 'ws')
  await placeholder.close()
  return address
}

describe('several sockets on one port of wss', () => {
  it('have the same tls, or a certificate that one asks for would not be asked for', async () => {
    const first = openPull({ tls: { ...tls } })
    const address = await bindFresh(first, 'wss')
    const second = openPull({ tls: { ...tls, requestCert: true } })
    await expect(second.bind(at(address, '/second'))).rejects.toMatchObject({
      code: 'EINVAL',
      reason: expect.stringContaining('same tls') as unknown,
    })
    second.tls = { ...tls }
    await second.bind(at(address, '/second'))
    await expectHeard(second, at(address, '/second'))
  })
})

describe.each(['ws', 'wss'] as const)('several sockets on one port of %s', (scheme) => {
  it('get what is sent to their paths', async () => {
    const first = openPull({ tls })
    const address = await bindFresh(first, scheme)
    const others = ['/a', '/a/b', '/a/', '/%61'].map((path) => ({ path, pull: openPull({ tls }) }))
    for (const { path, pull } of others) await pull.bind(at(address, path))
    await expectHeard(first, address)
    for (const { path, pull } of others) {
      expect(pull.lastEndpoint).toBe(at(address, path))
      await expectHeard(pull, at(address, path))
    }
  })

  it('the same path is taken', async () => {
    const first = openPull({ tls })
    await first.bind(`${freshAddress(scheme)}/path`)
    const address = endpointOf(first)
    const second = openPull({ tls })
    const log = new EventLog(second)
    await expect(second.bind(address)).rejects.toMatchObject({ ...inUse, address })
    expect((await log.until('bind:error')).error).toMatchObject(inUse)
    await expectHeard(first, address)
    await second.bind(at(address, '/other'))
    await expectHeard(second, at(address, '/other'))
  })

  it('when one leaves, the other stays', async () => {
    const [one, two] = [openPull({ tls }), openPull({ tls })]
    const address = await bindFresh(one, scheme)
    await two.bind(at(address, '/two'))
    await one.unbind(address)
    await expectHeard(two, at(address, '/two'))
    const late = track(new zerowire.Push({ tls, ...quick }))
    const log = new EventLog(late)
    late.connect(address)
    const { error } = await log.until('handshake:error:protocol')
    expect(error.reason).toContain('404')
    await one.bind(address)
    await late.send('found')
    expect(await receiveTexts(one)).toEqual(['found'])
  })

  it('the last one frees the port', async () => {
    const [one, two] = [openPull({ tls }), openPull({ tls })]
    const address = await bindFresh(one, scheme)
    await two.bind(at(address, '/two'))
    await one.close()
    await expect(listen(address)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await two.unbind(at(address, '/two'))
    await listen(address)
  })

  it('the port is free while those who came through it are still there', async () => {
    const push = track(new zerowire.Push({ tls }))
    const address = await bindFresh(push, scheme)
    // Takes nothing, so that the connection outlives the listener.
    const slow = openPull({ tls, receiveHighWaterMark: 1, ...quick })
    const log = new EventLog(slow)
    slow.connect(address)
    await log.until('handshake')
    for (let count = 0; count < 100; count += 1) await push.send(Buffer.alloc(100_000))
    await push.unbind(address)
    const next = openPull({ tls })
    await next.bind(address)
    await expectHeard(next, address)
  })

  it('one socket may wait at many', async () => {
    const pull = openPull({ tls })
    const address = await bindFresh(pull, scheme)
    for (const path of ['/one', '/two']) await pull.bind(at(address, path))
    for (const path of ['/', '/one', '/two']) await expectHeard(pull, at(address, path))
    await pull.unbind(at(address, '/one'))
    await expectHeard(pull, at(address, '/two'))
  })
})

describe('a port', () => {
  it('may be asked for by two at the same time', async () => {
    const address = await freePort()
    const [one, two] = [openPull(), openPull()]
    await Promise.all([one.bind(address), two.bind(at(address, '/two'))])
    await expectHeard(one, address)
    await expectHeard(two, at(address, '/two'))
  })

  it('may be left and taken at the same time', async () => {
    const [one, two] = [openPull(), openPull()]
    const address = await bindFresh(one, 'ws')
    await Promise.all([one.unbind(address), two.bind(at(address, '/two'))])
    await expectHeard(two, at(address, '/two'))
  })

  it('that is taken is taken, whoever by', async () => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    const [one, two] = [openPull(), openPull()]
    const attempts = [`ws://127.0.0.1:${port}`, `ws://127.0.0.1:${port}/two`]
    const results = await Promise.allSettled([
      one.bind(attempts[0] ?? ''),
      two.bind(attempts[1] ?? ''),
    ])
    for (const result of results) expect(result).toMatchObject({ reason: inUse })
    await bindFresh(one, 'ws')
  })

  it('is not shared by ws, wss and tcp', async () => {
    const address = await bindFresh(openPull(), 'ws')
    const { port } = new URL(address)
    for (const other of [`wss://127.0.0.1:${port}/other`, `tcp://127.0.0.1:${port}`]) {
      await expect(openPull({ tls }).bind(other)).rejects.toMatchObject(inUse)
    }
  })

  it('is not shared by contexts', async () => {
    const address = await bindFresh(openPull(), 'ws')
    const stranger = openPull({ context: new zerowire.Context() })
    await expect(stranger.bind(at(address, '/other'))).rejects.toMatchObject(inUse)
  })
})

describe('lastEndpoint', () => {
  it.each([
    { address: 'ws://127.0.0.1:*', resolved: /^ws:\/\/127\.0\.0\.1:[1-9]\d*\/$/ },
    { address: 'ws://127.0.0.1:0/', resolved: /^ws:\/\/127\.0\.0\.1:[1-9]\d*\/$/ },
    { address: 'ws://127.0.0.1:*/a/b', resolved: /^ws:\/\/127\.0\.0\.1:[1-9]\d*\/a\/b$/ },
    { address: 'ws://*:*/path', resolved: /^ws:\/\/0\.0\.0\.0:[1-9]\d*\/path$/ },
    { address: 'ws://lo:*', resolved: /^ws:\/\/127\.0\.0\.1:[1-9]\d*\/$/ },
    { address: 'ws://localhost:*', resolved: /^ws:\/\/127\.0\.0\.1:[1-9]\d*\/$/ },
    { address: 'wss://127.0.0.1:*/path', resolved: /^wss:\/\/127\.0\.0\.1:[1-9]\d*\/path$/ },
  ])('of $address', async ({ address, resolved }) => {
    const pull = openPull({ tls })
    await pull.bind(address)
    expect(pull.lastEndpoint).toMatch(resolved)
    await expectHeard(pull, endpointOf(pull).replace('0.0.0.0', '127.0.0.1'))
    await pull.unbind(endpointOf(pull))
  })

  it('of an IPv6 address keeps the brackets', async () => {
    const pull = openPull({ ipv6: true })
    await pull.bind('ws://[::1]:*/path')
    expect(pull.lastEndpoint).toMatch(/^ws:\/\/\[::1\]:[1-9]\d*\/path$/)
    const push = track(new zerowire.Push({ ipv6: true }))
    push.connect(endpointOf(pull))
    await push.send('over IPv6')
    expect(await receiveTexts(pull)).toEqual(['over IPv6'])
  })

  it('every interface is both kinds of interface with ipv6', async () => {
    const pull = openPull({ ipv6: true })
    await pull.bind('ws://*:*')
    expect(pull.lastEndpoint).toMatch(/^ws:\/\/\[::\]:[1-9]\d*\/$/)
    await expectHeard(pull, endpointOf(pull).replace('[::]', '127.0.0.1'))
  })

  it('without ipv6 an IPv6 address is no address', async () => {
    await expect(openPull().bind('ws://[::1]:*')).rejects.toMatchObject({ code: 'ENODEV' })
  })

  it('of a peer is what was given, and can be given up as such', () => {
    const push = track(new zerowire.Push())
    for (const address of ['ws://127.0.0.1:1', 'ws://127.0.0.1:1/path?query']) {
      push.connect(address)
      expect(push.lastEndpoint).toBe(address)
      push.disconnect(address)
    }
  })
})

describe('addresses', () => {
  it.each(['ws://', 'ws://host', 'ws://127.0.0.1:*/pa th', 'ws://127.0.0.1:*/a?b', 'ws://::1:80'])(
    'bind refuses %j',
    async (address) => {
      await expect(openPull().bind(address)).rejects.toMatchObject({ code: 'EINVAL', address })
    },
  )

  it.each(['ws://', 'ws://127.0.0.1:*', 'ws://*:80', 'ws://127.0.0.1:80/pa th', 'ws://::1/'])(
    'connect refuses %j',
    (address) => {
      const push = track(new zerowire.Push())
      expect(() => {
        push.connect(address)
      }).toThrow(expect.objectContaining({ code: 'EINVAL', address }))
    },
  )

  it('bind wants an interface that is there', async () => {
    await expect(openPull().bind('ws://nosuchinterface0:*')).rejects.toMatchObject({
      code: 'ENODEV',
    })
  })

  it('only those whom tcpAcceptFilter admits get in', async () => {
    const refusing = openPull({ tcpAcceptFilter: '192.0.2.0/24' })
    const log = new EventLog(refusing)
    const push = track(new zerowire.Push(quick))
    const pushLog = new EventLog(push)
    push.connect(await bindFresh(refusing, 'ws'))
    expect((await log.until('accept:error')).error.reason).toContain('tcpAcceptFilter')
    expect((await pushLog.until('handshake:error:protocol')).error.reason).toContain('403')
    const admitting = openPull({ tcpAcceptFilter: '127.0.0.0/8' })
    await expectHeard(admitting, await bindFresh(admitting, 'ws'))
  })
})

describe('what a request says', () => {
  it.each(['', '/', '/a/b', '/a%20b?c=d&e='])('for the path %j', async (path) => {
    const listener = await RawListener.listen('ws')
    const push = track(new zerowire.Push())
    push.connect(`${listener.address}${path}`)
    const peer = await WebPeer.accept(listener)
    const [line, ...headers] = await peer.head()
    expect(line).toBe(`GET ${path === '' ? '/' : path} HTTP/1.1`)
    expect(headers).toContain(`Host: ${new URL(listener.address).host}`)
    expect(headers).toContain('Connection: Upgrade')
    expect(headers).toContain('Upgrade: websocket')
    expect(headers).toContain('Sec-WebSocket-Version: 13')
    expect(headers).toContain('Sec-WebSocket-Protocol: ZWS2.0/NULL,ZWS2.0')
    expect(headers.join()).not.toMatch(/extensions|origin/i)
    const [key = ''] = headers.filter((header) => header.startsWith('Sec-WebSocket-Key: '))
    expect(Buffer.from(key.slice('Sec-WebSocket-Key: '.length), 'base64')).toHaveLength(16)
  })
})
