import { connect, type Socket } from 'node:net'
import { Request, Router } from 'zerowire'
import { now } from '../../support/in-station.js'
import type { Station } from '../../support/station.js'
import { cpuShare } from '../cpu.js'
import { limits } from '../needs.js'
import type { NarrowProgram } from '../programs/narrow.js'
import type { Run } from '../run.js'
import type { Scenario } from '../scenario.js'

const PROGRAM = 'test/soak/programs/narrow.ts'
const DESCRIPTORS = 64
const STORM = 1000
/** Milliseconds within which a client is served, however busy the machine is. */
const SERVED = 5000

async function narrow(run: Run): Promise<Station<NarrowProgram>> {
  const host = run.process<NarrowProgram>(PROGRAM)
  await host.call('events')
  await host.limitDescriptors(DESCRIPTORS)
  return host
}

/** How long an honest client waits for an answer, from its `connect()` on if it is new. */
async function ask(request: Request): Promise<number> {
  const start = now()
  await request.send('question')
  await request.receive()
  return now() - start
}

function client(run: Run, address: string): Request {
  const request = new Request({ linger: 0, reconnectInterval: 50 })
  run.defer(() => request.close())
  request.connect(address)
  return request
}

/** A thousand connections that say nothing to a process that can hold forty. */
async function accepting(run: Run, scheme: 'tcp' | 'ws'): Promise<void> {
  const host = await narrow(run)
  const address = await host.call('listen', `${scheme}://127.0.0.1:*`)
  const { port } = new URL(address)
  const old = client(run, address)
  await ask(old)

  const strangers = Array.from({ length: STORM }, () => {
    const socket: Socket = connect(Number(port), '127.0.0.1')
    return socket.resume().on('error', () => undefined)
  })
  const gone = (): number => strangers.filter(({ destroyed }) => destroyed).length
  await run.until('all are in or out', async () => {
    const { counts } = await host.call('events')
    return gone() + DESCRIPTORS >= STORM && (scheme === 'ws' || (counts.accept ?? 0) > 1)
  })
  const share = await cpuShare(host, run.size({ quick: 1000, full: 10_000 }))
  run.atMost(`${scheme}: CPU with no descriptor left`, share, 5, '%')
  const { codes } = await host.call('events')
  run.atLeast(`${scheme}: events accept:error with EMFILE`, codes['accept:error EMFILE'] ?? 0, 1)
  run.tell(`${scheme}: strangers turned away`, `${gone()} of ${STORM}`)
  run.atMost(`${scheme}: answer for one who was there before`, await ask(old), SERVED, 'ms')
  const newcomer = client(run, address)
  run.atMost(`${scheme}: answer for one who comes now`, await ask(newcomer), SERVED, 'ms')

  for (const stranger of strangers) stranger.destroy()
  const next = client(run, address)
  run.atMost(`${scheme}: answer for one who comes later`, await ask(next), SERVED, 'ms')
  await host.kill()
}

/** More connections are wanted than the process can have. */
async function dialling(run: Run): Promise<void> {
  const wanted = 100
  const released = 60
  const router = new Router({ linger: 0 })
  run.defer(() => router.close())
  await router.bind('tcp://127.0.0.1:*')
  const host = await narrow(run)
  await host.call('dial', router.lastEndpoint ?? '', wanted)
  await run.until('some have found no descriptor', async () => {
    return ((await host.call('events')).codes['close EMFILE'] ?? 0) > 0
  })
  const share = await cpuShare(host, run.size({ quick: 1000, full: 10_000 }))
  const connected = await host.call('connected')
  run.tell('connected of 100 with 64 descriptors', String(connected))
  run.atMost('CPU while the others try twice a second', share, 25, '%')
  // Each that leaves makes room for one of those that wait.
  let left = wanted
  while (left > wanted - released) {
    await host.call('release', 10)
    left -= 10
    const most = Math.min(left, connected)
    await run.until('their places are taken', async () => (await host.call('connected')) >= most)
  }
  run.exactly('connected when there is room', await host.call('connected'), left)
}

/** Files are what a process runs out of first. */
export const descriptors: Scenario = {
  name: 'descriptors',
  title: 'a process without a file descriptor left: storms of strangers, more to dial than it can',
  needs: [limits],
  async play(run) {
    run.plan(3)
    await accepting(run, 'tcp')
    run.step('tcp')
    await accepting(run, 'ws')
    run.step('ws')
    await dialling(run)
    run.step('dialling')
  },
}
