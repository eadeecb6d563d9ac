// What the reference does not have: other entries of the library, and its patterns.
import { Push } from 'zeromq'
import { transfer, ZmqError } from 'zeromq/extra'
import { LazyPirate } from 'zeromq/patterns/lazy-pirate'
import { ManualClock, systemClock, type Clock } from 'zeromq/patterns/clock'
import { HashRing } from 'zeromq/patterns/hash-ring'
import * as loadBalancer from 'zeromq/patterns/load-balancer'
import { shareInproc } from 'zeromq/workers'

export async function give(push: Push): Promise<void> {
  await push.send([transfer(new Uint8Array(1024)), 'and text'])
}

export function share(port: Parameters<typeof shareInproc>[0]): void {
  shareInproc(port)
}

export async function ask(clock: Clock = systemClock): Promise<string> {
  const client = new LazyPirate('tcp://127.0.0.1:5555', { clock, timeout: 100, tries: 2 })
  try {
    const [reply] = await client.request(['question', new Uint8Array(1)])
    return String(reply)
  } catch (error) {
    if (error instanceof ZmqError) return error.code
    throw error
  } finally {
    await client.close()
  }
}

export const clock: Clock = new ManualClock(0)
export const ring: HashRing = new HashRing()
export const broker = loadBalancer
