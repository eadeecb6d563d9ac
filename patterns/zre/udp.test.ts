import { once } from 'node:events'
import { createSocket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from 'zerowire/patterns/clock'
import { UdpBeacon, Zre, type Announcement } from 'zerowire/patterns/zre'
import { Child } from '../../test/support/child.js'
import { WakeUp } from '../../test/support/wake-up.js'
import { Log, type Seen } from './test/nodes.js'
import { freePort } from './test/udp-port.js'
import { broadcastAddress } from './udp-beacon.js'

const LOOPBACK = 'tcp://127.0.0.1:'

/** What a beacon hears. */
async function listen(
  beacon: UdpBeacon,
): Promise<{ host: string; heard: () => Promise<Announcement | 'none'> }> {
  const all: (Announcement | 'none')[] = []
  const news = new WakeUp()
  onTestFinished(() => beacon.close())
  const host = await beacon.open((announcement) => {
    all.push(announcement ?? 'none')
    news.notify()
  })
  return { host, heard: () => news.until(() => all.shift()) }
}

describe('beacons over UDP', () => {
  const uuid = new Uint8Array(16).fill(7)

  it.each([
    ['broadcast', {}],
    ['multicast', { address: '239.255.43.23' }],
  ])('are heard by all on the port, also by ourselves (%s)', async (_, to) => {
    const options = { port: await freePort(), interface: '127.0.0.1', ...to }
    const [one, two] = [new UdpBeacon(options), new UdpBeacon(options)]
    const [a, b] = [await listen(one), await listen(two)]
    expect([a.host, b.host]).toEqual(['127.0.0.1', '127.0.0.1'])
    await one.announce({ uuid, endpoint: `${LOOPBACK}50000` })
    const expected = { uuid, endpoint: `${LOOPBACK}50000` }
    expect([await a.heard(), await b.heard()]).toEqual([expected, expected])
    await two.announce({ uuid, endpoint: null })
    expect([await a.heard(), await b.heard()]).toEqual([
      { uuid, endpoint: null },
      { uuid, endpoint: null },
    ])
  })

  it('are told from what is none', async () => {
    const port = await freePort()
    const { heard } = await listen(new UdpBeacon({ port, interface: '127.0.0.1' }))
    const stranger = createSocket('udp4')
    onTestFinished(() => void stranger.close())
    stranger.bind(0, '127.0.0.1')
    await once(stranger, 'listening')
    stranger.setBroadcast(true)
    stranger.send('what is this?', port, '127.255.255.255')
    expect(await heard()).toBe('none')
    stranger.send(Buffer.from(`5a524501${'07'.repeat(16)}0001`, 'hex'), port, '127.255.255.255')
    expect(await heard()).toEqual({ uuid, endpoint: `${LOOPBACK}1` })
  })

  it('are sent on an interface that is there, or say what is wrong', async () => {
    expect(() => new UdpBeacon({ port: 0 })).toThrow('not 0')
    const [name = ''] = Object.keys(networkInterfaces())
    await listen(new UdpBeacon({ port: await freePort(), interface: name }))
    await listen(new UdpBeacon({ port: await freePort() }))
    const nowhere = new UdpBeacon({ interface: 'no-such-interface' })
    await expect(nowhere.open(() => undefined)).rejects.toThrow('no-such-interface')
    await nowhere.close()
    const beacon = new UdpBeacon({ port: await freePort(), interface: '127.0.0.1' })
    await expect(beacon.announce({ uuid, endpoint: null })).rejects.toThrow('not open')
    await listen(beacon)
    await expect(beacon.announce({ uuid, endpoint: 'inproc://x' })).rejects.toThrow('tcp://')
    const alone = createSocket('udp4')
    alone.bind(0)
    await once(alone, 'listening')
    onTestFinished(() => void alone.close())
    const taken = new UdpBeacon({ port: alone.address().port, interface: '127.0.0.1' })
    await expect(taken.open(() => undefined)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it('go to the broadcast address of the network', () => {
    expect(broadcastAddress('192.168.17.5', '255.255.240.0')).toBe('192.168.31.255')
    expect(broadcastAddress('127.0.0.1', '255.0.0.0')).toBe('127.255.255.255')
  })
})

describe('nodes over UDP', () => {
  async function start(port: number, name: string): Promise<Seen> {
    const beacon = new UdpBeacon({ port, interface: '127.0.0.1' })
    const node = new Zre({ name, beacon, interval: 50, clock: systemClock })
    onTestFinished(() => node.close())
    const log = new Log(node)
    await node.start()
    return { node, log }
  }

  it('meet, talk, and leave', async () => {
    const port = await freePort()
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => start(port, name)))
    if (!a || !b || !c) throw new Error('three nodes')
    await Promise.all([a.log.until('enter b'), a.log.until('enter c'), c.log.until('enter b')])
    a.node.whisper(b.node.id, 'hello')
    await b.log.until('whisper a: hello')
    await c.node.close()
    await Promise.all([a.log.until('exit c left'), b.log.until('exit c left')])
  })

  it(
    'notice at once that a process was killed, and meet the next one',
    { timeout: 120_000 },
    async () => {
      const port = await freePort()
      const a = await start(port, 'a')
      for (let round = 1; round <= 3; round++) {
        const child = Child.run('patterns/zre/test/programs/node.ts', String(port), 'child')
        const id = await child.line()
        await a.log.until('join child G', round)
        a.node.whisper(id, `hello ${round}`)
        await a.log.until(`whisper child: echo|hello ${round}`)
        await child.kill()
        await a.log.until('exit child refused', round)
      }
    },
  )
})
