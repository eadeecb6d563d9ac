import { describe, expect, it } from 'vitest'
import { draft, native, ours, type AnyName } from '../support/drafts.js'
import { EventLog } from '../support/events.js'
import { make, type Options } from '../support/implementations.js'
import { open, track } from '../support/scope.js'
import { bindFresh, freshAddress } from '../support/transports.js'
import { nextTurn } from '../support/turn.js'
import { untilHeard } from '../support/until-heard.js'

const { Channel, Client, Dish, Gather, Peer, Radio, Scatter, Server } = draft

const libraries = [
  { library: 'ours', classes: ours },
  { library: 'native', classes: native },
]

const names: readonly AnyName[] = [
  ...(['Server', 'Client', 'Radio', 'Dish', 'Gather', 'Scatter'] as const),
  ...(['Datagram', 'Peer', 'Channel'] as const),
]

/** A fault of the caller's, thrown or rejected. */
async function fault(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    return code ?? message
  }
  return 'none'
}

const options = { linger: 0, reconnectInterval: 1 }
const server = () => track(new Server(options))
const client = () => track(new Client(options))

describe.each(names)('a new %s', (name) => {
  it('looks like one of libzmq', () => {
    const looks = [ours, native].map((library) => {
      const { type, threadSafe, writable, readable } = open(library, name)
      return { type, threadSafe, writable, readable }
    })
    expect(looks[0]).toEqual(looks[1])
  })

  it.each([{ noSuchOption: 1 }, { linger: 'long' }, 'options', null])('refuses %j', (wrong) => {
    expect(() => make(ours, name, wrong as unknown as Options)).toThrow(TypeError)
  })
})

it('Dish lingers as little as SUB', () => {
  expect(track(new Dish()).linger).toBe(0)
  expect(track(new Radio()).linger).toBe(-1)
})

/** What both libraries say to the same mistakes. */
describe.each(libraries)('$library', ({ classes }) => {
  const anything = (value: unknown) => value as { routingId?: number; group?: string }

  it.each([
    [undefined, 'Options must be an object'],
    [{}, 'EINVAL'],
    [{ routingId: 0 }, 'EINVAL'],
    [{ routingId: 'a' }, 'A number was expected'],
    [{ routingId: 12345 }, 'EHOSTUNREACH'],
  ])('Server sends to %j: %s', async (to, expected) => {
    const socket = open(classes, 'Server')
    expect(await fault(() => socket.send('x', anything(to)))).toBe(expected)
  })

  it.each([
    [undefined, 'Options must be an object'],
    [{}, 'EINVAL'],
    [{ group: 5 }, 'Value must be a string or buffer'],
    [{ group: '' }, 'none'],
    [{ group: 'g' }, 'none'],
    [{ group: Buffer.from('g') }, 'none'],
  ])('Radio sends to %j: %s', async (to, expected) => {
    const socket = open(classes, 'Radio')
    expect(await fault(() => socket.send('x', anything(to)))).toBe(expected)
  })

  it.each(['Server', 'Radio', 'Client', 'Scatter', 'Channel'] as const)(
    '%s sends messages of one part',
    async (name) => {
      const socket = open(classes, name)
      const peers = { Client: 'Server', Scatter: 'Gather', Channel: 'Channel' } as const
      if (name in peers) {
        const peer = open(classes, peers[name as 'Client'])
        socket.connect(await bindFresh(peer))
      }
      const to = name in peers ? [] : [{ routingId: 1, group: 'g' }]
      expect(await fault(() => socket.send(['a', 'b'], ...to))).toBe('EINVAL')
      expect(await fault(() => socket.send([], ...to))).toBe('none')
      expect(await fault(() => socket.send(undefined as unknown as string, ...to))).toBe(
        'Message must be present',
      )
    },
  )

  it('Dish joins once, and leaves what it has joined', async () => {
    const socket = open(classes, 'Dish')
    const wrong = 5 as unknown as string
    for (const [work, expected] of [
      [
        () => {
          socket.join('a', Buffer.from('b'), '')
        },
        'none',
      ],
      [
        () => {
          socket.join('a')
        },
        'EINVAL',
      ],
      [
        () => {
          socket.leave('c')
        },
        'EINVAL',
      ],
      [
        () => {
          socket.leave('a', 'b')
        },
        'none',
      ],
      [
        () => {
          socket.leave('a')
        },
        'EINVAL',
      ],
      [
        () => {
          socket.join('x'.repeat(256))
        },
        'EINVAL',
      ],
      [
        () => {
          socket.join('x'.repeat(255))
        },
        'none',
      ],
      [
        () => {
          socket.join(wrong)
        },
        'Value must be a string or buffer',
      ],
      // A zero byte ends a name.
      [
        () => {
          socket.join('n\0o')
        },
        'none',
      ],
      [
        () => {
          socket.join('n')
        },
        'EINVAL',
      ],
      [
        () => {
          socket.join()
        },
        'none',
      ],
    ] as const) {
      expect(await fault(work)).toBe(expected)
    }
  })
})

describe('Server', () => {
  it.each([-1, 1.5, 2 ** 32, NaN])('has nobody who could be called %d', (routingId) => {
    const error = { code: 'EINVAL', reason: expect.stringContaining(String(routingId)) as string }
    expect(() => server().send('x', { routingId })).toThrow(expect.objectContaining(error) as Error)
  })

  it('forgets a client that has left, though not what it said', async () => {
    const one = server()
    const other = client()
    other.connect(await bindFresh(one))
    await other.send('hello')
    while (!one.readable) await nextTurn()
    await other.close()
    while (one.stats.peers > 0) await nextTurn()
    const [message, { routingId }] = await one.receive()
    expect(String(message)).toBe('hello')
    await expect(one.send('late', { routingId })).rejects.toMatchObject({ code: 'EHOSTUNREACH' })
  })

  it('waits for a client that is full', async () => {
    const one = track(new Server({ ...options, sendHighWaterMark: 1 }))
    const other = track(new Client({ ...options, receiveHighWaterMark: 1 }))
    other.connect(await bindFresh(one, 'inproc'))
    await other.send('hello')
    const [, { routingId }] = await one.receive()
    const texts = ['a', 'b', 'c', 'd', 'e']
    const sending = one.sendMany(texts, { routingId })
    for (const text of texts) expect(String((await other.receive())[0])).toBe(text)
    await sending
    expect(one.stats).toMatchObject({ sent: 5, dropped: { total: 0 } })
  })

  it('tells how far a batch came', async () => {
    const one = server()
    const sending = one.sendMany(['a', 'b'], { routingId: 7 })
    await expect(sending).rejects.toMatchObject({ code: 'EHOSTUNREACH', sent: 0 })
  })

  it('receives by the batch, each message with its sender', async () => {
    const one = server()
    const other = client()
    other.connect(await bindFresh(one, 'inproc'))
    await other.sendMany(['a', 'b'])
    const messages = await one.receiveMany()
    expect(messages.map(([message]) => String(message))).toEqual(['a', 'b'])
    expect(messages[0]?.[1]).toEqual(messages[1]?.[1])
  })

  it('hears what stands for a client that has left', async () => {
    const one = track(new Server({ ...options, disconnectMessage: 'gone' }))
    const other = client()
    other.connect(await bindFresh(one))
    await other.send('hello')
    const [, hello] = await one.receive()
    void other.close()
    const [message, gone] = await one.receive()
    expect([String(message), gone]).toEqual(['gone', hello])
  })
})

describe('Peer', () => {
  it('knows whom it has connected to before there is anybody', async () => {
    const one = track(new Peer(options))
    const other = track(new Peer(options))
    const address = freshAddress('inproc')
    const routingId = one.connectPeer(address)
    expect(routingId).toBeGreaterThan(0)
    await one.send('hello', { routingId })
    await other.bind(address)
    const [message, from] = await other.receive()
    expect(String(message)).toBe('hello')
    await other.send('welcome', from)
    const [answer, back] = await one.receive()
    expect([String(answer), back]).toEqual(['welcome', { routingId }])
  })

  it('calls a peer the same when it has come back', async () => {
    const one = track(new Peer({ ...options, helloMessage: 'hi' }))
    const other = track(new Peer(options))
    const address = await bindFresh(other)
    const routingId = one.connectPeer(address)
    const [, first] = await other.receive()
    await other.send('here', first)
    expect((await one.receive())[1]).toEqual({ routingId })
    await other.unbind(address)
    await other.bind(address)
    const [hello, second] = await other.receive()
    expect(String(hello)).toBe('hi')
    await other.send('again', second)
    expect((await one.receive())[1]).toEqual({ routingId })
  })

  it('has a number of its own for each connection, also to one place', async () => {
    const one = track(new Peer(options))
    const address = await bindFresh(track(new Peer(options)))
    expect(one.connectPeer(address)).not.toBe(one.connectPeer(address))
  })

  it('has nobody to name with immediate', () => {
    const one = track(new Peer({ ...options, immediate: true }))
    const error = { code: 'EFAULT', address: 'tcp://127.0.0.1:1' }
    expect(() => one.connectPeer('tcp://127.0.0.1:1')).toThrow(
      expect.objectContaining(error) as Error,
    )
  })
})

describe('Channel', () => {
  it('turns a second peer away, which may come back', async () => {
    const one = track(new Channel(options))
    const address = await bindFresh(one)
    const [first, second] = [track(new Channel(options)), track(new Channel(options))]
    first.connect(address)
    await first.send('first')
    expect(String(await one.receive())).toBe('first')
    const log = new EventLog(second)
    second.connect(address)
    await log.until('disconnect')
    void first.close()
    // What it says while it is being turned away once more is lost.
    await untilHeard(
      () => second.send('second'),
      one,
      ([message]) => String(message) === 'second',
    )
  })
})

describe('Scatter and Gather', () => {
  it('keep the newest with conflate', async () => {
    const gather = track(new Gather({ ...options, conflate: true }))
    const scatter = track(new Scatter(options))
    scatter.connect(await bindFresh(gather, 'inproc'))
    await scatter.sendMany(['old', 'older', 'newest'])
    expect(String(await gather.receive())).toBe('newest')
  })
})

it('sockets of every draft type refuse what they cannot do', async () => {
  const wrong: [AnyName, 'send' | 'receive'][] = [
    ['Radio', 'receive'],
    ['Scatter', 'receive'],
    ['Dish', 'send'],
    ['Gather', 'send'],
  ]
  for (const [name, operation] of wrong) {
    const socket = open(ours, name)
    expect(await fault(() => socket[operation]('x'))).toBe('ENOTSUP')
  }
})
