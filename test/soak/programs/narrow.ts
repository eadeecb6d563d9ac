import { Dealer, Reply, type EventType, type Socket } from 'zerowire'
import { obey } from '../../support/in-station.js'

/* A process that may open only so many files. */

const counts: Partial<Record<EventType, number>> = {}
const codes: Record<string, number> = {}
const dealers: Dealer[] = []

/** How often a type of event was, and how often an error of each code. */
function count(socket: Socket): void {
  void (async () => {
    for await (const event of socket.events) {
      counts[event.type] = (counts[event.type] ?? 0) + 1
      const code = 'error' in event ? event.error?.code : undefined
      if (code !== undefined) {
        const key = `${event.type} ${code}`
        codes[key] = (codes[key] ?? 0) + 1
      }
    }
  })()
}

const commands = {
  async listen(address: string) {
    const reply = new Reply({ backlog: 2000 })
    count(reply)
    await reply.bind(address)
    void (async () => {
      for await (const message of reply) await reply.send(message)
    })()
    return reply.lastEndpoint ?? ''
  },

  dial(address: string, count_: number) {
    for (let index = 0; index < count_; index += 1) {
      const dealer = new Dealer({ linger: 0, reconnectInterval: 500 })
      count(dealer)
      dealer.connect(address)
      dealers.push(dealer)
    }
  },

  connected: () => dealers.filter(({ stats }) => stats.peers > 0).length,

  /** Closes some that are connected. */
  async release(count_: number) {
    const some = dealers.filter(({ stats }) => stats.peers > 0).slice(0, count_)
    for (const dealer of some) {
      dealers.splice(dealers.indexOf(dealer), 1)
      await dealer.close()
    }
  },

  events: () => ({ counts, codes }),

  usage: () => process.cpuUsage(),
}

export type NarrowProgram = typeof commands

obey(commands)
