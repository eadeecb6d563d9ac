import { ZmqError } from '../../../src/errors.js'
import { nextTurn } from '../../support/turn.js'
import { Clock } from '../clock.js'
import { stepsOf, type Facts, type Input } from '../input.js'
import { expectModest, memoryTaken, randomly, Violation } from '../oracle.js'
import { ScriptedStream } from '../scripted-stream.js'
import type { Target } from '../target.js'
import {
  attempt,
  companionOf,
  expectWorks,
  make,
  receive,
  type AnySocket,
} from './conversations.js'
import { blurred } from './decoding.js'
import { DIALECTS } from './dialects.js'
import { memory } from './memory-transport.js'
import { sessions } from './seeds.js'
import { TYPE_NAMES, typeNamed } from './types.js'

/** What a socket may be set to, where its type has it. */
const OPTIONS: Readonly<Record<string, object>> = {
  none: {},
  narrow: { receiveHighWaterMark: 1, sendHighWaterMark: 1 },
  short: { maxMessageSize: 10 },
  alive: { heartbeatInterval: 100, heartbeatTimeToLive: 200 },
  router: { mandatory: true, handover: true, probeRouter: true, routerNotify: 3 },
  request: { relaxed: true, correlate: true },
  publisher: { verbosity: 'allSubsUnsubs', noDrop: true },
  manual: { manual: true },
  inverted: { invertMatching: true },
  last: { conflate: true },
  older: { minimumZmtpVersion: 1 },
  greeting: { helloMessage: 'hello', disconnectMessage: 'gone', hiccupMessage: 'hiccup' },
  groups: { maxGroups: 2 },
}

interface Stage {
  readonly victim: AnySocket
  readonly clock: Clock
  /** The connections of the stranger, the current one last. */
  readonly streams: ScriptedStream[]
  heard: unknown[]
  readonly connect: () => void
}

const lost = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })

const ACTIONS = {
  turn: () => undefined,
  /** To whoever is there, or back to who was heard last. */
  send: ({ victim, heard }) => {
    attempt(() => victim.send(['to', '', 'all']))
    attempt(() => victim.send('one'))
    attempt(() => victim.send('grouped', { group: 'GRP' }))
    attempt(() => victim.send([heard[0], '', 'back']))
    attempt(() => victim.send('back', heard[1] as object))
  },
  receive: async (stage) => {
    stage.heard = (await receive(stage.victim)) ?? stage.heard
  },
  subscribe: ({ victim }) => {
    attempt(() => victim.subscribe('A'))
    attempt(() => victim.join('GRP'))
  },
  unsubscribe: ({ victim }) => attempt(() => victim.unsubscribe('A')),
  stall: ({ streams }) => streams.at(-1)?.stall(),
  flow: ({ streams }) => streams.at(-1)?.flow(),
  wait: ({ clock }) => clock.ring(),
  end: ({ streams }) => streams.at(-1)?.finish(),
  lose: ({ streams }) => streams.at(-1)?.lose(lost()),
  /** The stranger comes back, or there is another one. */
  again: ({ connect }) => connect(),
} satisfies Record<string, (stage: Stage) => void | Promise<void>>

let names = 0

async function run({ facts, nodes }: Input): Promise<string> {
  const script = stepsOf(nodes)
  const clock = new Clock().install()
  const type = typeNamed(facts['type'])
  const victim = make(type, OPTIONS[facts['option'] ?? 'none'] as Record<string, unknown>)
  const sockets = [victim]
  try {
    const events: string[] = []
    for (const name of EVENTS) victim.events.on(name, (event) => events.push(said(event)))
    const address = `memory://${names++}`
    victim.bindSync(address)
    const companion = companionOf(type)
    const peer = companion && make(companion)
    if (peer !== undefined) {
      sockets.push(peer)
      peer.connect(address)
      await nextTurn()
      const [one, other] = [victim, peer]
      while (one.stats.peers === 0 || other.stats.peers === 0) await nextTurn()
    }
    const stage = begin(facts, victim, clock, address)
    for (const step of script) {
      if ('bytes' in step) await feed(stage, step.bytes)
      else
        await (ACTIONS as Record<string, (stage: Stage) => void | Promise<void>>)[step.what]?.(
          stage,
        )
      await nextTurn()
    }
    for (const stream of stage.streams) stream.flow()
    if (peer !== undefined && isSpared(facts)) await expectWorks(type, victim, peer)
    return `${type} ${[...new Set(events.map(blurred))].slice(0, 6).join()} ${drops(victim)}`
  } finally {
    memory.stranger = undefined
    await Promise.all(sockets.map((socket) => socket.close()))
    for (let i = 0; i < 6; i++) await nextTurn()
    clock.remove()
    expectEnd(victim, clock)
  }
}

/** Options that let a stranger stand in the way of others, by name or by number. */
function isSpared({ option = 'none' }: Facts): boolean {
  return !['narrow', 'short', 'manual', 'inverted', 'router', 'alive', 'last'].includes(option)
}

function begin(
  { role, dialect = 'zmtp' }: Facts,
  victim: AnySocket,
  clock: Clock,
  address: string,
): Stage {
  const streams: ScriptedStream[] = []
  const fresh = (): ScriptedStream => {
    const stream = new ScriptedStream()
    streams.push(stream)
    return stream
  }
  memory.dialect = dialect in DIALECTS ? dialect : 'zmtp'
  memory.stranger = fresh
  const connect = (): void => {
    // A dialler comes back by itself.
    if (role !== 'dialler') memory.admit(address, fresh())
  }
  if (role === 'dialler') attempt(() => victim.connect(`memory://stranger${names++}`))
  else connect()
  return { victim, clock, streams, heard: [], connect }
}

async function feed({ streams }: Stage, bytes: Buffer): Promise<void> {
  const before = memoryTaken()
  const stream = streams.at(-1)
  for (const piece of randomly(bytes).length > 40 ? [bytes] : randomly(bytes)) {
    stream?.feed([piece])
    await nextTurn()
  }
  expectModest(bytes.length, before)
}

function expectEnd({ stats }: AnySocket, clock: Clock): void {
  const { peers, queued } = stats
  if (peers !== 0 || queued.incoming !== 0 || queued.outgoing !== 0) {
    throw new Violation('a closed socket has kept something', { facts: stats })
  }
  clock.expectNone()
}

const EVENTS = ['handshake', 'handshake:error:protocol', 'handshake:error:other', 'disconnect']

function said(event: { readonly type: string; readonly error?: unknown }): string {
  const { type, error } = event
  if (error === undefined) return type
  if (!(error instanceof ZmqError))
    throw new Violation('an event with another error', { cause: error })
  return `${type} ${error.code}`
}

function drops({ stats }: AnySocket): string {
  const reasons = Object.entries(stats.dropped).filter(
    ([reason, count]) => reason !== 'total' && count > 0,
  )
  return reasons.map(([reason]) => reason).join()
}

const seeds = sessions('socket').filter(({ facts }) => facts['type'] !== 'STREAM')

export const sockets: Target = {
  name: 'socket',
  facts: {
    type: TYPE_NAMES.filter((name) => name !== 'STREAM'),
    role: ['listener', 'dialler'],
    dialect: Object.keys(DIALECTS).filter((name) => name !== 'raw'),
    option: Object.keys(OPTIONS),
  },
  actions: Object.keys(ACTIONS),
  layouts: ['zmtp', 'zmtp', 'zmtp-long', 'u8', 'u32', 'v1', 'ws'],
  weight: 1,
  run,
  seeds,
}
