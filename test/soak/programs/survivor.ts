import { Dealer, Router } from 'zerowire'
import { obey } from '../../support/in-station.js'
import { heldBytes, resources } from '../../support/memory.js'
import { nextTurn } from '../../support/turn.js'

/* A process whose peers come, are killed, and come again: it listens to some, and dials others. */

const router = new Router({ linger: 0, reconnectInterval: 10 })
const dealers: Dealer[] = []

async function answer(): Promise<never> {
  for (;;) await router.send(await router.receive())
}

/** Asks until the answer is the one to this question: earlier ones may be answered late. */
async function ask(dealer: Dealer, question: string): Promise<void> {
  await dealer.send(question)
  while (String((await dealer.receive())[0]) !== question);
}

const commands = {
  async listen() {
    await router.bind('tcp://127.0.0.1:*')
    void answer()
    return router.lastEndpoint ?? ''
  },

  dial(addresses: readonly string[], count: number) {
    for (let index = 0; index < count; index += 1) {
      const dealer = new Dealer({ linger: 0, reconnectInterval: 20, reconnectMaxInterval: 200 })
      dealer.connect(addresses[index % addresses.length] ?? '')
      dealers.push(dealer)
    }
  },

  /** Each of those that dial asks something, and is answered. */
  async round(question: string) {
    await Promise.all(dealers.map((dealer) => ask(dealer, question)))
  },

  connections: () => dealers.reduce((sum, { stats }) => sum + stats.connections, 0),
  accepted: () => router.stats,

  /** What this process holds, when nothing is under way. */
  async held() {
    for (let turn = 0; turn < 10; turn += 1) await nextTurn()
    const bytes = heldBytes()
    return { bytes, resident: process.memoryUsage.rss(), resources: resources() }
  },
}

export type SurvivorProgram = typeof commands

obey(commands)
