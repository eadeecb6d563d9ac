import { describe, expect, it } from 'vitest'
import { far, near, untilPeers } from '../support/everywhere.js'
import { describeMessage, toBytes } from '../support/far/parts.js'
import { nextDrop } from '../support/events.js'
import { received } from '../support/received.js'

/** The longest part that a browser sends without cutting it in pieces. */
const LONGEST = 65_535

const isTooLong = {
  code: 'EMSGSIZE',
  reason:
    'a part of 65536 bytes: browsers send more than 65535 in fragments, ' +
    'which libzmq does not understand',
}

describe('towards libzmq', () => {
  it('a burst of parts as long as can be arrives whole', async () => {
    const pull = await far('zeromq', 'Pull')
    const push = near('Push', pull)
    const messages = Array.from({ length: 500 }, (_, seed) => [{ size: LONGEST, seed }])
    const all = pull.receive(messages.length)
    for (const message of messages) await push.send(message.map(toBytes))
    expect(await all).toEqual(messages.map(describeMessage))
  })

  it('so do messages of several such parts', async () => {
    const pair = await far('zeromq', 'Pair')
    const socket = near('Pair', pair)
    const parts = Array.from({ length: 20 }, (_, seed) => ({ size: LONGEST, seed }))
    const echo = pair.echo(1)
    await socket.send(parts.map(toBytes))
    expect(await received(socket)).toEqual([describeMessage(parts)])
    await echo
  })

  it('a longer part is refused, and the connection lives on', async () => {
    const pull = await far('zeromq', 'Pull')
    const push = near('Push', pull)
    await untilPeers(push)
    await expect(push.send(toBytes({ size: LONGEST + 1 }))).rejects.toMatchObject(isTooLong)
    await expect(push.send(['a', toBytes({ size: LONGEST + 1 })])).rejects.toMatchObject(isTooLong)
    await push.send('b')
    expect(await pull.receive()).toEqual([['b']])
    expect(push.stats).toMatchObject({ connections: 1, peers: 1, sent: 1 })
  })

  it('one that was queued before anybody knew is dropped, and counted', async () => {
    const pull = await far('zeromq', 'Pull')
    const push = near('Push', pull)
    const drop = nextDrop(push)
    for (const part of ['a', toBytes({ size: LONGEST + 1 }), 'b']) await push.send(part)
    expect(await pull.receive(2)).toEqual([['a'], ['b']])
    expect(await drop).toMatchObject({ reason: 'oversize', count: 1 })
    expect(push.stats).toMatchObject({ sent: 3, dropped: { oversize: 1, total: 1 } })
  })

  it('from it, messages of any length come', async () => {
    const push = await far('zeromq', 'Push')
    const pull = near('Pull', push)
    const message = [{ size: LONGEST + 1 }, { size: 10_000_000 }, 'short']
    await push.send(message)
    expect(await received(pull)).toEqual([describeMessage(message)])
  })
})
