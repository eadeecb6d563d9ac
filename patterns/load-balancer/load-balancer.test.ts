import fc from 'fast-check'
import * as native from 'zeromq'
import { Dealer, Router } from 'zerowire'
import { ManualClock } from 'zerowire/patterns/clock'
import { LazyPirate } from 'zerowire/patterns/lazy-pirate'
import {
  LoadBalancer,
  LoadBalancerWorker,
  type Handler,
  type LoadBalancerOptions,
} from 'zerowire/patterns/load-balancer'
import { beforeEach, describe, expect, it } from 'vitest'
import { Child } from '../../test/support/child.js'
import { receiveTexts, texts } from '../../test/support/messages.js'
import { holdsLater } from '../../test/support/property.js'
import { requirePyzmq } from '../../test/support/pyzmq.js'
import { track } from '../../test/support/track.js'
import { endpointOf, freshAddress, type Scheme } from '../../test/support/transports.js'
import { nextTurn } from '../../test/support/turn.js'
import { Python } from '../common/test/python.js'
import { trackAll } from '../common/test/tracked.js'
import { untilCounted } from '../common/test/until-counted.js'

async function balancer(options: LoadBalancerOptions = {}, scheme: Scheme = 'tcp') {
  const queue = trackAll(new LoadBalancer(options))
  return { queue, ...(await queue.bind(freshAddress(scheme), freshAddress(scheme))) }
}

function client(endpoint: string): LazyPirate {
  return trackAll(new LazyPirate(endpoint, { timeout: 60_000 }))
}

/** Its envelopes have the one frame that workers of the guide send back. */
function foreign(endpoint: string): LazyPirate {
  const socket = { correlate: false }
  return trackAll(new LazyPirate(endpoint, { timeout: 60_000, socket }))
}

/** A worker of raw frames; it has said READY that often. */
async function raw(endpoint: string, credits = 1, ready = 'READY'): Promise<native.Dealer> {
  const worker = track(new native.Dealer())
  worker.connect(endpoint)
  for (let credit = 0; credit < credits; credit += 1) await worker.send(['', ready])
  return worker
}

/** The guide's worker: a REQ, one request at a time. */
const pythonWorker = `
import sys, zmq
worker = zmq.Context().socket(zmq.REQ)
worker.connect(sys.argv[1])
worker.send(b"READY")
while True:
    address, empty, request = worker.recv_multipart()
    print(request.decode())
    worker.send_multipart([address, b"", b"did " + request])
`

const echo: Handler = (request) => request.map((part) => `echo ${String(part)}`)

describe('the ordinary run', () => {
  it('answers everybody, with one worker and more clients', async () => {
    const { queue, frontEnd, backEnd } = await balancer()
    const worker = trackAll(new LoadBalancerWorker(backEnd, echo))
    const replies = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => client(frontEnd).request(['hello', name])),
    )
    expect(replies.map(texts)).toEqual(
      ['a', 'b', 'c', 'd'].map((name) => ['echo hello', `echo ${name}`]),
    )
    await untilCounted(queue, { idle: 1 })
    expect(queue.stats).toEqual({
      ...{ requests: 4, replies: 4, undeliverable: 0, lost: 0, malformed: 0 },
      ...{ unexpected: 0, refused: 0, workers: 1, idle: 1 },
    })
    expect(worker.stats).toMatchObject({ requests: 4, replies: 4, conversations: 1 })
  })

  it('has the frames of the guide on both sides', async () => {
    const { frontEnd, backEnd } = await balancer()
    const request = track(new native.Request())
    request.connect(frontEnd)
    await request.send(['one', 'two'])
    const worker = track(new native.Request())
    worker.connect(backEnd)
    await worker.send('READY')
    const [address = Buffer.alloc(0), ...rest] = await worker.receive()
    expect(texts(rest)).toEqual(['', 'one', 'two'])
    await worker.send([address, '', 'three'])
    expect(await receiveTexts(request)).toEqual(['three'])
  })

  it('gives each request to the worker that has had none for longest', async () => {
    const { queue, frontEnd, backEnd } = await balancer()
    const workers: native.Dealer[] = []
    for (const count of [1, 2, 3]) {
      workers.push(await raw(backEnd))
      await untilCounted(queue, { idle: count })
    }
    const [a, b, c] = workers as [native.Dealer, native.Dealer, native.Dealer]
    const clients = [client(frontEnd), client(frontEnd), client(frontEnd)]
    const received: Buffer[][] = []
    const replies: Promise<unknown>[] = []
    for (const [number, worker] of [a, b, c].entries()) {
      replies.push((clients[number] as LazyPirate).request(String(number)))
      received.push(await worker.receive())
      expect(String(received[number]?.at(-1))).toBe(String(number))
    }
    for (const [order, number] of [1, 2, 0].entries()) {
      await (workers[number] as native.Dealer).send(received[number] as Buffer[])
      await untilCounted(queue, { idle: order + 1 })
    }
    await Promise.all(replies)
    for (const [number, worker] of [b, c, a].entries()) {
      const reply = (clients[number] as LazyPirate).request('again')
      await worker.send(await worker.receive())
      await reply
    }
  })

  it('gives a worker as many requests as it asks for, and no more', async () => {
    const { queue, frontEnd, backEnd } = await balancer()
    const requests = track(new native.Dealer())
    requests.connect(frontEnd)
    for (const number of ['1', '2', '3']) await requests.send(['', number])
    const worker = await raw(backEnd, 2, '\x01')
    const [first] = [await worker.receive(), await worker.receive()]
    expect(queue.stats).toMatchObject({ requests: 2, idle: 0 })
    await worker.send(first ?? '')
    expect(String((await worker.receive()).at(-1))).toBe('3')
  })
})

describe('pyzmq', () => {
  beforeEach(requirePyzmq)

  it('can be the worker', async () => {
    const { frontEnd, backEnd } = await balancer()
    const worker = new Python(pythonWorker, backEnd)
    const reply = foreign(frontEnd).request('hello')
    expect(await worker.line()).toBe('hello')
    expect(texts(await reply)).toEqual(['did hello'])
  })
})

describe('bounds', () => {
  it('leaves requests with their clients while no worker is idle', async () => {
    const mark = 5
    const frontEnd = { receiveHighWaterMark: mark }
    const ends = await balancer({ frontEnd }, 'inproc')
    const requests = track(new Dealer({ sendHighWaterMark: mark, sendTimeout: 0 }))
    requests.connect(ends.frontEnd)
    let sent = 0
    const send = async (): Promise<void> => {
      for (;;) {
        await requests.send(['', String(sent)])
        sent += 1
      }
    }
    await expect(send()).rejects.toMatchObject({ code: 'EAGAIN' })
    expect(sent).toBeLessThanOrEqual(2 * mark + 1)
    expect(ends.queue.stats.requests).toBe(0)
    trackAll(new LoadBalancerWorker(ends.backEnd, echo))
    for (let number = 0; number < sent; number += 1) {
      expect(await receiveTexts(requests)).toEqual(['', `echo ${number}`])
    }
  })

  it('hears of so many workers, and gives each so much credit', async () => {
    const { queue, backEnd } = await balancer({ maxWorkers: 1, maxCredits: 3 })
    await raw(backEnd, 5)
    await untilCounted(queue, { refused: 2 })
    await raw(backEnd)
    await untilCounted(queue, { refused: 3, workers: 1, idle: 1 })
    expect(() => new LoadBalancer({ maxWorkers: 0 })).toThrow(RangeError)
    expect(() => new LoadBalancerWorker(backEnd, echo, { credits: 0 })).toThrow(RangeError)
  })

  it('never has more requests at a worker than it has credit, and answers each once', async () => {
    const some = fc.integer({ min: 1, max: 4 })
    await holdsLater(
      fc.asyncProperty(
        some,
        fc.array(some, { minLength: 1 }),
        some,
        async (count, credits, each) => {
          const { queue, frontEnd, backEnd } = await balancer({}, 'inproc')
          const workers = credits.map((credit) => {
            let busy = 0
            const work: Handler = async (request) => {
              busy += 1
              expect(busy).toBeLessThanOrEqual(credit)
              for (let turns = Number(String(request)) % 3; turns > 0; turns -= 1)
                await Promise.resolve()
              busy -= 1
              return request
            }
            return new LoadBalancerWorker(backEnd, work, { credits: credit })
          })
          const asking = Array.from({ length: count }, async (_, number) => {
            const requests = new LazyPirate(frontEnd, { timeout: 60_000 })
            for (let next = number; next < each * count; next += count) {
              expect(texts(await requests.request(String(next)))).toEqual([String(next)])
            }
            await requests.close()
          })
          await Promise.all(asking)
          expect(queue.stats).toMatchObject({ requests: each * count, replies: each * count })
          expect(queue.stats).toMatchObject({ lost: 0, unexpected: 0, workers: credits.length })
          await Promise.all([queue, ...workers].map((part) => part.close()))
        },
      ),
      20,
    )
  })
})

describe('peers that leave, or lie', () => {
  it('gives nothing to a worker that has left', async () => {
    const { queue, frontEnd, backEnd } = await balancer()
    const worker = await raw(backEnd, 2)
    await untilCounted(queue, { workers: 1 })
    worker.close()
    await untilCounted(queue, { workers: 0, idle: 0 })
    const reply = client(frontEnd).request('hello')
    trackAll(new LoadBalancerWorker(backEnd, echo))
    expect(texts(await reply)).toEqual(['echo hello'])
    expect(queue.stats).toMatchObject({ requests: 1, lost: 0 })
  })

  it('counts what is lost with a worker', async () => {
    const { queue, frontEnd, backEnd } = await balancer()
    const worker = await raw(backEnd)
    void client(frontEnd)
      .request('hello')
      .catch(() => undefined)
    await worker.receive()
    worker.close()
    await untilCounted(queue, { lost: 1, workers: 0 })
  })

  it('hears no reply to what it has not asked, and nothing that is no word of a worker', async () => {
    const { queue, frontEnd, backEnd } = await balancer()
    const worker = await raw(backEnd)
    await worker.send(['', 'somebody', '', 'a reply to nothing'])
    await worker.send(['', 'HELLO'])
    await worker.send(['no delimiter', 'READY'])
    await untilCounted(queue, { unexpected: 1, malformed: 2 })
    const requests = track(new native.Dealer())
    requests.connect(frontEnd)
    await requests.send('no delimiter')
    await requests.send(['nothing behind it', ''])
    await requests.send(['', 'well formed'])
    expect(String((await worker.receive()).at(-1))).toBe('well formed')
    expect(queue.stats).toMatchObject({ malformed: 4, requests: 1 })
  })

  it('goes on with a worker whose reply is none, and its client asks again', async () => {
    const { queue, frontEnd, backEnd } = await balancer()
    const requests = track(new native.Dealer())
    requests.connect(frontEnd)
    await requests.send(['', 'fails'])
    await requests.send(['', 'works'])
    const errors: unknown[] = []
    const work: Handler = ([request]) => {
      if (String(request) === 'fails') throw new Error('no paper')
      return 'done'
    }
    const onError = (error: unknown) => errors.push(error)
    const worker = trackAll(new LoadBalancerWorker(backEnd, work, { onError }))
    expect(await receiveTexts(requests)).toEqual(['', 'done'])
    expect(errors).toEqual([new Error('no paper')])
    expect(queue.stats).toMatchObject({ requests: 2, replies: 1, lost: 1 })
    expect(worker.stats).toMatchObject({ requests: 2, replies: 1, failed: 1 })
  })

  it('ends a worker whose onError throws, and says so where the worker is waited for', async () => {
    const { frontEnd, backEnd } = await balancer()
    const work: Handler = () => Promise.reject(new Error('no paper'))
    const onError = (error: unknown) => {
      throw new Error('no printer', { cause: error })
    }
    const worker = trackAll(new LoadBalancerWorker(backEnd, work, { onError }))
    const ended = expect(worker.ended).rejects.toThrow('no printer')
    const requests = track(new native.Dealer())
    requests.connect(frontEnd)
    await requests.send(['', 'fails'])
    await ended
  })

  it('counts what a worker could not say', async () => {
    const options = { credits: 5, socket: { sendHighWaterMark: 2 } }
    const worker = trackAll(new LoadBalancerWorker(freshAddress('ipc'), echo, options))
    await untilCounted(worker, { unsaid: 3 })
  })

  it('a worker tells a queue of nonsense that it is still ready', async () => {
    const queue = track(new Router())
    await queue.bind('tcp://127.0.0.1:*')
    const worker = trackAll(new LoadBalancerWorker(endpointOf(queue), echo))
    const [id = ''] = await queue.receive()
    await queue.send([id, 'no delimiter'])
    expect((await receiveTexts(queue)).slice(1)).toEqual(['', '\x01'])
    await queue.send([id, '', 'no second delimiter'])
    expect((await receiveTexts(queue)).slice(1)).toEqual(['', '\x01'])
    for (const request of ['1', '2', '3']) await queue.send([id, '', 'client', '', request])
    expect((await receiveTexts(queue)).slice(1)).toEqual(['', 'client', '', 'echo 1'])
    expect(worker.stats).toMatchObject({ malformed: 2 })
  })
})

describe('queues and workers that are killed (Simple Pirate: this queue, LazyPirate clients)', () => {
  const start = async (program: string, ...args: string[]): Promise<Child> => {
    const child = Child.run(`patterns/load-balancer/test/programs/${program}.ts`, ...args)
    await child.line()
    return child
  }

  const pirate = (endpoint: string) => {
    const clock = new ManualClock()
    return { clock, requests: trackAll(new LazyPirate(endpoint, { clock })) }
  }

  it.each(['zerowire', 'zeromq'])(
    'a worker (%s) with a request, or without: another does the work',
    async (library) => {
      const { queue, frontEnd, backEnd } = await balancer()
      const { clock, requests } = pirate(frontEnd)
      const silent = await start('worker', library, backEnd, 'Ann', 'silent')
      const reply = requests.request('hello')
      expect(await silent.line()).toBe('got hello')
      await silent.kill()
      await untilCounted(queue, { lost: 1, workers: 0 })
      const idle = await start('worker', library, backEnd, 'Bob', 'echo')
      await untilCounted(queue, { workers: 1 })
      await idle.kill()
      await untilCounted(queue, { workers: 0 })
      clock.advance(2500)
      await start('worker', library, backEnd, 'Cid', 'echo')
      expect(texts(await reply)).toEqual(['Cid did hello'])
      expect(requests.stats).toMatchObject({ retries: 1 })
    },
  )

  it('a queue with a request, or without: its workers come back to the next', async () => {
    const ends = [freshAddress('ipc'), freshAddress('ipc')] as const
    const { clock, requests } = pirate(ends[0])
    let finish: (() => void) | undefined
    const begun: string[] = []
    const work: Handler = async ([request]) => {
      // The first is under way when its queue is killed.
      if (begun.push(String(request)) === 1)
        await new Promise<void>((resolve) => (finish = resolve))
      return `did ${String(request)}`
    }
    const worker = trackAll(new LoadBalancerWorker(ends[1], work))
    const first = await start('queue', ...ends)
    const reply = requests.request('one')
    while (!finish) await nextTurn()
    await first.kill()
    const second = await start('queue', ...ends)
    await untilCounted(worker, { conversations: 2 })
    finish()
    clock.advance(2500)
    expect(texts(await reply)).toEqual(['did one'])
    expect(worker.stats).toMatchObject({ requests: 2, replies: 1, lost: 1 })
    await second.kill()
    const next = requests.request('two')
    await start('queue', ...ends)
    clock.advance(2500)
    expect(texts(await next)).toEqual(['did two'])
    expect(begun.slice(0, 3)).toEqual(['one', 'one', 'two'])
  })
})
