import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { nextTurn } from '../../test/support/turn.js'
import type { Refusal } from './index.js'
import { Village, type Seen } from './test/nodes.js'
import { anybody, frame, RawNode } from './test/raw-node.js'

/** Waits until so much has been refused, and nothing else has. */
async function refused({ node }: Seen, expected: Partial<Record<Refusal, number>>): Promise<void> {
  const counted = () => Object.entries(node.stats.refused).filter(([, count]) => count > 0)
  const sum = Object.values(expected).reduce((total, count) => total + count, 0)
  while (counted().reduce((total, [, count]) => total + count, 0) < sum) await nextTurn()
  expect(Object.fromEntries(counted())).toEqual(expected)
}

/** A node, and one made by hand that it knows. */
async function met(): Promise<{
  village: Village
  a: Seen
  raw: RawNode
  say: (...frames: Buffer[]) => Promise<void>
}> {
  const village = new Village()
  const a = await village.node('a')
  const raw = await RawNode.open(village.network)
  raw.announce()
  const say = raw.talkTo(a)
  await say(raw.hello())
  await a.log.until('enter raw')
  return { village, a, raw, say }
}

const G = { text: 'G' }

describe('a node of libzmq, written by hand after RFC 36', () => {
  it('is greeted over a DEALER whose name is 01 and the UUID', async () => {
    const village = new Village()
    const a = await village.node('a', { headers: { X: 'é' } })
    a.node.join('G')
    const raw = await RawNode.open(village.network)
    raw.announce()
    const hello = frame(
      'aaa1 01 02 0001',
      { text: String(a.node.endpoint) },
      '00000001',
      { long: 'G' },
      '01',
      { text: 'a' },
      '00000001',
      { text: 'X' },
      { long: 'é' },
    )
    expect(await raw.receive()).toEqual([`01${a.node.id.toLowerCase()}`, hello.toString('hex')])
  })

  it('needs no beacon: its HELLO says where it is', async () => {
    const village = new Village()
    const a = await village.node('a')
    const raw = await RawNode.open(village.network)
    await raw.talkTo(a)(raw.hello({ groups: '00000002 00000001 47 00000001 47' }))
    const [, greeting] = await raw.receive()
    expect(greeting).toMatch(/^aaa101020001/)
    await a.log.until('join raw G')
    expect(a.log.lines).toEqual(['enter raw', 'join raw G'])
  })

  it('says everything there is to say, and is told everything', async () => {
    const { a, raw, say } = await met()
    await raw.receive()
    a.node.join('G')
    await say(frame('aaa1 04 02 0002', G, '01'))
    await say(frame('aaa1 02 02 0003'), Buffer.from('one'), Buffer.from('two'))
    await say(frame('aaa1 03 02 0004', G), Buffer.from('all'))
    await say(frame('aaa1 06 02 0005'))
    await a.log.until('shout raw G: all')
    expect(a.log.lines).toEqual([
      'enter raw',
      'join raw G',
      'whisper raw: one|two',
      'shout raw G: all',
    ])
    expect((await raw.receive()).slice(1)).toEqual(['aaa1040200020147' + '01'])
    expect((await raw.receive()).slice(1)).toEqual(['aaa107020003'])
    a.node.shout('G', 'hi')
    a.node.whisper(raw.id, ['a', 'b'])
    a.node.leave('G')
    expect((await raw.receive()).slice(1)).toEqual(['aaa1030200040147', '6869'])
    expect((await raw.receive()).slice(1)).toEqual(['aaa102020005', '61', '62'])
    expect((await raw.receive()).slice(1)).toEqual(['aaa1050200060147' + '02'])
    await say(frame('aaa1 05 02 0006', G, '02'))
    await a.log.until('leave raw G')
    await refused(a, {})
  })

  it('is asked after 5 seconds of silence, is called silent, and is gone after 30', async () => {
    const { village, a, raw, say } = await met()
    await raw.receive()
    village.clock.advance(4000)
    expect(a.log.lines).toEqual(['enter raw'])
    village.clock.advance(1000)
    await a.log.until('evasive raw')
    expect((await raw.receive()).slice(1)).toEqual(['aaa106020002'])
    await say(frame('aaa1 07 02 0002'))
    await say(frame('aaa1 02 02 0003'), Buffer.from('here'))
    await a.log.until('whisper raw: here')
    village.clock.advance(29_000)
    await a.log.until('silent raw')
    expect(a.node.peers).toHaveLength(1)
    village.clock.advance(1000)
    await a.log.until('exit raw expired')
    expect(a.log.lines).toEqual([
      ...['enter raw', 'evasive raw', 'whisper raw: here'],
      ...['evasive raw', 'silent raw', 'exit raw expired'],
    ])
  })

  it('lives on by its beacons alone', async () => {
    const { village, a, raw } = await met()
    for (let second = 0; second < 60; second++) {
      raw.announce()
      village.clock.advance(1000)
    }
    expect(a.node.peers).toHaveLength(1)
    expect(a.log.lines).toEqual(['enter raw'])
    raw.announce(null)
    await a.log.until('exit raw left')
  })

  it('is gone at once when nobody listens there any more', async () => {
    const { a, raw } = await met()
    await raw.receive()
    raw.close()
    await a.log.until('exit raw refused')
  })

  it('has 30 seconds to introduce itself, whatever its beacons say, and may try again', async () => {
    const village = new Village()
    const a = await village.node('a')
    const raw = await RawNode.open(village.network)
    raw.announce()
    const greetings = [await raw.receive()]
    for (let second = 0; second < 30; second++) {
      village.clock.advance(1000)
      raw.announce()
    }
    greetings.push(await raw.receive())
    expect(greetings.map(([, hello]) => hello?.slice(0, 12))).toEqual([
      'aaa101020001',
      'aaa101020001',
    ])
    expect(a.log.lines).toEqual([])
  })
})

describe('a node that lies', () => {
  it.each([
    ['a gap', frame('aaa1 06 02 0003')],
    ['the same again', frame('aaa1 06 02 0001')],
    ['a HELLO that is not the first', frame('aaa1 01 02 0002 00 00000000 00 00 00000000')],
  ])('is dropped after %s, and comes back with a new HELLO', async (_, wrong) => {
    const { a, raw, say } = await met()
    await raw.receive()
    await say(wrong)
    await a.log.until('exit raw sequence')
    await say(frame('aaa1 06 02 0004'))
    await refused(a, { sequence: 1, unannounced: 1 })
    raw.announce()
    expect((await raw.receive())[1]).toMatch(/^aaa101020001/)
    await say(raw.hello())
    await a.log.until('enter raw', 2)
  })

  it('is greeted anew when it greets anew', async () => {
    const { a, raw, say } = await met()
    await raw.receive()
    await say(raw.hello({ name: 'again' }))
    await a.log.until('enter again')
    expect(a.log.lines).toEqual(['enter raw', 'exit raw restarted', 'enter again'])
    expect((await raw.receive())[1]).toMatch(/^aaa101020001/)
  })

  it.each<[Refusal, Buffer]>([
    ['signature', Buffer.of()],
    ['signature', frame('aaa0 06 02 0002')],
    ['version', frame('aaa1 06 03 0002')],
    ['malformed', frame('aaa1 06 02 00')],
    ['malformed', frame('aaa1 04 02 0002', 'ff 47')],
    ['malformed', frame('aaa1 01 02 0001 00 ffffffff')],
    ['malformed', frame('aaa1 01 02 0001 00 00000000 00 00 ffffffff')],
    ['unknown', frame('aaa1 0a 02 0002')],
    ['group', frame('aaa1 03 02 0002', G)],
  ])('is counted, and goes on (%s: %s)', async (refusal, wrong) => {
    const { a, say } = await met()
    await say(wrong)
    const counts = refusal === 'unknown' || refusal === 'group'
    await say(frame(`aaa1 02 02 000${counts ? 3 : 2}`), Buffer.from('still here'))
    await a.log.until('whisper raw: still here')
    await refused(a, { [refusal]: 1 })
  })

  it('is ignored before its HELLO, whatever it says', async () => {
    const village = new Village()
    const a = await village.node('a')
    const raw = await RawNode.open(village.network)
    raw.announce()
    const say = raw.talkTo(a)
    await say(frame('aaa1 02 02 0001'), Buffer.from('x'))
    await say(raw.hello({ sequence: '0002' }))
    await say(raw.hello())
    await a.log.until('enter raw')
    await refused(a, { unannounced: 2 })
  })

  it('is nobody without the UUID of a node', async () => {
    const { a } = await met()
    for (const id of ['', 'x', '00', `02${'11'.repeat(16)}`, `01${'11'.repeat(17)}`]) {
      const named = id === '' ? Buffer.from('a name') : Buffer.from(id, 'hex')
      await anybody(a.node.endpoint, named.length > 0 ? named : Buffer.from('x'))(Buffer.from('hi'))
    }
    await refused(a, { identity: 5 })
  })

  it('cannot be us, nor where we are', async () => {
    const village = new Village()
    const a = await village.node('a')
    const raw = await RawNode.open(village.network)
    await raw.talkTo(a, Buffer.from(a.node.id, 'hex'))(raw.hello())
    await refused(a, { own: 1 })
    raw.announce(a.node.endpoint)
    await refused(a, { own: 2 })
    await raw.talkTo(a)(raw.hello({ endpoint: String(a.node.endpoint) }))
    await refused(a, { own: 3 })
  })

  it('is not believed to be where another one is, nor elsewhere than it is', async () => {
    const { village, a, raw } = await met()
    const liar = await RawNode.open(village.network)
    liar.announce(raw.endpoint)
    raw.announce('tcp://127.0.0.1:9')
    await refused(a, { elsewhere: 2 })
    expect(a.node.peers.map(({ endpoint }) => endpoint)).toEqual([raw.endpoint])
    // Unless the other one has not been heard of for a while: then its port may have been given away.
    village.clock.advance(5000)
    await a.log.until('evasive raw')
    liar.announce(raw.endpoint)
    await a.log.until('exit raw replaced')
  })

  it('is known where its beacon was, when its HELLO says otherwise', async () => {
    const village = new Village()
    const a = await village.node('a')
    const raw = await RawNode.open(village.network)
    raw.announce()
    await raw.talkTo(a)(raw.hello({ endpoint: 'tcp://127.0.0.1:9' }))
    const { peer } = await a.log.until('enter raw')
    expect(peer.endpoint).toBe(raw.endpoint)
    await refused(a, { elsewhere: 1 })
  })

  it.each(['', 'nonsense', 'udp://127.0.0.1:5', 'tcp://:0'])(
    'cannot be at %j',
    async (endpoint) => {
      const village = new Village()
      const a = await village.node('a')
      const raw = await RawNode.open(village.network)
      await raw.talkTo(a)(raw.hello({ endpoint }))
      await refused(a, { endpoint: 1 })
      raw.announce(endpoint)
      await refused(a, { endpoint: 2 })
      expect(a.node.stats.peers).toBe(0)
    },
  )

  it('cannot count its groups as it likes, or be in too many', async () => {
    const village = new Village()
    const a = await village.node('a', { maxGroups: 2, maxHelloBytes: 100 })
    const raw = await RawNode.open(village.network)
    const say = raw.talkTo(a)
    await say(raw.hello())
    await a.log.until('enter raw')
    await say(frame('aaa1 04 02 0002', G, '01'))
    await say(frame('aaa1 04 02 0003', G, '02'))
    await say(frame('aaa1 04 02 0004', { text: 'H' }, '09'))
    await say(frame('aaa1 04 02 0005', { text: 'I' }, '0a'))
    await say(frame('aaa1 05 02 0006', { text: 'I' }, '0b'))
    await refused(a, { status: 1, limit: 1 })
    expect(a.node.groupsOf(raw.id)).toEqual(['G', 'H'])
    await say(raw.hello({ groups: '00000003 00000000 00000000 00000000' }))
    await say(raw.hello({ name: 'x'.repeat(100) }))
    await refused(a, { status: 1, limit: 3 })
  })

  it('leaves room for others: who has found us comes before who only has a beacon', async () => {
    const village = new Village()
    const a = await village.node('a', { maxPeers: 2 })
    const nodes = [1, 2, 3, 4].map(() => RawNode.open(village.network))
    const [one, two, three, four] = (await Promise.all(nodes)) as [
      RawNode,
      RawNode,
      RawNode,
      RawNode,
    ]
    for (const raw of [one, two, three]) raw.announce()
    await refused(a, { full: 1 })
    await three.talkTo(a)(three.hello({ name: 'three' }))
    await a.log.until('enter three')
    await four.talkTo(a)(four.hello({ name: 'four' }))
    await a.log.until('enter four')
    await one.talkTo(a)(one.hello({ name: 'one' }))
    await refused(a, { full: 2 })
    expect(a.node.stats.peers).toBe(2)
  })

  it('does not read what it is sent: it is gone, and nobody waits for it', async () => {
    const village = new Village()
    const a = await village.node('a', { sendHighWaterMark: 2 })
    const raw = await RawNode.open(village.network)
    // Somebody is there who never says a word.
    const mute = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void mute.close())
    await once(mute, 'listening')
    const { port } = mute.address() as AddressInfo
    await raw.talkTo(a)(raw.hello({ endpoint: `tcp://127.0.0.1:${port}` }))
    await a.log.until('enter raw')
    a.node.whisper(raw.id, 'fits')
    expect(() => a.node.whisper(raw.id, 'one too many')).toThrow(
      expect.objectContaining({ code: 'EHOSTUNREACH' }),
    )
    await a.log.until('exit raw full')
  })

  it.each(['inproc://inside', 'ipc://@zerowire-inside', 'no endpoint at all'])(
    'has nobody connect to %s, where it is not itself',
    async (endpoint) => {
      const village = new Village()
      const a = await village.node('a')
      const raw = await RawNode.open(village.network)
      await raw.talkTo(a)(raw.hello({ endpoint }))
      await refused(a, { endpoint: 1 })
      expect(a.node.stats.peers).toBe(0)
    },
  )

  it('cannot do harm with beacons that are none', async () => {
    const { village, a } = await met()
    village.network.announce(undefined)
    village.network.announce({ uuid: Buffer.alloc(16, 99), endpoint: null })
    await refused(a, { beacon: 1 })
    expect(a.node.stats.peers).toBe(1)
  })
})
