import { setTimeout as delay } from 'node:timers/promises'
import { now } from '../../support/in-station.js'
import type { CrowdProgram } from '../programs/crowd.js'
import type { Run } from '../run.js'
import type { Scenario } from '../scenario.js'

const PROGRAM = 'test/soak/programs/crowd.ts'
const PROCESSES = 4
const SLICE = 100
const LONGEST_WAIT = 2000

const options = { reconnectInterval: 100, reconnectMaxInterval: LONGEST_WAIT }

/** The most that fell into one slice of time. */
function busiest(times: readonly number[]): number {
  const slices = new Map<number, number>()
  for (const at of times) {
    const slice = Math.floor(at / SLICE)
    slices.set(slice, (slices.get(slice) ?? 0) + 1)
  }
  return Math.max(0, ...slices.values())
}

async function play(run: Run): Promise<void> {
  const each = run.size({ quick: 50, full: 250 })
  const down = run.size({ quick: 3000, full: 15_000 })
  const fleet = PROCESSES * each
  run.plan(4)
  let server = run.process<CrowdProgram>(PROGRAM)
  const address = await server.call('listen', 'tcp://127.0.0.1:*', {})
  const ships = Array.from({ length: PROCESSES }, () => run.process<CrowdProgram>(PROGRAM))
  const addresses = Array.from({ length: each }, () => address)
  for (const ship of ships) {
    await ship.call('dial', addresses, options, true)
    await ship.call('round')
  }
  run.step('all are connected')

  // Half of them at once.
  const [lost, alive] = [ships.slice(0, PROCESSES / 2), ships.slice(PROCESSES / 2)]
  const killed = now()
  await Promise.all(lost.map((ship) => ship.kill()))
  await Promise.all(alive.map((ship) => ship.call('round')))
  run.atMost('half of the fleet killed: the rest answered after', now() - killed, 2000, 'ms')
  await run.until('the server knows', async () => (await server.call('peers')) === fleet / 2)
  let disconnects = 0
  for (const ship of alive) disconnects += (await ship.call('seen', 0)).disconnects
  run.exactly('connections that the rest has lost', disconnects, 0)
  run.step('half is killed')

  // The server, so that all come back at once.
  await server.kill()
  const begin = now()
  await delay(down)
  server = run.process<CrowdProgram>(PROGRAM)
  await server.call('listen', address, {})
  const back = now()
  await run.until('all are back', async () => (await server.call('peers')) === fleet / 2)
  const healed = now() - back
  run.step('the server is back')
  const seen = await Promise.all(alive.map((ship) => ship.call('seen', begin)))
  // Once the wait has grown to its longest.
  const grown = begin + down / 2
  const tries = seen.flatMap((ship) => ship.tries).filter((at) => at > grown && at < back)
  const slices = (back - grown) / SLICE
  const even = tries.length / slices
  run.tell('clients without their server', String(fleet / 2))
  run.tell(
    'attempts a second of each',
    (tries.length / (fleet / 2) / ((back - grown) / 1000)).toFixed(2),
  )
  run.tell(`attempts in ${SLICE} ms, on average`, even.toFixed(1))
  run.atMost(`attempts in the busiest ${SLICE} ms`, busiest(tries), 2.5 * even + 10)
  const connections = seen.flatMap((ship) => ship.connections).filter((at) => at > back)
  const share = (100 * busiest(connections)) / (fleet / 2)
  run.atMost(`of them back in the busiest ${SLICE} ms`, share, 30, '%')
  run.atMost('all back after', healed, LONGEST_WAIT + 2000, 'ms')
  await Promise.all(alive.map((ship) => ship.call('round')))
  run.step('all is well')
}

/** Many peers that lose their server, or one another, at the same time. */
export const fleet: Scenario = {
  name: 'fleet',
  title: 'half of a fleet killed at once; a server that all come back to',
  play,
}
