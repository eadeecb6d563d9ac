import { describe, expect, it } from 'vitest'
import { asking, Peer, ready, station, WORKER } from './test/peer.js'

const { '0.1': old, '0.2': current } = WORKER

describe('workers that lie', () => {
  const id = '\0\x01\x02\x03\x04'

  it.each([
    ['a heartbeat before READY', ['', 'MDPW01', old.heartbeat], old],
    ['a reply before READY', ['', 'MDPW01', old.final, id, '', 'x'], old],
    ['a partial reply before READY', ['MDPW02', current.partial, id, '', 'x'], current],
    ['a service of the broker (RFC 8)', ['MDPW02', current.ready, 'mmi.service'], current],
    ['no service', ['MDPW02', current.ready], current],
    ['a service without a name', ['MDPW02', current.ready, ''], current],
    ['a service with a long name', ['MDPW02', current.ready, 'x'.repeat(256)], current],
    ['what only brokers say', ['MDPW02', current.request, id, '', 'x'], current],
    ['an unknown command', ['MDPW02', '\x07'], current],
    ['a command of two bytes', ['MDPW02', '\x01\x01', 'echo'], current],
    ['no command', ['', 'MDPW01'], old],
  ])('%s: DISCONNECT', async (_name, frames, { head, disconnect }) => {
    const { broker, endpoint } = await station()
    const worker = new Peer(endpoint)
    await worker.say(...frames)
    expect(await worker.hear()).toEqual([...head, disconnect])
    expect(broker.stats).toMatchObject({ workers: 0, services: 0, disconnected: 1 })
  })

  it.each([
    ['a second READY', ['MDPW02', current.ready, 'echo']],
    ['a reply to no request', ['MDPW02', current.final, id, '', 'x']],
    ['a command of the other version', ['', 'MDPW01', old.heartbeat]],
    ['an unknown command', ['MDPW02', '\x09']],
    ['something else', ['something else']],
    ['something else, empty', ['', '', '']],
  ])('%s after READY: DISCONNECT, and nothing more', async (_name, frames) => {
    const all = await station()
    const worker = await ready(all)
    await worker.say(...frames)
    expect(await worker.hear()).toEqual(['MDPW02', current.disconnect])
    expect(all.broker.stats).toMatchObject({ workers: 0, services: 0, disconnected: 1 })
  })

  it.each([
    ['somebody else', [id, '', 'x']],
    ['nobody', ['', '', 'x']],
    ['the client without a delimiter', ['id', 'x', 'x']],
    ['the client with nothing', ['id', '']],
  ])('a reply to %s: DISCONNECT, and the request is lost', async (_name, rest) => {
    const all = await station()
    const worker = await ready(all)
    await asking(all, 'echo', 'hello')
    const [, , client = ''] = await worker.hear()
    const frames = rest.map((frame) => (frame === 'id' ? client : frame))
    await worker.say('MDPW02', current.final, ...frames)
    expect(await worker.hear()).toEqual(['MDPW02', current.disconnect])
    expect(all.broker.stats).toMatchObject({ workers: 0, lost: 1, final: 0 })
  })
})

describe('clients that lie', () => {
  it.each([
    ['no service', ['', 'MDPC01']],
    ['no body', ['', 'MDPC01', 'echo']],
    ['no name', ['', 'MDPC01', '', 'x']],
    ['a long name', ['', 'MDPC01', 'x'.repeat(256), 'x']],
    ['no command', ['MDPC02']],
    ['a reply', ['MDPC02', '\x03', 'echo', 'x']],
    ['no service, in 0.2', ['MDPC02', '\x01']],
    ['no body, in 0.2', ['MDPC02', '\x01', 'echo']],
    ['0.2 as if it were 0.1', ['', 'MDPC02', '\x01', 'echo', 'x']],
    ['0.1 as if it were 0.2', ['MDPC01', 'echo', 'x']],
    ['a version to come', ['MDPC03', '\x01', 'echo', 'x']],
    ['nonsense', ['MDP']],
  ])('%s is counted, and costs nobody anything', async (_name, frames) => {
    const { broker, endpoint } = await station()
    const client = new Peer(endpoint)
    await client.say(...frames)
    await client.say('', 'MDPC01', 'mmi.service', 'echo')
    expect(await client.hear()).toEqual(['', 'MDPC01', 'mmi.service', '404'])
    expect(broker.stats).toMatchObject({ malformed: 1, requests: 0, services: 0 })
  })
})
