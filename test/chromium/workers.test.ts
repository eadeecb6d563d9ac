import { describe, expect, it } from 'vitest'
import { transfer } from 'zerowire/extra'
import { shareInproc } from 'zerowire/workers'
import { near, untilPeers } from '../support/everywhere.js'
import { nextTurn } from '../support/turn.js'
import { freshName, TestWorker, type Tools } from './realms.js'

/** What several tests let a worker do. */
const works = {
  /** Says what it gets at its name. */
  sink: async ({ library, data, say }: Tools<string>): Promise<void> => {
    const pull = new library.Pull()
    await pull.bind(data)
    say('bound')
    for await (const [text] of pull) say(String(text))
  },
  /** Sends numbers without end. */
  flood: async ({ library, data }: Tools<string>): Promise<void> => {
    const push = new library.Push()
    push.connect(data)
    for (let number = 0; ; number += 1) await push.send(String(number))
  },
  binds: async ({ library, data }: Tools<string>): Promise<unknown> => {
    const pair = new library.Pair()
    return pair.bind(data).then(
      () => 'bound',
      (error: unknown) => (error as { code: string }).code,
    )
  },
}

async function started(work: (tools: Tools<string>) => unknown, data: string): Promise<TestWorker> {
  const worker = new TestWorker(work, data)
  expect(await worker.heard()).toBe('bound')
  return worker
}

describe('a page and its workers', () => {
  it('see nothing of it among their own messages', async () => {
    const address = freshName()
    const worker = await started(works.sink, address)
    const push = near('Push')
    push.connect(address)
    await push.send('hello')
    expect(await worker.heard()).toBe('hello')
    expect(worker.seen).toEqual([{ value: 'bound' }, { value: 'hello' }])
  })

  it('connect before the bind', async () => {
    const address = freshName()
    const push = near('Push')
    push.connect(address)
    await push.send('early')
    const worker = await started(works.sink, address)
    expect(await worker.heard()).toBe('early')
  })

  it('bind a name once, whoever comes first', async () => {
    const address = freshName()
    await near('Pair').bind(address)
    expect(await new TestWorker(works.binds, address).result).toBe('EADDRINUSE')

    const other = freshName()
    const worker = await started(works.sink, other)
    const pair = near('Pair')
    const taken = { code: 'EADDRINUSE', address: other }
    await expect(pair.bind(other)).rejects.toMatchObject(taken)
    expect(() => {
      pair.bindSync(other)
    }).toThrow(expect.objectContaining(taken) as Error)
    expect(await new TestWorker(works.binds, other).result).toBe('EADDRINUSE')
    worker.worker.terminate()
  })

  it('of many that want a name one has it', async () => {
    const address = freshName()
    const results = Array.from({ length: 5 }, () => new TestWorker(works.binds, address).result)
    const outcomes = await Promise.all(results)
    expect(outcomes.filter((outcome) => outcome === 'bound')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'EADDRINUSE')).toHaveLength(4)
  })

  it('leave a name to others when they unbind it', async () => {
    const address = freshName()
    const pair = near('Pair')
    await pair.bind(address)
    await pair.unbind(address)
    expect(await new TestWorker(works.binds, address).result).toBe('bound')
  })

  it('have to bind by bind() where somebody else is asked', async () => {
    const worker = new TestWorker(async ({ library, data }) => {
      const pair = new library.Pair()
      await pair.bind(`${data}-before`)
      try {
        pair.bindSync(data)
        return 'bound'
      } catch (error) {
        return (error as { code: string }).code
      }
    }, freshName())
    expect(await worker.result).toBe('ENOTSUP')
  })

  it('do not talk to types that they do not fit', async () => {
    const address = freshName()
    const pull = near('Pull')
    await pull.bind(address)
    const worker = new TestWorker(async ({ library, data }) => {
      const reply = new library.Reply()
      reply.connect(data)
      const push = new library.Push()
      push.connect(data)
      await push.send('fits')
      return reply.stats.peers
    }, address)
    expect(String(await pull.receive())).toBe('fits')
    expect(await worker.result).toBe(0)
    expect(pull.stats.peers).toBe(1)
  })
})

describe('one who listened to a worker before', () => {
  it('sees one message that is not his', async () => {
    const url = new URL('inproc-worker.ts', import.meta.url)
    const worker = new Worker(url, { type: 'module' })
    const seen: unknown[] = []
    const done = new Promise((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<object>) => {
        seen.push(Object.keys(data))
        if ('result' in data) resolve(data.result)
      }
    })
    shareInproc(worker)
    const address = freshName()
    await near('Pair').bind(address)
    worker.postMessage({ work: works.binds.toString(), data: address })
    expect(await done).toBe('EADDRINUSE')
    expect(seen).toEqual([['zerowire:inproc'], ['result']])
    worker.terminate()
  })
})

describe('two workers', () => {
  it('talk to each other without the page', async () => {
    const address = freshName()
    const bound = await started(works.sink, address)
    const worker = new TestWorker(async ({ library, data }) => {
      const push = new library.Push()
      push.connect(data)
      await push.send('from the other')
    }, address)
    await worker.result
    expect(await bound.heard()).toBe('from the other')
  })

  it('are found however deep they are', async () => {
    const address = freshName()
    const parent = new TestWorker(async ({ shareInproc: share, say, data }) => {
      const { href } = globalThis.location
      const child = share(new Worker(href, { type: 'module' }))
      child.onmessage = (event) => {
        say((event as MessageEvent<{ value: unknown }>).data.value)
      }
      const work = `async ({ library, data, say }) => {
        const pull = new library.Pull()
        await pull.bind(data)
        say('bound')
        say(String(await pull.receive()))
      }`
      child.postMessage({ work, data })
      await new Promise(() => undefined)
    }, address)
    expect(await parent.heard()).toBe('bound')
    await expect(near('Pair').bind(address)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    const sibling = new TestWorker(async ({ library, data }) => {
      const push = new library.Push()
      push.connect(data)
      await push.send('down there')
    }, address)
    await sibling.result
    expect(await parent.heard()).toBe('down there')
  })
})

describe('messages between realms', () => {
  it('arrive in order, whatever their size', async () => {
    const address = freshName()
    const pull = near('Pull')
    await pull.bind(address)
    const worker = new TestWorker(async ({ library, data }) => {
      const push = new library.Push()
      push.connect(data)
      for (let number = 0; number < 20_000; number += 1) {
        const size = number % 500 === 0 ? 200_000 : number % 509
        await push.send([String(number), new Uint8Array(size).fill(number % 256)])
      }
    }, address)
    for (let number = 0; number < 20_000; number += 1) {
      const [text, body] = await pull.receive()
      const size = number % 500 === 0 ? 200_000 : number % 509
      const right =
        String(text) === String(number) &&
        body?.length === size &&
        body.every((byte) => byte === number % 256)
      if (!right) expect.fail(`instead of ${String(number)} came ${String(text)}`)
    }
    await worker.result
    expect(pull.stats).toMatchObject({ received: 20_000, dropped: { total: 0 } })
  })

  it('are moved if they were given away, and copied otherwise', async () => {
    const address = freshName()
    const worker = new TestWorker(async ({ library, data, transfer: give }) => {
      const pair = new library.Pair()
      await pair.bind(data)
      for await (const [body] of pair) await pair.send(give(body ?? new Uint8Array(0)))
    }, address)
    const pair = near('Pair')
    pair.connect(address)
    const size = 10_000_000
    const kept = new Uint8Array(size).fill(1)
    await pair.send(kept)
    const [first] = await pair.receive()
    expect([kept.length, first?.length, first?.buffer.byteLength]).toEqual([size, size, size])
    const given = new Uint8Array(size).fill(2)
    await pair.send(transfer(given))
    const [second] = await pair.receive()
    expect([given.length, second?.length, second?.at(-1)]).toEqual([0, size, 2])
    worker.worker.terminate()
  })

  it('that nobody takes wait on both sides, as far as the marks say', async () => {
    const address = freshName()
    const worker = await started(async ({ library, data, say }) => {
      const pull = new library.Pull({ receiveHighWaterMark: 20 })
      await pull.bind(data)
      say('bound')
      await pull.receive()
      // Until something else is to be received.
      const gate = new library.Pull()
      await gate.bind(`${data}-gate`)
      say('waits')
      await gate.receive()
      let received = 0
      for await (const [body] of pull) {
        received += 1
        if (body?.length === 0) break
      }
      say(received)
    }, address)
    const push = near('Push', undefined, { sendHighWaterMark: 10 })
    push.connect(address)
    await push.send('begin')
    expect(await worker.heard()).toBe('waits')
    push.sendTimeout = 0
    let sent = 0
    for (let idle = 0; idle < 20;) {
      try {
        await push.send(new Uint8Array(100_000))
        sent += 1
        idle = 0
      } catch {
        idle += 1
        await nextTurn()
      }
    }
    expect(sent).toBeLessThanOrEqual(30)
    expect(push.stats.queued.outgoing).toBe(10)
    push.sendTimeout = -1
    const last = push.send('')
    const open = near('Push')
    open.connect(`${address}-gate`)
    await open.send('open')
    await last
    expect(await worker.heard()).toBe(sent + 1)
  })
})

describe('a worker that is terminated', () => {
  it('in the middle of what it sends: what has come is whole, in order, and its socket is gone', async () => {
    const address = freshName()
    const pull = near('Pull')
    await pull.bind(address)
    const worker = new TestWorker(works.flood, address)
    let expected = 0
    const next = async (): Promise<void> => {
      expect(String(await pull.receive())).toBe(String(expected))
      expected += 1
    }
    while (expected < 5000) await next()
    worker.worker.terminate()
    while (pull.stats.peers > 0 || pull.stats.queued.incoming > 0) {
      if (pull.stats.queued.incoming > 0) await next()
      else await nextTurn()
    }
    const again = new TestWorker(works.flood, address)
    expected = 0
    await next()
    again.worker.terminate()
  })

  it('in the middle of what it receives: what it has not taken is counted, the next gets the rest', async () => {
    const address = freshName()
    const first = await started(works.sink, address)
    const push = near('Push', undefined, { sendHighWaterMark: 10 })
    push.connect(address)
    for (let number = 0; number < 2000; number += 1) await push.send(String(number))
    first.worker.terminate()
    await untilPeers(push, 0)
    const second = await started(works.sink, address)
    await push.send('last')
    let heard: unknown
    while (heard !== 'last') heard = await second.heard()
    const { sent, dropped } = push.stats
    expect(sent).toBe(2001)
    expect(dropped.disconnected).toBe(dropped.total)
  })

  it('is one of many: a hundred come and go, and leave nothing behind', async () => {
    const address = freshName()
    const pull = near('Pull')
    await pull.bind(address)
    for (let round = 0; round < 25; round += 1) {
      const workers = [0, 1, 2, 3].map(
        (index) =>
          new TestWorker(
            async ({ library, data, say, nextTurn }) => {
              const [to = '', own = ''] = data.split(' ')
              const pair = new library.Pair()
              for (;;) {
                try {
                  await pair.bind(own)
                  break
                } catch {
                  await nextTurn()
                }
              }
              say('bound')
              const push = new library.Push()
              push.connect(to)
              for (;;) await push.send('x')
            },
            `${address} ${address}-${String(index)}`,
          ),
      )
      await Promise.all(workers.map((worker) => worker.heard()))
      await untilPeers(pull, workers.length)
      for (let count = 0; count < 100; count += 1) await pull.receive()
      for (const { worker } of workers) worker.terminate()
      while (pull.stats.peers > 0) {
        if (pull.stats.queued.incoming > 0) await pull.receive()
        else await nextTurn()
      }
    }
    expect(pull.stats).toMatchObject({ peers: 0, connections: 100 })
  }, 120_000)
})

describe('shareInproc()', () => {
  it('gives back what it was given, also a second time', () => {
    const { port1 } = new MessageChannel()
    expect(shareInproc(port1, { hub: true })).toBe(port1)
    expect(shareInproc(port1, { hub: true })).toBe(port1)
  })

  it.each([undefined, null, 7, 'worker', {}, globalThis])('refuses %s', (value) => {
    expect(() => shareInproc(value as Worker)).toThrow(TypeError)
  })
})
