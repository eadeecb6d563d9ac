import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Delivery } from 'zerowire/patterns/queue'
import type { Store } from 'zerowire/patterns/store'
import { message } from '../message.js'
import { Meter } from '../meter.js'
import type { End, Outcome } from '../task.js'
import type { Pattern } from './pattern.js'

const QUEUE = 'bench'

/** Messages that are sent and not acknowledged: as many as keep all three busy. */
const IN_FLIGHT = 3000

async function onDisk(): Promise<Store> {
  const { LevelStore } = await import('zerowire/patterns/store')
  const directory = mkdtempSync(join(tmpdir(), 'zw-bench-'))
  process.once('exit', () => {
    rmSync(directory, { recursive: true, force: true })
  })
  return LevelStore.open(directory)
}

async function inMemory(): Promise<Store> {
  const { MemoryStore } = await import('zerowire/patterns/store')
  return new MemoryStore()
}

/**
 * A producer and a consumer. A message counts when it has been sent, received and acknowledged, and
 * the broker has confirmed that; then another one is sent.
 */
async function exchange({ task }: End): Promise<Outcome> {
  const { Consumer, Producer } = await import('zerowire/patterns/queue')
  const producer = new Producer(task.endpoint)
  const consumer = new Consumer(task.endpoint, QUEUE, { prefetch: 1000 })
  const [body = ''] = message(task)
  let sent = 0
  const send = (most: number): Promise<void> => {
    const count = Math.min(most, task.count - sent)
    sent += count
    return producer.sendAll(QUEUE, new Array<{ body: typeof body }>(count).fill({ body }))
  }
  const meter = new Meter(task.count)
  const settle = async (received: readonly Delivery[]): Promise<void> => {
    await Promise.all(received.map((delivery) => delivery.ack()))
    for (const delivery of received) if (meter.count([delivery.body])) await consumer.close()
    await send(received.length)
  }
  const under: Promise<void>[] = [send(IN_FLIGHT)]
  for (;;) {
    const received = await consumer.receive()
    if (received.length === 0) break
    under.push(settle(received))
  }
  await Promise.all(under)
  return meter.outcome()
}

function queue(facts: Omit<Pattern, 'plays'>, open: () => Promise<Store>): Pattern {
  return {
    ...facts,
    plays: {
      async binds({ task, bound }) {
        const { QueueBroker } = await import('zerowire/patterns/queue')
        const broker = await QueueBroker.open({ store: await open() })
        bound(await broker.bind(task.endpoint))
        return undefined
      },
      connects: exchange,
    },
  }
}

/** What `queue` has to reach, messages a second; in memory five times as many. */
const FLOOR = 20_000

export const queues: readonly Pattern[] = [
  queue(
    {
      ...{ name: 'queue', title: 'Durable queue, 16 B, fsync', count: 100_000 },
      goals: [{ figure: 'rate', least: FLOOR }],
    },
    onDisk,
  ),
  queue(
    {
      ...{ name: 'queue 1 KiB', title: 'Durable queue, 1 KiB, fsync', count: 60_000, size: 1024 },
      goals: [{ figure: 'rate', least: FLOOR }],
    },
    onDisk,
  ),
  queue(
    {
      ...{ name: 'queue-memory', title: 'Queue in memory, 16 B', count: 300_000 },
      goals: [{ figure: 'rate', least: 5 * FLOOR }],
    },
    inMemory,
  ),
]
