import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SocketName } from '../../support/implementations.js'
import type { BulkProgram } from '../programs/bulk.js'
import type { Run } from '../run.js'
import type { Scenario } from '../scenario.js'

const PROGRAM = 'test/soak/programs/bulk.ts'
const MIB = 1024 * 1024
/** Memory may grow before so much has been done. */
const WARM_UP = 0.1
const STEPS = 10

interface Stream {
  readonly title: string
  readonly from: SocketName
  readonly to: SocketName
  readonly address: string
  /** Of ten. */
  readonly share: number
  /** Whether they come back, and count there. */
  readonly returns?: true
  /** Whether both ends are in the same process. */
  readonly inside?: true
  readonly options?: object
}

const TCP = 'tcp://127.0.0.1:*'

const STREAMS: readonly Stream[] = [
  { title: 'PUSH to PULL, tcp', from: 'Push', to: 'Pull', address: TCP, share: 3 },
  {
    ...{ title: 'PUB to SUB, tcp, waiting for room', from: 'Publisher', to: 'Subscriber' },
    ...{ address: TCP, share: 2, options: { noDrop: true } },
  },
  {
    ...{ title: 'DEALER to ROUTER and back, tcp', from: 'Dealer', to: 'Router' },
    ...{ address: TCP, share: 1, returns: true },
  },
  {
    ...{ title: 'PAIR to PAIR, ipc', from: 'Pair', to: 'Pair' },
    ...{ address: `ipc://${join(tmpdir(), `zw-soak-millions-${process.pid}`)}`, share: 2 },
  },
  { title: 'PUSH to PULL, ws', from: 'Push', to: 'Pull', address: 'ws://127.0.0.1:*', share: 1 },
  {
    ...{ title: 'PUSH to PULL, inproc', from: 'Push', to: 'Pull', address: 'inproc://millions' },
    ...{ share: 1, inside: true },
  },
] as const

async function play(run: Run): Promise<void> {
  const total = run.size({ quick: 200_000, full: 10_000_000 })
  run.plan(STREAMS.length * STEPS)
  for (const stream of STREAMS) {
    const { title, share } = stream
    const count = (total * share) / 10
    const { came, wrong, sent, received, growth, resident } = await flow(run, stream, count)
    run.exactly(`${title}: came, each after the last`, came - wrong, count)
    run.exactly(`${title}: stats say sent, received`, `${sent}, ${received}`, `${count}, ${count}`)
    run.atMost(`${title}: heap and buffers grown by`, growth / MIB, 2, 'MiB')
    run.tell(`${title}: resident at the end`, resident)
  }
}

async function flow(run: Run, stream: Stream, count: number) {
  const { title, from, to, address, returns, inside, options = {} } = stream
  const sender = run.process<BulkProgram>(PROGRAM)
  const receiver = inside ? sender : run.process<BulkProgram>(PROGRAM)
  const processes = new Set([sender, receiver])
  const endpoint = await receiver.call('open', 'to', to, {}, address)
  await sender.call('open', 'from', from, options, undefined, endpoint)
  await receiver.call(returns ? 'answer' : 'receive', 'to')
  if (returns) await sender.call('receive', 'from')
  const [counter, counted] = returns ? ([sender, 'from'] as const) : ([receiver, 'to'] as const)
  // A publisher drops what nobody has asked for yet, and a peer is there before it asks.
  if (from === 'Publisher') {
    await run.until('the subscription is known', async () => {
      return (await sender.call('topics', 'from')) > 0
    })
  }
  const send = async (begin: number, end: number): Promise<void> => {
    await sender.call('send', 'from', begin, end)
    await run.until(`${title}: all have come`, async () => {
      return (await counter.call('came', counted)).count === end
    })
  }
  const held = () => Promise.all([...processes].map((each) => each.call('held')))
  await send(0, count * WARM_UP)
  run.step(title)
  const early = await held()
  for (let step = 1; step < STEPS; step += 1) {
    await send((count * step) / STEPS, (count * (step + 1)) / STEPS)
    run.step(title)
  }
  const late = await held()
  const { count: came, wrong } = await counter.call('came', counted)
  const { sent } = await sender.call('stats', 'from')
  const { received } = await receiver.call('stats', 'to')
  for (const each of processes) await each.kill()
  const growth = Math.max(...late.map(({ bytes }, index) => bytes - (early[index]?.bytes ?? NaN)))
  const mib = late.map(({ resident }) => (resident / MIB).toFixed(0)).join(' and ')
  return { came, wrong, sent, received, growth, resident: `${mib} MiB` }
}

/** Many messages, none of which may be kept, lost or doubled. */
export const millions: Scenario = {
  name: 'millions',
  title: '10 million messages: counted exactly, memory flat',
  play,
}
