import { describe, expect, it } from 'vitest'
import { Push } from 'zerowire'
import { draft, native, ours } from '../support/drafts.js'
import { EventLog } from '../support/events.js'
import { pattern } from '../support/messages.js'
import { open, track } from '../support/scope.js'
import { nextTurn } from '../support/turn.js'
import { UdpPeer } from '../support/udp.js'

const { Datagram, Dish, Radio } = draft

const dish = (more = {}) => track(new Dish(more))
const radio = (more = {}) => track(new Radio(more))
const datagram = (more = {}) => track(new Datagram(more))

const incompatible = expect.objectContaining({ code: 'ENOCOMPATPROTO' }) as Error

describe.each([
  { library: 'ours', classes: ours },
  { library: 'native', classes: native },
])('udp:// with $library', ({ classes }) => {
  it('is for Radio to connect to, and for Dish and Datagram to bind', async () => {
    const address = 'udp://127.0.0.1:5555'
    for (const name of ['Dish', 'Datagram', 'Push', 'Server'] as const) {
      expect(() => {
        open(classes, name).connect(address)
      }).toThrow(incompatible)
    }
    for (const name of ['Radio', 'Pull', 'Client'] as const) {
      await expect(open(classes, name).bind(address)).rejects.toThrow(incompatible)
    }
    open(classes, 'Radio').connect(address)
  })
})

describe('udp://', () => {
  it.each([
    'udp://127.0.0.1',
    'udp://127.0.0.1:65536',
    'udp://a b:5555',
    'udp://;239.255.0.1:5555',
    'udp://lo;127.0.0.1:5555',
  ])('%s is malformed', async (address) => {
    const malformed = { code: 'EINVAL', address }
    await expect(dish().bind(address)).rejects.toMatchObject(malformed)
    expect(() => {
      radio().connect(address)
    }).toThrow(expect.objectContaining(malformed) as Error)
  })

  it('there is nothing to connect to without a host and a port', () => {
    for (const address of ['udp://*:5555', 'udp://127.0.0.1:*']) {
      expect(() => {
        radio().connect(address)
      }).toThrow(expect.objectContaining({ code: 'EINVAL' }) as Error)
    }
  })

  it.each([
    { address: 'udp://127.0.0.1:*', code: 'EADDRINUSE' },
    { address: 'udp://203.0.113.1:5555', code: 'EADDRNOTAVAIL' },
    { address: 'udp://no-such-device.invalid:5555', code: 'ENODEV' },
    { address: 'udp://nosuchdev;239.255.0.1:5555', code: 'ENODEV' },
    { address: 'udp://[::1]:5555', code: 'ENODEV' },
  ])('$address cannot be bound: $code', async ({ address, code }) => {
    const other = datagram()
    await other.bind('udp://127.0.0.1:*')
    const taken = address.endsWith('*') ? String(other.lastEndpoint) : address
    const socket = dish()
    const log = new EventLog(socket)
    await expect(socket.bind(taken)).rejects.toMatchObject({ code })
    expect(await log.until('bind:error')).toMatchObject({ address: taken, error: { code } })
  })

  it('a port of its own can be had at once, and again', async () => {
    const socket = dish()
    const log = new EventLog(socket)
    socket.bindSync('udp://127.0.0.1:*')
    const address = String(socket.lastEndpoint)
    expect(address).toMatch(/^udp:\/\/127\.0\.0\.1:\d+$/)
    expect(await log.until('bind')).toMatchObject({ address })
    socket.unbindSync(address)
    socket.bindSync(address)
    await socket.unbind(address)
    await socket.bind(address)
    expect(socket.stats).toMatchObject({ peers: 1, dropped: { total: 0 } })
  })

  it('names are looked up, on both sides', async () => {
    const socket = dish()
    socket.join('g')
    await socket.bind('udp://localhost:*')
    const one = radio()
    one.connect(String(socket.lastEndpoint).replace('127.0.0.1', 'localhost'))
    // Queued until it is known where to.
    await one.send('hello', { group: 'g' })
    while (one.stats.queued.outgoing > 0) await nextTurn()
    expect(one.stats.dropped).toMatchObject({ disconnected: 0 })
  })

  it('IPv6 is there when it is asked for', async () => {
    const socket = dish({ ipv6: true })
    socket.join('g')
    await socket.bind('udp://[::1]:*')
    const one = radio({ ipv6: true })
    one.connect(String(socket.lastEndpoint))
    await one.send('hello', { group: 'g' })
    expect(String((await socket.receive())[0])).toBe('hello')
  })
})

describe('Radio over UDP', () => {
  it('counts messages that no datagram holds', async () => {
    const peer = await UdpPeer.open()
    const one = radio()
    one.connect(`udp://${peer.address}`)
    await one.send(pattern(8192), { group: 'g' })
    expect(one.stats.dropped.oversize).toBe(1)
    await one.send(pattern(8190), { group: 'g' })
    expect((await peer.receive()).data).toHaveLength(8192)
  })

  it('sends to groups over connections, and everything in datagrams', async () => {
    const peer = await UdpPeer.open()
    const [one, other] = [radio(), dish()]
    other.join('g')
    await other.bind('tcp://127.0.0.1:*')
    one.connect(String(other.lastEndpoint))
    while (one.stats.peers < 1) await nextTurn()
    one.connect(`udp://${peer.address}`)
    await one.send('x', { group: 'elsewhere' })
    expect((await peer.receive()).data).toEqual(Buffer.from('\x09elsewherex'))
    expect(other.stats.queued.incoming).toBe(0)
  })

  it('disconnects after what was sent', async () => {
    const peer = await UdpPeer.open()
    const one = radio()
    one.connect(`udp://${peer.address}`)
    await one.send('last', { group: 'g' })
    one.disconnect(`udp://${peer.address}`)
    expect((await peer.receive()).data).toEqual(Buffer.from('\x01glast'))
    while (one.stats.peers > 0) await nextTurn()
  })
})

describe('Datagram', () => {
  it('tells the address with a zero byte behind it, and takes it with or without', async () => {
    const peer = await UdpPeer.open()
    const socket = datagram()
    await socket.bind('udp://127.0.0.1:*')
    await peer.send(String(socket.lastEndpoint), Buffer.from('hello'))
    const [from, data] = await socket.receive()
    expect([String(from), String(data)]).toEqual([`${peer.address}\0`, 'hello'])
    for (const address of [from, peer.address]) {
      await socket.send([address, 'answer'])
      expect(String((await peer.receive()).data)).toBe('answer')
    }
  })

  it.each([
    '',
    'nonsense',
    '127.0.0.1',
    '127.0.0.1:0',
    '127.0.0.1:65536',
    '127.0.0.1:x',
    'localhost:5555',
    '::1:5555',
    '[127.0.0.1]:5',
  ])('cannot send to %j', async (address) => {
    const socket = datagram()
    await socket.bind('udp://127.0.0.1:*')
    const sending = socket.send([address, 'x'])
    await expect(sending).rejects.toMatchObject({ code: 'EINVAL' })
  })

  it('sends an address and data, not less and not more', async () => {
    const socket = datagram()
    await socket.bind('udp://127.0.0.1:*')
    for (const message of [['x'], ['127.0.0.1:9', 'x', 'y']]) {
      const sending = socket.send(message as unknown as [string, string])
      await expect(sending).rejects.toMatchObject({ code: 'EINVAL' })
    }
    await expect(socket.send(['127.0.0.1:9', pattern(65_508)])).rejects.toMatchObject({
      code: 'EMSGSIZE',
    })
  })

  it('waits until it is bound, and is bound once', async () => {
    const peer = await UdpPeer.open()
    const socket = datagram({ linger: 0 })
    expect(socket.writable).toBe(false)
    const waiting = socket.send([peer.address, 'at last'])
    await socket.bind('udp://127.0.0.1:*').catch(() => undefined)
    await waiting
    expect(String((await peer.receive()).data)).toBe('at last')
    await expect(socket.bind('udp://127.0.0.1:*')).rejects.toMatchObject({ code: 'EBUSY' })
    // The first one is as good as before.
    await socket.send([peer.address, 'still'])
    expect(String((await peer.receive()).data)).toBe('still')
  })

  it('drops what comes while its queue is full, and counts it', async () => {
    const peer = await UdpPeer.open()
    const socket = datagram({ receiveHighWaterMark: 3 })
    await socket.bind('udp://127.0.0.1:*')
    for (let i = 0; i < 10; i += 1) {
      await peer.send(String(socket.lastEndpoint), Buffer.of(i))
      const seen = (): number => socket.stats.queued.incoming + socket.stats.dropped.full
      while (seen() <= i) await nextTurn()
    }
    expect(socket.stats).toMatchObject({ queued: { incoming: 3 }, dropped: { full: 7 } })
    for (let i = 0; i < 3; i += 1) expect((await socket.receive())[1]).toEqual(Buffer.of(i))
  })
})

it('other sockets of ours say that udp:// is not for them', () => {
  const reason = 'a PUSH socket does not work over udp://'
  expect(() => {
    track(new Push()).connect('udp://127.0.0.1:1')
  }).toThrow(expect.objectContaining({ code: 'ENOCOMPATPROTO', reason }) as Error)
})
