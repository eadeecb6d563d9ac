import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Child } from '../support/child.js'
import { zerowire } from '../support/implementations.js'
import { track } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'

/** So often must a timer have fired, or something else have happened, before a loop is over. */
const FIRINGS = 5

/** A loop that has gone on for so long without letting anybody else in will never do so. */
const STARVED = 5_000_000

/** A timer of 10 ms that counts how often it was let in. */
function ticking(): { readonly count: number } {
  let count = 0
  const timer = setInterval(() => {
    count += 1
  }, 10)
  onTestFinished(() => {
    clearInterval(timer)
  })
  return {
    get count() {
      return count
    },
  }
}

/** A loop that does nothing else. */
async function receiveUntil(messages: AsyncIterable<unknown>, over: () => boolean): Promise<void> {
  const iterator = messages[Symbol.asyncIterator]()
  while (!over()) await iterator.next()
}

describe('a timer fires', () => {
  it('while a flood from another process is received', async () => {
    const pull = track(new zerowire.Pull())
    Child.run('test/robustness/programs/flood.ts', await bindFresh(pull))
    await pull.receive()
    const ticks = ticking()
    await receiveUntil(pull, () => ticks.count >= FIRINGS || pull.stats.received >= STARVED)
    expect(ticks.count).toBeGreaterThanOrEqual(FIRINGS)
  })

  it('while messages are sent to another process that keeps up', async () => {
    const reader = Child.run('test/robustness/programs/drain.ts')
    const push = track(new zerowire.Push({ linger: 0 }))
    push.connect(await reader.line())
    await push.send('first')
    const ticks = ticking()
    while (ticks.count < FIRINGS && push.stats.sent < STARVED) await push.send('message')
    expect(ticks.count).toBeGreaterThanOrEqual(FIRINGS)
  })

  it('while messages are published to nobody', async () => {
    const publisher = track(new zerowire.Publisher())
    const ticks = ticking()
    while (ticks.count < FIRINGS && publisher.stats.sent < STARVED) await publisher.send('message')
    expect(ticks.count).toBeGreaterThanOrEqual(FIRINGS)
  })

  it('while one loop sends and another receives, over inproc', async () => {
    const pull = track(new zerowire.Pull())
    const push = track(new zerowire.Push())
    push.connect(await bindFresh(pull, 'inproc'))
    const ticks = ticking()
    const over = (): boolean => ticks.count >= FIRINGS || push.stats.sent >= STARVED
    const sending = (async () => {
      while (!over()) await push.send('message')
      await push.send('over')
    })()
    for await (const [text] of pull) if (String(text) === 'over') break
    await sending
    expect(ticks.count).toBeGreaterThanOrEqual(FIRINGS)
  })

  it('while one socket answers another, over inproc', async () => {
    const reply = track(new zerowire.Reply())
    const request = track(new zerowire.Request())
    request.connect(await bindFresh(reply, 'inproc'))
    void (async () => {
      for await (const question of reply) await reply.send(question)
    })()
    const ticks = ticking()
    while (ticks.count < FIRINGS && request.stats.sent < STARVED / 10) {
      await request.send('question')
      await request.receive()
    }
    expect(ticks.count).toBeGreaterThanOrEqual(FIRINGS)
  })
})

describe('other sockets get their turn', () => {
  /** Over TCP each question and each answer needs turns of the event loop. */
  async function conversation(rounds: number): Promise<void> {
    const reply = track(new zerowire.Reply())
    const request = track(new zerowire.Request())
    request.connect(await bindFresh(reply))
    for (let round = 0; round < rounds; round += 1) {
      await request.send('question')
      await reply.send(await reply.receive())
      await request.receive()
    }
  }

  it('while one receives a flood', async () => {
    const pull = track(new zerowire.Pull())
    Child.run('test/robustness/programs/flood.ts', await bindFresh(pull))
    await pull.receive()
    let done = false
    const talk = conversation(20).then(() => {
      done = true
    })
    await receiveUntil(pull, () => done || pull.stats.received >= STARVED)
    expect(done).toBe(true)
    await talk
  })

  it('while one publishes in a tight loop', async () => {
    const publisher = track(new zerowire.Publisher())
    let done = false
    const talk = conversation(20).then(() => {
      done = true
    })
    while (!done && publisher.stats.sent < STARVED) await publisher.send('message')
    expect(done).toBe(true)
    await talk
  })

  it('when both are flooded', async () => {
    const pulls = [track(new zerowire.Pull()), track(new zerowire.Pull())]
    const addresses = await Promise.all(pulls.map((pull) => bindFresh(pull)))
    Child.run('test/robustness/programs/flood.ts', ...addresses)
    const enough = 1000
    const received = (): number[] => pulls.map((pull) => pull.stats.received)
    const over = (): boolean =>
      Math.min(...received()) >= enough || Math.max(...received()) >= STARVED
    await Promise.all(pulls.map((pull) => receiveUntil(pull, over)))
    expect(Math.min(...received())).toBeGreaterThanOrEqual(enough)
  })
})

describe('batches let the event loop turn', () => {
  /** Without end, unless `over()`. */
  function* messages(over: () => boolean): Generator<string> {
    for (let sent = 0; !over() && sent < STARVED; sent += 1) yield 'message'
  }

  it('a sendMany() that never waits for room', async () => {
    const publisher = track(new zerowire.Publisher())
    const ticks = ticking()
    await publisher.sendMany(messages(() => ticks.count >= FIRINGS))
    expect(ticks.count).toBeGreaterThanOrEqual(FIRINGS)
  })

  it.each([1, 7, 100, 1000])('a loop of receiveMany(%i) that never waits', async (most) => {
    const COUNT = 50_000
    const pull = track(new zerowire.Pull({ receiveHighWaterMark: 0 }))
    const push = track(new zerowire.Push())
    push.connect(await bindFresh(pull, 'inproc'))
    await push.sendMany(Array<string>(COUNT).fill('message'))
    const others: number[] = []
    void (async () => {
      while (others.length < FIRINGS) {
        await nextTurn()
        others.push(pull.stats.received)
      }
    })()
    while (pull.stats.received < COUNT) await pull.receiveMany(most)
    expect(others).toHaveLength(FIRINGS)
    // So they came one after the other, with part of the messages in between.
    expect(new Set(others).size).toBe(FIRINGS)
    expect(Math.max(...others)).toBeLessThan(COUNT)
  })

  it('two loops over inproc, each of which waits for the other again and again', async () => {
    const pull = track(new zerowire.Pull({ receiveHighWaterMark: 2 }))
    const push = track(new zerowire.Push({ sendHighWaterMark: 2 }))
    push.connect(await bindFresh(pull, 'inproc'))
    const ticks = ticking()
    const over = (): boolean => ticks.count >= FIRINGS || push.stats.sent >= STARVED / 10
    const receiving = (async () => {
      for (let last = ''; last !== 'over';) last = String((await pull.receiveMany()).at(-1))
    })()
    while (!over()) {
      // The reader has then read everything, and waits as well.
      for (let step = 0; step < 8; step += 1) await Promise.resolve()
      await push.sendMany(Array<string>(10).fill('message'))
    }
    await push.send('over')
    await receiving
    expect(ticks.count).toBeGreaterThanOrEqual(FIRINGS)
  })
})
