import fc from 'fast-check'
import * as native from 'zeromq'
import { ManualClock } from 'zerowire/patterns/clock'
import type { Handler } from 'zerowire/patterns/load-balancer'
import { ParanoidPirateWorker } from 'zerowire/patterns/paranoid-pirate'
import { beforeEach, describe, expect, it } from 'vitest'
import { texts } from '../../test/support/messages.js'
import { holdsLater } from '../../test/support/property.js'
import { requirePyzmq } from '../../test/support/pyzmq.js'
import { track } from '../../test/support/track.js'
import { bindFresh, deserted } from '../../test/support/transports.js'
import { nextTurn } from '../../test/support/turn.js'
import { Python } from '../common/test/python.js'
import { trackAll } from '../common/test/tracked.js'
import { untilCounted } from '../common/test/until-counted.js'

const [READY, HEARTBEAT] = ['\x01', '\x02']

const echo: Handler = (request) => request

/** A queue of raw frames, of the other library, and a worker of it. */
async function start(handler: Handler = echo, options = {}) {
  const clock = new ManualClock()
  const queue = track(new native.Router())
  const endpoint = await bindFresh(queue)
  const worker = trackAll(new ParanoidPirateWorker(endpoint, handler, { clock, ...options }))
  const [id = '', ...ready] = await queue.receive()
  expect(texts(ready)).toEqual([READY])
  return { clock, queue, worker, id }
}

/** What comes next, without the id. */
async function next(queue: native.Router): Promise<string[]> {
  return texts((await queue.receive()).slice(1))
}

/** The id of the next worker that says READY. */
async function nextReady(queue: native.Router): Promise<Buffer> {
  for (;;) {
    const [id = Buffer.alloc(0), ...frames] = await queue.receive()
    if (texts(frames).join() === READY) return id
  }
}

describe('a worker', () => {
  it('says READY, then shows each second that it is there, also while it works', async () => {
    let finish: (reply: string) => void = () => undefined
    const work = () =>
      new Promise<string>((resolve) => {
        finish = resolve
      })
    const { clock, queue, id, worker } = await start(work)
    await queue.send([id, 'client', '', 'work'])
    for (let beat = 1; beat < 10; beat += 1) {
      clock.advance(1000)
      expect(await next(queue)).toEqual([HEARTBEAT])
      await queue.send([id, HEARTBEAT])
      await queue.send([id, 'so that it is known when that has been read'])
      await untilCounted(worker, { malformed: beat })
    }
    expect(worker.stats).toMatchObject({ requests: 1, conversations: 1 })
    finish('done')
    expect(await next(queue)).toEqual(['client', '', 'done'])
  })

  it('sends back the whole envelope of its request', async () => {
    const { queue, id } = await start()
    await queue.send([id, 'client', 'request id', '', 'one', '', 'two'])
    expect(await next(queue)).toEqual(['client', 'request id', '', 'one', '', 'two'])
    await queue.send([id, '', 'without address'])
    expect(await next(queue)).toEqual(['', 'without address'])
  })

  it('counts nonsense, and says with an envelope alone that there is no reply', async () => {
    const errors: unknown[] = []
    const fails: Handler = () => Promise.reject(new Error('no paper'))
    const onError = (error: unknown) => errors.push(error)
    const { queue, id, worker } = await start(fails, { onError })
    for (const frames of [['nonsense'], ['client', ''], ['no', 'delimiter']]) {
      await queue.send([id, ...frames])
    }
    await queue.send([id, 'client', '', 'work'])
    expect(await next(queue)).toEqual(['client', ''])
    expect(errors).toEqual([new Error('no paper')])
    expect(worker.stats).toMatchObject({ malformed: 3, requests: 1, failed: 1, replies: 0 })
  })

  it('does one request after the other, for which a careless queue does not wait', async () => {
    const begun: (() => void)[] = []
    const slow: Handler = async (request) => {
      await new Promise<void>((resolve) => begun.push(resolve))
      return request
    }
    const { queue, id, worker } = await start(slow, { backlog: 2 })
    for (const number of ['1', '2', '3', '4']) await queue.send([id, 'client', '', number])
    // Too many: this one at once.
    expect(await next(queue)).toEqual(['client', ''])
    for (const number of ['1', '2', '3']) {
      await untilCounted(worker, { requests: 4 })
      while (begun.length < Number(number)) await nextTurn()
      expect(begun.length).toBe(Number(number))
      begun.at(-1)?.()
      expect(await next(queue)).toEqual(['client', '', number])
    }
    expect(worker.stats).toMatchObject({ refused: 1, replies: 3 })
  })
})

describe('a queue that is silent', () => {
  it('is noticed after three intervals; the worker waits 1, 2, 4 … 32 s and says READY again', () => {
    const clock = new ManualClock()
    const worker = trackAll(new ParanoidPirateWorker(deserted, echo, { clock }))
    const times: number[] = []
    const seconds = 4 + 5 + 7 + 11 + 19 + 35 + 35 + 35
    while (clock.now() < seconds * 1000) {
      clock.advance(1)
      if (worker.stats.conversations > times.length + 1) times.push(clock.now())
    }
    const waits = times.map((time, index) => time - (times[index - 1] ?? 0))
    expect(waits).toEqual([4000, 5000, 7000, 11_000, 19_000, 35_000, 35_000, 35_000])
  })

  it('is waited for as at first once it has been heard again', async () => {
    const { clock, queue, worker } = await start()
    for (const wait of [4000, 5000]) clock.advance(wait)
    expect(worker.stats.conversations).toBe(3)
    const answering = (async () => {
      for await (const [id = ''] of queue) await queue.send([id, 'any word will do'])
    })()
    while (worker.stats.malformed === 0) await nextTurn()
    queue.close()
    await answering
    clock.advance(3999)
    expect(worker.stats.conversations).toBe(3)
    clock.advance(1)
    expect(worker.stats.conversations).toBe(4)
  })

  it('gets no reply to what it asked before: that goes nowhere, and is counted', async () => {
    const begun: ((reply: string) => void)[] = []
    const work = () => new Promise<string>((resolve) => begun.push(resolve))
    const { clock, queue, id, worker } = await start(work)
    await queue.send([id, 'client', '', 'first'])
    while (begun.length === 0) await nextTurn()
    clock.advance(4000)
    const again = await nextReady(queue)
    expect(again).not.toEqual(id)
    await queue.send([again, 'client', '', 'second'])
    await untilCounted(worker, { requests: 2 })
    // One after the other still, and the first of them for nobody.
    expect(begun.length).toBe(1)
    begun[0]?.('first done')
    while (begun.length === 1) await nextTurn()
    begun[1]?.('second done')
    let reply: string[]
    do reply = await next(queue)
    while (reply.join() === HEARTBEAT)
    expect(reply).toEqual(['client', '', 'second done'])
    expect(worker.stats).toMatchObject({ lost: 1, replies: 1, conversations: 2 })
  })

  it('is noticed within interval times liveness, whatever these are', async () => {
    const some = fc.integer({ min: 1, max: 50 })
    await holdsLater(
      fc.asyncProperty(some, some, some, async (heartbeatInterval, liveness, wait) => {
        const clock = new ManualClock()
        const options = { clock, heartbeatInterval, liveness, reconnectInterval: wait }
        const worker = new ParanoidPirateWorker(deserted, echo, options)
        clock.advance(heartbeatInterval * liveness + wait - 1)
        expect(worker.stats.conversations).toBe(1)
        clock.advance(1)
        expect(worker.stats.conversations).toBe(2)
        await worker.close()
        expect(clock.pending).toBe(0)
      }),
    )
  })
})

describe('pyzmq', () => {
  beforeEach(requirePyzmq)

  const queue = `
import zmq
queue = zmq.Context().socket(zmq.ROUTER)
print(queue.bind_to_random_port("tcp://127.0.0.1"))
while True:
    worker, *frames = queue.recv_multipart()
    print("|".join(frame.decode("latin1") for frame in frames))
    if frames == [b"\\x01"]:
        queue.send_multipart([worker, b"\\x02"])
        queue.send_multipart([worker, b"client", b"", b"hello"])
`

  it('can be the queue', async () => {
    const clock = new ManualClock()
    const process = new Python(queue)
    const endpoint = `tcp://127.0.0.1:${await process.line()}`
    const worker = trackAll(new ParanoidPirateWorker(endpoint, echo, { clock }))
    expect(await process.line()).toBe(READY)
    expect(await process.line()).toBe('client||hello')
    clock.advance(1000)
    expect(await process.line()).toBe(HEARTBEAT)
    expect(worker.stats).toMatchObject({ requests: 1, replies: 1, malformed: 0 })
  })
})
