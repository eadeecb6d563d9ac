import * as native from 'zeromq'
import { ManualClock } from 'zerowire/patterns/clock'
import { LazyPirate } from 'zerowire/patterns/lazy-pirate'
import {
  ParanoidPirateQueue,
  ParanoidPirateWorker,
  type ParanoidPirateQueueOptions,
} from 'zerowire/patterns/paranoid-pirate'
import { beforeEach, describe, expect, it } from 'vitest'
import { receiveTexts, texts } from '../../test/support/messages.js'
import { requirePyzmq } from '../../test/support/pyzmq.js'
import { track } from '../../test/support/track.js'
import { Python } from '../common/test/python.js'
import { trackAll } from '../common/test/tracked.js'
import { untilCounted } from '../common/test/until-counted.js'

const [READY, HEARTBEAT] = ['\x01', '\x02']

async function start(options: ParanoidPirateQueueOptions = {}) {
  const clock = new ManualClock()
  const queue = trackAll(new ParanoidPirateQueue({ clock, ...options }))
  return { clock, queue, ...(await queue.bind('tcp://127.0.0.1:*', 'tcp://127.0.0.1:*')) }
}

function client(endpoint: string, socket = {}): LazyPirate {
  return trackAll(new LazyPirate(endpoint, { timeout: 60_000, socket }))
}

/** A worker of raw frames, of the other library. */
function raw(endpoint: string): native.Dealer {
  const worker = track(new native.Dealer())
  worker.connect(endpoint)
  return worker
}

/** The next that is no heartbeat. */
async function request(worker: native.Dealer): Promise<Buffer[]> {
  for (;;) {
    const message = await worker.receive()
    if (texts(message).join() !== HEARTBEAT) return message
  }
}

describe('the ordinary run', () => {
  it('answers everybody, and both sides stay', async () => {
    const { clock, queue, frontEnd, backEnd } = await start()
    const worker = trackAll(
      new ParanoidPirateWorker(backEnd, ([name]) => `hello ${String(name)}`, { clock }),
    )
    const names = ['a', 'b', 'c']
    const replies = await Promise.all(names.map((name) => client(frontEnd).request(name)))
    expect(replies.map(texts)).toEqual(names.map((name) => [`hello ${name}`]))
    expect(queue.stats).toMatchObject({ requests: 3, replies: 3, lost: 0, workers: 1, expired: 0 })
    expect(worker.stats).toMatchObject({ requests: 3, replies: 3, malformed: 0, conversations: 1 })
  })

  it('has the frames of RFC 6', async () => {
    const { clock, queue, frontEnd, backEnd } = await start()
    const worker = raw(backEnd)
    await worker.send(READY)
    await untilCounted(queue, { workers: 1 })
    clock.advance(1000)
    expect(await receiveTexts(worker)).toEqual([HEARTBEAT])
    const reply = client(frontEnd, { correlate: false }).request(['one', 'two'])
    const [address = '', ...rest] = await worker.receive()
    expect(texts(rest)).toEqual(['', 'one', 'two'])
    await worker.send([address, '', 'three'])
    expect(texts(await reply)).toEqual(['three'])
  })
})

describe('a worker that is silent', () => {
  it('is noticed after three intervals, to the millisecond, and gets nothing more', async () => {
    const { clock, queue, frontEnd, backEnd } = await start()
    const silent = raw(backEnd)
    await silent.send(READY)
    await untilCounted(queue, { workers: 1 })
    clock.advance(2999)
    expect(queue.stats).toMatchObject({ workers: 1, idle: 1, expired: 0 })
    clock.advance(1)
    expect(queue.stats).toMatchObject({ workers: 0, idle: 0, expired: 1 })
    const reply = client(frontEnd).request('hello')
    const other = raw(backEnd)
    await other.send(READY)
    const message = await other.receive()
    await other.send(message)
    expect(texts(await reply)).toEqual(['hello'])
    await untilCounted(queue, { requests: 1, replies: 1 })
  })

  it('takes its request with it, and its late reply reaches nobody', async () => {
    const { clock, queue, frontEnd, backEnd } = await start({ heartbeatInterval: 10, liveness: 5 })
    const worker = raw(backEnd)
    await worker.send(READY)
    const reply = client(frontEnd).request('hello')
    const message = await worker.receive()
    clock.advance(50)
    expect(queue.stats).toMatchObject({ expired: 1, lost: 1, workers: 0 })
    await worker.send(message)
    await untilCounted(queue, { unexpected: 1 })
    expect(queue.stats.replies).toBe(0)
    reply.catch(() => undefined)
  })

  it('is there as long as it says anything at all', async () => {
    const { clock, queue, backEnd } = await start()
    const worker = raw(backEnd)
    await worker.send(READY)
    await untilCounted(queue, { workers: 1 })
    for (let malformed = 1; malformed < 10; malformed += 1) {
      clock.advance(2999)
      await worker.send(malformed % 2 === 0 ? 'nonsense' : HEARTBEAT)
      await worker.send('so that it is known when the queue has read it')
      await untilCounted(queue, { malformed: malformed + Math.floor(malformed / 2) })
    }
    clock.advance(2999)
    expect(queue.stats).toMatchObject({ workers: 1, expired: 0 })
    clock.advance(1)
    expect(queue.stats).toMatchObject({ workers: 0, expired: 1 })
  })

  it('that has disconnected is gone at once', async () => {
    const { queue, backEnd } = await start()
    const worker = raw(backEnd)
    await worker.send(READY)
    await untilCounted(queue, { workers: 1 })
    worker.close()
    await untilCounted(queue, { workers: 0 })
    expect(queue.stats.expired).toBe(0)
  })
})

describe('workers that lie', () => {
  it('have to say READY first: until then nobody answers', async () => {
    const { clock, queue, frontEnd, backEnd } = await start()
    const worker = raw(backEnd)
    await worker.send(HEARTBEAT)
    await worker.send(['somebody', '', 'a reply to nothing'])
    await untilCounted(queue, { unexpected: 2 })
    clock.advance(10_000)
    expect(queue.stats).toMatchObject({ workers: 0, replies: 0 })
    await worker.send(READY)
    await untilCounted(queue, { workers: 1 })
    clock.advance(1000)
    client(frontEnd)
      .request('hello')
      .catch(() => undefined)
    // There is but the one: the queue has sent none to a stranger.
    expect(await receiveTexts(worker)).toEqual([HEARTBEAT])
    expect((await receiveTexts(worker)).at(-1)).toBe('hello')
  })

  it('have one request at a time: a heartbeat is no READY, and a second reply is none', async () => {
    const { queue, frontEnd, backEnd } = await start()
    const worker = raw(backEnd)
    await worker.send(READY)
    const requests = track(new native.Dealer())
    requests.connect(frontEnd)
    for (const number of ['1', '2']) await requests.send(['', number])
    const first = await request(worker)
    await worker.send(HEARTBEAT)
    await worker.send('nonsense')
    await untilCounted(queue, { malformed: 1 })
    expect(queue.stats).toMatchObject({ requests: 1, idle: 0 })
    await worker.send(first)
    expect(String((await request(worker)).at(-1))).toBe('2')
    await worker.send([first[0] ?? '', '', 'to the second'])
    await worker.send(first)
    await untilCounted(queue, { replies: 2, unexpected: 1 })
    expect(await receiveTexts(requests)).toEqual(['', '1'])
    expect(await receiveTexts(requests)).toEqual(['', 'to the second'])
  })

  it('that say READY again begin anew: what they had is lost', async () => {
    const { queue, frontEnd, backEnd } = await start()
    const worker = raw(backEnd)
    await worker.send(READY)
    client(frontEnd)
      .request('hello')
      .catch(() => undefined)
    const old = await request(worker)
    await worker.send(READY)
    await untilCounted(queue, { lost: 1, workers: 1, idle: 1 })
    await worker.send(old)
    await untilCounted(queue, { unexpected: 1 })
  })

  it('are heard up to a number', async () => {
    const { queue, backEnd } = await start({ maxWorkers: 1 })
    await Promise.all([raw(backEnd).send(READY), raw(backEnd).send(READY)])
    await untilCounted(queue, { refused: 1, workers: 1 })
    expect(() => new ParanoidPirateQueue({ liveness: 0 })).toThrow(RangeError)
    expect(() => new ParanoidPirateQueue({ heartbeatInterval: -1 })).toThrow(RangeError)
  })
})

describe('pyzmq', () => {
  beforeEach(requirePyzmq)

  /** The guide's worker: it takes an envelope as it is. */
  const worker = `
import sys, zmq
worker = zmq.Context().socket(zmq.DEALER)
worker.connect(sys.argv[1])
worker.send(b"\\x01")
while True:
    if worker.poll(100):
        frames = worker.recv_multipart()
        if len(frames) == 1:
            print("heartbeat" if frames[0] == b"\\x02" else frames)
        else:
            worker.send_multipart(frames[:-1] + [b"did " + frames[-1]])
    else:
        worker.send(b"\\x02")
`

  it('can be the worker', async () => {
    const { clock, queue, frontEnd, backEnd } = await start()
    const process = new Python(worker, backEnd)
    expect(texts(await client(frontEnd).request('hello'))).toEqual(['did hello'])
    clock.advance(1000)
    expect(await process.line()).toBe('heartbeat')
    expect(queue.stats).toMatchObject({ workers: 1, malformed: 0, unexpected: 0 })
  })
})
