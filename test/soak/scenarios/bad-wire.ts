import { now } from '../../support/in-station.js'
import { BadNetwork } from '../bad-network.js'
import { fewConversations, type Participant } from '../conversations.js'
import { Conversing } from '../conversing.js'
import { networks, tunnels } from '../needs.js'
import type { Faults } from '../programs/bad-wire.js'
import type { Scenario } from '../scenario.js'

const WIRES: readonly (Faults & { readonly title: string })[] = [
  { title: 'late and out of order', loss: 0, doubled: 0, delay: 10, jitter: 20 },
  { title: 'lost', loss: 0.03, doubled: 0, delay: 5, jitter: 0 },
  { title: 'all at once', loss: 0.02, doubled: 0.05, delay: 5, jitter: 15 },
]

const PAUSE = 2
/** Not to be noticed: TCP gives a packet up only after minutes, and so does everybody here. */
const HEARTBEATS = { heartbeatInterval: 1000, heartbeatTimeout: 30_000, connectTimeout: 30_000 }

/** Nothing is dropped or asked again for want of room or time: what is missing, the wire has lost. */
function optionsOf({ type }: Participant): object {
  return {
    ...{ ...HEARTBEATS, linger: 0 },
    ...(type === 'Pull' || type === 'Subscriber' ? {} : { sendHighWaterMark: 0 }),
    ...(type === 'Request' ? { relaxed: true, correlate: true } : {}),
  }
}

/** TCP over packets that are lost, late, doubled and out of order, which nobody above may notice. */
export const badWire: Scenario = {
  name: 'bad-wire',
  title: 'packets lost, late, doubled, out of order: no message is',
  needs: [networks, tunnels],
  async play(run) {
    run.plan(WIRES.length + 2)
    const network = run.closing(await BadNetwork.open())
    const all = new Conversing(network, fewConversations)
    await all.begin(optionsOf, PAUSE, 500)
    run.step('begin')
    const start = now()
    const { wire } = network
    for (const { title, ...faults } of WIRES) {
      await wire.call('spoil', faults)
      await all.flows(now() + run.size({ quick: 1500, full: 30_000 }))
      run.step(title)
    }
    const endings = await all.finish()
    run.step('end')
    const { carried, lost, doubled } = await wire.call('packets')
    const packets = carried + lost
    run.tell('packets', packets.toLocaleString('en'))
    run.tell('of those lost', `${((100 * lost) / packets).toFixed(1)} %`)
    run.tell('of those doubled', `${((100 * doubled) / packets).toFixed(1)} %`)
    const total = (count: (said: (typeof endings)[number]) => number): number =>
      endings.reduce((sum, ending) => sum + count(ending), 0)
    run.tell('messages of 500 B sent', total(({ sent }) => sent).toLocaleString('en'))
    run.exactly(
      'lost',
      total(({ missing }) => missing.length),
      0,
    )
    run.exactly(
      'out of order or twice',
      total(({ said }) => said.disordered + said.repeated),
      0,
    )
    run.exactly('connections lost', await all.lost(start), 0)
  },
}
