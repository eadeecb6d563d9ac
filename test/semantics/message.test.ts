import { describe, expect, it } from 'vitest'
import { describeOurs, itOurs, ours } from '../support/implementations.js'
import { receiveTexts } from '../support/messages.js'
import { open } from '../support/scope.js'
import { bindFresh, schemes } from '../support/transports.js'

type Send = (message: unknown) => Promise<void>

async function connected(scheme: (typeof schemes)[number] = 'inproc') {
  const pull = open(ours, 'Pull')
  const push = open(ours, 'Push')
  push.connect(await bindFresh(pull, scheme))
  const send: Send = (message) => push.send(message as string)
  return { send, pull }
}

const floats = Float64Array.of(1.5)

const parts: { title: string; part: unknown; received: Buffer }[] = [
  { title: 'text, as UTF-8', part: 'grüße €', received: Buffer.from('grüße €') },
  { title: 'a Buffer', part: Buffer.of(0, 255), received: Buffer.of(0, 255) },
  { title: 'a Uint8Array', part: Uint8Array.of(1, 2), received: Buffer.of(1, 2) },
  {
    title: 'a view into a larger buffer',
    part: Uint8Array.of(1, 2, 3, 4).subarray(1, 3),
    received: Buffer.of(2, 3),
  },
  { title: 'another typed array', part: floats, received: Buffer.from(floats.buffer) },
  { title: 'an ArrayBuffer', part: Uint8Array.of(5, 6).buffer, received: Buffer.of(5, 6) },
  { title: 'null', part: null, received: Buffer.alloc(0) },
  { title: 'the empty text', part: '', received: Buffer.alloc(0) },
  { title: 'a number', part: 12.5, received: Buffer.from('12.5') },
  { title: 'a boolean', part: true, received: Buffer.from('true') },
  { title: 'a bigint', part: 12n, received: Buffer.from('12') },
  { title: 'an object', part: { toString: () => 'mine' }, received: Buffer.from('mine') },
]

describe('what can be sent', () => {
  it.each(parts)('$title, alone', async ({ part, received }) => {
    const { send, pull } = await connected()
    await send(part)
    expect(await pull.receive()).toEqual([received])
  })

  it.each(parts)('$title, among others', async ({ part, received }) => {
    const { send, pull } = await connected()
    await send(['', part, part])
    expect(await pull.receive()).toEqual([Buffer.alloc(0), received, received])
  })

  it('an undefined element becomes text, a nested array is joined', async () => {
    const { send, pull } = await connected()
    await send([undefined, ['a', 'b']])
    expect(await receiveTexts(pull)).toEqual(['undefined', 'a,b'])
  })

  it('an empty array is no message at all', async () => {
    const { send, pull } = await connected()
    await send([])
    await send('next')
    expect(await receiveTexts(pull)).toEqual(['next'])
  })

  it('a symbol is a TypeError', async () => {
    const { send, pull } = await connected()
    await expect((async () => send(Symbol('no')))()).rejects.toThrow(TypeError)
    await send('next')
    expect(await receiveTexts(pull)).toEqual(['next'])
  })

  it('nothing is a TypeError', () => {
    const push = open(ours, 'Push') as unknown as { send(): Promise<void> }
    expect(() => push.send()).toThrow(new TypeError('Message must be present'))
  })
})

// The reference takes them for text, or fails.
describeOurs('bytes of any other kind are bytes', () => {
  it('of a DataView', async () => {
    const { send, pull } = await connected()
    await send(new DataView(Uint8Array.of(1, 2, 3).buffer, 1))
    expect(await pull.receive()).toEqual([Buffer.of(2, 3)])
  })

  it('of a SharedArrayBuffer', async () => {
    const { send, pull } = await connected()
    const shared = new SharedArrayBuffer(2)
    new Uint8Array(shared).set([7, 8])
    await send(shared)
    expect(await pull.receive()).toEqual([Buffer.of(7, 8)])
  })
})

describe.each(schemes)('what is received over %s', (scheme) => {
  it('is a Buffer', async () => {
    const { send, pull } = await connected(scheme)
    await send(['text', Uint8Array.of(1), ''])
    for (const part of await pull.receive()) expect(part).toBeInstanceOf(Buffer)
  })

  it('does not change when the sender reuses short memory', async () => {
    const { send, pull } = await connected(scheme)
    const memory = Buffer.alloc(128, 'a')
    await send(memory)
    memory.fill('b')
    expect(await pull.receive()).toEqual([Buffer.alloc(128, 'a')])
  })

  itOurs('belongs to the receiver: one may change it and another does not see', async () => {
    const publisher = open(ours, 'XPublisher', { verbosity: 'allSubs' })
    const address = await bindFresh(publisher, scheme)
    const subscribers = [open(ours, 'Subscriber'), open(ours, 'Subscriber')] as const
    for (const subscriber of subscribers) {
      subscriber.subscribe()
      subscriber.connect(address)
      await publisher.receive()
    }
    await publisher.send('same')
    const [mine] = await subscribers[0].receive()
    mine?.fill('x')
    expect(await receiveTexts(subscribers[1])).toEqual(['same'])
  })
})
