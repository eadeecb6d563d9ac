import fc from 'fast-check'
import * as native from 'zeromq'
import { XPublisher } from 'zerowire'
import { describe, expect, it } from 'vitest'
import { holdsLater } from '../../test/support/property.js'
import { synchronise } from '../../test/support/pubsub.js'
import { texts } from '../../test/support/messages.js'
import { track } from '../../test/support/track.js'
import { trackAll } from '../common/test/tracked.js'
import { ManualClock } from '../clock/index.js'
import {
  SnailError,
  StampingPublisher,
  SuicidalSnail,
  type SnailLetter,
  type SuicidalSnailOptions,
} from './index.js'

const START = Date.UTC(2030, 0, 1)
let runs = 0

describe('a stamping publisher', () => {
  it('tells subscribers of other libraries when, and how many of the topic there were', async () => {
    const clock = new ManualClock(START)
    const publisher = trackAll(new StampingPublisher({ clock }))
    const subscriber = track(new native.Subscriber())
    subscriber.connect(await publisher.bind('tcp://127.0.0.1:*'))
    subscriber.subscribe('')
    await synchronise({ send: (topic) => publisher.send(topic) }, subscriber)
    await publisher.send('a', 'x')
    clock.advance(1.5)
    await publisher.send('b')
    await publisher.send('a', 'y', 'z')
    expect(texts(await subscriber.receive())).toEqual(['a', `${START}`, '1', 'x'])
    expect(texts(await subscriber.receive())).toEqual(['b', `${START + 1}`, '1'])
    expect(texts(await subscriber.receive())).toEqual(['a', `${START + 1}`, '2', 'y', 'z'])
  })

  it('counts no more topics than it has room for', async () => {
    const publisher = trackAll(new StampingPublisher({ maxTopics: 2 }))
    for (const topic of ['a', 'b', 'a']) await publisher.send(topic)
    await expect(publisher.send('c')).rejects.toMatchObject({ code: 'ENOBUFS' })
    await publisher.send('b')
  })
})

describe('a snail', () => {
  it('receives what is in time', async () => {
    const { clock, snail, send, next } = await start()
    await send('a', 1, 0, 'x')
    expect(await next()).toMatchObject({ delay: 0, sequence: 1, date: START })
    await send('a', 2, 0)
    clock.advance(1000)
    expect(await next()).toMatchObject({ delay: 1000, sequence: 2 })
    await send('b', 7, 1500)
    expect(await next()).toMatchObject({ delay: -500, sequence: 7 })
    expect(snail.death).toBeUndefined()
    expect(snail.stats).toEqual({ received: 3, refused: 0, forgotten: 0 })
  })

  it.each([
    ['LATE', 1, -1001, 'a message is 1001 ms old, which is too late'],
    ['EARLY', 1, 1001, 'a message is 1001 ms ahead of this clock'],
    ['GAP', 3, 0, 'after message 1 comes 3, not 2'],
    ['GAP', 1, 0, 'after message 1 comes 1, not 2'],
  ])('dies of what is %s', async (code, sequence, offset, words) => {
    const deaths: SnailError[] = []
    const { snail, send, next } = await start({ died: (error) => deaths.push(error) })
    if (code === 'GAP') {
      await send('a', 1, 0)
      await next()
    }
    await send('a', sequence, offset, 'body')
    const error: unknown = await next().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(SnailError)
    expect(error).toMatchObject({ code, message: words, letter: { sequence, delay: -offset || 0 } })
    expect(deaths).toEqual([error])
    expect(snail.death).toBe(error)
    await expect(snail[Symbol.asyncIterator]().next()).rejects.toBe(error)
  })

  it('bears gaps when it is told to', async () => {
    const { send, next } = await start({ gaps: false })
    for (const sequence of [1, 5, 2]) {
      await send('a', sequence, 0)
      expect(await next()).toMatchObject({ sequence })
    }
  })

  it('allows as much as it is told to', async () => {
    const { send, next } = await start({ maxDelay: 20 })
    await send('a', 1, -20)
    expect(await next()).toMatchObject({ delay: 20 })
    await send('a', 2, -21)
    await expect(next()).rejects.toMatchObject({ code: 'LATE' })
  })

  it('notices that its reader is slow, however fast the messages came', async () => {
    const { clock, send, next } = await start()
    for (let sequence = 1; sequence <= 4; sequence++) await send('a', sequence, 0)
    for (const delay of [0, 400, 800]) {
      expect(await next()).toMatchObject({ delay })
      clock.advance(400)
    }
    await expect(next()).rejects.toMatchObject({ code: 'LATE' })
  })

  it('has a clock of its own: what that is off by is added to the delay', async () => {
    const { send, next } = await start({ clock: new ManualClock(START + 600) })
    await send('a', 1, 0)
    expect(await next()).toMatchObject({ delay: 600 })
    await send('a', 2, -401)
    await expect(next()).rejects.toMatchObject({ code: 'LATE' })
  })

  it('remembers so many topics, and forgets the one that was silent longest', async () => {
    const { snail, send, next } = await start({ maxTopics: 2 })
    for (const [topic, sequence] of [
      ['a', 1],
      ['b', 1],
      ['a', 2],
      ['c', 1],
      ['b', 9],
      ['c', 2],
    ] as const) {
      await send(topic, sequence, 0)
      await next()
    }
    expect(snail.stats).toEqual({ received: 6, refused: 0, forgotten: 2 })
  })

  it.each([
    ['nothing', ['topic']],
    ['no number', ['topic', '12']],
    ['words', ['topic', 'noon', '1']],
    ['a negative date', ['topic', '-5', '1']],
    ['the number 0', ['topic', '5', '0']],
    ['more than numbers are', ['topic', '5', '9'.repeat(16)]],
    ['endless digits', ['topic', '5', '1'.repeat(100_000)]],
    ['an empty date', ['topic', '', '1']],
  ])('leaves out a stamp of %s', async (_what, message) => {
    const { snail, publisher, send, next } = await start()
    await publisher.send(message)
    await send('a', 1, 0)
    expect(await next()).toMatchObject({ sequence: 1 })
    expect(snail.stats).toMatchObject({ received: 1, refused: 1 })
  })

  it('takes topics of any length', async () => {
    const { send, next } = await start()
    await send('x'.repeat(1e6), 1, 0)
    await send(`${'x'.repeat(1e6)}y`, 1, 0)
    for (const length of [1e6, 1e6 + 1]) expect((await next())?.topic).toHaveLength(length)
  })

  it('ends without an error when it is closed', async () => {
    const { snail, next } = await start()
    const last = next()
    await snail.close()
    await snail[Symbol.asyncDispose]()
    expect(await last).toBeUndefined()
  })

  it('hands over exactly what comes before the first that is late, early or out of line', async () => {
    const message = fc.record({
      topic: fc.constantFrom('a', 'b'),
      skip: fc.constantFrom(0, 0, 0, 0, 0, 1),
      delay: fc.integer({ min: -1200, max: 1200 }),
    })
    await holdsLater(
      fc.asyncProperty(fc.array(message, { maxLength: 20 }), async (messages) => {
        const publisher = new XPublisher({ linger: 0 })
        const endpoint = `inproc://snail-${runs++}`
        await publisher.bind(endpoint)
        const snail = new SuicidalSnail({ clock: new ManualClock(START) })
        snail.connect(endpoint)
        snail.subscribe('a', 'b')
        for (let topic = 0; topic < 2; topic++) await publisher.receive()
        const sequences: Record<string, number> = {}
        let expected = 0
        let code: string | undefined
        for (const { topic, skip, delay } of messages) {
          const before = sequences[topic]
          sequences[topic] = (before ?? 0) + 1 + skip
          await publisher.send([topic, `${START - delay}`, `${sequences[topic]}`])
          if (code !== undefined) continue
          if (delay > 1000) code = 'LATE'
          else if (delay < -1000) code = 'EARLY'
          else if (before !== undefined && skip > 0) code = 'GAP'
          else expected++
        }
        await publisher.send(['a', '0', '1'])
        code ??= 'LATE'
        await expect(drain(snail)).rejects.toMatchObject({ code })
        expect(snail.stats.received).toBe(expected)
        await publisher.close()
      }),
    )
  })
})

it.each([
  [() => new SuicidalSnail({ maxDelay: 0 }), /maxDelay/],
  [() => new SuicidalSnail({ maxTopics: 1.5 }), /maxTopics/],
  [() => new StampingPublisher({ maxTopics: 0 }), /maxTopics/],
])('options are checked at once: %s', (make, message) => {
  expect(make).toThrow(message)
})

/** A snail that listens to a publisher of libzmq, which stamps by hand. */
async function start(options: SuicidalSnailOptions = {}) {
  const clock = new ManualClock(START)
  const publisher = track(new native.XPublisher())
  await publisher.bind('tcp://127.0.0.1:*')
  const snail = trackAll(new SuicidalSnail({ clock, ...options }))
  snail.connect(String(publisher.lastEndpoint))
  snail.subscribe()
  await publisher.receive()
  const letters = snail[Symbol.asyncIterator]()
  const send = (topic: string, sequence: number, offset: number, ...body: string[]) =>
    publisher.send([topic, `${START + offset}`, `${sequence}`, ...body])
  const next = async (): Promise<SnailLetter | undefined> =>
    (await letters.next()).value ?? undefined
  return { clock, publisher, snail, send, next }
}

/** Reads until it dies. */
async function drain(snail: SuicidalSnail): Promise<void> {
  const letters = snail[Symbol.asyncIterator]()
  while (!(await letters.next()).done);
}
