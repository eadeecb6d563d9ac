import { LazyPirate } from 'zerowire/patterns/lazy-pirate'
import { ParanoidPirateQueue } from 'zerowire/patterns/paranoid-pirate'
import { describe, expect, it } from 'vitest'
import { Child } from '../../test/support/child.js'
import { texts } from '../../test/support/messages.js'
import { freshAddress } from '../../test/support/transports.js'
import { nextTurn } from '../../test/support/turn.js'
import { trackAll } from '../common/test/tracked.js'

// Processes have clocks of their own, and may be late: whoever is taken for dead wrongly comes back,
// and clients ask again. What is waited for here happens all the same.
const heartbeatInterval = 100

async function start(program: string, ...args: string[]): Promise<Child> {
  const child = Child.run(`patterns/paranoid-pirate/test/programs/${program}.ts`, ...args)
  await child.line()
  return child
}

function client(endpoint: string): LazyPirate {
  return trackAll(new LazyPirate(endpoint, { timeout: 500, tries: 100 }))
}

/** A client, and a queue, in this process. */
async function setUp() {
  const queue = trackAll(new ParanoidPirateQueue({ heartbeatInterval }))
  const { frontEnd, backEnd } = await queue.bind('tcp://127.0.0.1:*', 'tcp://127.0.0.1:*')
  const workers = async (count: number): Promise<void> => {
    while (queue.stats.workers !== count) await nextTurn()
  }
  return { queue, workers, requests: client(frontEnd), backEnd }
}

describe('a worker in a process of its own', () => {
  it('that is killed with a request, or without: another does the work', async () => {
    const { queue, workers, requests, backEnd } = await setUp()
    const silent = await start('worker', backEnd, 'Ann', 'silent')
    const reply = requests.request('hello')
    expect(await silent.line()).toBe('got hello')
    await silent.kill()
    await workers(0)
    expect(queue.stats.lost).toBeGreaterThan(0)
    const idle = await start('worker', backEnd, 'Bob', 'silent')
    await workers(1)
    await idle.kill()
    await workers(0)
    await start('worker', backEnd, 'Cid', 'echo')
    expect(texts(await reply)).toEqual(['Cid did hello'])
    expect(requests.stats.retries).toBeGreaterThan(0)
  })

  it('that is frozen is noticed though it stays connected, and comes back when it can', async () => {
    const { queue, workers, requests, backEnd } = await setUp()
    const frozen = await start('worker', backEnd, 'Ann', 'echo')
    await workers(1)
    frozen.freeze()
    await workers(0)
    expect(queue.stats.expired).toBeGreaterThan(0)
    await start('worker', backEnd, 'Bob', 'echo')
    expect(texts(await requests.request('hello'))).toEqual(['Bob did hello'])
    frozen.thaw()
    await workers(2)
  })
})

describe('a queue in a process of its own', () => {
  it('that is killed without a request: workers and clients find the next', async () => {
    const ends = [freshAddress('ipc'), freshAddress('ipc')] as const
    const requests = client(ends[0])
    await start('worker', ends[1], 'Ann', 'echo')
    const early = requests.request('early')
    const first = await start('queue', ...ends)
    expect(texts(await early)).toEqual(['Ann did early'])
    await first.kill()
    const between = requests.request('between')
    await start('queue', ...ends)
    expect(texts(await between)).toEqual(['Ann did between'])
  })

  it('that is killed while a worker has a request: another worker has it from the next', async () => {
    const ends = [freshAddress('ipc'), freshAddress('ipc')] as const
    const first = await start('queue', ...ends)
    const silent = await start('worker', ends[1], 'Ann', 'silent')
    const reply = client(ends[0]).request('hello')
    expect(await silent.line()).toBe('got hello')
    await first.kill()
    await start('queue', ...ends)
    await start('worker', ends[1], 'Bob', 'echo')
    expect(texts(await reply)).toEqual(['Bob did hello'])
  })
})
