import { describe, expect, it } from 'vitest'
import { Child } from '../support/child.js'
import { untilPeers } from '../support/everywhere.js'
import { zerowire } from '../support/implementations.js'
import { receiveTexts } from '../support/messages.js'
import { track } from '../support/scope.js'
import { Thread } from '../support/thread.js'
import { bindFresh, endpointOf, freshAddress, rebind } from '../support/transports.js'
import { nextTurn } from '../support/turn.js'

const fast = { linger: 0, reconnectInterval: 1 }

/** A thread that sends numbers without end. */
async function flood(address: string): Promise<Thread> {
  return Thread.start({ data: address }, async ({ library, data }) => {
    const push = new library.Push()
    push.connect(data)
    for (let number = 0; ; number += 1) await push.send(String(number))
  })
}

/** What this process has of what channels of messages are made of. */
function channelHandles(): number {
  const { libuv } = process.report.getReport() as { libuv: { type: string }[] }
  return libuv.filter(({ type }) => type === 'async').length
}

/** A thread that receives, and says what. */
async function sink(address: string): Promise<Thread> {
  const thread = await Thread.start({ data: address }, async ({ library, data, say }) => {
    const pull = new library.Pull()
    await pull.bind(data)
    say('bound')
    for await (const [text] of pull) say(String(text))
  })
  expect(await thread.heard()).toBe('bound')
  return thread
}

describe('a thread that is terminated', () => {
  it('in the middle of what it sends: what has come is whole, in order, and its socket is gone', async () => {
    const pull = track(new zerowire.Pull(fast))
    const thread = await flood(await bindFresh(pull, 'inproc'))
    for (let number = 0; number < 10_000; number += 1) {
      expect(await receiveTexts(pull)).toEqual([String(number)])
    }
    await thread.terminate()
    let expected = 10_000
    while (pull.stats.peers > 0 || pull.stats.queued.incoming > 0) {
      const waiting = pull.stats.queued.incoming
      if (waiting === 0) await nextTurn()
      for (let count = 0; count < waiting; count += 1, expected += 1) {
        expect(await receiveTexts(pull)).toEqual([String(expected)])
      }
    }
    const next = await flood(endpointOf(pull))
    expect(await receiveTexts(pull)).toEqual(['0'])
    await next.terminate()
  })

  it('in the middle of what it receives: what it has not taken is counted, and the next one gets the rest', async () => {
    const address = freshAddress('inproc')
    const first = await sink(address)
    const push = track(new zerowire.Push({ ...fast, sendHighWaterMark: 10 }))
    push.connect(address)
    for (let number = 0; number < 5000; number += 1) await push.send(String(number))
    await first.terminate()
    await untilPeers(push, 0)
    // It is bound again as soon as it is known that the thread is no more.
    const second = await sink(address)
    await push.send('last')
    const heard: unknown[] = []
    while (heard.at(-1) !== 'last') heard.push(await second.heard())
    const { sent, dropped } = push.stats
    expect(heard.length).toBeLessThanOrEqual(11)
    expect(sent).toBe(5001)
    expect(dropped.disconnected).toBe(dropped.total)
  })

  it('leaves the names it had bound to others', async () => {
    const address = freshAddress('inproc')
    const thread = await sink(address)
    const pair = track(new zerowire.Pair())
    await expect(pair.bind(address)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await thread.terminate()
    await rebind(pair, address)
    expect(endpointOf(pair)).toBe(address)
  })

  it('while it is busy is no different', async () => {
    const address = freshAddress('inproc')
    const thread = await Thread.start({ data: address }, async ({ library, data, say, block }) => {
      const pull = new library.Pull()
      await pull.bind(data)
      say('bound')
      say(String(await pull.receive()))
      block()
    })
    await thread.heard()
    const push = track(new zerowire.Push(fast))
    push.connect(address)
    await push.send('x')
    await thread.heard()
    await thread.terminate()
    await untilPeers(push, 0)
    const pull = track(new zerowire.Pull())
    await rebind(pull, address)
    await push.send('y')
    expect(await receiveTexts(pull)).toEqual(['y'])
  })

  it('is one of many: a hundred come and go, and leave nothing behind', async () => {
    const pull = track(new zerowire.Pull({ linger: 0 }))
    const address = await bindFresh(pull, 'inproc')
    const own = freshAddress('inproc')
    const handles = channelHandles()
    for (let round = 0; round < 25; round += 1) {
      const threads = await Promise.all(
        Array.from({ length: 4 }, (_, index) =>
          Thread.start({ data: { address, own: `${own}-${String(index)}` } }, async (tools) => {
            const { Push, Pair } = tools.library
            const pair = new Pair()
            for (;;) {
              try {
                await pair.bind(tools.data.own)
                break
              } catch {
                await new Promise((resolve) => setImmediate(resolve))
              }
            }
            const push = new Push()
            push.connect(tools.data.address)
            tools.say('ready')
            for (;;) await push.send('x')
          }),
        ),
      )
      await Promise.all(threads.map((thread) => thread.heard()))
      await untilPeers(pull, threads.length)
      for (let count = 0; count < 100; count += 1) await pull.receive()
      await Promise.all(threads.map((thread) => thread.terminate()))
      while (pull.stats.peers > 0 || pull.stats.queued.incoming > 0) {
        if (pull.stats.queued.incoming > 0) await pull.receive()
        else await nextTurn()
      }
    }
    expect(pull.stats).toMatchObject({ peers: 0, connections: 100, queued: { incoming: 0 } })
    while (channelHandles() > handles) await nextTurn()
  }, 120_000)
})

describe('a thread that ends', () => {
  it('has handed over what it sent', async () => {
    const pull = track(new zerowire.Pull())
    const address = await bindFresh(pull, 'inproc')
    const thread = await Thread.start({ data: address }, async ({ library, data }) => {
      const push = new library.Push()
      push.connect(data)
      for (let number = 0; number < 2000; number += 1) await push.send(String(number))
    })
    await thread.result
    for (let number = 0; number < 2000; number += 1) {
      expect(await receiveTexts(pull)).toEqual([String(number)])
    }
    expect(await thread.exit).toBe(0)
    await untilPeers(pull, 0)
  })

  it('by process.exit() is missed at once, and what it sent in that turn is there', async () => {
    const pair = track(new zerowire.Pair(fast))
    const address = await bindFresh(pair, 'inproc')
    const thread = await Thread.start({ data: address }, async ({ library, data }) => {
      const socket = new library.Pair()
      socket.connect(data)
      await socket.receive()
      await socket.send('last words')
      process.exit(3)
    })
    await pair.send('speak')
    expect(await receiveTexts(pair)).toEqual(['last words'])
    expect(await thread.exit).toBe(3)
    await untilPeers(pair, 0)
  })

  it('ends while its sockets are bound, connected and idle', async () => {
    const pull = track(new zerowire.Pull())
    const address = await bindFresh(pull, 'inproc')
    const thread = await Thread.start({ data: address }, async ({ library, data }) => {
      const push = new library.Push()
      push.connect(data)
      await push.send('x')
      const pair = new library.Pair()
      await pair.bind(`${data}-other`)
      new library.Pair().connect('inproc://nobody')
    })
    expect(await thread.exit).toBe(0)
    expect(await receiveTexts(pull)).toEqual(['x'])
  })
})

describe('a process', () => {
  it('ends while its threads are idle', async () => {
    const child = Child.evaluate(`
      import { Worker } from 'node:worker_threads'
      import { once } from 'node:events'
      import { Pull } from 'zerowire'
      import { bundled } from './test/support/bundle.ts'
      const pull = new Pull()
      await pull.bind('inproc://idle')
      const worker = new Worker(\`
        const { workerData, parentPort } = require('node:worker_threads')
        import(workerData).then(async ({ Push }) => {
          const push = new Push()
          push.connect('inproc://idle')
          await push.send('hello')
        })
      \`, { eval: true, execArgv: [], workerData: await bundled('src/index.ts') })
      console.log(String(await pull.receive()))
      await once(worker, 'exit')
      console.log('idle')
    `)
    expect(await child.rest()).toEqual(['hello', 'idle'])
    expect(await child.exit).toBe(0)
  })
})
