import { cpuShare } from '../cpu.js'
import type { CrowdProgram } from '../programs/crowd.js'
import type { Run } from '../run.js'
import type { Scenario } from '../scenario.js'

const PROGRAM = 'test/soak/programs/crowd.ts'
const SOCKETS = 100
const LIMIT = 0.2

const KINDS = [
  { title: 'without heartbeats', options: {} },
  {
    title: 'with a heartbeat every 30 s',
    options: { heartbeatInterval: 30_000, heartbeatTimeout: 10_000 },
    // Rare enough that nothing of it is ever optimized.
    limit: 0.5,
  },
  {
    title: 'with a heartbeat every second',
    options: { heartbeatInterval: 1000, heartbeatTimeout: 5000 },
    // 200 PINGs a second and their answers are work.
    limit: 5,
  },
]

async function play(run: Run): Promise<void> {
  const time = run.size({ quick: 2000, full: 60_000 })
  run.plan(KINDS.length)
  await Promise.all(KINDS.map((kind) => measure(run, kind, time)))
}

async function measure(
  run: Run,
  { title, options, limit = LIMIT }: (typeof KINDS)[number],
  time: number,
): Promise<void> {
  const [listeners, diallers] = [
    run.process<CrowdProgram>(PROGRAM),
    run.process<CrowdProgram>(PROGRAM),
  ]
  const addresses: string[] = []
  while (addresses.length < SOCKETS) {
    addresses.push(await listeners.call('listen', 'tcp://127.0.0.1:*', options))
  }
  await diallers.call('dial', addresses, options, false)
  await diallers.call('round')
  // What has been compiled and collected by then is not done again.
  await cpuShare(diallers, time / 2)
  const shares = await Promise.all([cpuShare(listeners, time), cpuShare(diallers, time)])
  const peers = (await listeners.call('peers')) + (await diallers.call('peers'))
  run.exactly(`connected, ${title}`, peers, 2 * SOCKETS)
  run.atMost(`CPU of ${SOCKETS} listeners ${title}`, shares[0], limit, '%')
  run.atMost(`CPU of ${SOCKETS} diallers ${title}`, shares[1], limit, '%')
  run.step(title)
}

/** Connections on which nothing happens. */
export const idle: Scenario = {
  name: 'idle',
  title: '100 connected sockets with nothing to say',
  play,
}
