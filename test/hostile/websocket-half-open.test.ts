import { describe, expect, it } from 'vitest'
import { EventLog } from '../support/events.js'
import { zerowire } from '../support/implementations.js'
import { receiveTexts } from '../support/messages.js'
import { RawListener, RawPeer } from '../support/raw-peer.js'
import { track } from '../support/scope.js'
import { tls } from '../support/tls.js'
import { bindFresh } from '../support/transports.js'
import { upgradeRequest, upgradeResponse, zwsMessage } from '../support/web-handshake.js'
import { WebPeer } from '../support/web-peer.js'

const schemes = ['ws', 'wss'] as const
type Scheme = (typeof schemes)[number]
type PullOptions = NonNullable<ConstructorParameters<typeof zerowire.Pull>[0]>

const STRANGERS = { ws: 1000, wss: 300 } as const

interface Beginning {
  readonly title: string
  /** Comes, and falls silent. */
  begin(address: string): Promise<RawPeer>
  /** The event that ends it, when its time is up. */
  readonly event: 'accept:error' | 'handshake:error:other'
}

const says = async (address: string, bytes: Uint8Array): Promise<RawPeer> => {
  const raw = await RawPeer.connect(address)
  raw.write(bytes)
  return raw
}

const withoutTls = (address: string): string => address.replace('wss:', 'ws:')

const CLIENT_HELLO = Buffer.from('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'latin1')

const beginnings: readonly Beginning[] = [
  {
    title: 'say nothing',
    begin: (address) => RawPeer.connect(withoutTls(address)),
    event: 'accept:error',
  },
  {
    title: 'ask for nothing',
    begin: (address) => RawPeer.connect(address),
    event: 'accept:error',
  },
  {
    title: 'say half a request',
    begin: (address) => says(address, upgradeRequest().subarray(0, 60)),
    event: 'accept:error',
  },
  {
    title: 'upgrade and say nothing',
    begin: (address) => says(address, upgradeRequest()),
    event: 'handshake:error:other',
  },
  {
    title: 'upgrade and say half a frame',
    begin: (address) => says(address, Buffer.concat([upgradeRequest(), Buffer.of(0x82)])),
    event: 'handshake:error:other',
  },
]

async function bound(scheme: Scheme, options: PullOptions = {}) {
  const pull = track(new zerowire.Pull({ tls, ...options }))
  const log = new EventLog(pull)
  return { pull, log, address: await bindFresh(pull, scheme) }
}

describe.each(schemes)('strangers who never finish, over %s', (scheme) => {
  it.each(beginnings)(
    `${STRANGERS[scheme]} who $title keep nobody from being served (CVE-2020-15166)`,
    async ({ begin }) => {
      const { pull, log, address } = await bound(scheme, { backlog: STRANGERS[scheme] })
      await Promise.all(Array.from({ length: STRANGERS[scheme] }, () => begin(address)))
      const push = track(new zerowire.Push({ tls }))
      push.connect(address)
      await push.send('served')
      expect(await receiveTexts(pull)).toEqual(['served'])
      expect(pull.stats).toMatchObject({ peers: 1, connections: 1 })
      expect(log.types).not.toContain('disconnect')
    },
  )

  it.each(beginnings)('handshakeInterval ends it with those who $title', async (beginning) => {
    // Long enough for an upgrade on a busy machine, where one comes first.
    const handshakeInterval = beginning.event === 'accept:error' ? 30 : 2000
    const { log, address } = await bound(scheme, { handshakeInterval })
    const stranger = await beginning.begin(address)
    await stranger.closed
    const { error } = await log.until(beginning.event)
    expect(error).toMatchObject({ code: 'ETIMEDOUT' })
    expect(error.reason).toContain(`${handshakeInterval} ms`)
  })

  it('handshakeInterval ends it with one who says a byte now and then', async () => {
    const { log, address } = await bound(scheme, { handshakeInterval: 100 })
    const stranger = await RawPeer.connect(address)
    let closed = false
    void stranger.closed.then(() => (closed = true))
    await stranger.writeAll(upgradeRequest().subarray(0, -4))
    for (let header = 0; !closed; header = (header + 1) % 5) {
      await stranger.writeAll(Buffer.from('\r\na:b'.charAt(header)))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect((await log.until('accept:error')).error.code).toMatch(/ETIMEDOUT|EPROTO/)
  })

  it('handshakeInterval is over once the handshake is done', async () => {
    // Long enough for an honest peer on a busy machine.
    const { pull, log, address } = await bound(scheme, { handshakeInterval: 2000 })
    const push = track(new zerowire.Push({ tls }))
    push.connect(address)
    await log.until('handshake')
    // A stranger that comes later and is given up tells that the time has passed.
    const stranger = await RawPeer.connect(address)
    await stranger.closed
    expect((await log.until('accept:error')).error.code).toBe('ETIMEDOUT')
    expect(pull.stats.peers).toBe(1)
    expect(log.types).not.toContain('disconnect')
    await push.send('still here')
    expect(await receiveTexts(pull)).toEqual(['still here'])
  })

  it.each(beginnings)(
    'maxPendingHandshakes costs the oldest its place: $title',
    async (beginning) => {
      const { log, address } = await bound(scheme, { maxPendingHandshakes: 3 })
      const strangers: RawPeer[] = []
      for (let count = 1; count <= 5; count += 1) {
        const stranger = await beginning.begin(address)
        // Those who are granted an upgrade are told so.
        if (beginning.event !== 'accept:error') await stranger.readUntil('\r\n\r\n')
        strangers.push(stranger)
      }
      for (const count of [1, 2]) {
        const { error } = await log.until(beginning.event, count)
        expect(error).toMatchObject({ code: 'EBUSY' })
      }
      await Promise.all(strangers.slice(0, 2).map((stranger) => stranger.closed))
      expect(log.types.filter((type) => type === beginning.event)).toHaveLength(2)
    },
  )

  it('maxPendingHandshakes does not count those who have come in', async () => {
    const { pull, log, address } = await bound(scheme, { maxPendingHandshakes: 1 })
    for (let count = 1; count <= 5; count += 1) {
      track(new zerowire.Push({ tls })).connect(address)
      await log.until('handshake', count)
    }
    expect(pull.stats.peers).toBe(5)
    expect(log.types).not.toContain('accept:error')
  })

  it('unbind() drops strangers at once', async () => {
    const { pull, log, address } = await bound(scheme)
    const push = track(new zerowire.Push({ tls }))
    push.connect(address)
    await log.until('handshake')
    const strangers = await Promise.all(beginnings.map(({ begin }) => begin(address)))
    await log.until('accept', 3)
    await pull.unbind(address)
    await Promise.all(strangers.map((stranger) => stranger.closed))
  })
})

describe('listeners that never finish', () => {
  const answers = [
    { title: 'say nothing', bytes: () => Buffer.alloc(0) },
    {
      title: 'say half an answer',
      bytes: (request: Buffer) => upgradeResponse(request).subarray(0, 60),
    },
    {
      title: 'ask for patience',
      bytes: () => Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'.repeat(100)),
    },
    { title: 'upgrade and say nothing', bytes: upgradeResponse },
  ]

  it.each(answers)('that $title are given up, and tried again', async ({ bytes }) => {
    const listener = await RawListener.listen('ws')
    const push = track(new zerowire.Push({ handshakeInterval: 30, reconnectInterval: 1 }))
    const log = new EventLog(push)
    push.connect(listener.address)
    for (const attempt of [1, 2]) {
      const { raw } = await WebPeer.accept(listener)
      raw.write(bytes(await raw.readUntil('\r\n\r\n')))
      await raw.closed
      const { error } = await log.until('handshake:error:other', attempt)
      expect(error).toMatchObject({ code: 'ETIMEDOUT' })
    }
  })
})

describe('TLS where there is none, and none where there is', () => {
  it.each([
    { title: 'a request', bytes: upgradeRequest() },
    { title: 'noise', bytes: Buffer.alloc(1000, 'noise') },
    { title: 'half a greeting of TLS', bytes: CLIENT_HELLO },
    {
      title: 'a greeting of TLS and noise',
      bytes: Buffer.concat([CLIENT_HELLO, Buffer.alloc(600)]),
    },
  ])('$title at a listener of wss', async ({ bytes }) => {
    const { pull, log, address } = await bound('wss')
    const stranger = await says(withoutTls(address), bytes)
    stranger.end()
    await stranger.closed
    const { error } = await log.until('accept:error')
    expect(error.reason).toMatch(/\w+ \w+/)
    const push = track(new zerowire.Push({ tls }))
    push.connect(address)
    await push.send('served')
    expect(await receiveTexts(pull)).toEqual(['served'])
    expect(log.types.filter((type) => type === 'accept:error')).toHaveLength(1)
  })

  it('a client of wss at a listener of ws', async () => {
    const { log, address } = await bound('ws')
    const push = track(new zerowire.Push({ tls, reconnectInterval: -1 }))
    const pushLog = new EventLog(push)
    push.connect(address.replace('ws:', 'wss:'))
    expect((await pushLog.until('close')).error?.reason).toMatch(/\w+ \w+/)
    expect((await log.until('accept:error')).error.reason).toMatch(/\w+ \w+/)
  })

  it('a client of ws at a listener of wss', async () => {
    const { log, address } = await bound('wss')
    const push = track(new zerowire.Push({ reconnectInterval: -1 }))
    const pushLog = new EventLog(push)
    push.connect(withoutTls(address))
    expect((await pushLog.until('disconnect')).error?.reason).toMatch(/\w+ \w+/)
    expect((await log.until('accept:error')).error.reason).toMatch(/\w+ \w+/)
  })
})

describe('a peer that is gone', () => {
  it.each(schemes)(
    'in the very moment in which we close, over %s (libzmq acef50b8, c733067d)',
    async (scheme) => {
      for (let round = 0; round < 20; round += 1) {
        const { pull, log, address } = await bound(scheme)
        const peer = await WebPeer.connect(address)
        await peer.introduce('PUSH')
        await log.until('handshake')
        peer.raw.write(zwsMessage('last words', peer.key))
        peer.raw.reset()
        await pull.close()
      }
    },
  )

  it('while a large message is on its way to it', async () => {
    const push = track(new zerowire.Push())
    const log = new EventLog(push)
    const address = await bindFresh(push, 'ws')
    const peer = await WebPeer.connect(address)
    await peer.introduce('PULL')
    await log.until('handshake')
    await push.send(Buffer.alloc(32 * 1024 * 1024))
    const closing = push.close()
    peer.raw.reset()
    await closing
  })

  it('in good order, and what it has not been sent is for the next', async () => {
    const push = track(new zerowire.Push({ reconnectInterval: 1 }))
    const log = new EventLog(push)
    const listener = await RawListener.listen('ws')
    push.connect(listener.address)
    const first = await WebPeer.accept(listener)
    await first.introduce('PULL')
    await log.until('handshake')
    first.raw.write(Buffer.from([0x88, 0x02, 0x03, 0xe8]))
    expect((await first.frame()).payload).toEqual(Buffer.of(0x03, 0xe8))
    await first.raw.closed
    expect((await log.until('disconnect')).error).toBeUndefined()
    await push.send('for the next')
    const second = await WebPeer.accept(listener)
    await second.introduce('PULL')
    expect(String((await second.frame()).payload.subarray(1))).toBe('for the next')
  })
})
