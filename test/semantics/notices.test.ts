import { describe, expect, it } from 'vitest'
import { byNumber, pairs } from '../support/by-number.js'
import { rebind } from '../support/rebind.js'
import { received } from '../support/received.js'
import { open } from '../support/scope.js'

/** What a socket says, or is told, when its peers come and go: options that `zeromq` has only by number. */
const ROUTER_NOTIFY = 97
const HELLO_MSG = 110
const DISCONNECT_MSG = 111
const HICCUP_MSG = 114

describe.each(pairs)('$who', ({ here, there }) => {
  it('HELLO_MSG of a dialler comes before all that is queued, and again after a reconnect', async () => {
    const dealer = open(here, 'Dealer', { reconnectInterval: 1 })
    byNumber(dealer).setStringOption(HELLO_MSG, 'hello')
    const first = open(there, 'Router')
    await first.bind('tcp://127.0.0.1:*')
    const address = first.lastEndpoint ?? ''
    dealer.connect(address)
    await dealer.send('work')
    expect((await received(first, 2)).map(([, text]) => text)).toEqual(['hello', 'work'])
    first.linger = 0
    await first.unbind(address)
    await rebind(first, address)
    expect((await received(first)).map(([, text]) => text)).toEqual(['hello'])
  })

  it('HELLO_MSG of a listener greets everybody', async () => {
    const router = open(here, 'Router')
    byNumber(router).setStringOption(HELLO_MSG, 'welcome')
    await router.bind('tcp://127.0.0.1:*')
    // libzmq attends to who comes only when it is used.
    const waiting = router.receive()
    waiting.catch(() => undefined)
    for (const routingId of ['a', 'b']) {
      const dealer = open(there, 'Dealer', { routingId })
      dealer.connect(router.lastEndpoint ?? '')
      expect(await received(dealer)).toEqual([['welcome']])
    }
  })

  it('ROUTER_NOTIFY tells who comes and who goes', async () => {
    const router = open(here, 'Router')
    byNumber(router).setInt32Option(ROUTER_NOTIFY, 3)
    await router.bind('tcp://127.0.0.1:*')
    const dealer = open(there, 'Dealer', { routingId: 'guest' })
    dealer.connect(router.lastEndpoint ?? '')
    expect(await received(router)).toEqual([['guest', '']])
    await dealer.send('words')
    expect(await received(router)).toEqual([['guest', 'words']])
    dealer.close()
    expect(await received(router)).toEqual([['guest', '']])
  })

  it.each([
    { bits: 1, told: [['guest', '']] },
    { bits: 2, told: [['guest', '']] },
    { bits: 0, told: [] },
  ])('ROUTER_NOTIFY with the bits $bits', async ({ bits, told }) => {
    const router = open(here, 'Router')
    byNumber(router).setInt32Option(ROUTER_NOTIFY, bits)
    await router.bind('tcp://127.0.0.1:*')
    const dealer = open(there, 'Dealer', { routingId: 'guest' })
    dealer.connect(router.lastEndpoint ?? '')
    await dealer.send('words')
    const before = await received(router, bits === 1 ? 2 : 1)
    dealer.close()
    const after = bits === 2 ? await received(router) : []
    const other = open(there, 'Dealer', { routingId: 'other' })
    other.connect(router.lastEndpoint ?? '')
    await other.send('over')
    const last = await received(router, bits === 1 ? 2 : 1)
    expect(last.at(-1)).toEqual(['other', 'over'])
    expect([...before, ...after].filter(([, text]) => text === '')).toEqual(told)
  })

  it('DISCONNECT_MSG is received as if from the peer that has gone', async () => {
    const router = open(here, 'Router')
    byNumber(router).setStringOption(DISCONNECT_MSG, 'gone')
    await router.bind('tcp://127.0.0.1:*')
    const dealer = open(there, 'Dealer', { routingId: 'guest' })
    dealer.connect(router.lastEndpoint ?? '')
    await dealer.send('last words')
    expect(await received(router)).toEqual([['guest', 'last words']])
    dealer.close()
    expect(await received(router)).toEqual([['guest', 'gone']])
  })

  it('HICCUP_MSG is received when a connection breaks that will be made again', async () => {
    const dealer = open(here, 'Dealer', { reconnectInterval: 1 })
    byNumber(dealer).setStringOption(HICCUP_MSG, 'hiccup')
    const router = open(there, 'Router')
    await router.bind('tcp://127.0.0.1:*')
    const address = router.lastEndpoint ?? ''
    dealer.connect(address)
    await dealer.send('hello')
    await router.receive()
    await router.unbind(address)
    await rebind(router, address)
    // libzmq lets go of its peers only when it is used.
    const next = received(router)
    expect(await received(dealer)).toEqual([['hiccup']])
    await dealer.send('again')
    expect((await next).map(([, text]) => text)).toEqual(['again'])
  })
})
