import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket as TcpSocket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { draft } from '../support/drafts.js'
import { EventLog } from '../support/events.js'
import { untilPeers } from '../support/everywhere.js'
import { zerowire } from '../support/implementations.js'
import { pattern, receiveMany } from '../support/messages.js'
import { track } from '../support/scope.js'
import { statsOf } from '../support/stats.js'
import { cert, tls } from '../support/tls.js'
import { bindFresh, freshAddress } from '../support/transports.js'
import { attemptUntil, until } from '../support/turn.js'

const { Dish, Radio } = draft

const COUNT = 50
const BODY = 'x'.repeat(100)

describe('stats over wss://', () => {
  it('are the same at both ends, for each peer and for all', async () => {
    const pull = track(new zerowire.Pull({ tls }))
    const address = await bindFresh(pull, 'wss')
    const pushes = [1, 2].map(() => track(new zerowire.Push({ tls: { ca: cert }, linger: 0 })))
    for (const [index, push] of pushes.entries()) {
      push.connect(address)
      for (let number = 0; number < COUNT * (index + 1); number += 1) await push.send(BODY)
    }
    await receiveMany(pull, 3 * COUNT)
    const sent = (): number[] => pushes.map((push) => statsOf(push).perPeer[0]?.sent ?? 0)
    // The system may say later that it has taken what has already arrived.
    await until(() => sent().join() === [COUNT, 2 * COUNT].join())
    await until(() => pushes.every((push) => statsOf(push).bytes.received > 0))

    const byCount = [...statsOf(pull).perPeer].sort((a, b) => a.received - b.received)
    expect(byCount.map(({ received }) => received)).toEqual([COUNT, 2 * COUNT])
    for (const [index, push] of pushes.entries()) {
      // TLS is below what is counted, so that there is nothing of which only one end knows.
      expect(statsOf(push).bytes.sent).toBe(byCount[index]?.bytes.received)
      expect(statsOf(push).bytes.sent).toBeGreaterThan((index + 1) * COUNT * BODY.length)
      expect(statsOf(push).perPeer).toMatchObject([
        { endpoint: address, connected: true, peer: { socketType: 'PULL' } },
      ])
    }
    const [few, many] = byCount.map(({ bytes }) => bytes.received)
    expect(statsOf(pull).bytes.received).toBe((few ?? 0) + (many ?? 0))
    const [light, heavy] = byCount.map(({ measured }) => measured.incoming)
    expect(statsOf(pull).measured.incoming).toBe((light ?? 0) + (heavy ?? 0))
  })

  it('tell of a certificate that is not trusted at both ends, as an error of no handshake', async () => {
    const pull = track(new zerowire.Pull({ tls }))
    const push = track(new zerowire.Push({ linger: 0 }))
    push.connect(await bindFresh(pull, 'wss'))
    await until(() => push.stats.lastError !== undefined && pull.stats.lastError !== undefined)
    expect(push.stats.lastError?.error.reason).toMatch(/self-signed certificate/)
    for (const { stats } of [push, pull]) {
      expect(stats).toMatchObject({ handshakeFailures: 0, connections: 0, peers: 0 })
    }
    expect(statsOf(push).perPeer).toMatchObject([{ connected: false, peer: undefined }])
    expect(statsOf(push).perPeer[0]?.lastError?.error.reason).toMatch(/self-signed certificate/)
  })

  it('count the handshake of two that do not fit', async () => {
    const one = track(new zerowire.Push({ tls: { ca: cert }, linger: 0 }))
    const other = track(new zerowire.Push({ tls, linger: 0 }))
    const address = await bindFresh(other, 'wss')
    one.connect(address)
    await until(() => one.stats.handshakeFailures + other.stats.handshakeFailures === 2)
    for (const { stats } of [one, other]) {
      expect(stats).toMatchObject({ handshakeFailures: 1, connections: 0 })
      expect(stats.lastError?.error.code).toMatch(/^ERR_ZMTP_|^EPIPE$|^ECONNRESET$/)
    }
  })

  it('count a stranger who leaves without a word', async () => {
    const pull = track(new zerowire.Pull({ tls }))
    const { port } = new URL(await bindFresh(pull, 'wss'))
    const log = new EventLog(pull)
    const stranger = connectTls({ port: Number(port), host: '127.0.0.1', ca: cert })
    await once(stranger, 'secureConnect')
    stranger.destroy()
    await log.like(/error/)
    expect(pull.stats).toMatchObject({ connections: 0, peers: 0 })
    expect(pull.stats.lastError).toBeDefined()
  })
})

describe('stats of an endpoint whose handshake fails again and again', () => {
  it('count each failure, and are not those of another endpoint', async () => {
    const strangers = new Set<TcpSocket>()
    // Takes connections and gives them up before anything is said.
    const server = createServer((stranger) => {
      strangers.add(stranger)
      stranger.on('error', () => undefined).destroy()
    })
    onTestFinished(() => void server.close())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const hopeless = `tcp://127.0.0.1:${String(port)}`
    const pull = track(new zerowire.Pull())
    const push = track(new zerowire.Push({ linger: 0, reconnectInterval: 1 }))
    push.connect(hopeless)
    const fine = await bindFresh(pull)
    push.connect(fine)
    await untilPeers(push)
    await until(() => push.stats.handshakeFailures >= 3)
    const { perPeer, handshakeFailures, reconnects } = statsOf(push)
    expect(perPeer).toMatchObject([
      { endpoint: hopeless, connected: false, handshakeFailures, reconnects: 0, peer: undefined },
      { endpoint: fine, connected: true, handshakeFailures: 0, lastError: undefined },
    ])
    expect(perPeer[0]?.lastError?.error).toBe(push.stats.lastError?.error)
    expect(reconnects).toBe(0)
    expect(strangers.size).toBeGreaterThanOrEqual(handshakeFailures)
  })
})

it('stats name the endpoint of a peer that was there before it, over inproc://', async () => {
  const address = freshAddress('inproc')
  const push = track(new zerowire.Push({ linger: 0 }))
  push.connect(address)
  const pull = track(new zerowire.Pull())
  await pull.bind(address)
  await untilPeers(pull)
  for (const socket of [push, pull]) {
    expect(statsOf(socket).perPeer).toMatchObject([{ endpoint: address, connected: true }])
  }
})

describe('stats over udp://', () => {
  /** A datagram is its group, before it how long that is, and the body. */
  const SIZE = 1 + 'g'.length + BODY.length

  it('count datagrams at both ends, though nobody knows who the other is', async () => {
    const dish = track(new Dish())
    dish.join('g')
    await dish.bind('udp://127.0.0.1:*')
    const address = String(dish.lastEndpoint)
    const radio = track(new Radio({ linger: 0 }))
    radio.connect(address)
    // Any of them may be lost.
    await attemptUntil(
      () => dish.stats.queued.incoming >= 3,
      () => radio.send(BODY, { group: 'g' }),
    )
    for (let number = 0; number < 3; number += 1) await dish.receive()
    await until(() => statsOf(radio).perPeer[0]?.sent === radio.stats.sent)
    const { sent, perPeer, bytes } = statsOf(radio)
    expect(perPeer).toMatchObject([
      { endpoint: address, connected: true, sent, bytes, peer: { address, protocol: 'UDP' } },
    ])
    expect(bytes).toEqual({ sent: sent * SIZE, received: 0 })
    const heard = statsOf(dish)
    const incoming = 3 + heard.queued.incoming
    expect(heard).toMatchObject({ received: 3, bytes: { sent: 0, received: incoming * SIZE } })
    expect(heard.perPeer).toMatchObject([
      { endpoint: address, connected: true, received: 3, bytes: heard.bytes },
    ])
    expect([incoming <= sent, heard.measured.incoming > 0]).toEqual([true, true])
    for (const stats of [heard, statsOf(radio)]) {
      expect(stats).toMatchObject({ handshakeFailures: 0, reconnects: 0, lastError: undefined })
    }
  })

  it('count what is dropped for the peer, by reason', async () => {
    const dish = track(new Dish())
    await dish.bind('udp://127.0.0.1:*')
    const radio = track(new Radio({ linger: 0 }))
    radio.connect(String(dish.lastEndpoint))
    await radio.send(pattern(8192), { group: 'g' })
    await until(() => radio.stats.dropped.oversize === 1)
    expect(statsOf(radio).perPeer).toMatchObject([{ sent: 0, dropped: { oversize: 1, total: 1 } }])
    await attemptUntil(
      () => dish.stats.dropped.total > 0,
      () => radio.send(BODY, { group: 'unwanted' }),
    )
    const { dropped, perPeer } = statsOf(dish)
    expect(dropped.unsubscribed).toBe(dropped.total)
    expect(perPeer).toMatchObject([{ received: 0, dropped }])
  })
})
