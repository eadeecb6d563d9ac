import { describe, expect, it } from 'vitest'
import { curveKeyPair } from 'zerowire/curve'
import { far, inBrowser, near, overNetwork, untilPeers } from '../support/everywhere.js'
import { describeMessage, toBytes } from '../support/far/parts.js'
import { EventLog } from '../support/events.js'
import { synchronise } from '../support/pubsub.js'
import { received } from '../support/received.js'

const server = curveKeyPair()
const client = curveKeyPair()
const asServer = { curveServer: true, curveSecretKey: server.secretKey }
const asClient = {
  curveServerKey: server.publicKey,
  curvePublicKey: client.publicKey,
  curveSecretKey: client.secretKey,
}

describe('key pairs', () => {
  it('are 40 characters each, and others every time', () => {
    expect(server.publicKey).toMatch(/^[!-~]{40}$/)
    expect(server.secretKey).toMatch(/^[!-~]{40}$/)
    expect(
      new Set([server.publicKey, server.secretKey, client.publicKey, client.secretKey]).size,
    ).toBe(4)
  })
})

// A page cannot ask libzmq for it: browsers allow no slash in ZWS2.0/CURVE.
const ways = inBrowser ? (['zerowire'] as const) : overNetwork

describe.each(ways)('CURVE with %s', (way) => {
  it('PUSH to PULL, parts of all lengths', async () => {
    const pull = await far(way, 'Pull', { options: asServer })
    const push = near('Push', pull, asClient)
    const parts = [0, 1, 100, 300, 5000, 60_000].map((size) => ({ size, seed: size }))
    await push.send(parts.map(toBytes))
    await push.send('and more')
    expect(await pull.receive(2)).toEqual([describeMessage(parts), ['and more']])
  })

  it('REQ to REP', async () => {
    const reply = await far(way, 'Reply', { options: asServer })
    const request = near('Request', reply, asClient)
    const echo = reply.echo(5)
    for (let i = 0; i < 5; i++) {
      await request.send([String(i), ''])
      expect(await received(request)).toEqual([[String(i), '']])
    }
    await echo
  })

  it('WS-8 SUB to PUB', async () => {
    const publisher = await far(way, 'Publisher', { options: asServer })
    const subscriber = near('Subscriber', publisher, asClient)
    subscriber.subscribe()
    await synchronise({ send: (message: string) => publisher.send([message]) }, subscriber)
    await publisher.send(['news'])
    expect(await received(subscriber)).toEqual([['news']])
  })

  it('does not let in who does not know the key of the server', async () => {
    const pull = await far(way, 'Pull', { options: asServer })
    const push = near('Push', undefined, { ...asClient, curveServerKey: client.publicKey })
    const log = new EventLog(push)
    push.connect(pull.endpoint)
    await log.until('handshake:error:other')
    expect(log.types).not.toContain('handshake')
    await untilPeers(push, 0)
  })
})
