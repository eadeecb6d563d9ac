import { describe, expect, it } from 'vitest'
import { zerowire } from '../support/implementations.js'
import { pattern } from '../support/messages.js'
import { track } from '../support/scope.js'
import { Thread } from '../support/thread.js'
import { bindFresh, freshAddress } from '../support/transports.js'

describe('between threads', () => {
  it('100,000 messages arrive in order', async () => {
    const pull = track(new zerowire.Pull())
    const address = await bindFresh(pull, 'inproc')
    const count = 100_000
    await Thread.start({ data: { address, count } }, async ({ library, data }) => {
      const push = new library.Push()
      push.connect(data.address)
      for (let number = 0; number < data.count; number += 1) {
        // Of many lengths, so that they meet the end of the ring in many ways.
        await push.send([String(number), Buffer.alloc(number % 509, number % 256)])
      }
    })
    for (let number = 0; number < count; number += 1) {
      const [text, body] = await pull.receive()
      const right =
        String(text) === String(number) &&
        body?.length === number % 509 &&
        body.every((byte) => byte === number % 256)
      if (!right) expect.fail(`instead of ${String(number)} came ${String(text)}`)
    }
    expect(pull.stats).toMatchObject({ received: count, dropped: { total: 0 } })
  })

  it.each([65_536, 1_048_576, 10_000_000])('%i bytes go there and back', async (size) => {
    const pair = track(new zerowire.Pair())
    const address = await bindFresh(pair, 'inproc')
    const thread = await Thread.start({ data: address }, async ({ library, data }) => {
      const socket = new library.Pair()
      socket.connect(data)
      for (let count = 0; count < 5; count += 1) await socket.send(await socket.receive())
    })
    for (let seed = 0; seed < 5; seed += 1) {
      const body = pattern(size, seed)
      await pair.send(['head', body])
      const [head, back] = await pair.receive()
      expect(String(head)).toBe('head')
      expect(body.equals(back ?? Buffer.of())).toBe(true)
      // Memory of its own, as from anywhere else.
      expect(back?.buffer).toBeInstanceOf(ArrayBuffer)
    }
    await thread.result
  })

  it('what was sent may be changed in the next turn', async () => {
    const pair = track(new zerowire.Pair())
    const address = await bindFresh(pair, 'inproc')
    const thread = await Thread.start({ data: address }, async ({ library, data }) => {
      const socket = new library.Pair()
      socket.connect(data)
      await socket.receive()
      const body = Buffer.alloc(1000, 1)
      await socket.send(body)
      await new Promise((resolve) => setImmediate(resolve))
      body.fill(2)
    })
    await pair.send('begin')
    await thread.result
    const [body] = await pair.receive()
    expect(body).toEqual(Buffer.alloc(1000, 1))
  })

  it('a receiver that does not run holds as much as its mark, and the sender the rest', async () => {
    const address = freshAddress('inproc')
    const thread = await Thread.start({ data: address }, async ({ library, data, say, block }) => {
      const pull = new library.Pull({ receiveHighWaterMark: 20 })
      await pull.bind(data)
      say('bound')
      say(String(await pull.receive()))
      block()
      let received = 0
      for await (const [body] of pull) {
        received += 1
        if (body?.length === 0) break
      }
      return received
    })
    await thread.heard()
    const push = track(new zerowire.Push({ sendHighWaterMark: 10, linger: 0 }))
    push.connect(address)
    await push.send('begin')
    await thread.heard()
    // More than the ring has room for: the rest waits with the sender.
    const body = Buffer.alloc(100_000, 7)
    let sent = 0
    push.sendTimeout = 0
    for (;;) {
      try {
        await push.send(body)
        sent += 1
      } catch {
        break
      }
    }
    expect(sent).toBeLessThanOrEqual(30)
    expect(push.stats.queued.outgoing).toBe(10)
    push.sendTimeout = -1
    const last = push.send('')
    thread.release()
    await last
    expect(await thread.result).toBe(sent + 1)
  })

  it('every type talks to its peers at once', async () => {
    const address = freshAddress('inproc')
    const thread = await Thread.start({ data: address }, async ({ library, data, say }) => {
      const router = new library.Router()
      const publisher = new library.XPublisher()
      await router.bind(`${data}-router`)
      await publisher.bind(`${data}-publisher`)
      say('bound')
      for await (const [topic] of publisher) {
        if (String(topic) === '\x01news') break
      }
      for (let count = 0; count < 300; count += 1) {
        const request = await router.receive()
        await publisher.send(['news', ...request.slice(-1)])
        await router.send(request)
      }
    })
    await thread.heard()
    const subscriber = track(new zerowire.Subscriber())
    subscriber.connect(`${address}-publisher`)
    subscriber.subscribe('news')
    const dealer = track(new zerowire.Dealer())
    const request = track(new zerowire.Request())
    for (const socket of [dealer, request]) socket.connect(`${address}-router`)
    for (let count = 0; count < 150; count += 1) {
      await dealer.send(['dealer', String(count)])
      await request.send(['request', String(count)])
      expect((await dealer.receive()).map(String)).toEqual(['dealer', String(count)])
      expect((await request.receive()).map(String)).toEqual(['request', String(count)])
    }
    await thread.result
    const news: string[] = []
    while (news.length < 300) news.push(String((await subscriber.receive())[1]))
    expect(news.sort()).toEqual(
      Array.from({ length: 300 }, (_, index) => String(index >> 1)).sort(),
    )
  })
})
