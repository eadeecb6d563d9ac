import { Dealer, Router } from 'zerowire'
import { obey } from '../../support/in-station.js'
import { now } from '../../support/in-station.js'

/* A process with many sockets that have nothing to say, or one that many come to. */

const routers: Router[] = []
const dealers: Dealer[] = []
/** When each tried to connect, and when each was connected. */
const tries: number[] = []
const connections: number[] = []
let disconnects = 0

const commands = {
  /** Answers everything. @returns the endpoint. */
  async listen(address: string, options: object) {
    const router = new Router({ linger: 0, backlog: 2000, ...options })
    routers.push(router)
    await router.bind(address)
    void (async () => {
      for await (const message of router) await router.send(message)
    })()
    return router.lastEndpoint ?? ''
  },

  dial(addresses: readonly string[], options: object, watched: boolean) {
    for (const address of addresses) {
      const dealer = new Dealer({ linger: 0, ...options })
      if (watched) {
        dealer.events.on('connect:delay', () => tries.push(now()))
        dealer.events.on('handshake', () => connections.push(now()))
        dealer.events.on('disconnect', () => (disconnects += 1))
      }
      dealer.connect(address)
      dealers.push(dealer)
    }
  },

  /** Each asks once, and is answered. */
  async round() {
    await Promise.all(
      dealers.map(async (dealer) => {
        await dealer.send('question')
        await dealer.receive()
      }),
    )
  },

  peers: () => [...routers, ...dealers].reduce((sum, { stats }) => sum + stats.peers, 0),
  seen: (after: number) => ({
    tries: tries.filter((at) => at > after),
    connections: connections.filter((at) => at > after),
    disconnects,
  }),
  usage: () => process.cpuUsage(),
}

export type CrowdProgram = typeof commands

obey(commands)
