import { describe, expect, it } from 'vitest'
import * as zmq from 'zerowire/v5-compat'
import {
  bound,
  heard,
  messages,
  native,
  next,
  open,
  ours,
  sent,
  until,
  type CompatSocket,
} from '../support/v5-compat.js'
import { nextTurn } from '../support/turn.js'

/** Where the reference loses messages, ends the process, or refuses what libzmq takes. */

async function pushAndPull(address?: string, library = ours) {
  const [push, pull] = [open(ours, 'push'), open(library, 'pull')]
  push.connect(await bound(pull, address))
  return { push, pull }
}

/** What a socket emits as errors. */
function errorsOf(socket: CompatSocket): unknown[] {
  const errors: unknown[] = []
  socket.on('error', (error) => errors.push(error))
  return errors
}

describe('what is sent', () => {
  it('leaves though the socket is closed at once', async () => {
    const { push, pull } = await pushAndPull(undefined, native)
    const came = messages(pull, 3)
    push.send('one').send('two').send('three').close()
    expect(await came).toEqual([['one'], ['two'], ['three']])
  })

  it('waits while the socket binds', async () => {
    const [push, pull] = [open(ours, 'push'), open(native, 'pull')]
    const address = bound(push)
    const called = sent(push, 'x')
    pull.connect(await address)
    expect(await next(pull)).toEqual(['x'])
    expect(await called).toEqual([])
  })

  it('and cannot be any more is told to callbacks and listeners, and is no crash without them', async () => {
    const push = open(ours, 'push')
    const [waiting, queued] = [sent(push, 'waiting'), sent(push, 'queued')]
    push.send('nobody asks')
    push.close()
    expect(await waiting).toMatchObject([{ code: 'EAGAIN' }])
    expect(await queued).toMatchObject([{ code: 'EBADF' }])
    expect(await sent(push, 'late')).toMatchObject([{ code: 'EBADF' }])
    push.send('nobody listens')
    const emitted = new Promise((resolve) => push.once('error', resolve))
    push.send('somebody listens')
    expect(await emitted).toMatchObject({ code: 'EBADF' })
  })

  it('calls back for each of the parts', async () => {
    const { push } = await pushAndPull()
    const calls: string[] = []
    push.send('a', zmq.ZMQ_SNDMORE, () => calls.push('a'))
    push.send('b', zmq.ZMQ_SNDMORE, () => calls.push('b'))
    expect(await sent(push, 'c')).toEqual([])
    expect(calls).toEqual(['a', 'b'])
  })

  it('by a socket that only receives is an error', async () => {
    const pull = open(ours, 'pull')
    expect(await sent(pull, 'x')).toMatchObject([{ code: 'ENOTSUP' }])
    const errors = errorsOf(pull)
    pull.send('x')
    await until(() => errors.length > 0)
    expect(errors).toMatchObject([{ code: 'ENOTSUP' }])
  })

  it('may be out of turn, which is an error where a time is set', async () => {
    const [req, rep] = [open(ours, 'req'), open(ours, 'rep')]
    req.setsockopt(zmq.ZMQ_SNDTIMEO, 0).connect(await bound(rep))
    expect(await sent(req, 'one')).toEqual([])
    expect(await sent(req, 'two')).toMatchObject([{ code: 'EFSM' }])
  })
})

describe('endpoints', () => {
  it('are free again when unbindSync() returns', () => {
    const [one, other] = [open(ours, 'rep'), open(ours, 'rep')]
    one.bindSync('tcp://127.0.0.1:*')
    const address = String(one['last_endpoint'])
    one.unbindSync(address)
    other.bindSync(address)
    const gone = expect.objectContaining({ code: 'ENOENT' }) as Error
    expect(() => one.unbindSync(address)).toThrow(gone)
  })
})

describe('messages', () => {
  it('are emitted no more from the moment on at which the socket is paused', async () => {
    const { push, pull } = await pushAndPull('inproc://v5-pause')
    const seen: string[] = []
    pull.on('message', (part) => {
      seen.push(String(part))
      pull.pause()
    })
    push.send('one').send('two').send('three')
    for (const count of [1, 2]) {
      await until(() => (Number(pull['_ioevents']) & zmq.ZMQ_POLLIN) !== 0 || seen.length > count)
      for (let turn = 0; turn < 10; turn++) await nextTurn()
      expect(seen).toEqual(['one', 'two'].slice(0, count))
      pull.resume()
      await until(() => seen.length > count)
    }
    expect(seen).toEqual(['one', 'two', 'three'])
  })

  it('are received while others are asked for in vain', async () => {
    const pull = open(ours, 'pull')
    const errors = errorsOf(pull)
    pull.setsockopt(zmq.ZMQ_RCVTIMEO, 0)
    const push = open(ours, 'push')
    push.connect(await bound(pull))
    for (const text of ['one', 'two']) {
      const came = heard(pull, text)
      push.send(text)
      await came
      await until(() => errors.length > 0)
      expect(errors.splice(0)[0]).toMatchObject({ code: 'EAGAIN' })
    }
  })
})

describe('the monitor', () => {
  it('can be switched on again, and twice is as once', async () => {
    const rep = open(ours, 'rep')
    const errors = errorsOf(rep)
    const endpoints: unknown[] = []
    rep.on('listen', (_, address) => endpoints.push(address))
    rep.monitor().monitor()
    const first = await bound(rep)
    await until(() => endpoints.length > 0)
    rep.unmonitor().unmonitor()
    await bound(rep)
    rep.monitor()
    const third = await bound(rep)
    await until(() => endpoints.length > 1)
    expect([endpoints, errors]).toEqual([[first, third], []])
    expect(rep.close().monitor().unmonitor()).toBe(rep)
  })

  it('tells connections apart, by numbers', async () => {
    const rep = open(ours, 'rep')
    const numbers: Record<string, unknown[]> = { listen: [], accept: [], disconnect: [] }
    for (const [name, list] of Object.entries(numbers)) rep.on(name, (number) => list.push(number))
    const address = await bound(rep.monitor())
    const visitors = [open(ours, 'req'), open(ours, 'req')]
    for (const visitor of visitors) visitor.connect(address)
    await until(() => numbers['accept']?.length === 2)
    for (const visitor of visitors) visitor.close()
    await until(() => numbers['disconnect']?.length === 2)
    expect(numbers['listen']).toEqual([-1])
    expect(new Set(numbers['accept']).size).toBe(2)
    expect(new Set(numbers['disconnect'])).toEqual(new Set(numbers['accept']))
  })

  // In the reference a message is sometimes not noticed when both ends are monitored.
  it('leaves the messages alone', async () => {
    const { push, pull } = await pushAndPull()
    push.monitor()
    pull.monitor()
    push.send('x')
    expect(await next(pull)).toEqual(['x'])
  })

  it('names the whole endpoint of a bind that failed', async () => {
    const address = await bound(open(ours, 'rep'))
    const rep = open(ours, 'rep').monitor()
    const failed = next(rep, 'bind_error')
    rep.bind(address, () => {})
    expect((await failed)[1]).toBe(address)
  })
})

describe('options', () => {
  it.each(['identity', 'linger'] as const)('%s is of every type', (name) => {
    const value = name === 'linger' ? 0 : 'subscriber-1'
    for (const type of ['sub', 'push', 'pull', 'pub', 'pair', 'xsub'] as const) {
      expect(open(ours, type, { [name]: value }).getsockopt(name)).toBe(value)
    }
  })

  it('high water marks and times of both directions are of every type', () => {
    const pull = open(ours, 'pull')
    for (const option of [zmq.ZMQ_SNDHWM, zmq.ZMQ_RCVHWM, zmq.ZMQ_SNDTIMEO, zmq.ZMQ_RCVTIMEO]) {
      expect(pull.setsockopt(option, 5).getsockopt(option)).toBe(5)
    }
  })

  it('are refused with a reason', () => {
    const push = open(ours, 'push')
    for (const work of [
      () => push.setsockopt(zmq.ZMQ_ROUTER_MANDATORY, 1),
      () => push.setsockopt(zmq.ZMQ_XPUB_VERBOSE, 1),
      () => push.setsockopt(zmq.ZMQ_SUBSCRIBE, ''),
      () => push.setsockopt(999, 1),
      () => push.getsockopt('nothing' as 'linger'),
      () => zmq.createSocket('nothing' as 'pub'),
      () => ours.proxy(push, push),
    ]) {
      const reason = expect.any(String) as string
      expect(work).toThrow(expect.objectContaining({ code: 'EINVAL', reason }) as Error)
    }
  })

  it('that are wrong leave no socket behind', async () => {
    for (let opened = 0; opened <= zmq.Context.getMaxSockets(); opened++) {
      expect(() => zmq.socket('pub', { linger: 'long' })).toThrow(TypeError)
      if (opened % 100 === 0) await nextTurn()
    }
  })
})

describe('a proxy', () => {
  it('takes messages no faster than they can be sent on', async () => {
    const [frontend, backend] = [open(ours, 'pull'), open(ours, 'push')]
    frontend.setsockopt(zmq.ZMQ_RCVHWM, 1)
    ours.proxy(frontend, backend)
    const push = open(ours, 'push')
    push.setsockopt(zmq.ZMQ_SNDHWM, 1).connect(await bound(frontend, 'inproc://v5-slow-proxy'))
    const texts = Array.from({ length: 100 }, (_, i) => String(i))
    let passed = 0
    frontend.on('message', () => passed++)
    for (const text of texts) push.send(text)
    await until(() => passed > 0)
    for (let turn = 0; turn < 100; turn++) await nextTurn()
    expect(passed).toBe(1)
    const pull = open(ours, 'pull')
    const came = messages(pull, texts.length)
    pull.connect(await bound(backend))
    expect(await came).toEqual(texts.map((text) => [text]))
  })
})
