/**
 * Opens, connects, uses and closes two sockets, or one that comes to another which stays, again and
 * again. Prints what the process holds after the first cycles and at the end.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import * as zerowire from 'zerowire'
import { heldBytes, resources } from '../../support/memory.js'

const WARM_UP = 200
const CYCLES = 1000

interface Churn {
  /** Both sockets are new. */
  both(address: string): Promise<void>
  /** One is new and comes to a socket that stays. */
  visitors(address: string): Promise<void>
}

function churn<A extends zerowire.Socket, B extends zerowire.Socket>(
  Binder: new () => A,
  Connector: new () => B,
  exchange: (binder: A, connector: B) => Promise<void>,
): Churn {
  const hosts = new Map<string, A>()

  async function visit(binder: A): Promise<void> {
    const connector = new Connector()
    connector.connect(String(binder.lastEndpoint))
    await exchange(binder, connector)
    await connector.close()
  }

  return {
    async both(address) {
      const binder = new Binder()
      await binder.bind(address)
      await visit(binder)
      await binder.close()
    },
    async visitors(address) {
      const host = hosts.get(address) ?? new Binder()
      if (!hosts.has(address)) await host.bind(address)
      hosts.set(address, host)
      await visit(host)
      while (host.stats.peers > 0) await nextTurn()
    },
  }
}

const churns: Record<string, Churn> = {
  'push/pull': churn(zerowire.Pull, zerowire.Push, async (pull, push) => {
    await push.send('message')
    await pull.receive()
  }),
  'pub/sub': churn(zerowire.XPublisher, zerowire.Subscriber, async (publisher, subscriber) => {
    subscriber.subscribe('topic')
    // Before it, an earlier subscriber may have gone.
    while ((await publisher.receive())[0]?.[0] !== 1);
    await publisher.send('topic')
    await subscriber.receive()
  }),
  'req/rep': churn(zerowire.Reply, zerowire.Request, async (reply, request) => {
    await request.send('question')
    await reply.send(await reply.receive())
    await request.receive()
  }),
  'dealer/router': churn(zerowire.Router, zerowire.Dealer, async (router, dealer) => {
    await dealer.send('question')
    await router.send(await router.receive())
    await dealer.receive()
  }),
  'pair/pair': churn(zerowire.Pair, zerowire.Pair, async (one, other) => {
    await other.send('message')
    await one.send(await one.receive())
    await other.receive()
  }),
}

const [pair = '', who = ''] = process.argv.slice(2)
const churned = churns[pair]
if (churned === undefined) throw new Error(`no such pair: ${pair}`)
const cycle = who === 'visitors' ? churned.visitors : churned.both
const name = `zw-churn-${process.pid}`
const addresses = [
  'tcp://127.0.0.1:*',
  'ws://127.0.0.1:*',
  `ipc://${join(tmpdir(), name)}`,
  `inproc://${name}`,
]

/** Handles close a turn after those who owned them. */
async function measure(): Promise<{ bytes: number; resources: Record<string, number> }> {
  for (let turn = 0; turn < 10; turn += 1) await nextTurn()
  return { bytes: heldBytes(), resources: resources() }
}

async function repeat(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1)
    await cycle(addresses[index % addresses.length] ?? '')
}

await repeat(WARM_UP)
const early = await measure()
await repeat(CYCLES - WARM_UP)
console.log(JSON.stringify({ early, late: await measure() }))
