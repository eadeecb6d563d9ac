import { Dealer, Router } from 'zerowire'
import { obey } from '../../support/in-station.js'
import { rebind } from '../../support/rebind.js'

/* A process that lives to be killed: it listens where its predecessor did, and dials the survivor. */

const router = new Router({ linger: 0 })
/** Those that nobody knows any more would be collected as garbage, and closed. */
const dealers: Dealer[] = []

async function answer(): Promise<never> {
  for (;;) await router.send(await router.receive())
}

/** Has always something under way. */
async function chat(dealer: Dealer): Promise<never> {
  for (;;) {
    await dealer.send('something')
    await dealer.receive()
  }
}

const commands = {
  /** @returns the endpoints, wildcards resolved. */
  async listen(addresses: readonly string[]) {
    const endpoints: string[] = []
    for (const address of addresses) {
      await rebind(router, address)
      endpoints.push(router.lastEndpoint ?? '')
    }
    void answer()
    return endpoints
  },

  /** Settles when each has been answered once. */
  async dial(address: string, count: number, chats: boolean) {
    const asked = Array.from({ length: count }, async () => {
      const dealer = new Dealer({ linger: 0 })
      dealers.push(dealer)
      dealer.connect(address)
      await dealer.send('the first')
      await dealer.receive()
      if (chats) void chat(dealer)
    })
    await Promise.all(asked)
  },
}

export type VictimProgram = typeof commands

obey(commands)
