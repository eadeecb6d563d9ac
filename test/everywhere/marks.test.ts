import { describe, expect, it } from 'vitest'
import type { Push } from 'zerowire'
import { far, near, ways } from '../support/everywhere.js'
import { describeMessage, toBytes } from '../support/far/parts.js'
import { untilWanted } from '../support/pubsub.js'
import { received } from '../support/received.js'
import { nextTurn } from '../support/turn.js'

const MARK = 10
const SIZE = 60_000

/** More than all buffers between two processes hold. */
const MOST_HELD = 64 * 1024 * 1024

/** What a sender that is not read from takes, until nothing has gone on for a while. */
async function fill(push: Push): Promise<number> {
  for (let sent = 0; ; sent += 1) {
    try {
      await push.send(message(sent), { timeout: 250 })
    } catch (error) {
      expect(error).toMatchObject({ code: 'EAGAIN' })
      return sent
    }
  }
}

function message(seed: number): Uint8Array {
  return toBytes({ size: SIZE, seed: seed % 256 })
}

describe.each(ways)('over %s', (way) => {
  it('a sender waits for a reader who is slow, and nothing is lost', async () => {
    const pull = await far(way, 'Pull', { options: { receiveHighWaterMark: MARK } })
    const push = near('Push', pull, { sendHighWaterMark: MARK })
    const count = await fill(push)
    expect(count).toBeGreaterThanOrEqual(MARK)
    expect(count * SIZE).toBeLessThan(MOST_HELD)
    expect(push.stats).toMatchObject({ sent: count, dropped: { total: 0 } })
    expect(push.stats.queued.outgoing).toBe(MARK)
    expect(push.writable).toBe(false)

    const waiting = push.send(message(count))
    const messages = Array.from({ length: count + 1 }, (_, seed) =>
      describeMessage([message(seed)]),
    )
    expect(await pull.receive(count + 1)).toEqual(messages)
    await waiting
    while (!push.writable) await nextTurn()
  })

  it('a reader who is slow holds no more than its mark, and gets everything', async () => {
    const push = await far(way, 'Push', { options: { sendHighWaterMark: MARK } })
    const pull = near('Pull', push, { receiveHighWaterMark: MARK })
    const numbers = Array.from({ length: 5000 }, (_, index) => [String(index)])
    const sent = push.send(...numbers)
    const messages: string[][] = []
    while (messages.length < numbers.length) {
      messages.push(...(await received(pull)))
      // Those of the sender's queue count over inproc, where both ends share theirs.
      expect(pull.stats.queued.incoming).toBeLessThanOrEqual(way === 'inproc' ? 2 * MARK : MARK)
    }
    expect(messages).toEqual(numbers)
    await sent
  })

  it('a publisher drops what a slow subscriber has no room for, and counts it', async () => {
    const subscriber = await far(way, 'XSubscriber', { options: { receiveHighWaterMark: MARK } })
    const publisher = near('XPublisher', subscriber, { sendHighWaterMark: MARK })
    await untilWanted(publisher, 'ready', () => subscriber.send(['\x01ready']))
    expect(await subscriber.receive()).toEqual([['ready']])
    await subscriber.send(['\x01'])
    expect(await received(publisher, 2)).toEqual([['\x01ready'], ['\x01']])
    const { sent: before } = publisher.stats
    const padding = toBytes({ size: SIZE })
    for (let number = 0; publisher.stats.dropped.full < MARK; number += 1) {
      await publisher.send([String(number), padding])
      if (number % MARK === 0) await nextTurn()
    }
    const { sent, dropped } = publisher.stats
    expect((sent - before) * SIZE).toBeLessThan(MOST_HELD)
    const arrived = await subscriber.receive(sent - before - dropped.full)
    const numbers = arrived.map(([number]) => Number(number))
    expect(numbers.every((number, index) => number > (numbers[index - 1] ?? -1))).toBe(true)
    // Nothing but what was counted.
    while (publisher.stats.queued.outgoing > 0) await nextTurn()
    await publisher.send('over')
    expect(await subscriber.receive()).toEqual([['over']])
  })
})
