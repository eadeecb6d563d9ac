import { describe, expect, it } from 'vitest'
import { describeOurs, itOurs, ours, zerowire, type AnySocket } from '../support/implementations.js'
import { receiveMany, receiveTexts, texts } from '../support/messages.js'
import { open, track } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'

const EAGAIN = { code: 'EAGAIN', errno: 11, message: 'Operation was not possible or timed out' }
const EBADF = { code: 'EBADF', errno: 9, message: 'Socket is closed' }

const WRITING = 'Socket is busy writing; only one send operation may be in progress at any time'
const READING = 'Socket is busy reading; only one receive operation may be in progress at any time'
const BLOCKED = 'Socket is blocked by a bind or unbind operation'

type Attempt = (socket: AnySocket) => unknown

/** The operation ends with the socket, which is what the test does not care for. */
function forget(operation: Promise<unknown>): void {
  operation.catch(() => undefined)
}

function busy(message: string): unknown {
  return expect.objectContaining({ code: 'EBUSY', errno: 16, message }) as unknown
}

async function fullPush() {
  const push = open(ours, 'Push', { sendHighWaterMark: 1 })
  const pull = open(ours, 'Pull', { receiveHighWaterMark: 1 })
  push.connect(await bindFresh(pull, 'inproc'))
  await push.send('0')
  await push.send('1')
  return { push, pull }
}

describe('one operation at a time', () => {
  it('a second receive throws EBUSY at once', () => {
    const pull = open(ours, 'Pull')
    forget(pull.receive())
    expect(() => pull.receive()).toThrow(busy(READING))
  })

  it('a second send throws EBUSY at once', () => {
    const push = open(ours, 'Push')
    forget(push.send('waits'))
    expect(() => push.send('too much')).toThrow(busy(WRITING))
  })

  it('sends that need not wait are never busy', async () => {
    const push = open(ours, 'Push')
    push.connect('ipc:///nonexistent/socket')
    push.linger = 0
    const sends = Array.from({ length: 100 }, (_, number) => push.send(String(number)))
    await Promise.all(sends)
  })

  it('a send and a receive may wait side by side', async () => {
    const left = open(ours, 'Pair')
    const right = open(ours, 'Pair')
    const received = receiveTexts(left)
    const sent = left.send('hello')
    left.connect(await bindFresh(right))
    await sent
    expect(await receiveTexts(right)).toEqual(['hello'])
    await right.send('welcome')
    expect(await received).toEqual(['welcome'])
  })

  it('a busy socket is as good as new once the operation has ended', async () => {
    const { push, pull } = await fullPush()
    const waiting = push.send('2')
    expect(() => push.send('3')).toThrow(busy(WRITING))
    expect((await receiveMany(pull, 3)).flat()).toEqual(['0', '1', '2'])
    await waiting
    await push.send('4')
    expect(await receiveTexts(pull)).toEqual(['4'])
  })
})

describe('while it binds', () => {
  const attempts: { title: string; attempt: Attempt }[] = [
    { title: 'bind', attempt: (socket) => socket.bind('inproc://other') },
    { title: 'unbind', attempt: (socket) => socket.unbind('inproc://other') },
    { title: 'send', attempt: (socket) => socket.send('hello') },
    { title: 'receive', attempt: (socket) => socket.receive() },
    { title: 'connect', attempt: (socket) => socket.connect('tcp://127.0.0.1:9') },
  ]

  it.each(attempts)('$title throws EBUSY at once', async ({ attempt }) => {
    const pair = open(ours, 'Pair')
    const binding = pair.bind('tcp://127.0.0.1:*')
    expect(() => attempt(pair)).toThrow(busy(BLOCKED))
    await binding
  })

  it('close waits for the end of it', async () => {
    const pull = open(ours, 'Pull')
    const binding = pull.bind('tcp://127.0.0.1:*')
    pull.close()
    expect(pull.closed).toBe(false)
    await binding
    expect(pull.closed).toBe(true)
  })
})

describe('on a closed socket', () => {
  function closed(type: 'Pair' | 'Subscriber' = 'Pair'): AnySocket {
    const socket = open(ours, type)
    socket.close()
    return socket
  }

  const attempts: { title: string; attempt: Attempt }[] = [
    { title: 'send', attempt: (socket) => socket.send('hello') },
    { title: 'receive', attempt: (socket) => socket.receive() },
    { title: 'bind', attempt: (socket) => socket.bind('inproc://closed') },
    { title: 'unbind', attempt: (socket) => socket.unbind('inproc://closed') },
    { title: 'connect', attempt: (socket) => socket.connect('inproc://closed') },
    { title: 'disconnect', attempt: (socket) => socket.disconnect('inproc://closed') },
  ]

  it.each(attempts)('$title throws EBADF at once', ({ attempt }) => {
    expect(() => attempt(closed())).toThrow(expect.objectContaining(EBADF))
  })

  it('options cannot be read', () => {
    expect(() => closed().linger).toThrow(expect.objectContaining({ code: 'ENOTSOCK', errno: 88 }))
  })

  it('closing again does nothing', () => {
    const socket = closed()
    socket.close()
    expect(socket.closed).toBe(true)
  })
})

describe('close ends what waits with EAGAIN', () => {
  it('receive', async () => {
    const pull = open(ours, 'Pull')
    const outcome = expect(pull.receive()).rejects.toMatchObject(EAGAIN)
    pull.close()
    expect(pull.closed).toBe(true)
    await outcome
  })

  it('send', async () => {
    const push = open(ours, 'Push')
    const outcome = expect(push.send('nobody there')).rejects.toMatchObject(EAGAIN)
    push.close()
    await outcome
  })

  it('both', async () => {
    const pair = open(ours, 'Pair')
    const outcomes = [
      expect(pair.receive()).rejects.toMatchObject(EAGAIN),
      expect(pair.send('nobody there')).rejects.toMatchObject(EAGAIN),
    ]
    pair.close()
    await Promise.all(outcomes)
  })
})

describe('timeouts of the socket', () => {
  it.each([0, 1, 20])('sendTimeout %i', async (sendTimeout) => {
    const push = open(ours, 'Push', { sendTimeout })
    await expect(push.send('nobody there')).rejects.toMatchObject(EAGAIN)
  })

  it.each([0, 1, 20])('receiveTimeout %i', async (receiveTimeout) => {
    const pull = open(ours, 'Pull', { receiveTimeout })
    await bindFresh(pull)
    await expect(pull.receive()).rejects.toMatchObject(EAGAIN)
  })

  it('leave a message that came in the mean time for the next call', async () => {
    const pull = open(ours, 'Pull', { receiveTimeout: 1 })
    const push = open(ours, 'Push')
    push.connect(await bindFresh(pull, 'inproc'))
    await expect(pull.receive()).rejects.toMatchObject(EAGAIN)
    await push.send('hello')
    expect(await receiveTexts(pull)).toEqual(['hello'])
  })

  it('a send that timed out is not sent later', async () => {
    const { push, pull } = await fullPush()
    push.sendTimeout = 1
    await expect(push.send('2')).rejects.toMatchObject(EAGAIN)
    push.sendTimeout = -1
    expect((await receiveMany(pull, 2)).flat()).toEqual(['0', '1'])
    await push.send('3')
    expect(await receiveTexts(pull)).toEqual(['3'])
  })
})

describeOurs('timeout and signal of one call', () => {
  it.each([0, 1, 20])('send gives up after %i ms', async (timeout) => {
    const push = open(ours, 'Push')
    await expect(push.send('nobody there', { timeout })).rejects.toMatchObject(EAGAIN)
  })

  it.each([0, 1, 20])('receive gives up after %i ms', async (timeout) => {
    const pull = open(ours, 'Pull')
    await expect(pull.receive({ timeout })).rejects.toMatchObject(EAGAIN)
  })

  it('the timeout of the call goes before that of the socket', async () => {
    const pair = open(ours, 'Pair', { sendTimeout: 0, receiveTimeout: 0 })
    const other = open(ours, 'Pair')
    const received = pair.receive({ timeout: -1 })
    const sent = pair.send('hello', { timeout: -1 })
    pair.connect(await bindFresh(other))
    await sent
    expect(await receiveTexts(other)).toEqual(['hello'])
    await other.send('welcome')
    expect(texts(await received)).toEqual(['welcome'])
  })

  it('an abort rejects with its reason', async () => {
    const pair = open(ours, 'Pair')
    const controller = new AbortController()
    const { signal } = controller
    const reason = new Error('enough')
    const outcomes = [
      expect(pair.receive({ signal })).rejects.toBe(reason),
      expect(pair.send('nobody there', { signal })).rejects.toBe(reason),
    ]
    controller.abort(reason)
    await Promise.all(outcomes)
    // Neither is in the way of the next.
    await expect(pair.receive({ timeout: 0 })).rejects.toMatchObject(EAGAIN)
    await expect(pair.send('', { timeout: 0 })).rejects.toMatchObject(EAGAIN)
  })

  it('a signal that was aborted before rejects what would wait', async () => {
    const pair = open(ours, 'Pair')
    const signal = AbortSignal.abort('beforehand')
    await expect(pair.receive({ signal })).rejects.toBe('beforehand')
    await expect(pair.send('nobody there', { signal })).rejects.toBe('beforehand')
  })

  it('an aborted send is not sent later', async () => {
    const { push, pull } = await fullPush()
    const controller = new AbortController()
    const aborted = expect(push.send('2', { signal: controller.signal })).rejects.toThrow()
    controller.abort()
    await aborted
    expect((await receiveMany(pull, 2)).flat()).toEqual(['0', '1'])
    await push.send('3')
    expect(await receiveTexts(pull)).toEqual(['3'])
  })

  it('an aborted receive takes no message', async () => {
    const pull = open(ours, 'Pull')
    const push = open(ours, 'Push')
    push.connect(await bindFresh(pull, 'inproc'))
    const controller = new AbortController()
    const aborted = expect(pull.receive({ signal: controller.signal })).rejects.toThrow()
    controller.abort()
    await push.send('hello')
    await aborted
    expect(await receiveTexts(pull)).toEqual(['hello'])
  })
})

describeOurs('maxPendingOperations', () => {
  it('lets that many wait, in order', async () => {
    const pull = track(new zerowire.Pull({ maxPendingOperations: 3 }))
    const push = track(new zerowire.Push({ maxPendingOperations: 3 }))
    const sent = ['0', '1', '2'].map((text) => push.send(text))
    expect(() => push.send('3')).toThrow(busy(WRITING))
    const received = [pull.receive(), pull.receive(), pull.receive()]
    expect(() => pull.receive()).toThrow(busy(READING))
    push.connect(await bindFresh(pull, 'inproc'))
    await Promise.all(sent)
    const messages = await Promise.all(received)
    expect(messages.flatMap((message) => texts(message))).toEqual(['0', '1', '2'])
  })

  it('serves a thousand sends that nobody awaited', async () => {
    const pull = track(new zerowire.Pull({ receiveHighWaterMark: 10 }))
    const push = track(new zerowire.Push({ sendHighWaterMark: 10, maxPendingOperations: 1000 }))
    push.connect(await bindFresh(pull))
    const numbers = Array.from({ length: 1000 }, (_, number) => String(number))
    const sent = numbers.map((text) => push.send(text))
    expect((await receiveMany(pull, 1000)).flat()).toEqual(numbers)
    await Promise.all(sent)
  })

  it('one that gives up leaves the others their places', async () => {
    const pull = track(new zerowire.Pull({ maxPendingOperations: 3 }))
    const push = track(new zerowire.Push())
    push.connect(await bindFresh(pull, 'inproc'))
    const controller = new AbortController()
    const first = pull.receive()
    const aborted = expect(pull.receive({ signal: controller.signal })).rejects.toThrow()
    const third = pull.receive()
    controller.abort()
    await push.send('0')
    await push.send('1')
    await aborted
    expect([...texts(await first), ...texts(await third)]).toEqual(['0', '1'])
  })

  it('one that gives up lets through those whom only it held up', async () => {
    const options = { mandatory: true, sendHighWaterMark: 1, maxPendingOperations: 2 }
    const router = track(new zerowire.Router(options))
    const address = await bindFresh(router, 'inproc')
    const [, idle] = ['full', 'idle'].map((routingId) => {
      const dealer = track(new zerowire.Dealer({ routingId, receiveHighWaterMark: 1 }))
      dealer.connect(address)
      return dealer
    })
    for (const text of ['0', '1']) await router.send(['full', text])
    const controller = new AbortController()
    const aborted = expect(
      router.send(['full', '2'], { signal: controller.signal }),
    ).rejects.toThrow()
    const behind = router.send(['idle', 'hello'])
    controller.abort()
    await Promise.all([aborted, behind])
    expect(texts((await idle?.receive()) ?? [])).toEqual(['hello'])
  })

  it('close ends them all', async () => {
    const pull = track(new zerowire.Pull({ maxPendingOperations: 3 }))
    const outcomes = [pull.receive(), pull.receive(), pull.receive()].map((operation) =>
      expect(operation).rejects.toMatchObject(EAGAIN),
    )
    await pull.close()
    await Promise.all(outcomes)
  })
})

describe('async iteration', () => {
  it('yields messages and ends when the socket is closed', async () => {
    const pull = open(ours, 'Pull')
    const push = open(ours, 'Push')
    push.connect(await bindFresh(pull))
    for (const text of ['0', '1', '2']) await push.send(text)
    const received: string[] = []
    for await (const message of pull) {
      received.push(...texts(message))
      if (received.length === 3) pull.close()
    }
    expect(received).toEqual(['0', '1', '2'])
  })

  it('ends when the socket is closed while it waits', async () => {
    const pull = open(ours, 'Pull')
    const iteration = (async () => {
      for await (const message of pull) return message
      return 'over'
    })()
    pull.close()
    expect(await iteration).toBe('over')
  })

  it('ends at once on a closed socket', async () => {
    const pull = open(ours, 'Pull')
    pull.close()
    expect(await pull[Symbol.asyncIterator]().next()).toMatchObject({ done: true })
  })

  it('leaves the socket open when it is left early', async () => {
    const pull = open(ours, 'Pull')
    const push = open(ours, 'Push')
    push.connect(await bindFresh(pull))
    for (const text of ['0', '1']) await push.send(text)
    for await (const message of pull) {
      expect(texts(message)).toEqual(['0'])
      break
    }
    expect(pull.closed).toBe(false)
    expect(await receiveTexts(pull)).toEqual(['1'])
  })

  it('throws EAGAIN when the receive timeout is over', async () => {
    const pull = open(ours, 'Pull', { receiveTimeout: 1 })
    await expect(pull[Symbol.asyncIterator]().next()).rejects.toMatchObject(EAGAIN)
  })

  itOurs('does not starve timers', async () => {
    const pull = open(ours, 'Pull')
    const push = open(ours, 'Push', { sendHighWaterMark: 0 })
    push.connect(await bindFresh(pull, 'inproc'))
    let fired = false
    setTimeout(() => (fired = true), 1)
    for (let sent = 0; !fired; sent += 1) {
      await push.send(String(sent))
      await pull.receive()
    }
  })
})
