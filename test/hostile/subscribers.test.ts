import { describe, expect, it } from 'vitest'
import { EventLog } from '../support/events.js'
import { zerowire } from '../support/implementations.js'
import { heldBytes } from '../support/memory.js'
import { receiveTexts } from '../support/messages.js'
import { RawPeer } from '../support/raw-peer.js'
import { track } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'
import { command, message, ping } from '../support/wire.js'
import { expectFailure, failuresOf } from './driver.js'

const MIB = 1024 * 1024
const TOPIC = 1_000_000

/** Bytes that the subscriptions of one peer may take, and what one is counted as beside its topic. */
const MOST = 64 * MIB
const OVERHEAD = 128

/** A publisher, a subscriber that means well, and one that does not. */
async function scene(type: 'Publisher' | 'XPublisher') {
  const publisher = track(new zerowire[type]())
  const log = new EventLog(publisher)
  const address = await bindFresh(publisher)
  const subscriber = track(new zerowire.Subscriber())
  subscriber.subscribe('good')
  subscriber.connect(address)
  await log.until('handshake')
  const stranger = await RawPeer.connect(address)
  await stranger.handshake('SUB')
  await log.until('handshake', 2)

  /** The healthy one still gets what it wants. */
  const expectService = async (): Promise<void> => {
    await publisher.send('good')
    expect(await receiveTexts(subscriber)).toEqual(['good'])
  }
  return { publisher, log, stranger, expectService }
}

/** Topics, each of which the next one begins with. */
function* nested(): Generator<Buffer> {
  const topic = Buffer.alloc(MIB, 'p')
  for (let length = 0; ; length += 1) yield topic.subarray(0, length)
}

/** Topics of one length that are not the same. */
function* numbered(length: number): Generator<Buffer> {
  for (let number = 0; ; number += 1) yield Buffer.alloc(length, `${number} `.padStart(12))
}

type Subscribe = (topic: Buffer) => Buffer

const asCommand: Subscribe = (topic) => command('SUBSCRIBE', topic)
const asMessage: Subscribe = (topic) => message(`\x01${topic.toString('latin1')}`)

/** Subscribes to all that one peer may. */
async function fill(stranger: RawPeer, subscribe: Subscribe, topics: Iterable<Buffer>) {
  let pending: Buffer[] = []
  let total = 0
  let sent = 0
  for (const topic of topics) {
    total += topic.length + OVERHEAD
    if (total > MOST) break
    pending.push(subscribe(topic))
    if (total - sent < MIB) continue
    await stranger.writeAll(Buffer.concat(pending))
    pending = []
    sent = total
  }
  stranger.write(...pending, ping(0))
  await stranger.readFrame()
}

describe.each(['Publisher', 'XPublisher'] as const)('a peer of a %s', (type) => {
  it('that changes its mind without end costs little, heard or not', async () => {
    const { stranger, expectService } = await scene(type)
    const before = heldBytes()
    const topic = Buffer.alloc(TOPIC, 'x')
    const changes = Buffer.concat([command('SUBSCRIBE', topic), command('CANCEL', topic)])
    for (let round = 0; round < 40; round += 1) await stranger.writeAll(changes)
    stranger.write(ping(0))
    // Whether it may go on after that or not, it has been heard to the end.
    await Promise.race([stranger.readFrame(), stranger.closed])
    expect(heldBytes() - before).toBeLessThan(40 * MIB)
    await expectService()
  })

  it.each([
    ['few topics of 1 MB', asCommand, numbered(TOPIC)],
    ['many short ones', asCommand, numbered(200)],
    ['topics that begin with each other', asCommand, nested()],
    ['topics that begin with each other, to ZMTP 3.0', asMessage, nested()],
  ])('that wants more than it may, %s, loses its place (CVE-2021-20236)', async (...what) => {
    const [, subscribe, topics] = what
    const { publisher, log, stranger, expectService } = await scene(type)
    const before = heldBytes()
    await fill(stranger, subscribe, topics)
    expect(publisher.topicsCount).toBeGreaterThan(60)
    await expectService()
    expect(failuresOf(log)).toEqual([])
    stranger.write(subscribe(Buffer.alloc(TOPIC, 'one more')))
    await stranger.closed
    await log.until('disconnect')
    expectFailure(log, 'disconnect', 'EPROTO')
    expect(publisher.topicsCount).toBe(1)
    await expectService()
    // What it wanted is nobody's any more; the user of an XPublisher has still to be told of it.
    if (type === 'Publisher') expect(heldBytes() - before).toBeLessThan(5 * MIB)
  })
})
