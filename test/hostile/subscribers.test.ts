import { describe, expect, it } from 'vitest'
import { EventLog } from '../support/events.js'
import { zerowire } from '../support/implementations.js'
import { heldBytes } from '../support/memory.js'
import { receiveTexts } from '../support/messages.js'
import { RawPeer } from '../support/raw-peer.js'
import { track } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'
import { command, ping } from '../support/wire.js'

const MIB = 1024 * 1024
const TOPIC = 1_000_000

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
  return { publisher, subscriber, stranger }
}

describe.each(['Publisher', 'XPublisher'] as const)('a peer of a %s', (type) => {
  it('that changes its mind without end costs little, heard or not', async () => {
    const { publisher, subscriber, stranger } = await scene(type)
    const before = heldBytes()
    const topic = Buffer.alloc(TOPIC, 'x')
    const changes = Buffer.concat([command('SUBSCRIBE', topic), command('CANCEL', topic)])
    for (let round = 0; round < 40; round += 1) await stranger.writeAll(changes)
    stranger.write(ping(0))
    // Whether it may go on after that or not, it has been heard to the end.
    await Promise.race([stranger.readFrame(), stranger.closed])
    expect(heldBytes() - before).toBeLessThan(40 * MIB)
    await publisher.send('good')
    expect(await receiveTexts(subscriber)).toEqual(['good'])
  })
})
