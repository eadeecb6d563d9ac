import * as native from 'zeromq'
import { Publisher, Subscriber } from 'zerowire'
import { describe, expect, it } from 'vitest'
import { texts } from '../../test/support/messages.js'
import { untilWanted } from '../../test/support/pubsub.js'
import { track } from '../../test/support/track.js'
import { deferred } from '../common/deferred.js'
import { trackAll } from '../common/test/tracked.js'
import { describe as line, Espresso, type EspressoOptions, type Sip } from './index.js'
import { until } from '../../test/support/turn.js'

describe('an espresso', () => {
  it('shows subscriptions, messages and the end of subscriptions, and passes them on', async () => {
    const seen: string[] = []
    const { espresso, publisher, subscriber } = await serve({
      tap: (sip) => void seen.push(line(sip)),
    })
    subscriber.subscribe('fruit')
    await untilWanted(publisher, 'fruit')
    await publisher.send(['fruit', 'apple'])
    expect(texts(await subscriber.receive())).toEqual(['fruit'])
    expect(texts(await subscriber.receive())).toEqual(['fruit', 'apple'])
    subscriber.unsubscribe('fruit')
    await until(() => espresso.stats.tapped === 4)
    expect(seen).toEqual([
      ...['subscribe "fruit"', 'message "fruit" (5 bytes)', 'message "fruit" "apple" (10 bytes)'],
      'unsubscribe "fruit"',
    ])
    expect(espresso.stats).toEqual({ down: 2, up: 2, tapped: 4, missed: 0, failed: 0 })
  })

  it('stands between publishers and subscribers of other libraries', async () => {
    const sips: Sip[] = []
    const { espresso } = await serve({ tap: (sip) => void sips.push(sip) })
    const subscriber = track(new native.Subscriber())
    subscriber.connect(String(espresso.backEnd.lastEndpoint))
    subscriber.subscribe('a')
    await until(() => sips.length === 1)
    const publisher = track(new native.XPublisher())
    publisher.connect(String(espresso.frontEnd.lastEndpoint))
    expect(texts(await publisher.receive())).toEqual(['\x01a'])
    await publisher.send(['a', 'b'])
    expect(texts(await subscriber.receive())).toEqual(['a', 'b'])
    await until(() => sips.length === 2)
    expect(sips[1]).toMatchObject({ kind: 'message', bytes: 2 })
    expect(texts(sips[1]?.parts ?? [])).toEqual(['a', 'b'])
  })

  it('holds nothing up when the tap does, and counts what it missed', async () => {
    const gate = deferred<undefined>()
    let shown = 0
    const tap = async (): Promise<void> => {
      shown++
      await gate.promise
    }
    const { espresso, publisher, subscriber } = await serve({ tap, queue: 5 })
    subscriber.subscribe('')
    await untilWanted(publisher, 'first')
    await subscriber.receive()
    for (let message = 0; message < 2000; message++) {
      await publisher.send(String(message))
      expect(texts(await subscriber.receive())).toEqual([String(message)])
    }
    const { missed } = espresso.stats
    expect(shown).toBe(1)
    expect(missed).toBeGreaterThanOrEqual(2002 - 8)
    gate.resolve(undefined)
    await until(() => espresso.stats.tapped === 2002 - missed)
  })

  it('goes on when the tap fails', async () => {
    let failures = 2
    const seen: string[] = []
    const tap = (sip: Sip): void => {
      if (failures-- > 0) throw new Error('spilt')
      seen.push(line(sip))
    }
    const { espresso, publisher, subscriber } = await serve({ tap })
    subscriber.subscribe('')
    await untilWanted(publisher, 'a')
    await publisher.send('b')
    await until(() => espresso.stats.tapped === 1)
    expect(seen).toEqual(['message "b" (1 bytes)'])
    expect(espresso.stats).toMatchObject({ failed: 2 })
  })

  it('ends while its tap hangs', async () => {
    const { espresso, publisher, subscriber, running } = await serve({
      tap: () => new Promise(() => undefined),
    })
    subscriber.subscribe('')
    await untilWanted(publisher, 'a')
    await espresso.close()
    await running
    await espresso[Symbol.asyncDispose]()
    expect([espresso.frontEnd.closed, espresso.backEnd.closed]).toEqual([true, true])
  })

  it('runs once, and only where somebody can come', async () => {
    const idle = trackAll(new Espresso({ tap: () => undefined }))
    expect(() => idle.run()).toThrow(expect.objectContaining({ code: 'EINVAL' }))
    const { espresso, running } = await serve({ tap: () => undefined })
    const again = { code: 'EBUSY', message: 'The espresso runs or ran already' }
    expect(() => espresso.run()).toThrow(expect.objectContaining(again))
    await espresso.close()
    await running
    expect(() => espresso.run()).toThrow(expect.objectContaining(again))
  })

  it.each([
    [{ tap: 'cup' as never }, /tap/],
    [{ tap: () => undefined, queue: 0 }, /queue/],
  ])('checks its options: %s', (options, message) => {
    expect(() => new Espresso(options)).toThrow(message)
  })
})

describe('a line', () => {
  const message = (...parts: (string | number[])[]): string => {
    const [topic = Buffer.alloc(0), ...rest] = parts.map((part) => Buffer.from(part as string))
    const all = [topic, ...rest]
    const bytes = all.reduce((sum, { length }) => sum + length, 0)
    return line({ kind: 'message', topic, parts: all, bytes })
  }

  it('shows text as text, and the rest as bytes', () => {
    expect(message('grün', [0, 255], '')).toBe('message "grün" 00ff "" (7 bytes)')
    expect(message('\x1b[2J')).toBe('message 1b5b324a (4 bytes)')
  })

  it('shows the beginning of what is long, cut within a character if need be', () => {
    expect(message('x'.repeat(50))).toBe(`message "${'x'.repeat(40)}"… (50 bytes)`)
    expect(message('x'.repeat(39) + 'ü')).toBe(`message "${'x'.repeat(39)}"… (41 bytes)`)
  })
})

/** An espresso that runs, a publisher that is connected to it, and a subscriber. */
async function serve(options: EspressoOptions) {
  const espresso = trackAll(new Espresso(options))
  await espresso.frontEnd.bind('tcp://127.0.0.1:*')
  await espresso.backEnd.bind('tcp://127.0.0.1:*')
  const running = espresso.run()
  const publisher = track(new Publisher())
  publisher.connect(String(espresso.frontEnd.lastEndpoint))
  const subscriber = track(new Subscriber())
  subscriber.connect(String(espresso.backEnd.lastEndpoint))
  return { espresso, publisher, subscriber, running }
}
