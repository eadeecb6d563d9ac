import { describe, expect, it } from 'vitest'
import { far, inBrowser, near, untilPeers, ways } from '../support/everywhere.js'
import { EventLog } from '../support/events.js'

/** What a snapshot has everywhere, and what there is too much to load of for a page. */
const everywhere = [
  ...['sent', 'received', 'queued', 'dropped', 'connections', 'peers'],
  ...['handshakeFailures', 'lastError'],
]
const notOnPages = ['bytes', 'meanWait', 'measured', 'perPeer', 'reconnects'] as const

describe.each(ways)('stats of a conversation by %s', (way) => {
  it('are those that are promised, and what is not there is undefined', async () => {
    const pull = await far(way, 'Pull')
    const push = near('Push', pull)
    await untilPeers(push)
    await push.send('hello')
    expect(String(await pull.receive())).toBe('hello')
    const { stats } = push
    for (const name of everywhere) expect(stats).toHaveProperty(name)
    const missing = notOnPages.filter((name) => stats[name] === undefined)
    expect(missing).toEqual(inBrowser ? notOnPages : [])
    expect(stats).toMatchObject({
      ...{ sent: 1, received: 0, connections: 1, peers: 1, queued: { incoming: 0 } },
      ...{ dropped: { total: 0 }, handshakeFailures: 0, lastError: undefined },
    })
  })
})

it('stats count a handshake that fails, and keep its error', async () => {
  const other = await far('zerowire', 'Push')
  const push = near('Push')
  const log = new EventLog(push)
  push.connect(other.endpoint)
  // Both ends refuse, and either may be the first.
  const failure = await log.like(/^handshake:error/)
  const { handshakeFailures, lastError, connections, peers } = push.stats
  expect({ handshakeFailures, connections, peers }).toEqual({
    handshakeFailures: 1,
    connections: 0,
    peers: 0,
  })
  expect(failure).toMatchObject({ error: { code: lastError?.error.code } })
})

it('stats keep the error of a peer that is not there', async () => {
  const pull = await far('zerowire', 'Pull')
  await pull.close()
  const push = near('Push')
  const log = new EventLog(push)
  push.connect(pull.endpoint)
  const { error } = await log.until('close')
  expect(push.stats).toMatchObject({
    ...{ handshakeFailures: 0, connections: 0, peers: 0 },
    lastError: { error: { code: 'ECONNREFUSED', address: pull.endpoint } },
  })
  expect(push.stats.lastError?.error).toBe(error)
})
