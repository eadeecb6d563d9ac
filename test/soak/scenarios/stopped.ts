import { setTimeout as delay } from 'node:timers/promises'
import { now } from '../../support/in-station.js'
import { Accounts } from '../accounts.js'
import { conversations, type Participant } from '../conversations.js'
import { Conversing } from '../conversing.js'
import type { Run } from '../run.js'
import type { Scenario } from '../scenario.js'

const INTERVAL = 300
const TIMEOUT = 700
const ALLOWANCE = 500
const STOPPED = 2500
const MIB = 1024 * 1024
const MARK = 100
const SIZE = 10_000

function optionsOf({ options }: Participant): object {
  return {
    heartbeatInterval: INTERVAL,
    heartbeatTimeout: TIMEOUT,
    reconnectInterval: 50,
    handshakeInterval: 1000,
    linger: 0,
    ...options,
  }
}

/** Whoever sends as fast as it can does so to a peer that reads nothing. */
async function flood({ hosts }: Conversing): Promise<void> {
  const { near, far } = hosts
  for (const [type, peer] of [
    ['Push', 'Pull'],
    ['Publisher', 'Subscriber'],
  ] as const) {
    const name = `flood of ${type}`
    const spec = { name, library: 'zerowire' } as const
    const options = { ...optionsOf({ library: 'zerowire', type }) }
    const bind = 'tcp://127.0.0.1:*'
    const marks = { sendHighWaterMark: MARK, sendTimeout: 200 }
    const connect = await near.call('open', {
      ...{ ...spec, type, bind },
      options: { ...options, ...(type === 'Push' ? marks : { sendHighWaterMark: MARK }) },
    })
    await far.call('open', {
      ...{ ...spec, type: peer, options, connect },
      ...(peer === 'Subscriber' ? { subscribe: [''] } : {}),
    })
    await far.call('drain', name)
    await near.call('event', name, 'handshake', 0)
    await near.call('flood', name, SIZE)
  }
}

async function play(run: Run): Promise<void> {
  const rounds = run.size({ quick: 1, full: 10 })
  run.plan(rounds + 2)
  const here = { run: run.process.bind(run) }
  const place = { near: here, far: here, addresses: ['127.0.0.1', '127.0.0.1'] } as const
  const all = new Conversing(place, conversations)
  const accounts = new Accounts(run, all)
  const { near, far } = all.hosts
  await all.begin(optionsOf, 5)
  await flood(all)
  run.step('begin')
  const before = await near.call('held')
  let slowest = 0
  let most = 0
  let resident = 0
  for (let round = 0; round < rounds; round += 1) {
    // Counting what is held takes time, in which others may have to wait.
    await all.flows(now())
    await accounts.openGap()
    const start = now()
    far.signal('SIGSTOP')
    const stopped = now()
    const noticed = await Promise.all(
      all.talks.map(async ({ name }) => {
        const { at } = await near.call('event', name, 'disconnect', start)
        return { name, end: 'near' as const, at }
      }),
    )
    slowest = Math.max(slowest, ...noticed.map(({ at }) => at - stopped))
    await delay(STOPPED - (now() - stopped))
    const held = await near.call('held')
    most = Math.max(most, held.bytes - before.bytes)
    resident = Math.max(resident, held.resident)
    const continued = now()
    far.signal('SIGCONT')
    await all.everywhere((host, { name }) => host.call('event', name, 'handshake', continued))
    await all.flows(now())
    // Who was stopped notices when it goes on.
    const late = await Promise.all(
      all.talks.map(async ({ name }) => {
        const { at } = await far.call('event', name, 'disconnect', start)
        return { name, end: 'far' as const, at }
      }),
    )
    accounts.closeGap([...noticed, ...late], now())
    run.step('stopped and continued')
  }
  await accounts.settle(false)
  run.step('accounts')
  run.tell('times the peer was stopped', String(rounds))
  run.atMost('noticed after', slowest, INTERVAL + TIMEOUT + ALLOWANCE, 'ms')
  // One mark's worth for PUSH and PUB each, what was being written, and the record of these numbers.
  const limit = (3 * MARK * SIZE) / MIB + 4
  run.atMost('heap and buffers above those before', most / MIB, limit, 'MiB')
  run.tell(
    'resident',
    `${(before.resident / MIB).toFixed(0)} to ${(resident / MIB).toFixed(0)} MiB`,
  )
}

/** Peers whose process stands still: connected as far as the system knows. */
export const stopped: Scenario = {
  name: 'stopped',
  title: 'peers stopped (SIGSTOP) and continued, under a flood',
  play,
}
