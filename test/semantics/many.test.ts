import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { describeOurs, native, zerowire } from '../support/implementations.js'
import { pattern, receiveTexts, receiveUntil, texts } from '../support/messages.js'
import { track } from '../support/scope.js'
import { bindFresh, schemes } from '../support/transports.js'

type Push = InstanceType<typeof zerowire.Push>
type Pull = InstanceType<typeof zerowire.Pull>

/** A receiver of batches. */
interface Batches {
  receiveMany(most?: number): Promise<Uint8Array[][]>
}

function numbers(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => String(from + index))
}

/** The messages of a batch, each as one text. */
function lines(batch: readonly Uint8Array[][]): string[] {
  return batch.map((message) => texts(message).join('|'))
}

/** So many messages, however many batches they come in. */
async function collect(socket: Batches, count: number): Promise<string[]> {
  const messages: string[] = []
  while (messages.length < count) {
    messages.push(...lines(await socket.receiveMany(count - messages.length)))
  }
  return messages
}

/** Over inproc, where there is room for exactly five messages. */
async function roomForFive(): Promise<{ push: Push; pull: Pull }> {
  const pull = track(new zerowire.Pull({ receiveHighWaterMark: 3 }))
  const push = track(new zerowire.Push({ sendHighWaterMark: 2 }))
  push.connect(await bindFresh(pull, 'inproc'))
  return { push, pull }
}

/** A PULL that holds so many messages, and the PUSH that they came from. */
async function holding(messages: readonly string[]): Promise<{ push: Push; pull: Pull }> {
  const pull = track(new zerowire.Pull())
  const push = track(new zerowire.Push({ sendHighWaterMark: 0 }))
  push.connect(await bindFresh(pull, 'inproc'))
  pull.receiveHighWaterMark = 0
  await push.sendMany(messages)
  return { push, pull }
}

describeOurs('many messages stay in order', () => {
  const COUNT = 20_000

  it.each(schemes)('over %s', async (scheme) => {
    const pull = track(new zerowire.Pull())
    const push = track(new zerowire.Push())
    push.connect(await bindFresh(pull, scheme))
    const [received] = await Promise.all([collect(pull, COUNT), push.sendMany(numbers(COUNT))])
    expect(received).toEqual(numbers(COUNT))
    const counts = { dropped: { total: 0 }, queued: { incoming: 0, outgoing: 0 } }
    expect(push.stats).toMatchObject({ ...counts, sent: COUNT })
    expect(pull.stats).toMatchObject({ ...counts, received: COUNT })
  })

  it('to libzmq', async () => {
    const pull = track(new native.Pull())
    const push = track(new zerowire.Push())
    push.connect(await bindFresh(pull))
    const sending = push.sendMany([...numbers(COUNT), 'over'])
    expect(await receiveUntil(pull, 'over')).toEqual(numbers(COUNT))
    await sending
  })

  it('from libzmq', async () => {
    const pull = track(new zerowire.Pull())
    const push = track(new native.Push())
    push.connect(await bindFresh(pull))
    const receiving = collect(pull, COUNT)
    for (const text of numbers(COUNT)) await push.send(text)
    expect(await receiving).toEqual(numbers(COUNT))
  })

  it('there and back again, in batches of odd sizes', async () => {
    const router = track(new zerowire.Router({ mandatory: true }))
    const dealer = track(new native.Dealer())
    dealer.connect(await bindFresh(router))
    const echo = async (): Promise<void> => {
      for (let left = COUNT; left > 0;) {
        const requests = await router.receiveMany(1 + (left % 89))
        await router.sendMany(requests)
        left -= requests.length
      }
    }
    const ask = async (): Promise<void> => {
      for (const text of numbers(COUNT)) await dealer.send(text)
    }
    const answers: string[] = []
    const hear = async (): Promise<void> => {
      while (answers.length < COUNT) answers.push(...(await receiveTexts(dealer)))
    }
    await Promise.all([echo(), ask(), hear()])
    expect(answers).toEqual(numbers(COUNT))
  })
})

describeOurs('sendMany', () => {
  it('takes what send() takes, from anything that can be iterated over', async () => {
    const { push, pull } = await holding([])
    function* some(): Generator<string | null | (string | Buffer)[]> {
      yield 'text'
      yield ['two', Buffer.from('parts')]
      yield null
    }
    await push.sendMany(some())
    await push.sendMany(new Set(['a', 'b']))
    await push.sendMany([])
    expect(await collect(pull, 5)).toEqual(['text', 'two|parts', '', 'a', 'b'])
    expect(push.stats.sent).toBe(5)
  })

  it('waits where there is no room, and asks for no message before there is', async () => {
    const { push, pull } = await roomForFive()
    let asked = 0
    function* counted(): Generator<string> {
      for (const text of numbers(20)) {
        asked++
        yield text
      }
    }
    let done = false
    const sending = push.sendMany(counted()).then(() => (done = true))
    for (let taken = 0; taken < 15; taken++) {
      await nextTurn()
      // Five are on their way, and one waits.
      expect(asked - taken).toBeLessThanOrEqual(6)
      expect(push.stats.sent - taken).toBeLessThanOrEqual(5)
      expect(done).toBe(false)
      expect(await receiveTexts(pull)).toEqual([String(taken)])
    }
    expect(await collect(pull, 5)).toEqual(numbers(5, 15))
    await sending
  })

  it('goes on as soon as there is a peer', async () => {
    const pull = track(new zerowire.Pull())
    const push = track(new zerowire.Push())
    const sending = push.sendMany(numbers(3))
    push.connect(await bindFresh(pull))
    expect(await collect(pull, 3)).toEqual(numbers(3))
    await sending
  })

  it.each([0, 1, 20])('gives up after %i ms, and says how many were sent', async (timeout) => {
    const { push, pull } = await roomForFive()
    const failure = { code: 'EAGAIN', sent: 5 }
    await expect(push.sendMany(numbers(20), { timeout })).rejects.toMatchObject(failure)
    const last = push.send('over')
    expect(await receiveUntil(pull, 'over')).toEqual(numbers(5))
    await last
  })

  it('says how many the network took of those that were too many', async () => {
    const pull = track(new zerowire.Pull({ receiveHighWaterMark: 7 }))
    const push = track(new zerowire.Push({ sendHighWaterMark: 5, sendTimeout: 100 }))
    push.connect(await bindFresh(pull))
    function* endless(): Generator<(string | Buffer)[]> {
      const body = pattern(65_536)
      for (let number = 0; ; number++) yield [String(number), body]
    }
    const error: unknown = await push.sendMany(endless()).catch((reason: unknown) => reason)
    const { code, sent } = error as { code: string; sent: number }
    expect(code).toBe('EAGAIN')
    expect(sent).toBe(push.stats.sent)
    const last = push.send('over', { timeout: -1 })
    const received: string[] = []
    while (received.at(-1) !== 'over') {
      received.push(...(await pull.receiveMany()).map(([number]) => String(number)))
    }
    expect(received).toEqual([...numbers(sent), 'over'])
    await last
  })

  it('fails where a message fails, and leaves out what comes after it', async () => {
    const router = track(new zerowire.Router({ mandatory: true }))
    const dealer = track(new zerowire.Dealer({ routingId: 'a' }))
    dealer.connect(await bindFresh(router, 'inproc'))
    const messages = ['a', 'a', 'nobody', 'a'].map((id, index) => [id, String(index)])
    const failure = { code: 'EHOSTUNREACH', sent: 2 }
    await expect(router.sendMany(messages)).rejects.toMatchObject(failure)
    await router.send(['a', 'over'])
    expect(await receiveUntil(dealer, 'over')).toEqual(numbers(2))
  })

  it('can be called off', async () => {
    const { push, pull } = await roomForFive()
    const controller = new AbortController()
    const reason = new Error('enough')
    const { signal } = controller
    const aborted = expect(push.sendMany(numbers(20), { signal })).rejects.toBe(reason)
    controller.abort(reason)
    await aborted
    const last = push.send('over')
    expect(await receiveUntil(pull, 'over')).toEqual(numbers(5))
    await last
  })

  it('sends nothing with a signal that was aborted before', async () => {
    const { push, pull } = await roomForFive()
    const signal = AbortSignal.abort('beforehand')
    await expect(push.sendMany(numbers(3), { signal })).rejects.toBe('beforehand')
    await push.send('over')
    expect(await receiveUntil(pull, 'over')).toEqual([])
  })

  it('ends with EAGAIN when the socket is closed while it waits', async () => {
    const { push } = await roomForFive()
    const failure = { code: 'EAGAIN', sent: 5 }
    const outcome = expect(push.sendMany(numbers(20))).rejects.toMatchObject(failure)
    void push.close()
    await outcome
  })

  it('ends with EBADF when the socket is closed between two messages', async () => {
    const publisher = track(new zerowire.Publisher())
    const closing = (function* () {
      yield* numbers(3)
      void publisher.close()
      yield 'too late'
    })()
    const failure = { code: 'EBADF', sent: 3 }
    await expect(publisher.sendMany(closing)).rejects.toMatchObject(failure)
    await expect(publisher.sendMany(['later'])).rejects.toMatchObject({ code: 'EBADF', sent: 0 })
  })

  it('passes on what the iterable throws, after what came before it', async () => {
    const { push, pull } = await holding([])
    const fault = new Error('no more of it')
    function* faulty(): Generator<string> {
      yield* numbers(3)
      throw fault
    }
    await expect(push.sendMany(faulty())).rejects.toBe(fault)
    await push.send('over')
    expect(await receiveUntil(pull, 'over')).toEqual(numbers(3))
  })

  it('lets an iterable clean up that it leaves early', async () => {
    const push = track(new zerowire.Push())
    let cleaned = false
    function* careful(): Generator<string> {
      try {
        yield* numbers(3)
      } finally {
        cleaned = true
      }
    }
    await expect(push.sendMany(careful(), { timeout: 0 })).rejects.toMatchObject({ sent: 0 })
    expect(cleaned).toBe(true)
  })

  it('is a sender like others to maxPendingOperations', async () => {
    const { push, pull } = await roomForFive()
    const first = push.sendMany(numbers(6))
    const busy = { code: 'EBUSY', sent: 0 }
    await expect(push.sendMany(['x'])).rejects.toMatchObject(busy)
    push.maxPendingOperations = 2
    const second = push.sendMany(numbers(3, 6))
    expect(await collect(pull, 9)).toEqual(numbers(9))
    await Promise.all([first, second])
  })
})

describeOurs('receiveMany', () => {
  it('waits for a message when there is none', async () => {
    const pull = track(new zerowire.Pull())
    const push = track(new zerowire.Push())
    const receiving = pull.receiveMany()
    push.connect(await bindFresh(pull))
    await push.send(['hello', 'there'])
    expect(lines(await receiving)).toEqual(['hello|there'])
  })

  it('takes at most what it is told, and leaves the rest as it is', async () => {
    const { pull } = await holding(numbers(10))
    expect(lines(await pull.receiveMany(4))).toEqual(numbers(4))
    expect(pull.stats).toMatchObject({ received: 4, queued: { incoming: 6 } })
    expect(await receiveTexts(pull)).toEqual(['4'])
    expect(lines(await pull.receiveMany(1))).toEqual(['5'])
    for await (const message of pull) {
      expect(texts(message)).toEqual(['6'])
      break
    }
    expect(lines(await pull.receiveMany(100))).toEqual(numbers(3, 7))
    expect(pull.stats).toMatchObject({ received: 10, queued: { incoming: 0 } })
  })

  it('takes at most a thousand if it is told nothing', async () => {
    const { pull } = await holding(numbers(2500))
    const lengths = []
    for (let batch = 0; batch < 3; batch++) lengths.push((await pull.receiveMany()).length)
    expect(lengths).toEqual([1000, 1000, 500])
  })

  it.each([0, 1.5, -1, NaN, Infinity, 'x', null])('cannot take at most %s', async (most) => {
    const { pull } = await holding(numbers(2))
    const failure = { code: 'EINVAL', reason: expect.stringContaining(String(most)) as unknown }
    await expect(pull.receiveMany(most as number)).rejects.toMatchObject(failure)
    expect(pull.stats).toMatchObject({ received: 0, queued: { incoming: 2 } })
  })

  it('takes from all peers in turn', async () => {
    const pull = track(new zerowire.Pull())
    const address = await bindFresh(pull, 'inproc')
    for (const name of ['a', 'b', 'c']) {
      const push = track(new zerowire.Push())
      push.connect(address)
      await push.sendMany(numbers(2).map((number) => name + number))
    }
    expect(lines(await pull.receiveMany())).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'c1'])
  })

  it('makes room for those who wait to send', async () => {
    const { push, pull } = await roomForFive()
    const sending = push.sendMany(numbers(100))
    expect(await collect(pull, 100)).toEqual(numbers(100))
    await sending
  })

  it.each([0, 1, 20])('gives up after %i ms', async (timeout) => {
    const { push, pull } = await holding([])
    await expect(pull.receiveMany(10, { timeout })).rejects.toMatchObject({ code: 'EAGAIN' })
    await push.send('hello')
    expect(lines(await pull.receiveMany(10, { timeout }))).toEqual(['hello'])
  })

  it('can be called off, and has then taken nothing', async () => {
    const { push, pull } = await holding([])
    const controller = new AbortController()
    const { signal } = controller
    const reason = new Error('enough')
    const aborted = expect(pull.receiveMany(10, { signal })).rejects.toBe(reason)
    controller.abort(reason)
    await push.sendMany(numbers(2))
    await aborted
    expect(lines(await pull.receiveMany())).toEqual(numbers(2))
  })

  it('ends with EAGAIN when the socket is closed, and with EBADF when it was', async () => {
    const pull = track(new zerowire.Pull())
    const outcome = expect(pull.receiveMany()).rejects.toMatchObject({ code: 'EAGAIN' })
    void pull.close()
    await outcome
    await expect(pull.receiveMany()).rejects.toMatchObject({ code: 'EBADF' })
  })

  it('leaves those who wait behind it their messages', async () => {
    const { push, pull } = await holding([])
    pull.maxPendingOperations = 3
    const received = [pull.receive(), pull.receiveMany(), pull.receive()] as const
    await push.sendMany(numbers(3))
    const [first, many, last] = await Promise.all(received)
    expect([texts(first), lines(many), texts(last)]).toEqual([['0'], ['1'], ['2']])
  })

  it('gives a REP one request at a time, and a REQ its one reply', async () => {
    const reply = track(new zerowire.Reply())
    const address = await bindFresh(reply, 'inproc')
    const requests = ['a', 'b'].map((name) => {
      const request = track(new zerowire.Request())
      request.connect(address)
      return { name, request }
    })
    for (const { name, request } of requests) await request.sendMany([name])
    for (const { name, request } of requests) {
      expect(lines(await reply.receiveMany())).toEqual([name])
      await expect(reply.receiveMany()).rejects.toMatchObject({ code: 'EFSM' })
      await reply.sendMany([[name, 'answered']])
      expect(lines(await request.receiveMany())).toEqual([`${name}|answered`])
    }
    const outOfTurn = { code: 'EFSM', sent: 1 }
    await expect(requests[0]?.request.sendMany(['1', '2'])).rejects.toMatchObject(outOfTurn)
  })

  it('gives a SUB only what it wants by now', async () => {
    const publisher = track(new zerowire.XPublisher())
    const subscriber = track(new zerowire.Subscriber())
    subscriber.subscribe('a', 'b')
    subscriber.connect(await bindFresh(publisher, 'inproc'))
    expect(lines(await publisher.receiveMany())).toEqual(['\x01a', '\x01b'])
    await publisher.sendMany(['a0', 'b0', 'c0', 'a1', 'b1', 'c1'])
    subscriber.unsubscribe('a')
    expect(lines(await subscriber.receiveMany())).toEqual(['b0', 'b1'])
    expect(publisher.stats).toMatchObject({ sent: 6, dropped: { unsubscribed: 2 } })
    expect(subscriber.stats).toMatchObject({ received: 2, dropped: { unsubscribed: 2 } })
  })
})
