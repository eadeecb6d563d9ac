import { describe, expect, it } from 'vitest'
import { EventLog } from '../support/events.js'
import { native, ours, zerowire } from '../support/implementations.js'
import { receiveTexts } from '../support/messages.js'
import { open, track } from '../support/scope.js'
import { SocksServer } from '../support/socks-server.js'
import { bindFresh } from '../support/transports.js'

const user = ['name', 'password'] as const
const [socksUsername, socksPassword] = user
const BOUND = Buffer.of(1, 127, 0, 0, 1, 0, 80)

describe('a connection through a SOCKS 5 proxy', () => {
  it.each([
    { title: 'with', user },
    { title: 'without', user: undefined },
  ])('is that of libzmq, byte for byte, $title a password', async (behaviour) => {
    const pull = open(ours, 'Pull')
    const address = await bindFresh(pull)
    const proxy = await SocksServer.start(behaviour)
    for (const library of [ours, native]) {
      const push = open(library, 'Push', { socksProxy: proxy.address })
      if (behaviour.user !== undefined) {
        Object.entries([socksUsername, socksPassword]).forEach(([index, text]) => {
          const numbered = push as unknown as { setStringOption(id: number, text: string): void }
          numbered.setStringOption(99 + Number(index), text)
        })
      }
      push.connect(address)
      await push.send('through')
      expect(await receiveTexts(pull)).toEqual(['through'])
    }
    const [first, second] = proxy.asked
    expect(first).toHaveLength(behaviour.user === undefined ? 2 : 3)
    expect(first).toEqual(second)
  })

  it.each([
    { host: '127.0.0.1', hex: '050100017f000001' },
    { host: 'name.example', hex: '050100030c6e616d652e6578616d706c65' },
    { host: '[2001:db8::ff00:42]', hex: '0501000420010db80000000000000000ff000042' },
    { host: '[::ffff:1.2.3.4]', hex: '0501000400000000000000000000ffff01020304' },
    { host: '[1:2:3:4:5:6:7:8]', hex: '0501000400010002000300040005000600070008' },
  ])('leaves $host to the proxy', async ({ host, hex }) => {
    const pull = open(native, 'Pull')
    const proxy = await SocksServer.start({ target: await bindFresh(pull) })
    const push = open(ours, 'Push', { socksProxy: proxy.address, ipv6: true })
    push.connect(`tcp://${host}:5555`)
    await push.send('through')
    expect(await receiveTexts(pull)).toEqual(['through'])
    expect(proxy.asked).toEqual([['050100', `${hex}15b3`]])
  })

  it('is made again when it is lost', async () => {
    const pull = open(ours, 'Pull')
    const address = await bindFresh(pull)
    const proxy = await SocksServer.start()
    const push = open(ours, 'Push', { socksProxy: proxy.address, reconnectInterval: 1 })
    const log = new EventLog(push)
    push.connect(address)
    await push.send('before')
    expect(await receiveTexts(pull)).toEqual(['before'])
    await pull.unbind(address)
    await log.until('disconnect')
    await pull.bind(address)
    await push.send('after')
    expect(await receiveTexts(pull)).toEqual(['after'])
  })

  it('carries large messages both ways', async () => {
    const [one, two] = [open(ours, 'Pair'), open(native, 'Pair')]
    const address = await bindFresh(two)
    const proxy = await SocksServer.start()
    Object.assign(one, { socksProxy: proxy.address })
    one.connect(address)
    const large = Buffer.alloc(3_000_000, 'large')
    await one.send(large)
    expect(large.equals((await two.receive())[0] ?? Buffer.alloc(0))).toBe(true)
    await two.send(large)
    expect(large.equals((await one.receive())[0] ?? Buffer.alloc(0))).toBe(true)
  })
})

describe('a proxy that', () => {
  it.each([
    {
      title: 'wants a password',
      behaviour: { user },
      options: {},
      code: 'EACCES',
    },
    {
      title: 'refuses the password',
      behaviour: { user },
      options: { socksUsername, socksPassword: 'wrong' },
      code: 'EACCES',
    },
    { title: 'speaks HTTP', behaviour: { greeting: Buffer.from('HTTP/1.1') }, code: 'EPROTO' },
    {
      title: 'finds no host',
      behaviour: { answer: Buffer.of(5, 4, 0, ...BOUND) },
      code: 'EHOSTUNREACH',
    },
    {
      title: 'is refused',
      behaviour: { answer: Buffer.of(5, 5, 0, ...BOUND) },
      code: 'ECONNREFUSED',
    },
    {
      title: 'gives an unheard-of reason',
      behaviour: { answer: Buffer.of(5, 99, 0, ...BOUND) },
      code: 'EPROTO',
    },
    {
      title: 'answers with an unheard-of address',
      behaviour: { answer: Buffer.of(5, 0, 0, 9, 0, 0) },
      code: 'EPROTO',
    },
    {
      title: 'says nothing',
      behaviour: { answer: Buffer.alloc(0) },
      options: { connectTimeout: 50 },
      code: 'ETIMEDOUT',
    },
    {
      title: 'stops in the middle',
      behaviour: { answer: Buffer.of(5, 0, 0, 3, 200, 0) },
      options: { connectTimeout: 50 },
      code: 'ETIMEDOUT',
    },
  ])('$title is told of, and tried again', async ({ behaviour, options, code }) => {
    const proxy = await SocksServer.start(behaviour)
    const socket = new zerowire.Push({
      ...options,
      socksProxy: proxy.address,
      reconnectInterval: 1,
    })
    const log = new EventLog(track(socket))
    socket.connect('tcp://name.example:5555')
    const close = await log.until('close', 2)
    expect(close).toMatchObject({ address: 'tcp://name.example:5555', error: { code } })
    expect(log.types).not.toContain('connect')
  })

  it('is not there is tried again', async () => {
    const socket = track(new zerowire.Push({ socksProxy: '127.0.0.1:1', reconnectInterval: 1 }))
    const log = new EventLog(socket)
    socket.connect('tcp://name.example:5555')
    expect(await log.until('close', 2)).toMatchObject({ error: { code: 'ECONNREFUSED' } })
  })

  it.each(['nowhere', '127.0.0.1', '127.0.0.1:*', ':1080', '127.0.0.1:99999'])(
    'would be at %s is refused at once',
    (socksProxy) => {
      const socket = track(new zerowire.Push({ socksProxy }))
      expect(() => {
        socket.connect('tcp://name.example:5555')
      }).toThrow(expect.objectContaining({ code: 'EINVAL', address: socksProxy }) as Error)
    },
  )
})
