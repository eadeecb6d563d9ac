import { describe, expect, it } from 'vitest'
import { itOurs, native, ours, type AnySocket, type Options } from '../support/implementations.js'
import { EventLog } from '../support/events.js'
import { receiveTexts, texts } from '../support/messages.js'
import { open } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'
import { untilHeard } from '../support/until-heard.js'

const AUTO_ID_SIZE = 5

const directions = [
  { title: 'our ROUTER, native peers', routing: ours, peering: native },
  { title: 'native ROUTER, our peers', routing: native, peering: ours },
]

describe.each(directions)('$title', ({ routing, peering }) => {
  async function routerWith(options: Options = {}) {
    const router = open(routing, 'Router', options)
    return { router, address: await bindFresh(router) }
  }

  function dealerTo(address: string, options: Options = {}): AnySocket {
    const dealer = open(peering, 'Dealer', options)
    dealer.connect(address)
    return dealer
  }

  it.each([
    { title: 'a short id', routingId: 'a' },
    { title: 'the longest id', routingId: 'x'.repeat(255) },
    { title: 'a binary id', routingId: Buffer.of(1, 0, 0xfe, 0xff) },
  ])('knows a peer by $title', async ({ routingId }) => {
    const { router, address } = await routerWith()
    const dealer = dealerTo(address, { routingId })
    await dealer.send('hello')
    const [id = Buffer.alloc(0), body] = await router.receive()
    expect(id).toEqual(Buffer.from(routingId))
    expect(String(body)).toBe('hello')
    await router.send([routingId, 'welcome'])
    expect(await receiveTexts(dealer)).toEqual(['welcome'])
  })

  it('gives anonymous peers ids of 5 bytes beginning with 00, each its own', async () => {
    const { router, address } = await routerWith()
    const ids: string[] = []
    for (const name of ['one', 'two', 'three']) {
      const dealer = dealerTo(address)
      await dealer.send(name)
      const [id = Buffer.alloc(0)] = await router.receive()
      expect([id.length, id[0]]).toEqual([AUTO_ID_SIZE, 0])
      ids.push(id.toString('hex'))
      await router.send([id, name])
      expect(await receiveTexts(dealer)).toEqual([name])
    }
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('routes to the peer that is named', async () => {
    const { router, address } = await routerWith()
    const names = ['a', 'b', 'c']
    const dealers = names.map((routingId) => dealerTo(address, { routingId }))
    for (const dealer of dealers) {
      await dealer.send('hello')
      await router.receive()
    }
    for (const name of names.toReversed()) await router.send([name, `for ${name}`])
    for (const [index, dealer] of dealers.entries()) {
      expect(await receiveTexts(dealer)).toEqual([`for ${names[index] ?? ''}`])
    }
  })

  it('drops what is for nobody, and a bare id', async () => {
    const { router, address } = await routerWith()
    const dealer = dealerTo(address, { routingId: 'a' })
    await dealer.send('hello')
    await router.receive()
    await router.send(['nobody', 'lost'])
    await router.send(['a'])
    await router.send(['a', 'arrives'])
    expect(await receiveTexts(dealer)).toEqual(['arrives'])
  })

  it('mandatory: rejects EHOSTUNREACH for an unknown peer', async () => {
    const { router, address } = await routerWith({ mandatory: true, sendTimeout: 0 })
    const dealer = dealerTo(address, { routingId: 'a' })
    await dealer.send('hello')
    await router.receive()
    await expect(router.send(['nobody', 'lost'])).rejects.toMatchObject({
      code: 'EHOSTUNREACH',
      message: 'Host unreachable',
    })
    await router.send(['a', 'arrives'])
    expect(await receiveTexts(dealer)).toEqual(['arrives'])
  })

  it.each(['Dealer', 'Request', 'Router'] as const)(
    'probeRouter of a %s tells its id with an empty message',
    async (type) => {
      const { router, address } = await routerWith()
      const peer = open(peering, type, { probeRouter: true, routingId: 'prober' })
      peer.connect(address)
      expect(await receiveTexts(router)).toEqual(['prober', ''])
    },
  )

  it('connect() with a routing id lets it speak first', async () => {
    const dealer = open(peering, 'Dealer')
    const address = await bindFresh(dealer)
    const router = open(routing, 'Router')
    router.connect(address, { routingId: 'service' })
    await router.send(['service', 'hello'])
    expect(await receiveTexts(dealer)).toEqual(['hello'])
    await dealer.send('welcome')
    expect(await receiveTexts(router)).toEqual(['service', 'welcome'])
  })

  it('connect() with a routing id overrules what the peer calls itself', async () => {
    const dealer = open(peering, 'Dealer', { routingId: 'itself' })
    const address = await bindFresh(dealer)
    const router = open(routing, 'Router')
    router.connect(address, { routingId: 'given' })
    await router.send(['given', 'hello'])
    expect(await receiveTexts(dealer)).toEqual(['hello'])
    await dealer.send('welcome')
    expect(await receiveTexts(router)).toEqual(['given', 'welcome'])
  })

  it('without handover the first peer of an id keeps it', async () => {
    const { router, address } = await routerWith()
    const log = new EventLog(router)
    const first = dealerTo(address, { routingId: 'a' })
    await first.send('first')
    expect(await receiveTexts(router)).toEqual(['a', 'first'])
    const second = dealerTo(address, { routingId: 'a', linger: 0 })
    await second.send('second')
    await log.until('handshake', 2)
    await router.send(['a', 'for the first'])
    expect(await receiveTexts(first)).toEqual(['for the first'])
    await first.send('still first')
    expect(await receiveTexts(router)).toEqual(['a', 'still first'])
  })

  it('with handover the last peer of an id takes it', async () => {
    const { router, address } = await routerWith({ handover: true })
    const first = dealerTo(address, { routingId: 'a' })
    await first.send('first')
    expect(await receiveTexts(router)).toEqual(['a', 'first'])
    const second = dealerTo(address, { routingId: 'a' })
    await second.send('second')
    expect(await receiveTexts(router)).toEqual(['a', 'second'])
    await router.send(['a', 'for the second'])
    expect(await receiveTexts(second)).toEqual(['for the second'])
  })

  it('an envelope of several hops comes back the way it went', async () => {
    const { router: outer, address } = await routerWith()
    const inner = open(routing, 'Router')
    const innerAddress = await bindFresh(inner)
    const client = open(peering, 'Request')
    client.connect(address)
    const forwarder = open(peering, 'Dealer')
    forwarder.connect(innerAddress)
    await client.send('question')
    await forwarder.send(await outer.receive())
    const [hop, ...envelope] = await inner.receive()
    expect(texts(envelope.slice(1))).toEqual(['', 'question'])
    await inner.send([hop ?? '', ...envelope.slice(0, -1), 'answer'])
    await outer.send(await forwarder.receive())
    expect(await receiveTexts(client)).toEqual(['answer'])
  })
})

// The reference notices a little after it has told so.
itOurs('mandatory rejects as soon as the peer has left', async () => {
  const router = open(ours, 'Router', { mandatory: true })
  const log = new EventLog(router)
  const dealer = open(native, 'Dealer', { routingId: 'a' })
  dealer.connect(await bindFresh(router))
  await dealer.send('hello')
  await router.receive()
  dealer.close()
  await log.until('disconnect')
  await expect(router.send(['a', 'lost'])).rejects.toMatchObject({ code: 'EHOSTUNREACH' })
})

itOurs('mandatory without any peer rejects at once, even without a timeout', async () => {
  const router = open(ours, 'Router', { mandatory: true })
  await bindFresh(router)
  await expect(router.send(['nobody', 'lost'])).rejects.toMatchObject({ code: 'EHOSTUNREACH' })
})

itOurs('the loser of a duplicate id is disconnected and gets its turn later', async () => {
  const router = open(ours, 'Router')
  const address = await bindFresh(router)
  const first = open(native, 'Dealer', { routingId: 'a' })
  first.connect(address)
  await first.send('first')
  expect(await receiveTexts(router)).toEqual(['a', 'first'])
  const second = open(native, 'Dealer', { routingId: 'a', reconnectInterval: 1 })
  const secondLog = new EventLog(second)
  second.connect(address)
  await secondLog.until('disconnect')
  first.close()
  // What it says while it is being turned away once more is lost.
  await untilHeard(
    () => second.send('second'),
    router,
    (message) => texts(message).join() === 'a,second',
  )
})
