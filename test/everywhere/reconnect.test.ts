import { describe, expect, it } from 'vitest'
import { far, near, overNetwork, untilPeers, type Way } from '../support/everywhere.js'
import { EventLog } from '../support/events.js'
import { received } from '../support/received.js'

/** Within a thread a far end has gone before anybody notices. */
const elsewhere: readonly Way[] = [...overNetwork, 'threads']

describe.each(elsewhere)('when a listener of %s goes and comes back', (way) => {
  it('subscriptions are restored', async () => {
    const publisher = await far(way, 'XPublisher')
    const subscriber = near('Subscriber', publisher)
    subscriber.subscribe('a', 'b', 'c')
    expect((await publisher.receive(3)).sort()).toEqual([['\x01a'], ['\x01b'], ['\x01c']])
    await publisher.close()
    await untilPeers(subscriber, 0)
    subscriber.unsubscribe('b')
    subscriber.subscribe('d')
    await publisher.reopen()
    expect((await publisher.receive(3)).sort()).toEqual([['\x01a'], ['\x01c'], ['\x01d']])
    await publisher.send(['b'], ['d'])
    expect(await received(subscriber)).toEqual([['d']])
  })

  it('what was sent meanwhile arrives', async () => {
    const pull = await far(way, 'Pull')
    const push = near('Push', pull)
    await push.send('before')
    expect(await pull.receive()).toEqual([['before']])
    await pull.close()
    await untilPeers(push, 0)
    const numbers = Array.from({ length: 500 }, (_, index) => [String(index)])
    for (const number of numbers) await push.send(number)
    await pull.reopen()
    expect(await pull.receive(numbers.length)).toEqual(numbers)
    expect(push.stats).toMatchObject({ sent: 501, dropped: { total: 0 } })
  })

  it('it may take its time, and several rounds', async () => {
    const pair = await far(way, 'Pair')
    const socket = near('Pair', pair)
    const log = new EventLog(socket)
    for (let round = 1; round <= 3; round += 1) {
      await socket.send(`question ${String(round)}`)
      expect(await pair.receive()).toEqual([[`question ${String(round)}`]])
      await pair.send(['answer'])
      expect(await received(socket)).toEqual([['answer']])
      await pair.close()
      // Some attempts fail first, where there are attempts.
      if (way === 'threads') await untilPeers(socket, 0)
      else await log.until('close', 2 * round)
      await pair.reopen()
    }
  })

  it('a disconnected socket stays away', async () => {
    const first = await far(way, 'Pull')
    const second = await far(way, 'Pull')
    const push = near('Push', first)
    await untilPeers(push)
    push.disconnect(first.endpoint)
    await untilPeers(push, 0)
    push.connect(second.endpoint)
    await push.send('x')
    expect(await second.receive()).toEqual([['x']])
    expect(push.stats).toMatchObject({ connections: 2, peers: 1 })
  })
})
