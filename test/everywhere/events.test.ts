import { describe, expect, it } from 'vitest'
import { far, inBrowser, near, overNetwork, untilPeers, ways } from '../support/everywhere.js'
import { EventLog } from '../support/events.js'
import { nextTurn } from '../support/turn.js'

describe.each(overNetwork)('over ws:// to %s', (way) => {
  it('a socket tells what happens to its connection, in order', async () => {
    const pull = await far(way, 'Pull')
    const push = near('Push')
    const log = new EventLog(push)
    push.connect(pull.endpoint)
    const { peer, address, connection, remoteAddress } = await log.until('handshake')
    expect({ address, remoteAddress }).toEqual({
      address: pull.endpoint,
      remoteAddress: pull.endpoint,
    })
    expect(peer).toMatchObject(peers[way])
    push.disconnect(pull.endpoint)
    await log.until('disconnect')
    await push.close()
    const types = await log.untilEnd()
    expect(types).toEqual(['connect:delay', 'connect', 'handshake', 'disconnect', 'end'])
    const connections = log.events.flatMap((event) =>
      'connection' in event ? [event.connection] : [],
    )
    expect(connections).toEqual([connection, connection, connection])
  })

  it('a listener that goes is missed, and looked for', async () => {
    const pull = await far(way, 'Pull')
    const push = near('Push', pull)
    const log = new EventLog(push)
    await untilPeers(push)
    await pull.close()
    await log.until('disconnect')
    expect(await log.until('connect:retry')).toMatchObject({ address: pull.endpoint })
    const { error } = await log.until('close')
    expect(error).toMatchObject({ code: 'ECONNREFUSED', address: pull.endpoint })
    expect(push.stats).toMatchObject({ peers: 0, connections: 1 })
  })

  it('an observer beside it is called with the same', async () => {
    const pull = await far(way, 'Pull')
    const push = near('Push')
    const connected = new Promise((resolve) => push.events.on('connect', resolve))
    push.connect(pull.endpoint)
    expect(await connected).toMatchObject({ type: 'connect', address: pull.endpoint })
  })
})

/** Plain ZWS 2.0, all that libzmq and a browser have in common, does not say who speaks. */
const zws = { socketType: inBrowser ? '' : 'PULL', protocol: 'ZWS/2.0' }

const peers = {
  zerowire: inBrowser ? { socketType: 'PULL', protocol: 'ZMTP/3.1' } : zws,
  zeromq: zws,
}

describe.each(ways)('over %s', (way) => {
  it('a socket counts what it does', async () => {
    const pair = await far(way, 'Pair')
    const socket = near('Pair', pair)
    await untilPeers(socket)
    for (const text of ['a', 'b', 'c']) await socket.send(text)
    await pair.receive(3)
    await pair.send(['d'], ['e'])
    await socket.receive()
    while (!socket.readable) await nextTurn()
    const { sent, received, queued, dropped, peers, connections } = socket.stats
    expect({ sent, received, peers }).toEqual({ sent: 3, received: 1, peers: 1 })
    expect(queued).toEqual({ outgoing: 0, incoming: 1 })
    expect(dropped.total).toBe(0)
    expect(connections).toBe(1)
  })
})
