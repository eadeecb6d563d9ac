import { describe, expect, it } from 'vitest'
import { EventLog } from '../support/events.js'
import { everySplit } from '../support/chunks.js'
import { zerowire } from '../support/implementations.js'
import { receiveTexts, receiveUntil } from '../support/messages.js'
import { longV1Frame, v1Message, v2Greeting } from '../support/older-wire.js'
import { RawListener, RawPeer } from '../support/raw-peer.js'
import { track } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'
import { message } from '../support/wire.js'

const { Dealer, Publisher, Pull, Push, Reply, Request, Router, Subscriber, XPublisher } = zerowire
const any = { minimumZmtpVersion: 1 }

/** An older version over the wire: what a peer says first, what it hears, and its messages. */
const versions = [
  {
    version: '2.0',
    hello: (type: string, id = '') => v2Greeting(type, id),
    answer: (type: string, id = '') => v2Greeting(type, id, 3),
    parts: message,
  },
  {
    version: '1.0',
    hello: (_type: string, id = '') => v1Message(id),
    answer: (_type: string, id = '') => longV1Frame(0x7f, Buffer.from(id)),
    parts: v1Message,
  },
]

describe.each(['tcp', 'ipc'] as const)('over %s', (scheme) => {
  describe.each(versions)('a peer of ZMTP $version', ({ version, hello, answer, parts }) => {
    it('may connect, and cut what it says anywhere', async () => {
      const reply = track(new Reply(any))
      const address = await bindFresh(reply, scheme)
      for (const chunks of everySplit(Buffer.concat([hello('REQ', 'me'), parts('', 'question')]))) {
        const peer = await RawPeer.connect(address)
        for (const chunk of chunks) await peer.writeAll(chunk)
        expect(await receiveTexts(reply)).toEqual(['question'])
        await reply.send('answer')
        const expected = Buffer.concat([answer('REP'), parts('', 'answer')])
        expect(await peer.read(expected.length)).toEqual(expected)
        peer.destroy()
      }
    })

    it('may listen, and cut what it says anywhere', async () => {
      const listener = await RawListener.listen(scheme)
      for (const chunks of everySplit(hello('REP'))) {
        const request = track(new Request({ ...any, routingId: 'client' }))
        request.connect(listener.address)
        await request.send('question')
        const peer = await listener.accept()
        for (const chunk of chunks) await peer.writeAll(chunk)
        const expected = Buffer.concat([answer('REQ', 'client'), parts('', 'question')])
        expect(await peer.read(expected.length)).toEqual(expected)
        peer.write(parts('', 'answer'))
        expect(await receiveTexts(request)).toEqual(['answer'])
        await request.close()
      }
    })

    it('is introduced by an event', async () => {
      const pull = track(new Pull(any))
      const log = new EventLog(pull)
      const peer = await RawPeer.connect(await bindFresh(pull, scheme))
      peer.write(hello('PUSH', 'id'))
      const { routingId, ...rest } = (await log.until('handshake')).peer
      expect(String(routingId)).toBe('id')
      expect(rest).toMatchObject({
        protocol: `ZMTP/${version}`,
        socketType: version === '1.0' ? '' : 'PUSH',
      })
    })

    it('is refused by default, which is an event', async () => {
      const pull = track(new Pull())
      const log = new EventLog(pull)
      const peer = await RawPeer.connect(await bindFresh(pull, scheme))
      peer.write(hello('PUSH'), parts('never'))
      await peer.closed
      const { error } = await log.until('handshake:error:protocol')
      expect(error.code).toBe('EPROTO')
      expect(error.reason).toMatch(version === '1.0' ? /first byte is not FF/ : /revision 1/)
      await log.until('disconnect')
      expect(pull.stats).toMatchObject({ connections: 0, received: 0 })
    })

    it('comes back as another version, and gets what was queued meanwhile', async () => {
      const listener = await RawListener.listen(scheme)
      const push = track(new Push({ ...any, reconnectInterval: 1 }))
      const log = new EventLog(push)
      push.connect(listener.address)
      const first = await listener.accept()
      first.write(hello('PULL'))
      await log.until('handshake')
      first.destroy()
      await log.until('disconnect')
      await push.send('for the next')
      const next = await listener.accept()
      expect(await next.handshake('PULL')).toBeDefined()
      expect(String((await next.readFrame()).body)).toBe('for the next')
    })
  })
})

describe.each(versions)('a peer of ZMTP $version', ({ version, hello, answer, parts }) => {
  it('has its routing id with a ROUTER, or gets one', async () => {
    const router = track(new Router(any))
    const address = await bindFresh(router)
    const named = await RawPeer.connect(address)
    named.write(hello('DEALER', 'worker'), parts('hello'))
    expect(await receiveTexts(router)).toEqual(['worker', 'hello'])
    await router.send(['worker', 'welcome'])
    const expected = Buffer.concat([answer('ROUTER'), parts('welcome')])
    expect(await named.read(expected.length)).toEqual(expected)
    const nameless = await RawPeer.connect(address)
    nameless.write(hello('DEALER'), parts('hi'))
    const [id] = await router.receive()
    expect([id?.length, id?.[0]]).toEqual([5, 0])
  })

  it('subscribes with messages', async () => {
    const publisher = track(new XPublisher(any))
    const peer = await RawPeer.connect(await bindFresh(publisher))
    peer.write(hello('SUB'), parts('\x01news'), parts('\x01end'))
    // A subscriber of 1.0 picks from all there is.
    const told = version === '1.0' ? ['\x01', '\x01news', '\x01end'] : ['\x01news', '\x01end']
    for (const text of told) expect(await receiveTexts(publisher)).toEqual([text])
    for (const text of ['news: 1', 'weather', 'news: 2', 'end']) await publisher.send(text)
    const heard = version === '1.0' ? ['news: 1', 'weather', 'news: 2'] : ['news: 1', 'news: 2']
    const expected = Buffer.concat([answer('PUB'), ...heard.map((text) => parts(text))])
    expect(await peer.read(expected.length)).toEqual(expected)
  })

  it('publishes, and is told in messages what is wanted', async () => {
    const listener = await RawListener.listen()
    const subscriber = track(new Subscriber(any))
    const long = 'x'.repeat(255)
    subscriber.subscribe('news', long)
    subscriber.connect(listener.address)
    const peer = await listener.accept()
    peer.write(hello('PUB'))
    const expected = Buffer.concat([answer('SUB'), parts('\x01news'), parts(`\x01${long}`)])
    expect(await peer.read(expected.length)).toEqual(expected)
    // A publisher that does not select sends everything.
    peer.write(parts('weather'), parts('news', '1'), parts(long), parts('news', 'last'))
    expect(await receiveUntil(subscriber, 'news|last')).toEqual(['news|1', long])
    subscriber.unsubscribe('news')
    expect(await peer.read(parts('\0news').length)).toEqual(parts('\0news'))
  })
})

it('a publisher of 1.0 sends to those who ask for nothing, and stops when they leave', async () => {
  const publisher = track(new Publisher(any))
  const log = new EventLog(publisher)
  const peer = await RawPeer.connect(await bindFresh(publisher))
  peer.write(v1Message(''))
  await log.until('handshake')
  await publisher.send(['all', 'there is'])
  const expected = Buffer.concat([longV1Frame(0x7f, Buffer.alloc(0)), v1Message('all', 'there is')])
  expect(await peer.read(expected.length)).toEqual(expected)
  peer.destroy()
  await log.until('disconnect')
  await publisher.send('nobody')
  expect(publisher.stats).toMatchObject({ sent: 2, dropped: { unsubscribed: 1 } })
})

describe('those who are no peers at all', () => {
  const strangers = [
    { title: 'a length of 0', bytes: Buffer.of(0, 0, 0) },
    { title: 'a length of 2^63', bytes: Buffer.of(0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0) },
    { title: 'a routing id of 1 MiB', bytes: longV1Frame(0, Buffer.alloc(1_048_576)) },
    { title: 'zeros', bytes: Buffer.alloc(10_000) },
    { title: 'an unknown type', bytes: v2Greeting(77) },
  ]

  it.each(strangers)('$title: lose their connection, and nobody else', async ({ bytes }) => {
    const dealer = track(new Dealer({ ...any, maxMessageSize: 1000 }))
    const log = new EventLog(dealer)
    const address = await bindFresh(dealer)
    const stranger = await RawPeer.connect(address)
    stranger.write(bytes)
    await stranger.closed
    const { error } = await log.until('disconnect')
    expect(['EPROTO', 'EMSGSIZE', 'ERR_ZMTP_UNSPECIFIED']).toContain(error?.code)
    const peer = await RawPeer.connect(address)
    peer.write(v1Message(''), v1Message('hello'))
    expect(await receiveTexts(dealer)).toEqual(['hello'])
  })
})

it('HTTP may pass for ZMTP 1.0, and is told from 2.0', async () => {
  const http = Buffer.from('GET / HTTP/1.1\r\nHost: example.com\r\nAccept: text/plain\r\n\r\n')
  for (const minimumZmtpVersion of [1, 2]) {
    const dealer = track(new Dealer({ minimumZmtpVersion }))
    const log = new EventLog(dealer)
    const stranger = await RawPeer.connect(await bindFresh(dealer))
    stranger.write(http, http)
    if (minimumZmtpVersion === 1) {
      expect((await log.until('handshake')).peer.protocol).toBe('ZMTP/1.0')
      continue
    }
    await stranger.closed
    expect((await log.until('handshake:error:protocol')).error.code).toBe('EPROTO')
  }
})
