import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest'
import type { Authenticate, AuthenticationRequest } from 'zerowire'
import { peerOf, sameSecret } from 'zerowire/extra'
import { deferred } from '../../src/util/deferred.js'
import { EventLog } from '../support/events.js'
import {
  describeOurs,
  native,
  ours,
  zerowire,
  type Implementation,
} from '../support/implementations.js'
import { texts } from '../support/messages.js'
import { RawPeer } from '../support/raw-peer.js'
import { open } from '../support/scope.js'
import { track } from '../support/track.js'
import { bindFresh, endpointOf, freshAddress, type Scheme } from '../support/transports.js'
import { nextTurn } from '../support/turn.js'
import { GREETING_SIZE } from '../support/wire.js'

const plain = { plainUsername: 'anna', plainPassword: 'sesame', reconnectInterval: 1, linger: 0 }

let emitWarning: MockInstance<typeof process.emitWarning>

beforeEach(() => {
  emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
})

afterEach(() => {
  emitWarning.mockRestore()
})

/** A DEALER that asks a function, and its events. */
function judged(authenticate: Authenticate, options: object = { plainServer: true }) {
  const socket = track(new zerowire.Dealer({ ...options, authenticate, linger: 0 }))
  return { socket, log: new EventLog(socket) }
}

const libraries: { title: string; lib: Implementation }[] = [
  { title: 'ours', lib: ours },
  { title: 'a native one', lib: native },
]

describeOurs('authenticate', () => {
  describe.each(libraries)('asked about $title', ({ lib }) => {
    it.each<Scheme>(['tcp', 'ipc', 'ws'])('is told who comes over %s', async (scheme) => {
      const asked: AuthenticationRequest[] = []
      const { socket, log } = judged((request) => {
        asked.push(request)
        return request.username
      })
      socket.zapDomain = 'home'
      const dialler = open(lib, 'Dealer', { ...plain, routingId: 'me' })
      dialler.connect(await bindFresh(socket, scheme))
      expect((await log.until('handshake')).peer.userId).toBe('anna')
      expect(asked).toEqual([
        {
          ...{ mechanism: 'PLAIN', username: 'anna', password: 'sesame', domain: 'home' },
          ...{ address: scheme === 'ipc' ? 'localhost' : '127.0.0.1', socketType: 'DEALER' },
          ...{ routingId: Buffer.from('me'), metadata: {} },
        },
      ])
    })

    it('says who sent a message, without any other option', async () => {
      const { socket } = judged(({ username = '' }) => ({
        userId: username,
        metadata: { Role: 'admin' },
      }))
      const dialler = open(lib, 'Dealer', plain)
      dialler.connect(await bindFresh(socket))
      await dialler.send(['to', 'you'])
      const message = await socket.receive()
      expect(texts(message)).toEqual(['to', 'you'])
      expect(peerOf(message)).toMatchObject({ userId: 'anna', metadata: { role: 'admin' } })
      expect(socket.messagePeers).toBe(false)
    })

    it.each([false, null, undefined])('%j turns away for good, and both know', async (answer) => {
      const { socket, log } = judged(() => Promise.resolve(answer))
      const dialler = open(lib, 'Dealer', plain)
      const theirs = new EventLog(dialler)
      dialler.connect(await bindFresh(socket))
      expect((await log.until('handshake:error:auth')).error).toMatchObject({
        ...{ code: 'EACCES', status: 400, message: 'Authentication failure' },
      })
      expect((await theirs.until('handshake:error:auth')).error.status).toBe(400)
      await theirs.until('disconnect')
      dialler.close()
      expect(await theirs.untilEnd()).not.toContain('connect:retry')
      expect(emitWarning).not.toHaveBeenCalled()
    })

    it('what it throws is an event here, once a warning, and no more than 500 there', async () => {
      const { socket, log } = judged(() => {
        throw new Error('the database is gone')
      })
      const address = await bindFresh(socket)
      for (const count of [1, 2]) {
        const dialler = open(lib, 'Dealer', plain)
        const theirs = new EventLog(dialler)
        dialler.connect(address)
        const { error } = await log.until('handshake:error:auth', count)
        expect([error.status, error.reason]).toEqual([
          500,
          expect.stringContaining('the database is gone'),
        ])
        const told = (await theirs.until('handshake:error:auth')).error
        expect([told.status, JSON.stringify(told)]).toEqual([
          500,
          expect.not.stringContaining('database'),
        ])
      }
      expect(emitWarning.mock.calls).toEqual([[expect.stringContaining('the database is gone')]])
    })
  })

  const noAnswers: unknown[] = [
    0,
    1,
    '',
    [],
    ['me'],
    {},
    { ok: false },
    new Error('no'),
    Symbol('me'),
    () => true,
    5n,
  ]
  const noKnowledge: unknown[] = [{ userId: 5 }, { userId: 'me', metadata: { age: 7 } }]
  it.each([...noAnswers, ...noKnowledge])(
    '%o is no answer, and nobody comes in',
    async (answer) => {
      const { socket, log } = judged(() => answer as boolean)
      const dialler = open(ours, 'Dealer', plain)
      dialler.connect(await bindFresh(socket))
      const { error } = await log.until('handshake:error:auth')
      expect(error.status).toBe(500)
      expect(error.reason).toMatch(/authenticate gave .* and not true, false/)
      expect(emitWarning).toHaveBeenCalledOnce()
    },
  )

  it('no error and no warning tells the password', async () => {
    const { socket, log } = judged(() => 7 as unknown as boolean)
    const dialler = open(ours, 'Dealer', plain)
    const theirs = new EventLog(dialler)
    dialler.connect(await bindFresh(socket))
    await Promise.all([log.until('disconnect'), theirs.until('disconnect')])
    const told = JSON.stringify(
      [log.events, theirs.events, emitWarning.mock.calls],
      (_key, value: unknown) =>
        value instanceof Error ? [String(value), Object.entries(value)] : value,
    )
    expect(told).toContain('authenticate gave')
    expect(told).not.toContain('sesame')
  })

  it.each([true, 'me', { metadata: {} }, { userId: 'me' }])('%j lets in', async (answer) => {
    const { socket, log } = judged(() => answer)
    open(ours, 'Dealer', plain).connect(await bindFresh(socket))
    const { peer } = await log.until('handshake')
    expect(peer.userId).toBe(JSON.stringify(answer).includes('me"') ? 'me' : '')
  })

  it('is told the key under CURVE', async () => {
    const [keys, mine] = [zerowire.curveKeyPair(), zerowire.curveKeyPair()]
    const options = { curveServer: true, curveSecretKey: keys.secretKey }
    const { socket, log } = judged(({ mechanism, publicKey, username }) => {
      return `${mechanism} ${String(publicKey === mine.publicKey)} ${String(username)}`
    }, options)
    const dialler = open(ours, 'Dealer', {
      ...{ curvePublicKey: mine.publicKey, curveSecretKey: mine.secretKey },
      curveServerKey: keys.publicKey,
    })
    dialler.connect(await bindFresh(socket))
    expect((await log.until('handshake')).peer.userId).toBe('CURVE true undefined')
  })

  it('may take as long as a handshake may, and no longer', async () => {
    const { socket, log } = judged(() => new Promise(() => undefined))
    socket.handshakeInterval = 30
    const dialler = open(ours, 'Dealer', { ...plain, reconnectInterval: -1 })
    const theirs = new EventLog(dialler)
    dialler.connect(await bindFresh(socket))
    expect((await log.until('handshake:error:other')).error.code).toBe('ETIMEDOUT')
    // Whoever hangs up without having read everything resets the connection.
    const { error } = await theirs.until('handshake:error:other')
    expect(error.code).toMatch(/^(EPIPE|ECONNRESET)$/)
  })

  it('comes before ZAP, and null gives way to it', async () => {
    const context = new zerowire.Context()
    const handler = track(new zerowire.Reply({ context, linger: 0 }))
    await handler.bind('inproc://zeromq.zap.01')
    const { socket, log } = judged(() => 'by function', { context, plainServer: true })
    const address = await bindFresh(socket)
    open(ours, 'Dealer', plain).connect(address)
    expect((await log.until('handshake')).peer.userId).toBe('by function')
    socket.authenticate = null
    open(ours, 'Dealer', plain).connect(address)
    const [version = '', id = ''] = await handler.receive()
    await handler.send([version, id, '200', '', 'by handler', ''])
    expect((await log.until('handshake', 2)).peer.userId).toBe('by handler')
  })

  it('may be changed at any time, and counts for those who come next', async () => {
    const { socket, log } = judged(() => 'first')
    const address = await bindFresh(socket)
    open(ours, 'Dealer', plain).connect(address)
    expect((await log.until('handshake')).peer.userId).toBe('first')
    socket.authenticate = () => 'second'
    open(ours, 'Dealer', plain).connect(address)
    expect((await log.until('handshake', 2)).peer.userId).toBe('second')
  })

  describe('under NULL', () => {
    it('judges by address, whoever dials', async () => {
      const asked: string[] = []
      const authenticate = ({ address, mechanism }: AuthenticationRequest): boolean => {
        asked.push(`${mechanism} ${address}`)
        return address === '127.0.0.1'
      }
      const { socket, log } = judged(authenticate, {})
      const dialler = judged(authenticate, {})
      dialler.socket.connect(await bindFresh(socket))
      await Promise.all([log.until('handshake'), dialler.log.until('handshake')])
      expect(asked).toEqual(['NULL 127.0.0.1', 'NULL 127.0.0.1'])
    })

    it.each<[listens: string, dials: string, told: string]>([
      ['tcp://127.0.0.1:*', 'tcp://localhost:PORT', 'localhost'],
      ['tcp://127.0.0.1:*', 'tcp://127.0.0.1:0;127.0.0.1:PORT', '127.0.0.1'],
      ['ws://127.0.0.1:*/path', 'ws://localhost:PORT/path', 'localhost'],
    ])('over %s it is told whom we dialled at %s: %s', async (listens, dials, told) => {
      const socket = open(ours, 'Dealer')
      await socket.bind(listens)
      const port = /:(\d+)(\/|$)/.exec(endpointOf(socket))?.[1] ?? ''
      const asked: string[] = []
      const dialler = judged(({ address }) => asked.push(address) > 0, {})
      dialler.socket.connect(dials.replace('PORT', port))
      await dialler.log.until('handshake')
      expect(asked).toEqual([told])
    })

    it('is told of IPv6 without brackets', async () => {
      const asked: string[] = []
      const { socket, log } = judged(({ address }) => asked.push(address) > 0, { ipv6: true })
      await socket.bind('tcp://[::1]:*')
      const dialler = open(ours, 'Dealer', { ipv6: true })
      dialler.connect(endpointOf(socket))
      await log.until('handshake')
      expect(asked).toEqual(['::1'])
    })

    it('over WebSocket those who say nothing of themselves do not come in', async () => {
      const { socket, log } = judged(() => true, {})
      await socket.bind(freshAddress('ws'))
      const peer = await RawPeer.connect(endpointOf(socket))
      peer.write(
        Buffer.from(
          'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
            'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n' +
            'Sec-WebSocket-Protocol: ZWS2.0\r\n\r\n',
        ),
      )
      expect(String(await peer.readUntil('\r\n'))).toContain('400')
      expect((await log.until('accept:error')).error.reason).toContain('subprotocols')
    })

    it('nobody who dials settles for a WebSocket without a handshake', async () => {
      const listener = open(ours, 'Dealer')
      await listener.bind(freshAddress('ws'))
      const { socket, log } = judged(() => 'known', {})
      socket.connect(endpointOf(listener))
      const { peer } = await log.until('handshake')
      expect([peer.userId, peer.socketType]).toEqual(['known', 'DEALER'])
    })
  })

  it('a greeting is all that strangers get to see before they have been judged', async () => {
    const asked = deferred<true>()
    const { socket } = judged(() => {
      asked.resolve(true)
      return new Promise(() => undefined)
    }, {})
    const peer = await RawPeer.connect(await bindFresh(socket))
    const hello = Buffer.alloc(GREETING_SIZE)
    hello.set([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 1])
    hello.write('NULL', 12)
    peer.write(hello, Buffer.from('\x04\x06\x05READY', 'latin1'), Buffer.from('\0\x05hello'))
    await asked.promise
    for (let turn = 0; turn < 100; turn += 1) await nextTurn()
    expect(socket.readable).toBe(false)
    void socket.close()
    expect(await peer.rest()).toHaveLength(GREETING_SIZE)
  })
})

describe('sameSecret', () => {
  it.each([
    ['sesame', 'sesame', true],
    ['sesame', Buffer.from('sesame'), true],
    ['né', Buffer.from('né'), true],
    ['', '', true],
    ['sesame', 'sesamf', false],
    ['sesame', 'sesam', false],
    ['sesam', 'sesame', false],
    ['sesame', '', false],
    ['sesame', 'sesame\0', false],
    ['', undefined, false],
    [undefined, '', false],
    [undefined, undefined, false],
    [null, null, false],
    ['x', null, false],
  ])('of %o and %o is %s', (one, other, same) => {
    expect(sameSecret(one, other)).toBe(same)
  })
})
