import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import * as zmq from 'zeromq'
import { Dealer, Proxy, Publisher, Pull, Push, Router, Subscriber, type Socket } from 'zerowire'
import { ManualClock } from 'zerowire/patterns/clock'
import {
  Directory,
  follow,
  StaticDiscovery,
  type Discovery,
  type FollowEvent,
  type Following,
  type FollowOptions,
} from 'zerowire/patterns/discovery'
import { EventLog } from '../../test/support/events.js'
import { holdsLater } from '../../test/support/property.js'
import { track } from '../../test/support/track.js'
import { nextTurn } from '../../test/support/turn.js'

const LOCAL = 'tcp://127.0.0.1:*'

async function bound<S extends Socket | zmq.Socket>(
  socket: S,
): Promise<[socket: S, endpoint: string]> {
  await track(socket).bind(LOCAL)
  return [socket, String(socket.lastEndpoint)]
}

/** Follows, and writes down what happens. */
function followed(
  socket: Socket,
  discovery: Discovery,
  options: FollowOptions = {},
): Following & { told: string[] } {
  const told: string[] = []
  const onEvent = (event: FollowEvent) => {
    const about = 'endpoint' in event ? event.endpoint : String(event.error)
    told.push(`${event.type} ${about}`)
  }
  const following = follow(socket, discovery, { service: 's', onEvent, ...options })
  onTestFinished(() => following.close())
  return Object.assign(following, { told })
}

/** Endpoints to which connecting does no harm: nobody is there, and nobody will be. */
const nowhere = (count: number) => Array.from({ length: count }, (_, i) => `inproc://nowhere-${i}`)

describe('a socket that follows', () => {
  it('PUSH: connects to workers as they come, and no longer sends to those who go', async () => {
    const [[one, at1], [two, at2]] = [await bound(new Pull()), await bound(new zmq.Pull())]
    const discovery = new StaticDiscovery({ s: [at1] })
    const push = track(new Push())
    const following = followed(push, discovery)
    await following.ready
    expect(following.peers).toEqual([at1])
    await push.send('first')
    expect(String(await one.receive())).toBe('first')
    discovery.set('s', [at2])
    await nextTurn()
    await push.send('second')
    expect(String(await two.receive())).toBe('second')
    expect(following.told).toEqual([`connect ${at1}`, `disconnect ${at1}`, `connect ${at2}`])
    expect(push.stats.dropped.total).toBe(0)
  })

  it('SUB: hears publishers, ours and native, and no longer those who were removed', async () => {
    const [[ours, at1], native] = [await bound(new Publisher()), track(new zmq.Publisher())]
    await native.bind(LOCAL)
    const at2 = String(native.lastEndpoint)
    const discovery = new StaticDiscovery({ s: [at1, at2] })
    const sub = track(new Subscriber())
    sub.subscribe('')
    const log = new EventLog(sub)
    const following = followed(sub, discovery)
    const heard = new Set<string>()
    const reading = (async () => {
      while (heard.size < 2) heard.add(String(await sub.receive()))
    })()
    // Publishers hear of the subscription when they do.
    while (heard.size < 2) {
      await Promise.all([ours.send('ours'), native.send('native')])
      await nextTurn()
    }
    await reading
    discovery.remove('s', at2)
    await log.until('disconnect')
    expect(following.peers).toEqual([at1])
  })

  it('ROUTER: talks to those it connects to by the names they have', async () => {
    const [dealer, at] = await bound(new Dealer({ routingId: 'worker' }))
    const router = track(new Router({ mandatory: true }))
    const log = new EventLog(router)
    followed(router, new StaticDiscovery({ s: [at] }))
    await log.until('handshake')
    await router.send(['worker', 'job'])
    expect(String(await dealer.receive())).toBe('job')
  })

  it('connects in order and once, whatever is told twice', async () => {
    const [a = '', b = '', c = ''] = nowhere(3)
    const following = followed(track(new Push()), new StaticDiscovery({ s: [c, a, b, a] }))
    expect(following.peers).toEqual([])
    await following.ready
    expect(following.peers).toEqual([a, b, c])
    expect(following.told).toEqual([`connect ${a}`, `connect ${b}`, `connect ${c}`])
  })

  it('leaves alone what comes and goes in the same moment', async () => {
    const discovery = new StaticDiscovery()
    const following = followed(track(new Push()), discovery)
    await following.ready
    discovery.add('s', 'inproc://briefly')
    discovery.remove('s', 'inproc://briefly')
    await nextTurn()
    expect(following.told).toEqual([])
  })

  it('does not connect to itself: where it is bound, was bound, or says that it is', async () => {
    const [router, at] = await bound(new Router())
    const elsewhere = 'tcp://192.0.2.1:5555'
    const discovery = new StaticDiscovery({ s: [at, elsewhere] })
    const following = followed(router, discovery, { own: [elsewhere] })
    await following.ready
    await router.bind(LOCAL)
    const second = String(router.lastEndpoint)
    discovery.add('s', second)
    await nextTurn()
    expect(following.told).toEqual([])
    // What is bound stays bound.
    discovery.set('s', [])
    const dealer = track(new Dealer())
    dealer.connect(second)
    await dealer.send('hello')
    expect((await router.receive()).map(String)[1]).toBe('hello')
  })

  it('goes on after addresses that are none, or none for its type', async () => {
    const bad = ['', 'nonsense', 'tcp://no-port', 'udp://127.0.0.1:5', 'unheard://of', 'tcp://x:0']
    const discovery = new StaticDiscovery({ s: [...bad, 'inproc://good'] })
    const following = followed(track(new Push()), discovery)
    await following.ready
    expect(following.peers).toEqual(['inproc://good'])
    expect(following.stats.bad).toBe(bad.length)
    expect(following.told.filter((each) => each.startsWith('bad'))).toHaveLength(bad.length)
    // They are not tried again until they come again.
    discovery.add('s', 'inproc://another')
    await nextTurn()
    expect(following.stats.bad).toBe(bad.length)
    discovery.remove('s', 'nonsense')
    await nextTurn()
    discovery.add('s', 'nonsense')
    await nextTurn()
    expect(following.stats.bad).toBe(bad.length + 1)
  })

  it('lets those wait that there is no room for', async () => {
    const [a = '', b = '', c = '', d = ''] = nowhere(4)
    const discovery = new StaticDiscovery({ s: [b, c, d] })
    const following = followed(track(new Push()), discovery, { maxPeers: 2 })
    await following.ready
    expect([following.peers, following.waiting]).toEqual([[b, c], [d]])
    // Who is connected stays, whoever comes.
    discovery.add('s', a)
    await nextTurn()
    expect([following.peers, following.waiting]).toEqual([
      [b, c],
      [a, d],
    ])
    discovery.remove('s', c)
    await nextTurn()
    expect([following.peers, following.waiting]).toEqual([[a, b], [d]])
    discovery.remove('s', d)
    await nextTurn()
    expect(following.waiting).toEqual([])
  })

  it('remembers only so many', async () => {
    const [a = '', b = '', c = ''] = nowhere(3)
    const discovery = new StaticDiscovery({ s: [a, b, c] })
    const following = followed(track(new Push()), discovery, { maxKnown: 2 })
    await following.ready
    expect(following.peers).toEqual([a, b])
    expect(following.stats.dropped).toBe(1)
    expect(following.told[0]).toBe(`dropped ${c}`)
  })

  it('waits while the socket is being bound', async () => {
    const clock = new ManualClock()
    const router = track(new Router())
    const binding = router.bind('tcp://localhost:*')
    const following = followed(router, new StaticDiscovery({ s: ['inproc://x'] }), { clock })
    await nextTurn()
    await binding
    clock.advance(20)
    await following.ready
    expect(following.told).toEqual(['connect inproc://x'])
  })

  it('waits while the socket is lent, and ends with it', async () => {
    const clock = new ManualClock()
    const [router] = await bound(new Router())
    const dealer = track(new Dealer())
    const discovery = new StaticDiscovery({ s: ['inproc://x'] })
    const following = followed(dealer, discovery, { clock })
    await following.ready
    const proxy = new Proxy(router, dealer)
    const end = proxy.run()
    discovery.set('s', ['inproc://y'])
    for (let i = 0; i < 3; i++) {
      await nextTurn()
      clock.advance(20)
    }
    expect(following.peers).toEqual(['inproc://x'])
    proxy.terminate()
    await end
    await nextTurn()
    expect([following.closed, clock.pending]).toEqual([true, 0])
  })

  it('does not mind when somebody else has disconnected', async () => {
    const discovery = new StaticDiscovery({ s: ['inproc://x', 'inproc://y'] })
    const push = track(new Push())
    const following = followed(push, discovery)
    await following.ready
    push.disconnect('inproc://x')
    discovery.set('s', ['inproc://y'])
    await nextTurn()
    expect(following.peers).toEqual(['inproc://y'])
  })

  it('ends with the socket', async () => {
    const discovery = new StaticDiscovery()
    const push = new Push()
    const following = followed(push, discovery)
    await following.ready
    await push.close()
    discovery.add('s', 'inproc://x')
    await nextTurn()
    expect([following.closed, following.peers]).toEqual([true, []])
  })

  it('is no longer waited for when the socket is closed before the discovery has answered', async () => {
    const directory = new Directory()
    const never = new Promise(() => undefined)
    const discovery: Discovery = {
      watch: (service, watcher) => directory.watch(service, watcher, never),
      close: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
    const push = track(new Push())
    const following = followed(push, discovery)
    directory.add('s', 'inproc://x')
    await push.close()
    await following.ready
    expect(following.closed).toBe(true)
  })

  it('tells of a discovery in trouble, and stays as it is', async () => {
    const directory = new Directory()
    directory.add('s', 'inproc://x')
    const discovery = Object.assign(new StaticDiscovery(), {
      watch: directory.watch.bind(directory),
    })
    const following = followed(track(new Push()), discovery)
    await following.ready
    directory.fail(new Error('no network'))
    expect(following.told.at(-1)).toBe('failed Error: no network')
    expect([following.stats.failed, following.peers]).toEqual([1, ['inproc://x']])
  })

  it('follows no longer when told so, and keeps its connections', async () => {
    const discovery = new StaticDiscovery({ s: ['inproc://x'] })
    const following = followed(track(new Push()), discovery)
    await following.ready
    await following.close()
    await following[Symbol.asyncDispose]()
    discovery.set('s', ['inproc://y'])
    await nextTurn()
    expect(following.peers).toEqual(['inproc://x'])
  })

  it('refuses bounds that are none', () => {
    const push = track(new Push())
    expect(() => follow(push, new StaticDiscovery(), { maxPeers: 0 })).toThrow('not 0')
    expect(() => follow(push, new StaticDiscovery(), { maxKnown: 1.5 })).toThrow(RangeError)
  })

  it('is connected to as many of those who are there as there is room for (a property)', async () => {
    const endpoints = nowhere(6)
    const change = fc.record({ add: fc.boolean(), endpoint: fc.constantFrom(...endpoints) })
    const moments = fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 12 })
    await holdsLater(
      fc.asyncProperty(moments, fc.integer({ min: 1, max: 6 }), async (turns, maxPeers) => {
        const discovery = new StaticDiscovery()
        const push = new Push({ linger: 0 })
        const following = follow(push, discovery, { service: 's', maxPeers })
        for (const changes of turns) {
          for (const { add, endpoint } of changes) {
            discovery[add ? 'add' : 'remove']('s', endpoint)
          }
          await nextTurn()
          const known = discovery.endpoints('s')
          expect(following.peers).toHaveLength(Math.min(maxPeers, known.length))
          expect([...following.peers, ...following.waiting].sort()).toEqual(known)
        }
        await push.close()
      }),
    )
  })
})
