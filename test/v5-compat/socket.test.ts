import { EventEmitter, once } from 'node:events'
import { createConnection } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { rebind } from '../support/rebind.js'
import {
  bound,
  libraries,
  messages,
  next,
  open,
  sent,
  until,
  type CompatSocket,
} from '../support/v5-compat.js'

type Work = (socket: CompatSocket) => unknown

describe.each(libraries)('a socket of $name', ({ zmq }) => {
  async function pushAndPull(address?: string) {
    const [push, pull] = [open(zmq, 'push'), open(zmq, 'pull')]
    push.connect(await bound(pull, address))
    return { push, pull }
  }

  async function requestAndReply() {
    const [req, rep] = [open(zmq, 'req'), open(zmq, 'rep')]
    req.connect(await bound(rep))
    return { req, rep }
  }

  it('is an event emitter that knows the type it was given', () => {
    const socket = open(zmq, 'xreq')
    expect(socket).toBeInstanceOf(zmq.Socket)
    expect(socket).toBeInstanceOf(EventEmitter)
    expect([socket.type, socket.closed]).toEqual(['xreq', false])
  })

  it('may be extended', async () => {
    class Sink extends zmq.Socket {
      constructor() {
        super('pull')
      }
    }
    const sink = new Sink()
    const push = open(zmq, 'push')
    push.connect(await bound(sink)).send('x')
    expect(await next(sink)).toEqual(['x'])
    sink.close()
  })

  it('is of a type that exists', () => {
    expect(() => zmq.createSocket('toString' as 'pub')).toThrow('Invalid socket type: toString')
  })

  it('has what it is created with', () => {
    const socket = open(zmq, 'dealer', { identity: 'me', linger: 0, anything: 'else' })
    expect([socket['identity'], socket['linger'], socket['anything']]).toEqual(['me', 0, 'else'])
  })

  it('binds, emits that and calls back', async () => {
    const socket = open(zmq, 'rep')
    const log: unknown[] = []
    socket.on('bind', (...args: unknown[]) => log.push(args))
    const called = new Promise((resolve) => {
      const result = socket.bind('tcp://127.0.0.1:*', (...args) => {
        log.push(args)
        resolve(undefined)
      })
      expect(result).toBe(socket)
    })
    expect(log).toEqual([])
    await called
    expect(log).toEqual([['tcp://127.0.0.1:*'], []])
    expect(socket['last_endpoint']).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/)
  })

  it('unbinds, emits that and calls back', async () => {
    const socket = open(zmq, 'rep')
    const address = await bound(socket)
    const unbound = next(socket, 'unbind')
    const called = new Promise((resolve) => {
      expect(socket.unbind(address, (...args) => resolve(args))).toBe(socket)
    })
    expect(await unbound).toEqual([address])
    expect(await called).toEqual([])
    const other = open(zmq, 'rep')
    await rebind({ bind: (again) => bound(other, again).then(() => undefined) }, address)
  })

  it('binds before it goes on', async () => {
    const [push, pull] = [open(zmq, 'push'), open(zmq, 'pull')]
    push.on('bind', () => expect.fail('nothing is emitted'))
    push.bindSync('tcp://127.0.0.1:*')
    expect(push['last_endpoint']).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/)
    const came = next(pull.connect(String(push['last_endpoint'])))
    push.send('x')
    expect(await came).toEqual(['x'])
    const taken = expect.objectContaining({ code: 'EADDRINUSE' }) as Error
    expect(() => pull.bindSync(String(push['last_endpoint']))).toThrow(taken)
  })

  it('speaks with a program that knows nothing of it', async () => {
    const stream = open(zmq, 'stream')
    const { port } = new URL(await bound(stream))
    const client = createConnection(Number(port), '127.0.0.1')
    stream.on('message', (id: Buffer, data: Buffer) => {
      if (data.length > 0) stream.send([id, `re: ${data.toString()}`]).send([id, ''])
    })
    client.write('hello')
    expect(await text(client)).toBe('re: hello')
  })

  it.each<[string, Work, Work, string]>([
    [
      'bind',
      (socket) => socket.bind('nowhere://x'),
      (socket) => socket.bind('nowhere://x', (error) => socket.emit('called', error)),
      'EPROTONOSUPPORT',
    ],
    [
      'unbind',
      (socket) => socket.unbind('tcp://127.0.0.1:1'),
      (socket) => socket.unbind('tcp://127.0.0.1:1', (error) => socket.emit('called', error)),
      'ENOENT',
    ],
  ])(
    'tells the callback that it could not %s, or emits it',
    async (_name, emits, callsBack, code) => {
      const socket = open(zmq, 'rep')
      const emitted = new Promise((resolve) => socket.once('error', resolve))
      emits(socket)
      expect(await emitted).toMatchObject({ code })
      const called = once(socket, 'called')
      callsBack(socket)
      expect(await called).toMatchObject([{ code }])
    },
  )

  it('does one thing at a time while it binds', async () => {
    const socket = open(zmq, 'rep')
    const done = bound(socket)
    const busy = expect.objectContaining({ code: 'EBUSY' }) as Error
    expect(() => socket.bind('tcp://127.0.0.1:*')).toThrow(busy)
    expect(() => socket.connect('tcp://127.0.0.1:1')).toThrow(busy)
    await done
  })

  it('closes', async () => {
    const socket = open(zmq, 'rep')
    await bound(socket)
    expect([socket.close(), socket.close()]).toEqual([socket, socket])
    expect(socket.closed).toBe(true)
    const bad = expect.objectContaining({ code: 'EBADF' }) as Error
    expect(() => socket.bind('tcp://127.0.0.1:*')).toThrow(bad)
    expect(() => socket.connect('tcp://127.0.0.1:1')).toThrow(bad)
    const noSocket = expect.objectContaining({ code: 'ENOTSOCK' }) as Error
    expect(() => socket.setsockopt('linger', 0)).toThrow(noSocket)
    expect(() => socket.getsockopt('linger')).toThrow(noSocket)
  })

  it('connects and disconnects where that makes sense', () => {
    const socket = open(zmq, 'push', { linger: 0 })
    expect(socket.connect('tcp://127.0.0.1:1').disconnect('tcp://127.0.0.1:1')).toBe(socket)
    const gone = expect.objectContaining({ code: 'ENOENT' }) as Error
    expect(() => socket.disconnect('tcp://127.0.0.1:1')).toThrow(gone)
    const unknown = expect.objectContaining({ code: 'EPROTONOSUPPORT' }) as Error
    expect(() => socket.connect('nowhere://x')).toThrow(unknown)
  })

  it('cannot be read from', () => {
    expect(() => open(zmq, 'pull').read()).toThrow(/has been removed .*on\('message', \.\.\.\)/)
  })

  it.each(['tcp://127.0.0.1:*', 'inproc://v5-values'])('sends over %s what is sent', async (to) => {
    const { push, pull } = await pushAndPull(to)
    const came = messages(pull, 6)
    expect(push.send('text').send(15.99).send(Buffer.from('bytes')).send(null)).toBe(push)
    push.send(['a', 1, Buffer.from('b'), null])
    push.send([''])
    expect(await came).toEqual([['text'], ['15.99'], ['bytes'], [''], ['a', '1', 'b', ''], ['']])
  })

  it('emits parts as buffers', async () => {
    const { push, pull } = await pushAndPull()
    push.send(['a', 'b'])
    const [a, b] = (await once(pull, 'message')) as unknown[]
    expect([a, b]).toEqual([Buffer.from('a'), Buffer.from('b')])
  })

  it('puts parts together', async () => {
    const { push, pull } = await pushAndPull()
    const came = messages(pull, 2)
    push.send(['a', 'b'], zmq.ZMQ_SNDMORE).send('c', zmq.ZMQ_SNDMORE).send(['d', 'e'])
    push.send('f', null)
    expect(await came).toEqual([['a', 'b', 'c', 'd', 'e'], ['f']])
  })

  it('calls back for each message in order, without arguments', async () => {
    const { push } = await pushAndPull()
    const calls: unknown[] = []
    for (const text of ['one', 'two']) {
      push.send(text, 0, (...args) => calls.push([text, ...args]))
    }
    expect(await sent(push, 'three')).toEqual([])
    expect(calls).toEqual([['one'], ['two']])
  })

  it('tells the callback that a message could not be sent, or emits it', async () => {
    const router = open(zmq, 'router')
    router.setsockopt(zmq.ZMQ_ROUTER_MANDATORY, 1).setsockopt(zmq.ZMQ_SNDTIMEO, 1)
    // The reference waits first, and may then not say why.
    const unreachable = { code: expect.stringMatching(/^(EHOSTUNREACH|EAGAIN)$/) as string }
    expect(await sent(router, ['nobody', 'x'])).toMatchObject([unreachable])
    const emitted = new Promise((resolve) => router.once('error', resolve))
    router.send(['nobody', 'x'])
    expect(await emitted).toMatchObject(unreachable)
    router.setsockopt(zmq.ZMQ_ROUTER_MANDATORY, 0)
    expect(await sent(router, ['nobody', 'x'])).toEqual([])
    const failed = await new Promise((resolve) => {
      router.send(Symbol('x') as unknown as string, 0, resolve)
    })
    expect(failed).toEqual(new TypeError('Cannot convert a Symbol value to a string'))
  })

  it('gives up sending after ZMQ_SNDTIMEO', async () => {
    const push = open(zmq, 'push')
    push.setsockopt(zmq.ZMQ_SNDTIMEO, 1)
    expect(await sent(push, 'x')).toMatchObject([{ code: 'EAGAIN' }])
  })

  it('emits an error after ZMQ_RCVTIMEO', async () => {
    const pull = open(zmq, 'pull', { linger: 0 })
    pull.setsockopt(zmq.ZMQ_RCVTIMEO, 1)
    // The time is that of the next attempt to receive.
    const push = open(zmq, 'push')
    push.connect(await bound(pull)).send('x')
    const emitted = new Promise((resolve) => pull.once('error', resolve))
    pull.on('error', () => {})
    await next(pull)
    expect(await emitted).toMatchObject({ code: 'EAGAIN' })
  })

  it('keeps messages while it is paused', async () => {
    const { push, pull } = await pushAndPull()
    const seen: string[] = []
    pull.on('message', (part) => seen.push(String(part)))
    pull.pause()
    for (const text of ['one', 'two', 'three']) push.send(text)
    // Time for them to come.
    const other = await pushAndPull()
    other.push.send('x')
    await next(other.pull)
    expect(seen).toEqual([])
    pull.resume()
    await until(() => seen.length === 3)
    expect(seen).toEqual(['one', 'two', 'three'])
  })

  it('sends nothing while it is paused', async () => {
    const { push, pull } = await pushAndPull()
    const another = open(zmq, 'push').connect(String(pull['last_endpoint']))
    push.pause()
    push.send('paused')
    const first = next(pull)
    another.send('not paused')
    expect(await first).toEqual(['not paused'])
    const second = next(pull)
    push.resume()
    expect(await second).toEqual(['paused'])
  })

  it('asks one question after the other', async () => {
    const { req, rep } = await requestAndReply()
    rep.on('message', (question) => rep.send([`re: ${String(question)}`, 'done']))
    const answers = messages(req, 10)
    const questions = Array.from({ length: 10 }, (_, i) => String(i))
    for (const question of questions) req.send(question)
    expect(await answers).toEqual(questions.map((question) => [`re: ${question}`, 'done']))
  })

  it('may answer later, even before it was asked', async () => {
    const { req, rep } = await requestAndReply()
    rep.send('answer')
    const [question, answer] = [next(rep), next(req)]
    req.send('question')
    expect([await question, await answer]).toEqual([['question'], ['answer']])
  })

  it('subscribes in each of the ways there are', async () => {
    const [xpub, sub] = [open(zmq, 'xpub'), open(zmq, 'sub')]
    sub.connect(await bound(xpub))
    const first = next(xpub)
    expect(sub.subscribe('first')).toBe(sub)
    expect(await first).toEqual(['\u0001first'])
    const heard = messages(xpub, 6)
    sub.setsockopt(zmq.ZMQ_SUBSCRIBE, 'a').setsockopt('_subscribe', Buffer.from('b'))
    sub['_subscribe'] = 'c'
    sub['_unsubscribe'] = 'a'
    sub.setsockopt(zmq.ZMQ_UNSUBSCRIBE, 'b')
    expect(sub.unsubscribe('c')).toBe(sub)
    const changes = ['\u0001a', '\u0001b', '\u0001c', '\u0000a', '\u0000b', '\u0000c']
    expect((await heard).flat()).toEqual(changes)
  })

  it('subscribes only as SUB', () => {
    const push = open(zmq, 'push')
    for (const work of [() => push.subscribe(''), () => push.unsubscribe('')]) {
      expect(work).toThrow('Subscriber socket required')
    }
  })
})
