import { describe, expect, it } from 'vitest'
import { Proxy } from 'zerowire'
import { draft } from '../support/drafts.js'
import { texts } from '../support/messages.js'
import { synchronise } from '../support/pubsub.js'
import { RawListener } from '../support/raw-peer.js'
import { track } from '../support/scope.js'
import { bindFresh, freshAddress } from '../support/transports.js'

const { Dish, Radio } = draft

const options = { linger: 0, reconnectInterval: 1 }
const radio = (more = {}) => track(new Radio({ ...options, ...more }))
const dish = (more = {}) => track(new Dish({ ...options, ...more }))

describe('Radio and Dish', () => {
  const to = (group: string) => (from: InstanceType<typeof Radio>) => ({
    send: (text: string) => from.send(text, { group }),
  })

  it('names of groups match whole, and are bytes', async () => {
    const [one, other] = [radio(), dish()]
    other.connect(await bindFresh(one))
    other.join(Buffer.from([0xff, 0xfe]), 'ab')
    await synchronise(to('ab')(one), other)
    await one.send('shorter', { group: 'a' })
    await one.send('longer', { group: 'abc' })
    await one.send('bytes', { group: Uint8Array.of(0xff, 0xfe) })
    const [message, { group }] = await other.receive()
    expect(String(message)).toBe('bytes')
    expect(group).toEqual(Buffer.from([0xff, 0xfe]))
    expect(one.stats.dropped.unsubscribed).toBeGreaterThanOrEqual(2)
  })

  it('a name is told again on each connection', async () => {
    const listener = await RawListener.listen()
    const other = dish()
    other.join('before')
    other.connect(listener.address)
    const first = await listener.accept()
    await first.handshake('RADIO')
    expect(String((await first.readFrame()).body)).toBe('\x04JOINbefore')
    other.join('after')
    expect(String((await first.readFrame()).body)).toBe('\x04JOINafter')
    other.leave('before')
    expect(String((await first.readFrame()).body)).toBe('\x05LEAVEbefore')
    first.destroy()
    const second = await listener.accept()
    await second.handshake('RADIO')
    expect(String((await second.readFrame()).body)).toBe('\x04JOINafter')
  })

  it('whoever is full misses messages, which are counted', async () => {
    const one = radio({ sendHighWaterMark: 1 })
    const other = dish({ receiveHighWaterMark: 1 })
    other.join('g')
    other.connect(await bindFresh(one, 'inproc'))
    for (let i = 0; i < 10; i += 1) await one.send(String(i), { group: 'g' })
    expect(one.stats.dropped.full).toBe(8)
    expect(String((await other.receive())[0])).toBe('0')
  })

  it('what was wanted when it came, and is not any more, is counted', async () => {
    const [one, other] = [radio(), dish()]
    other.join('g', 'h')
    other.connect(await bindFresh(one, 'inproc'))
    await one.send('unwanted', { group: 'g' })
    other.leave('g')
    await one.send('wanted', { group: 'h' })
    expect(String((await other.receive())[0])).toBe('wanted')
    expect(other.stats.dropped.unsubscribed).toBe(1)
  })

  it('a message may go to several groups of one Dish, and comes once for each', async () => {
    const [one, other] = [radio(), dish()]
    other.join('g', 'h')
    other.connect(await bindFresh(one, 'inproc'))
    await one.sendMany(['a', 'b'], { group: 'g' })
    await one.sendMany(['c'], { group: 'h' })
    const messages = await other.receiveMany()
    expect(messages.map(([message, { group }]) => `${String(group)}:${String(message)}`)).toEqual([
      ...['g:a', 'g:b', 'h:c'],
    ])
  })

  it('may not be given a group whose name is too long', () => {
    expect(() => radio().send('x', { group: 'g'.repeat(256) })).toThrow(
      expect.objectContaining({ code: 'EINVAL' }) as Error,
    )
  })

  it('speak through a proxy, with their groups', async () => {
    const proxy = new Proxy(dish(), radio())
    proxy.frontEnd.join('g')
    await proxy.frontEnd.bind(freshAddress('inproc'))
    await proxy.backEnd.bind(freshAddress('inproc'))
    const [one, other] = [radio(), dish()]
    other.join('g')
    other.connect(String(proxy.backEnd.lastEndpoint))
    one.connect(String(proxy.frontEnd.lastEndpoint))
    const running = proxy.run()
    await one.send('through', { group: 'g' })
    const message = await other.receive()
    expect(texts(message.slice(0, 1) as Buffer[])).toEqual(['through'])
    expect(message[1]).toEqual({ group: Buffer.from('g') })
    expect(proxy.statistics.frontEnd.received).toEqual({ messages: 1, bytes: 8 })
    proxy.terminate()
    await running
  })
})
