import { describe, expect, it } from 'vitest'
import {
  describeOurs,
  native,
  ours,
  zerowire,
  type AnySocket,
  type Implementation,
  type SocketName,
} from '../support/implementations.js'
import { untilWanted } from '../support/pubsub.js'
import { received } from '../support/received.js'
import { open, track } from '../support/scope.js'
import { nextTurn } from '../support/turn.js'

const libraries: { who: string; library: Implementation }[] = [
  { who: 'ours', library: ours },
  { who: 'zeromq', library: native },
]

type AnyProxy = native.Proxy

function proxyOf(library: Implementation, front: SocketName, back: SocketName): AnyProxy {
  return new library.Proxy(open(library, front), open(library, back))
}

async function bind(proxy: AnyProxy): Promise<[front: string, back: string]> {
  await proxy.frontEnd.bind('tcp://127.0.0.1:*')
  await proxy.backEnd.bind('tcp://127.0.0.1:*')
  return [proxy.frontEnd.lastEndpoint ?? '', proxy.backEnd.lastEndpoint ?? '']
}

function connected(library: Implementation, name: SocketName, address: string): AnySocket {
  const socket = open(library, name, { linger: 0 })
  socket.connect(address)
  return socket
}

describe.each(libraries)('a proxy of $who', ({ library }) => {
  it('wants two sockets', () => {
    const anything = library.Proxy as unknown as new (...args: unknown[]) => AnyProxy
    const dealer = open(library, 'Dealer')
    expect(() => new anything()).toThrow(new TypeError('Front-end must be a socket object'))
    expect(() => new anything(dealer)).toThrow(new TypeError('Back-end must be a socket object'))
    expect(() => new anything(dealer, dealer, dealer)).toThrow(/^Expected 2 arguments/)
    expect(() => new anything({}, {})).toThrow('Invalid argument')
    expect(() => (library.Proxy as unknown as () => void)()).toThrow(TypeError)
  })

  it('knows its sockets', () => {
    const [front, back] = [open(library, 'Router'), open(library, 'Dealer')]
    const proxy = new library.Proxy(front, back)
    expect(proxy.frontEnd).toBe(front)
    expect(proxy.backEnd).toBe(back)
  })

  it('wants them to be bound or connected', async () => {
    const proxy = proxyOf(library, 'Router', 'Dealer')
    const run = async (): Promise<void> => {
      await proxy.run()
    }
    const notReady = (which: string) => ({
      code: 'EINVAL',
      errno: 22,
      message: `${which} socket must be bound or connected`,
    })
    await expect(run()).rejects.toMatchObject(notReady('Front-end'))
    await proxy.frontEnd.bind('tcp://127.0.0.1:*')
    await expect(run()).rejects.toMatchObject(notReady('Back-end'))
    await proxy.backEnd.bind('tcp://127.0.0.1:*')
    proxy.frontEnd.close()
    await expect(run()).rejects.toMatchObject(notReady('Front-end'))
  })

  it('cannot be steered before it runs, nor after its end', async () => {
    const proxy = proxyOf(library, 'Router', 'Dealer')
    const refuses = (): void => {
      for (const steer of ['pause', 'resume', 'terminate'] as const) {
        expect(() => {
          proxy[steer]()
        }).toThrow(expect.objectContaining({ code: 'EBADF', message: 'Socket is closed' }))
      }
    }
    await bind(proxy)
    refuses()
    const done = proxy.run()
    proxy.terminate()
    await done
    refuses()
    expect(proxy.frontEnd.closed).toBe(true)
    expect(proxy.backEnd.closed).toBe(true)
  })

  it('leaves its sockets to nobody else', async () => {
    const proxy = proxyOf(library, 'Router', 'Dealer')
    const [front] = await bind(proxy)
    const done = proxy.run()
    const busy = expect.objectContaining({ code: 'EBUSY' }) as Error
    const router = proxy.frontEnd as unknown as AnySocket
    expect(() => router.receive()).toThrow(busy)
    expect(() => router.send(['a', 'b'])).toThrow(busy)
    expect(() => {
      router.connect(front)
    }).toThrow(busy)
    proxy.terminate()
    await done
  })

  const others = [library === ours ? native : ours, library]
  it.each(others)('ROUTER and DEALER: requests and replies', async (other) => {
    const proxy = proxyOf(library, 'Router', 'Dealer')
    const [front, back] = await bind(proxy)
    const done = proxy.run()
    const request = connected(other, 'Request', front)
    const reply = connected(other, 'Reply', back)
    for (const text of ['foo', 'bar', 'baz']) {
      await request.send([text, ''])
      expect(await received(reply)).toEqual([[text, '']])
      await reply.send(`${text}!`)
      expect(await received(request)).toEqual([[`${text}!`]])
    }
    proxy.terminate()
    await done
  })

  it.each(others)('PULL and PUSH: in order, nothing lost', async (other) => {
    const proxy = proxyOf(library, 'Pull', 'Push')
    const [front, back] = await bind(proxy)
    const done = proxy.run()
    const push = connected(other, 'Push', front)
    const pull = connected(other, 'Pull', back)
    const numbers = Array.from({ length: 5000 }, (_, index) => [String(index)])
    const sent = (async () => {
      for (const number of numbers) await push.send(number)
    })()
    expect(await received(pull, numbers.length)).toEqual(numbers)
    await sent
    proxy.terminate()
    await done
  })

  it.each(others)('XSUB and XPUB: subscriptions there, messages back', async (other) => {
    const proxy = proxyOf(library, 'XSubscriber', 'XPublisher')
    const [front, back] = await bind(proxy)
    const done = proxy.run()
    const publisher = open(ours, 'Publisher') as unknown as zerowirePublisher
    publisher.connect(front)
    const subscriber = connected(other, 'Subscriber', back)
    subscriber.subscribe('a')
    await untilWanted(publisher, 'a')
    await publisher.send(['b', 'not this'])
    await publisher.send(['a', 'this'])
    expect(await received(subscriber, 2)).toEqual([['a'], ['a', 'this']])
    proxy.terminate()
    await done
  })
})

type zerowirePublisher = InstanceType<(typeof zerowire)['Publisher']>

describeOurs('our proxy', () => {
  const { Pair, Proxy, Publisher, Pull, Push, Router, Dealer, Request, Reply } = zerowire

  /** PUSH, PULL and PUSH of the proxy, PULL; `mark` is that of each of the four. */
  async function streamer(mark = 1000) {
    const context = new zerowire.Context()
    const pushing = { context, sendHighWaterMark: mark, linger: 0 }
    const pulling = { context, receiveHighWaterMark: mark }
    const proxy = new Proxy(track(new Pull(pulling)), track(new Push(pushing)))
    const push = track(new Push(pushing))
    const pull = track(new Pull(pulling))
    await proxy.frontEnd.bind('inproc://front')
    await proxy.backEnd.bind('inproc://back')
    push.connect('inproc://front')
    pull.connect('inproc://back')
    return { proxy, push, pull }
  }

  it('pauses and resumes', async () => {
    const { proxy, push, pull } = await streamer()
    const done = proxy.run()
    await push.send('before')
    expect(await received(pull)).toEqual([['before']])
    proxy.pause()
    await push.send('meanwhile')
    await nextTurn()
    expect(pull.readable).toBe(false)
    proxy.resume()
    expect(await received(pull)).toEqual([['meanwhile']])
    proxy.terminate()
    await done
  })

  it('takes nothing that the other side has no room for', async () => {
    const { proxy, push, pull } = await streamer(2)
    const done = proxy.run()
    let sent = 0
    try {
      for (;;) {
        await push.send(String(sent), { timeout: 0 })
        sent += 1
      }
    } catch (error) {
      expect(error).toMatchObject({ code: 'EAGAIN' })
    }
    // Two queues between three sockets, each with the marks of both ends.
    expect(sent).toBeLessThanOrEqual(8)
    const numbers = Array.from({ length: sent }, (_, index) => [String(index)])
    expect(await received(pull, sent)).toEqual(numbers)
    proxy.terminate()
    await done
  })

  it('counts what passes', async () => {
    const proxy = new Proxy(track(new Router()), track(new Dealer()))
    await proxy.frontEnd.bind('inproc://count-front')
    await proxy.backEnd.bind('inproc://count-back')
    const request = track(new Request())
    const reply = track(new Reply())
    request.connect('inproc://count-front')
    reply.connect('inproc://count-back')
    const done = proxy.run()
    await request.send('1234')
    await reply.receive()
    await reply.send('12')
    await request.receive()
    const envelope = 5
    const there = { messages: 1, bytes: envelope + 4 }
    const back = { messages: 1, bytes: envelope + 2 }
    const statistics = {
      frontEnd: { received: there, sent: back },
      backEnd: { received: back, sent: there },
    }
    expect(proxy.statistics).toEqual(statistics)
    proxy.terminate()
    await done
    expect(proxy.statistics).toEqual(statistics)
  })

  it('shows everything to a capture socket', async () => {
    const { proxy, push, pull } = await streamer()
    const capture = track(new Pair())
    const witness = track(new Pair())
    await capture.bind('inproc://capture')
    witness.connect('inproc://capture')
    const done = proxy.run({ capture })
    for (const text of ['a', 'b']) await push.send([text, text])
    const both = [
      ['a', 'a'],
      ['b', 'b'],
    ]
    expect(await received(pull, 2)).toEqual(both)
    expect(await received(witness, 2)).toEqual(both)
    proxy.terminate()
    await done
    expect(capture.closed).toBe(false)
    expect(proxy.captureMissed).toBe(0)
  })

  it('is not held up by a capture socket that has no room', async () => {
    const { proxy, push, pull } = await streamer()
    const capture = track(new Push())
    const done = proxy.run({ capture })
    for (const text of ['a', 'b']) await push.send(text)
    expect(await received(pull, 2)).toEqual([['a'], ['b']])
    expect(proxy.captureMissed).toBe(2)
    proxy.terminate()
    await done
  })

  it('a capture socket has to be one that sends, and a third one', async () => {
    const { proxy, push } = await streamer()
    expect(() => proxy.run({ capture: proxy.backEnd })).toThrow(
      expect.objectContaining({ code: 'EINVAL' }),
    )
    expect(() => proxy.run({ capture: {} as never })).toThrow('Invalid argument')
    const done = proxy.run({ capture: track(new Pull()) })
    await push.send('a')
    await expect(done).rejects.toMatchObject({ code: 'ENOTSUP' })
    expect(proxy.frontEnd.closed).toBe(true)
  })

  it('ends when its signal is aborted', async () => {
    const { proxy } = await streamer()
    const controller = new AbortController()
    const reason = new Error('enough')
    const done = proxy.run({ signal: controller.signal })
    controller.abort(reason)
    await expect(done).rejects.toBe(reason)
    expect(proxy.backEnd.closed).toBe(true)
    const { proxy: another } = await streamer()
    await expect(another.run({ signal: controller.signal })).rejects.toBe(reason)
    expect(another.backEnd.closed).toBe(false)
  })

  it.each(['frontEnd', 'backEnd'] as const)('ends when its %s is closed', async (end) => {
    const { proxy } = await streamer()
    const done = proxy.run()
    await proxy[end].close()
    await done
    expect(proxy.frontEnd.closed && proxy.backEnd.closed).toBe(true)
  })

  it('cannot be run on sockets that are in use, or twice', async () => {
    const { proxy } = await streamer()
    const waiting = proxy.frontEnd.receive()
    expect(() => proxy.run()).toThrow(expect.objectContaining({ code: 'EBUSY' }))
    await proxy.frontEnd.close()
    await expect(waiting).rejects.toMatchObject({ code: 'EAGAIN' })
    const { proxy: other } = await streamer()
    const done = other.run()
    expect(() => other.run()).toThrow(expect.objectContaining({ code: 'EBUSY' }))
    other.terminate()
    await done
  })

  it('drops a reply that has no route any more, and goes on', async () => {
    const proxy = new Proxy(track(new Router({ mandatory: true })), track(new Dealer()))
    await proxy.frontEnd.bind('inproc://gone-front')
    await proxy.backEnd.bind('inproc://gone-back')
    const reply = track(new Reply())
    reply.connect('inproc://gone-back')
    const done = proxy.run()
    const gone = track(new Request())
    gone.connect('inproc://gone-front')
    await gone.send('question')
    await reply.receive()
    await gone.close()
    await reply.send('answer')
    const request = track(new Request())
    request.connect('inproc://gone-front')
    await request.send('another')
    expect(await received(reply)).toEqual([['another']])
    expect(proxy.frontEnd.stats.dropped).toMatchObject({ unroutable: 1, total: 1 })
    proxy.terminate()
    await done
  })

  it('forwards to one socket what came from it', async () => {
    const pair = track(new Pair())
    const other = track(new Pair())
    await pair.bind('inproc://loop')
    other.connect('inproc://loop')
    const proxy = new Proxy(pair, pair)
    const done = proxy.run()
    await other.send('echo')
    expect(await received(other)).toEqual([['echo']])
    proxy.terminate()
    await done
  })

  it('sends what a publisher wants to keep to itself nowhere', async () => {
    const { proxy, push, pull } = await streamer()
    const capture = track(new Publisher())
    const done = proxy.run({ capture })
    await push.send('unheard')
    expect(await received(pull)).toEqual([['unheard']])
    expect(capture.stats.dropped.unsubscribed).toBe(1)
    proxy.terminate()
    await done
  })

  it('leaves the event loop to others', async () => {
    const { proxy, push, pull } = await streamer()
    const done = proxy.run()
    let stop = false
    const pushing = (async () => {
      for (; !stop;) await push.send('again')
    })()
    const pulling = (async () => {
      for await (const [text] of pull) expect(String(text)).toBe('again')
    })()
    await nextTurn()
    await nextTurn()
    stop = true
    await pushing
    await pull.close()
    await pulling
    proxy.terminate()
    await done
  })
})
