import { describe, expect, it } from 'vitest'
import { Publisher, type ZmqError } from 'zerowire'
import { draft } from '../support/drafts.js'
import { EventLog } from '../support/events.js'
import { RawPeer } from '../support/raw-peer.js'
import { track } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'
import { nextTurn } from '../support/turn.js'
import { UdpPeer } from '../support/udp.js'
import { command, frame, isCommand, message, MORE, ping } from '../support/wire.js'

const { Channel, Client, Dish, Gather, Peer, Radio, Server } = draft

type Bindable = Pick<Publisher, 'bind' | 'lastEndpoint' | 'events' | 'stats' | 'closed' | 'close'>
type Receiving = Bindable & { receive(): Promise<readonly unknown[]> }

/** A stranger whose handshake is done, at a bound socket. */
async function stranger(socket: Bindable, type: string) {
  const log = new EventLog(track(socket))
  const peer = await RawPeer.connect(await bindFresh(socket))
  await peer.handshake(type)
  await log.until('handshake')
  return { log, peer }
}

/** Everything that the peer sent has been taken in. */
async function settled(peer: RawPeer): Promise<void> {
  peer.write(ping(0, 'settled?'))
  for (;;) {
    const answer = await peer.readFrame()
    if (isCommand(answer, 'PONG') && answer.body.includes('settled?')) return
  }
}

async function expectEnd(log: EventLog, peer: RawPeer, reason: RegExp): Promise<void> {
  await peer.closed
  const { error } = await log.until('disconnect')
  expect(error).toMatchObject({ code: 'EPROTO' })
  expect((error as ZmqError).reason).toMatch(reason)
}

const join = (group: string): Buffer => command('JOIN', Buffer.from(group, 'latin1'))

describe('a Radio', () => {
  it.each([256, 300, 70_000])('ends a peer that joins a group of %d bytes', async (length) => {
    const radio = new Radio()
    const { log, peer } = await stranger(radio, 'DISH')
    peer.write(join('g'.repeat(length)))
    await expectEnd(log, peer, new RegExp(`has ${String(length)} bytes`))
  })

  it('ends a peer that joins more groups than it may, and no other', async () => {
    const radio = new Radio({ maxGroups: 100 })
    const { log, peer } = await stranger(radio, 'DISH')
    const dish = track(new Dish())
    dish.join('friend')
    dish.connect(String(radio.lastEndpoint))
    await log.until('handshake', 2)
    // Those it is in already, and those it has left, do not count.
    for (let i = 0; i < 100; i += 1) peer.write(join(`group ${String(i)}`), join('group 0'))
    for (let i = 0; i < 50; i += 1) {
      peer.write(command('LEAVE', Buffer.from('group 0')), join('group 0'))
    }
    await settled(peer)
    peer.write(join('one more'))
    await expectEnd(log, peer, /more than 100 groups/)
    while (radio.stats.dropped.unsubscribed === 0) {
      await radio.send('nobody is left', { group: 'group 1' })
    }
    await radio.send('hello', { group: 'friend' })
    expect(String((await dish.receive())[0])).toBe('hello')
  })

  it('has 65,536 groups for a peer unless it is told otherwise', () => {
    expect(track(new Radio()).maxGroups).toBe(65_536)
    expect(() => new Radio({ maxGroups: 0 })).toThrow(
      expect.objectContaining({ code: 'EINVAL' }) as Error,
    )
  })

  it('does not mind nonsense: topics, groups it is not in, messages, empty names', async () => {
    const radio = new Radio()
    const { log, peer } = await stranger(radio, 'DISH')
    peer.write(
      command('SUBSCRIBE', Buffer.from('g')),
      command('CANCEL'),
      command('LEAVE', Buffer.from('never joined')),
      message('what', 'is this'),
      join(''),
      join('nul\0in it'),
    )
    await settled(peer)
    expect(log.types).not.toContain('disconnect')
    expect(radio.stats.dropped.unexpected).toBe(1)
    await radio.send('for nobody', { group: 'g' })
    expect(radio.stats.dropped.unsubscribed).toBe(1)
    await radio.send('empty', { group: '' })
    expect((await peer.readFrame()).body).toHaveLength(0)
    expect(String((await peer.readFrame()).body)).toBe('empty')
  })
})

describe('a Dish', () => {
  it.each([
    { title: 'without a group', bytes: message('body') },
    { title: 'of three parts', bytes: message('g', 'body', 'more') },
    { title: 'for a group of 256 bytes', bytes: message('g'.repeat(256), 'body') },
    {
      title: 'of many parts',
      bytes: Buffer.concat([
        ...Array.from({ length: 1000 }, () => frame(MORE, Buffer.from('g'))),
        message(''),
      ]),
    },
  ])('ends a peer that sends a message $title', async ({ bytes }) => {
    const dish = new Dish()
    dish.join('g')
    const { log, peer } = await stranger(dish, 'RADIO')
    peer.write(message('g', 'good'), bytes)
    await expectEnd(log, peer, /not a group and one part/)
    // What came before was good.
    expect(String((await dish.receive())[0])).toBe('good')
    expect(dish.readable).toBe(false)
  })

  it('drops what it has not joined, and counts it', async () => {
    const dish = new Dish()
    dish.join('g')
    const { peer } = await stranger(dish, 'RADIO')
    peer.write(message('other', 'unwanted'), message('g', 'wanted'), join('g'))
    expect(String((await dish.receive())[0])).toBe('wanted')
    expect(dish.stats).toMatchObject({ received: 1, dropped: { unsubscribed: 1, total: 1 } })
  })
})

describe.each([
  { title: 'a Client', make: (): Receiving => new Client(), type: 'SERVER' },
  { title: 'a Server', make: (): Receiving => new Server(), type: 'CLIENT' },
  { title: 'a Gather', make: (): Receiving => new Gather(), type: 'SCATTER' },
  { title: 'a Channel', make: (): Receiving => new Channel(), type: 'CHANNEL' },
  { title: 'a Peer', make: (): Receiving => new Peer(), type: 'PEER' },
])('$title', ({ make, type }) => {
  it('drops messages of several parts whole, and counts them', async () => {
    const socket = make()
    const { peer } = await stranger(socket, type)
    peer.write(message('a', 'b'), message('', '', ''), message('whole'), message('x', 'y'))
    expect(String((await socket.receive())[0])).toBe('whole')
    await settled(peer)
    expect(socket.stats).toMatchObject({ received: 1, dropped: { unexpected: 3, total: 3 } })
  })

  it('ignores what is said about groups and topics', async () => {
    const socket = make()
    const { log, peer } = await stranger(socket, type)
    peer.write(join('g'.repeat(300)), command('SUBSCRIBE', Buffer.from('t')), message('hello'))
    expect(String((await socket.receive())[0])).toBe('hello')
    expect(log.types).not.toContain('disconnect')
  })
})

it('a Publisher takes no joining for subscribing', async () => {
  const publisher = new Publisher()
  const { peer } = await stranger(publisher, 'SUB')
  peer.write(join('topic'))
  await settled(peer)
  await publisher.send('topic')
  expect(publisher.stats.dropped.unsubscribed).toBe(1)
})

describe('datagrams', () => {
  it('that are no messages are dropped and counted, and harm nobody (libzmq e357cd32, 3be093c2)', async () => {
    const dish = track(new Dish())
    dish.join('g')
    await dish.bind('udp://127.0.0.1:*')
    const address = String(dish.lastEndpoint)
    const peer = await UdpPeer.open()
    const bad = [
      Buffer.alloc(0),
      Buffer.of(1),
      Buffer.of(255, 1, 2, 3),
      Buffer.concat([Buffer.of(200), Buffer.alloc(199)]),
    ]
    for (const [index, datagram] of bad.entries()) {
      await peer.send(address, datagram)
      while (dish.stats.dropped.unexpected <= index) await nextTurn()
    }
    // Longer than any of libzmq's (af11df08), for a group of 255 bytes.
    await peer.send(address, Buffer.alloc(60_000, 255))
    await peer.send(address, Buffer.from('\x05otherunwanted'))
    await peer.send(address, Buffer.from('\x01gwanted'))
    expect(String((await dish.receive())[0])).toBe('wanted')
    expect(dish.stats).toMatchObject({
      peers: 1,
      dropped: { unexpected: bad.length, unsubscribed: 2, total: bad.length + 2 },
    })
  })

  it('of a flood are kept up to the mark', async () => {
    const dish = track(new Dish({ receiveHighWaterMark: 5 }))
    dish.join('g')
    await dish.bind('udp://127.0.0.1:*')
    const peer = await UdpPeer.open()
    while (dish.stats.dropped.full < 100) {
      await peer.send(String(dish.lastEndpoint), Buffer.from('\x01gflood'))
      await nextTurn()
    }
    expect(dish.stats.queued.incoming).toBe(5)
  })
})
