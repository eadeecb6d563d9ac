import { describe, expect, it } from 'vitest'
import { EventLog } from '../support/events.js'
import {
  describeOurs,
  itOurs,
  native,
  ours,
  type Implementation,
} from '../support/implementations.js'
import { receiveMany, receiveTexts, texts } from '../support/messages.js'
import { open } from '../support/scope.js'
import { bindFresh, schemes } from '../support/transports.js'
import { untilHeard } from '../support/until-heard.js'

const quick = { reconnectInterval: 1 }

describe('PAIR', () => {
  it.each(schemes)('sends both ways over %s', async (scheme) => {
    const left = open(ours, 'Pair')
    const right = open(ours, 'Pair')
    left.connect(await bindFresh(right, scheme))
    await left.send(['from', 'left'])
    await right.send(['from', 'right', ''])
    expect(await receiveTexts(right)).toEqual(['from', 'left'])
    expect(await receiveTexts(left)).toEqual(['from', 'right', ''])
  })

  it('waits without a peer', async () => {
    const pair = open(ours, 'Pair', { sendTimeout: 0, receiveTimeout: 0 })
    await bindFresh(pair)
    await expect(pair.send('anybody?')).rejects.toMatchObject({ code: 'EAGAIN' })
    await expect(pair.receive()).rejects.toMatchObject({ code: 'EAGAIN' })
  })
})

// The reference keeps a second peer connected for ever and never talks to it.
describeOurs('PAIR has one peer at a time', () => {
  const libraries: { title: string; library: Implementation }[] = [
    { title: 'one of ours', library: ours },
    { title: 'a native one', library: native },
  ]

  it.each(libraries)('$title is turned away and comes in when the first has left', async (who) => {
    const bound = open(ours, 'Pair')
    const address = await bindFresh(bound)
    const first = open(ours, 'Pair')
    first.connect(address)
    await first.send('first')
    expect(await receiveTexts(bound)).toEqual(['first'])

    const second = open(who.library, 'Pair', quick)
    const log = new EventLog(second)
    second.connect(address)
    await log.until('disconnect')
    await bound.send('for the first')
    expect(await receiveTexts(first)).toEqual(['for the first'])

    first.close()
    // What it says while it is being turned away once more is lost.
    await untilHeard(
      () => second.send('second'),
      bound,
      (message) => texts(message).join() === 'second',
    )
    await bound.send('for the second')
    expect(await receiveTexts(second)).toEqual(['for the second'])
  })
})

describe.each(schemes)('DEALER and ROUTER over %s', (scheme) => {
  it('a ROUTER puts the id of the sender in front', async () => {
    const router = open(ours, 'Router')
    const dealer = open(ours, 'Dealer', { routingId: 'dealer' })
    dealer.connect(await bindFresh(router, scheme))
    await dealer.send(['', 'one', ''])
    expect(await receiveTexts(router)).toEqual(['dealer', '', 'one', ''])
    await router.send(['dealer', '', 'two', ''])
    expect(await receiveTexts(dealer)).toEqual(['', 'two', ''])
  })

  it('an anonymous sender gets an id of 5 bytes beginning with 00', async () => {
    const router = open(ours, 'Router')
    const address = await bindFresh(router, scheme)
    const ids: string[] = []
    for (let count = 0; count < 3; count += 1) {
      const dealer = open(ours, 'Dealer')
      dealer.connect(address)
      await dealer.send('hello')
      const [id = Buffer.alloc(0)] = await router.receive()
      expect([id.length, id[0]]).toEqual([5, 0])
      await router.send([id, 'welcome'])
      expect(await receiveTexts(dealer)).toEqual(['welcome'])
      ids.push(id.toString('hex'))
    }
    expect(new Set(ids).size).toBe(3)
  })

  it('two DEALERs talk as equals', async () => {
    const left = open(ours, 'Dealer')
    const right = open(ours, 'Dealer')
    left.connect(await bindFresh(right, scheme))
    await left.send(['a', 'b'])
    expect(await receiveTexts(right)).toEqual(['a', 'b'])
    await right.send('')
    expect(await receiveTexts(left)).toEqual([''])
  })

  it('probeRouter introduces a DEALER', async () => {
    const router = open(ours, 'Router')
    const dealer = open(ours, 'Dealer', { probeRouter: true, routingId: 'dealer' })
    dealer.connect(await bindFresh(router, scheme))
    expect(await receiveTexts(router)).toEqual(['dealer', ''])
  })

  it('a ROUTER can name the peer it connects to', async () => {
    const dealer = open(ours, 'Dealer')
    const router = open(ours, 'Router')
    router.connect(await bindFresh(dealer, scheme), { routingId: 'service' })
    await router.send(['service', 'hello'])
    expect(await receiveTexts(dealer)).toEqual(['hello'])
    await dealer.send('welcome')
    expect(await receiveTexts(router)).toEqual(['service', 'welcome'])
  })
})

describe('ROUTER', () => {
  it('drops what is for nobody', async () => {
    const router = open(ours, 'Router')
    const dealer = open(ours, 'Dealer', { routingId: 'a' })
    dealer.connect(await bindFresh(router, 'inproc'))
    await dealer.send('hello')
    await router.receive()
    for (const message of [['nobody', 'lost'], ['', 'lost'], ['a'], ['a', 'arrives']]) {
      await router.send(message)
    }
    expect(await receiveTexts(dealer)).toEqual(['arrives'])
  })

  it('handover: the new peer takes the id', async () => {
    const router = open(ours, 'Router', { handover: true })
    const address = await bindFresh(router, 'inproc')
    const first = open(ours, 'Dealer', { routingId: 'a' })
    first.connect(address)
    await first.send('first')
    expect(await receiveTexts(router)).toEqual(['a', 'first'])
    const second = open(ours, 'Dealer', { routingId: 'a' })
    second.connect(address)
    await second.send('second')
    expect(await receiveTexts(router)).toEqual(['a', 'second'])
    await router.send(['a', 'for the second'])
    expect(await receiveTexts(second)).toEqual(['for the second'])
  })

  // The reference frees the name a little after it has told that the peer left.
  itOurs('a peer that comes back keeps its name', async () => {
    const router = open(ours, 'Router')
    const log = new EventLog(router)
    const address = await bindFresh(router)
    for (let visit = 1; visit <= 3; visit += 1) {
      const dealer = open(ours, 'Dealer', { routingId: 'guest' })
      dealer.connect(address)
      await dealer.send(`visit ${String(visit)}`)
      expect(await receiveTexts(router)).toEqual(['guest', `visit ${String(visit)}`])
      await router.send(['guest', 'welcome'])
      expect(await receiveTexts(dealer)).toEqual(['welcome'])
      dealer.close()
      await log.until('disconnect', visit)
    }
  })

  itOurs('mandatory: a full peer makes send wait, an unknown one rejects', async () => {
    const router = open(ours, 'Router', { mandatory: true, sendHighWaterMark: 1 })
    const dealer = open(ours, 'Dealer', { routingId: 'a', receiveHighWaterMark: 1 })
    dealer.connect(await bindFresh(router, 'inproc'))
    await dealer.send('hello')
    await router.receive()
    await router.send(['a', '0'])
    await router.send(['a', '1'])
    await expect(router.send(['a', '2'], { timeout: 0 })).rejects.toMatchObject({ code: 'EAGAIN' })
    await expect(router.send(['b', '2'])).rejects.toMatchObject({ code: 'EHOSTUNREACH' })
    const waiting = router.send(['a', '3'])
    expect((await receiveMany(dealer, 3)).flat()).toEqual(['0', '1', '3'])
    await waiting
  })

  itOurs('mandatory: a send that waits is rejected when the peer leaves', async () => {
    const router = open(ours, 'Router', { mandatory: true, sendHighWaterMark: 1 })
    const dealer = open(ours, 'Dealer', { routingId: 'a', receiveHighWaterMark: 1 })
    dealer.connect(await bindFresh(router, 'inproc'))
    await dealer.send('hello')
    await router.receive()
    await router.send(['a', '0'])
    await router.send(['a', '1'])
    const outcome = expect(router.send(['a', '2'])).rejects.toMatchObject({ code: 'EHOSTUNREACH' })
    dealer.close()
    await outcome
  })

  itOurs('ids it makes up cannot be guessed', async () => {
    const firstIds: string[] = []
    for (let count = 0; count < 2; count += 1) {
      const router = open(ours, 'Router')
      const dealer = open(ours, 'Dealer')
      dealer.connect(await bindFresh(router, 'inproc'))
      await dealer.send('')
      firstIds.push(...texts((await router.receive()).slice(0, 1)))
    }
    expect(new Set(firstIds).size).toBe(2)
    expect(firstIds).not.toContain('\x00\x6b\x8b\x45\x67')
  })
})

// The reference connects anything to anything over inproc.
describeOurs('peers that do not fit', () => {
  it('say so in an event, over tcp', async () => {
    const pull = open(ours, 'Pull')
    const subscriber = open(ours, 'Subscriber')
    const logs = [new EventLog(pull), new EventLog(subscriber)]
    subscriber.connect(await bindFresh(pull))
    await Promise.race(logs.map((log) => log.until('handshake:error:protocol')))
    for (const log of logs) expect(log.types).not.toContain('handshake')
  })

  it('are not connected over inproc', async () => {
    const pull = open(ours, 'Pull')
    const address = await bindFresh(pull, 'inproc')
    const dealer = open(ours, 'Dealer', { sendTimeout: 0, linger: 0 })
    try {
      dealer.connect(address)
      await dealer.send('lost')
    } catch {
      // Refused at once is as good as never delivered.
    }
    const push = open(ours, 'Push')
    push.connect(address)
    await push.send('arrives')
    expect(await receiveTexts(pull)).toEqual(['arrives'])
  })
})
