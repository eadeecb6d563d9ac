import { describe, expect, it } from 'vitest'
import * as native from 'zeromq'
import { ours, type Implementation } from '../support/implementations.js'
import { endpointOf } from '../support/transports.js'
import { track } from '../support/track.js'

/* Larger patterns of the guide, with the calls that programs use for them, on both libraries. */
const implementations = [
  { name: 'zerowire', zmq: ours },
  { name: 'reference', zmq: native },
]

/** Workers say that they are ready, and then answer what the broker hands them. */
async function work(zmq: Implementation, address: string, name: string): Promise<void> {
  const worker = track(new zmq.Request({ routingId: name }))
  worker.connect(address)
  await worker.send('ready')
  for await (const [client, , request] of worker) {
    await worker.send([client ?? '', '', `${name}: ${String(request)}`])
  }
}

/** Hands each request to the worker that has waited longest, and the answer back. */
async function broker(frontEnd: native.Router, backEnd: native.Router, most: number) {
  const idle: Buffer[] = []
  let waiting: ((worker: Buffer) => void) | undefined
  const answers = (async () => {
    for (let answered = 0; answered < most;) {
      const [worker = Buffer.alloc(0), , client = '', ...answer] = await backEnd.receive()
      if (waiting === undefined) idle.push(worker)
      else waiting(worker)
      waiting = undefined
      if (String(client) === 'ready') continue
      await frontEnd.send([client, ...answer])
      answered += 1
    }
  })()
  for (let asked = 0; asked < most; asked += 1) {
    const request = await frontEnd.receive()
    const worker = idle.shift() ?? (await new Promise<Buffer>((resolve) => (waiting = resolve)))
    await backEnd.send([worker, '', ...request])
  }
  await answers
}

describe.each(implementations)('patterns of $name', ({ zmq }) => {
  it('ventilator, workers and sink share the work', async () => {
    const ventilator = track(new zmq.Push())
    const sink = track(new zmq.Pull())
    await Promise.all([ventilator.bind('tcp://127.0.0.1:*'), sink.bind('tcp://127.0.0.1:*')])
    const workers = ['a', 'b', 'c'].map((name) => {
      const input = track(new zmq.Pull())
      const output = track(new zmq.Push())
      input.connect(endpointOf(ventilator))
      output.connect(endpointOf(sink))
      const running = (async () => {
        for await (const [task] of input) await output.send([name, task ?? ''])
      })()
      return { input, running }
    })
    for (let task = 0; task < 30; task += 1) await ventilator.send(String(task))
    const done: number[] = []
    while (done.length < 30) done.push(Number(String((await sink.receive())[1])))
    expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index))
    for (const { input } of workers) input.close()
    await Promise.all(workers.map(({ running }) => running))
  })

  it('a broker gives work to whoever is ready', async () => {
    const frontEnd = track(new zmq.Router())
    const backEnd = track(new zmq.Router())
    await Promise.all([frontEnd.bind('tcp://127.0.0.1:*'), backEnd.bind('tcp://127.0.0.1:*')])
    for (const name of ['one', 'two']) {
      work(zmq, endpointOf(backEnd), name).catch(() => undefined)
    }
    const brokering = broker(frontEnd, backEnd, 6)
    const client = track(new zmq.Request())
    client.connect(endpointOf(frontEnd))
    const answers: string[] = []
    for (let number = 0; number < 6; number += 1) {
      await client.send(String(number))
      answers.push(String((await client.receive())[0]))
    }
    await brokering
    expect(answers.map((answer) => answer.split(': ')[1])).toEqual(['0', '1', '2', '3', '4', '5'])
    expect(new Set(answers.map((answer) => answer.split(': ')[0]))).toEqual(new Set(['one', 'two']))
  })

  it('a proxy forwards subscriptions and publications until it is told to end', async () => {
    const proxy = new zmq.Proxy(track(new zmq.XSubscriber()), track(new zmq.XPublisher()))
    await proxy.frontEnd.bind('tcp://127.0.0.1:*')
    const front = endpointOf(proxy.frontEnd)
    await proxy.backEnd.bind('tcp://127.0.0.1:*')
    const back = endpointOf(proxy.backEnd)
    const running = proxy.run()
    const publisher = track(new zmq.XPublisher())
    publisher.connect(front)
    const subscriber = track(new zmq.Subscriber())
    subscriber.connect(back)
    subscriber.subscribe('weather')
    expect(String((await publisher.receive())[0])).toBe('\x01weather')
    await publisher.send(['weather', 'sunny'])
    expect((await subscriber.receive()).map(String)).toEqual(['weather', 'sunny'])
    proxy.terminate()
    await running
    expect([proxy.frontEnd.closed, proxy.backEnd.closed]).toEqual([true, true])
  })

  it('a client without an answer asks again with a new socket', async () => {
    const silent = track(new zmq.Router())
    await silent.bind('tcp://127.0.0.1:*')
    const address = endpointOf(silent)
    // On a busy machine it takes longer until one is heard at all.
    let receiveTimeout = 25
    const ask = async (): Promise<string> => {
      receiveTimeout *= 2
      const client = track(new zmq.Request({ receiveTimeout, linger: 0 }))
      client.connect(address)
      await client.send('hello')
      try {
        return String((await client.receive())[0])
      } finally {
        client.close()
      }
    }
    let asked = false
    const first = silent.receive().then(() => (asked = true))
    const unanswered = { code: 'EAGAIN' }
    do await expect(ask()).rejects.toMatchObject(unanswered)
    while (!asked)
    await first
    // From now on there is an answer; the client does not give up.
    const serving = (async () => {
      for await (const [id = '', delimiter = ''] of silent) {
        await silent.send([id, delimiter, 'world'])
      }
    })()
    let answer: string | undefined
    while (answer === undefined) answer = await ask().catch(() => undefined)
    silent.close()
    await serving
    expect(answer).toBe('world')
  })

  it('a router speaks first to a peer that it knows by name', async () => {
    const dealer = track(new zmq.Dealer({ routingId: 'printer' }))
    await dealer.bind('tcp://127.0.0.1:*')
    const router = track(new zmq.Router({ mandatory: true }))
    router.connect(endpointOf(dealer), { routingId: 'hall' })
    await router.send(['hall', 'print this'])
    expect(String((await dealer.receive())[0])).toBe('print this')
  })
})
