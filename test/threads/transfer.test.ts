import { describe, expect, it } from 'vitest'
import { transfer } from 'zerowire/extra'
import { zerowire } from '../support/implementations.js'
import { pattern } from '../support/messages.js'
import { track } from '../support/scope.js'
import { Thread } from '../support/thread.js'
import { bindFresh, freshAddress } from '../support/transports.js'
import { nextTurn } from '../support/turn.js'

const MIB = 1_048_576
const fast = { linger: 0, reconnectInterval: 1 }

type Pair = InstanceType<typeof zerowire.Pair>

/** A thread that sends back what it gets. */
async function echo(): Promise<{ pair: Pair; thread: Thread; address: string }> {
  const pair = track(new zerowire.Pair(fast))
  const address = await bindFresh(pair, 'inproc')
  const thread = await Thread.start({ data: address }, async ({ library, data }) => {
    const socket = new library.Pair()
    socket.connect(data)
    for await (const message of socket) await socket.send(message)
  })
  return { pair, thread, address }
}

/** Whether the memory is that long, and full of one number: large ones are compared in no time. */
function isFull(body: Buffer | undefined, size: number, byte: number): boolean {
  return body?.equals(Buffer.alloc(size, byte)) === true
}

/** Gives memory away until the first is moved: what comes before that opens the way. */
async function untilMoved(pair: Pair): Promise<Buffer> {
  for (let seed = 0; ; seed += 1) {
    const body = Buffer.from(pattern(MIB, seed).buffer as ArrayBuffer, 0, MIB)
    const expected = Buffer.from(body)
    await pair.send(['head', transfer(body), 'tail'])
    const [head, back, tail] = await pair.receive()
    expect([head, tail].map(String)).toEqual(['head', 'tail'])
    expect(expected.equals(back ?? Buffer.of())).toBe(true)
    if (body.length === 0) return back as Buffer
    expect(body.equals(expected)).toBe(true)
  }
}

describe('memory that was given away', () => {
  it('is moved to another thread', async () => {
    const { pair } = await echo()
    const back = await untilMoved(pair)
    expect(back.buffer).toBeInstanceOf(ArrayBuffer)
    expect(back.buffer.byteLength).toBe(MIB)
  })

  it('may be an ArrayBuffer', async () => {
    const { pair } = await echo()
    await untilMoved(pair)
    const memory = new ArrayBuffer(MIB)
    await pair.send(transfer(memory))
    expect(isFull((await pair.receive())[0], MIB, 0)).toBe(true)
    expect(memory.byteLength).toBe(0)
  })

  it.each([
    { title: 'a view of a part', make: () => new Uint8Array(new ArrayBuffer(MIB + 1), 1) },
    { title: 'shared memory', make: () => new Uint8Array(new SharedArrayBuffer(MIB)) },
    {
      title: 'memory of WebAssembly',
      make: () => new Uint8Array(new WebAssembly.Memory({ initial: MIB / 65_536 }).buffer),
    },
  ])('stays where it is if it cannot be moved: $title', async ({ make }) => {
    const { pair } = await echo()
    await untilMoved(pair)
    const body = make()
    body.fill(7)
    await pair.send(transfer(body))
    expect(isFull((await pair.receive())[0], MIB, 7)).toBe(true)
    expect(body).toHaveLength(MIB)
  })

  it('stays where it is if it was not given away', async () => {
    const { pair } = await echo()
    await untilMoved(pair)
    const body = Buffer.alloc(MIB, 3)
    for (let count = 0; count < 20; count += 1) await pair.send(body)
    for (let count = 0; count < 20; count += 1)
      expect(isFull((await pair.receive())[0], MIB, 3)).toBe(true)
  })

  it('stays where it is if several get it', async () => {
    const address = freshAddress('inproc')
    const publisher = track(new zerowire.XPublisher({ verbosity: 'allSubs', noDrop: true }))
    await publisher.bind(address)
    const threads = await Promise.all(
      [0, 1].map(() =>
        Thread.start({ data: { address, size: MIB } }, async ({ library, data }) => {
          const subscriber = new library.Subscriber()
          subscriber.connect(data.address)
          subscriber.subscribe('')
          let right = 0
          for (let count = 0; count < 20; count += 1) {
            const [body] = await subscriber.receive()
            if (body?.length === data.size && body.every((byte) => byte === count)) right += 1
          }
          return right
        }),
      ),
    )
    for (let left = threads.length; left > 0; left -= 1) await publisher.receive()
    for (let count = 0; count < 20; count += 1) {
      const body = Buffer.alloc(MIB, count)
      await publisher.send(transfer(body))
      await nextTurn()
      expect(body).toHaveLength(MIB)
    }
    expect(await Promise.all(threads.map(({ result }) => result))).toEqual([20, 20])
  })

  it('is nobody else’s to give: who gets it within the thread may send it twice', async () => {
    const { pair } = await echo()
    await untilMoved(pair)
    const pull = track(new zerowire.Pull())
    const push = track(new zerowire.Push())
    push.connect(await bindFresh(pull, 'inproc'))
    await push.send(transfer(Buffer.alloc(MIB, 5)))
    const [body = null] = await pull.receive()
    await pair.send(body)
    await pair.send(body)
    for (let count = 0; count < 2; count += 1) {
      expect(isFull((await pair.receive())[0], MIB, 5)).toBe(true)
    }
  })

  it('twice in a turn ends the connection, which begins anew', async () => {
    const { pair } = await echo()
    await untilMoved(pair)
    const body = transfer(Buffer.allocUnsafeSlow(MIB))
    const { connections } = pair.stats
    void pair.send([body, body])
    while (pair.stats.connections === connections) await nextTurn()
    expect(pair.stats.dropped.disconnected).toBe(1)
    await pair.send('again')
    expect(String((await pair.receive())[0])).toBe('again')
  })

  it.each([null, undefined, 7, 'text', {}])('is not %j', (value) => {
    expect(() => transfer(value as never)).toThrow(TypeError)
  })
})

describe('large messages between threads', () => {
  it('keep their places among small ones', async () => {
    const { pair } = await echo()
    await untilMoved(pair)
    const sizes = [10, 65_536, 300, 65_535, 1_000_000, 0, 200_000, 70_000, 262_144, 5]
    const count = 500
    const sending = (async () => {
      for (let number = 0; number < count; number += 1) {
        const size = sizes[number % sizes.length] ?? 0
        const body = Buffer.allocUnsafeSlow(size).fill(number % 256)
        await pair.send([String(number), number % 3 === 0 ? transfer(body) : body])
      }
    })()
    for (let number = 0; number < count; number += 1) {
      const [text, body] = await pair.receive()
      expect(String(text)).toBe(String(number))
      expect(body).toHaveLength(sizes[number % sizes.length] ?? 0)
      if (body?.some((byte) => byte !== number % 256) === true)
        expect.fail(`damage in ${String(text)}`)
    }
    await sending
  })

  it('are not more on their way than there may be, whatever the marks', async () => {
    const address = freshAddress('inproc')
    const thread = await Thread.start({ data: address }, async ({ library, data, say, block }) => {
      const pull = new library.Pull({ receiveHighWaterMark: 0 })
      await pull.bind(data)
      say('bound')
      for (let count = 0; count < 20; count += 1) await pull.receive()
      say('busy')
      block()
      let received = 0
      for await (const [body] of pull) {
        received += 1
        if (body?.length === 0) break
      }
      return received
    })
    await thread.heard()
    const push = track(new zerowire.Push({ sendHighWaterMark: 0 }))
    push.connect(address)
    for (let count = 0; count < 20; count += 1) await push.send(Buffer.alloc(MIB))
    await thread.heard()
    for (let count = 0; count < 100; count += 1) await push.send(Buffer.alloc(MIB))
    await nextTurn()
    // 8 MiB are on their way, and what was taken from the queue with the last of them.
    expect(push.stats.queued.outgoing).toBeGreaterThan(80)
    void push.send('')
    thread.release()
    expect(await thread.result).toBe(101)
  })

  it('that a terminated thread had sent are whole, and the rest is gone', async () => {
    const pull = track(new zerowire.Pull({ ...fast, receiveHighWaterMark: 4 }))
    const address = await bindFresh(pull, 'inproc')
    const thread = await Thread.start({ data: address }, async ({ library, data }) => {
      const push = new library.Push()
      push.connect(data)
      for (let number = 0; ; number += 1) await push.send(Buffer.alloc(200_000, number % 256))
    })
    let number = 0
    const next = async (): Promise<void> => {
      const [body] = await pull.receive()
      expect(isFull(body, 200_000, number % 256)).toBe(true)
      number += 1
    }
    while (number < 100) await next()
    await thread.terminate()
    while (pull.stats.peers > 0 || pull.stats.queued.incoming > 0) {
      if (pull.stats.queued.incoming > 0) await next()
      else await nextTurn()
    }
    expect(number).toBeLessThan(200)
  })
})
