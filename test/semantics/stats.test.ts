import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { PeerStats, Socket } from 'zerowire'
import { EventLog } from '../support/events.js'
import { far, near, untilPeers } from '../support/everywhere.js'
import { describeOurs, native, zerowire } from '../support/implementations.js'
import { receiveMany } from '../support/messages.js'
import { holdsLater } from '../support/property.js'
import { track } from '../support/scope.js'
import { statsOf } from '../support/stats.js'
import {
  bindFresh,
  deserted,
  endpointOf,
  freshAddress,
  rebind,
  schemes,
} from '../support/transports.js'
import { nextTurn, until } from '../support/turn.js'

const COUNT = 300
const BODY = 'x'.repeat(100)

/** The only peer there is. */
function peerOf(socket: Socket): PeerStats {
  const [peer, ...more] = statsOf(socket).perPeer
  if (peer === undefined || more.length > 0) throw new Error(`${String(more.length)} more peers`)
  return peer
}

async function sendAll(socket: { send(message: string): Promise<void> }, count = COUNT) {
  for (let number = 0; number < count; number += 1) await socket.send(BODY)
}

describeOurs('stats of a conversation', () => {
  it.each(schemes)('over %s are the same at both ends, per socket and per peer', async (scheme) => {
    const pull = track(new zerowire.Pull())
    const push = track(new zerowire.Push())
    const address = await bindFresh(pull, scheme)
    push.connect(address)
    await sendAll(push)
    await receiveMany(pull, COUNT)
    // The system may say later that it has taken what has already arrived.
    await until(() => peerOf(push).sent === COUNT)
    expect(peerOf(push)).toMatchObject({ endpoint: address, connected: true })
    expect(peerOf(pull)).toMatchObject({ endpoint: address, connected: true, received: COUNT })
    expect(peerOf(push).peer?.socketType).toBe('PULL')
    expect(peerOf(push).bytes.sent).toBeGreaterThanOrEqual(COUNT * BODY.length)
    await until(() => statsOf(push).bytes.received === statsOf(pull).bytes.sent)
    expect(statsOf(pull).bytes.received).toBe(statsOf(push).bytes.sent)
    for (const socket of [push, pull]) expect(peerOf(socket).bytes).toEqual(statsOf(socket).bytes)
  })

  it.each(['tcp', 'ipc'] as const)('with libzmq over %s, both ways', async (scheme) => {
    const theirs = track(new native.Dealer())
    const ours = track(new zerowire.Dealer())
    ours.connect(await bindFresh(theirs, scheme))
    await sendAll(ours)
    for (let number = 0; number < COUNT; number += 1) {
      await theirs.send(await theirs.receive())
      await ours.receive()
    }
    const size = COUNT * BODY.length
    await until(() => peerOf(ours).sent === COUNT)
    expect(peerOf(ours)).toMatchObject({ received: COUNT, reconnects: 0 })
    const { sent, received } = statsOf(ours).bytes
    expect([sent > size, received > size]).toEqual([true, true])
    // Two bytes before each message, and both sides' greeting, READY and nothing more.
    expect([sent - size - 2 * COUNT, received - size - 2 * COUNT].every((more) => more < 200)).toBe(
      true,
    )
  })

  it('with a socket of another thread', async () => {
    const end = await far('threads', 'Pull')
    const push = near('Push', end)
    await sendAll(push)
    for (let number = 0; number < COUNT; number += 1) await end.receive()
    await until(() => peerOf(push).sent === COUNT)
    expect(peerOf(push)).toMatchObject({ endpoint: end.endpoint, connected: true })
    expect(statsOf(push).bytes.sent).toBeGreaterThan(COUNT * BODY.length)
  })

  it('outlive the peers', async () => {
    const pull = track(new zerowire.Pull())
    const push = track(new zerowire.Push())
    push.connect(await bindFresh(pull))
    await sendAll(push)
    await receiveMany(pull, COUNT)
    const { sent } = statsOf(push).bytes
    await push.close()
    await untilPeers(pull, 0)
    expect(push.stats).toMatchObject({ sent: COUNT, perPeer: [] })
    expect(pull.stats).toMatchObject({ received: COUNT, perPeer: [] })
    expect([statsOf(push).bytes.sent, statsOf(pull).bytes.received]).toEqual([sent, sent])
  })
})

describeOurs('stats: what was sent', () => {
  const step = fc.oneof(
    fc.record({ send: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ receive: fc.integer({ min: 1, max: 40 }) }),
    fc.constant('turn' as const),
    fc.constant('lose' as const),
  )

  it.each(['ipc', 'inproc'] as const)(
    'over %s is taken, queued or dropped at all times',
    { timeout: 60_000 },
    async (scheme) => {
      await holdsLater(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const options = { sendHighWaterMark: 20, reconnectInterval: 1, sendTimeout: 0, linger: 0 }
          const push = new zerowire.Push(options)
          let pull = new zerowire.Pull({ receiveHighWaterMark: 20 })
          await pull.bind(freshAddress(scheme))
          const address = endpointOf(pull)
          push.connect(address)
          const agree = (): void => {
            const { sent, queued, dropped } = push.stats
            const peer = peerOf(push)
            expect(peer.sent + queued.outgoing + dropped.total).toBe(sent)
            expect(peer.dropped.total).toBe(dropped.total)
            expect(pull.stats.received + pull.stats.queued.incoming).toBeLessThanOrEqual(peer.sent)
          }
          for (const action of steps) {
            if (action === 'turn') await nextTurn()
            else if (action === 'lose') {
              await pull.close()
              pull = new zerowire.Pull({ receiveHighWaterMark: 20 })
              await rebind(pull, address)
            } else if ('send' in action) {
              for (let count = action.send; count > 0; count -= 1)
                await push.send(BODY).catch(() => undefined)
            } else if (pull.readable) await pull.receiveMany(action.receive)
            agree()
          }
          await push.close()
          const { sent, dropped, queued } = push.stats
          expect(queued.outgoing).toBe(0)
          expect(dropped.total).toBeLessThanOrEqual(sent)
          await pull.close()
        }),
        20,
      )
    },
  )

  it('is dropped for each peer that missed it', async () => {
    const publisher = track(new zerowire.XPublisher({ sendHighWaterMark: 1, verbosity: 'allSubs' }))
    const address = await bindFresh(publisher, 'inproc')
    for (const receiveHighWaterMark of [1, 2, 3]) {
      const subscriber = track(new zerowire.Subscriber({ receiveHighWaterMark }))
      subscriber.subscribe()
      subscriber.connect(address)
    }
    await receiveMany(publisher, 3)
    for (let number = 0; number < 10; number += 1) await publisher.send(String(number))
    const { perPeer } = statsOf(publisher)
    expect(perPeer.map(({ dropped }) => dropped.full)).toEqual([8, 7, 6])
    expect(perPeer.map(({ sent, queued }) => [sent, queued.outgoing])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ])
  })
})

describeOurs('stats: the wait', () => {
  it.each(schemes)(
    'for receive() over %s is between what was seen from outside',
    async (scheme) => {
      const pull = track(new zerowire.Pull())
      const push = track(new zerowire.Push())
      push.connect(await bindFresh(pull, scheme))
      const begin = performance.now()
      await sendAll(push, 40)
      await until(() => pull.stats.queued.incoming === 40)
      expect(statsOf(pull).meanWait.incoming).toBe(0)
      const there = performance.now()
      await until(() => performance.now() > there + 5)
      const least = performance.now() - there
      await receiveMany(pull, 40)
      const most = performance.now() - begin
      const { incoming, outgoing } = statsOf(pull).meanWait
      expect(incoming).toBeGreaterThanOrEqual(least)
      expect(incoming).toBeLessThanOrEqual(most)
      expect(outgoing).toBe(0)
      expect(peerOf(pull).meanWait).toEqual(statsOf(pull).meanWait)
    },
  )

  it.each(['ipc', 'inproc'] as const)(
    'for a peer over %s is between what was seen from outside',
    async (scheme) => {
      const pull = track(new zerowire.Pull())
      const push = track(new zerowire.Push({ reconnectInterval: 1 }))
      const address = await bindFresh(pull, scheme)
      await pull.unbind(address)
      push.connect(address)
      const begin = performance.now()
      await sendAll(push, 40)
      const queued = performance.now()
      expect(push.stats.queued.outgoing).toBe(40)
      await until(() => performance.now() > queued + 5)
      const least = performance.now() - queued
      await rebind(pull, address)
      await receiveMany(pull, 40)
      const { outgoing } = statsOf(push).meanWait
      expect(outgoing).toBeGreaterThanOrEqual(least)
      expect(outgoing).toBeLessThanOrEqual(performance.now() - begin)
    },
  )
})

describeOurs('stats: the wait of what is dropped', () => {
  it('is not measured where newer messages take the place of older ones', async () => {
    const push = track(new zerowire.Push({ conflate: true, linger: 0 }))
    push.connect(deserted)
    await sendAll(push)
    expect(statsOf(push)).toMatchObject({
      ...{ sent: COUNT, queued: { outgoing: 1 }, dropped: { conflated: COUNT - 1 } },
      ...{ meanWait: { outgoing: 0 }, measured: { outgoing: 0 } },
    })
  })

  it('gives the mean of those between two snapshots', async () => {
    const pull = track(new zerowire.Pull())
    const push = track(new zerowire.Push())
    push.connect(await bindFresh(pull, 'ipc'))
    await sendAll(push, 40)
    await receiveMany(pull, 40)
    const before = statsOf(pull)
    await sendAll(push, 40)
    await until(() => pull.stats.queued.incoming === 40)
    const there = performance.now()
    await until(() => performance.now() > there + 5)
    const least = performance.now() - there
    await receiveMany(pull, 40)
    const after = statsOf(pull)
    const waited = ({ meanWait, measured }: typeof after): number =>
      meanWait.incoming * measured.incoming
    const count = after.measured.incoming - before.measured.incoming
    // What rounding may take is far below a microsecond.
    expect((waited(after) - waited(before)) / count).toBeGreaterThan(least - 0.001)
    expect(after.measured.incoming).toBeLessThanOrEqual(80)
  })
})

describeOurs('stats: failures', () => {
  it.each([false, true])('a connection made anew, with immediate %s', async (immediate) => {
    const push = track(new zerowire.Push({ reconnectInterval: 1, immediate }))
    const log = new EventLog(push)
    const first = track(new zerowire.Pull())
    // A name that nobody else can take meanwhile.
    const address = await bindFresh(first, 'ipc')
    push.connect(address)
    await log.until('handshake')
    expect([push.stats.reconnects, peerOf(push).reconnects]).toEqual([0, 0])
    await first.close()
    await log.until('disconnect')
    const second = track(new zerowire.Pull())
    await rebind(second, address)
    await log.until('handshake', 2)
    expect(push.stats).toMatchObject({ connections: 2, reconnects: 1, peers: 1 })
    expect(peerOf(push)).toMatchObject({ reconnects: 1, connected: true })
    await untilPeers(second)
    expect(second.stats).toMatchObject({ connections: 1, reconnects: 0 })
  })

  it('a handshake that fails, at both ends', async () => {
    const one = track(new zerowire.Push({ linger: 0 }))
    const other = track(new zerowire.Push({ linger: 0 }))
    one.connect(await bindFresh(other))
    const before = Date.now()
    await until(() => one.stats.handshakeFailures + other.stats.handshakeFailures === 2)
    for (const { stats } of [one, other]) {
      expect(stats.lastError?.error.code).toMatch(/^ERR_ZMTP_|^EPIPE$|^ECONNRESET$/)
      expect(stats.lastError?.at).toBeGreaterThanOrEqual(before - 60_000)
    }
    expect(other.stats.peers).toBe(0)
  })

  it('a peer that cannot be reached', async () => {
    const push = track(new zerowire.Push({ linger: 0 }))
    push.connect(deserted)
    await push.send('waits')
    await until(() => push.stats.lastError !== undefined)
    expect(peerOf(push)).toMatchObject({
      ...{ endpoint: deserted, peer: undefined, connected: false, handshakeFailures: 0 },
      ...{ queued: { outgoing: 1, incoming: 0 }, lastError: { error: { code: 'ECONNREFUSED' } } },
    })
  })
})
