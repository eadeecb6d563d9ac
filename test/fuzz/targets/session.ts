import { context, servicesOf } from '../../../src/context.js'
import { ZmqError } from '../../../src/errors.js'
import type { DropEvent, Event } from '../../../src/events.js'
import '../../../src/node/system-options.js'
import { initialOptions, type OptionValues } from '../../../src/options.js'
import { StreamSession } from '../../../src/session/stream-session.js'
import { definitionOf } from '../../../src/socket/define-type.js'
import { localEnd } from '../../../src/socket/local-end.js'
import { nextTurn } from '../../support/turn.js'
import { Clock } from '../clock.js'
import { stepsOf, type Facts, type Input, type Step } from '../input.js'
import {
  expectModest,
  expectSame,
  memoryTaken,
  PROTOCOL_CODES,
  randomly,
  Violation,
} from '../oracle.js'
import { ScriptedStream } from '../scripted-stream.js'
import type { Target } from '../target.js'
import { blurred } from './decoding.js'
import { DIALECTS } from './dialects.js'
import { Recorder } from './recorder.js'
import { sessions } from './seeds.js'
import { slowDecode, zmtpHeader } from './slow.js'
import { slowHandshake } from './slow-handshake.js'
import { TYPE_NAMES, typeNamed } from './types.js'

/** The longest run of bytes that is also fed byte by byte. */
const BYTEWISE = 400

const ACTIONS = {
  /** The event loop turns. */
  turn: () => undefined,
  send: ({ recorder }) => recorder.send(),
  read: ({ recorder }) => recorder.read(),
  subscribe: ({ session }) => session.subscribe({ topic: Buffer.from('topic'), on: true }),
  cancel: ({ session }) => session.subscribe({ topic: Buffer.from('topic'), on: false }),
  stall: ({ stream }) => stream.stall(),
  flow: ({ stream }) => stream.flow(),
  /** The next timer rings. */
  wait: ({ clock }) => clock.ring(),
  /** We leave. */
  close: ({ session }) => void session.close(),
  destroy: ({ session }) => session.destroy(),
  /** The peer leaves, in good order or not. */
  end: ({ stream }) => stream.finish(),
  lose: ({ stream }) =>
    stream.lose(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })),
} satisfies Record<string, (stage: Stage) => void>

interface Stage {
  readonly stream: ScriptedStream
  readonly session: StreamSession
  readonly recorder: Recorder
  readonly clock: Clock
}

/** What may end a conversation, beside what a peer does wrong. */
const ENDINGS = /^(EFAULT|ECONNRESET|ETIMEDOUT|EPIPE|EACCES)$/

/** Types by their libzmq numbers: the classes have made them known. */
const numbers = new Map<string, number>(
  [...Array(21).keys()].map((number) => [definitionOf(number).type.name, number]),
)

/** Who judges those who come, as the option `authenticate`. */
const JUDGES: Readonly<Record<string, OptionValues['authenticate']>> = {
  nobody: null,
  welcomes: () => true,
  refuses: () => false,
  hesitates: async () => {
    await nextTurn()
    return 'user'
  },
  fails: () => {
    throw new Error('no')
  },
}

function optionsOf(facts: Facts): OptionValues {
  const { maxMessageSize = '-1', heartbeat = '0', minimum = '3', security = 'NULL' } = facts
  const [mechanism] = security.split('-', 1)
  return initialOptions({
    mechanism: mechanism === 'PLAIN' ? 'PLAIN' : 'NULL',
    asServer: security === 'PLAIN-server',
    plainUsername: 'user',
    plainPassword: 'password',
    authenticate: JUDGES[facts['judge'] ?? 'nobody'] ?? null,
    maxMessageSize: Number(maxMessageSize),
    heartbeatInterval: Number(heartbeat),
    heartbeatTimeToLive: Number(heartbeat) * 2,
    minimumZmtpVersion: Number(minimum),
  })
}

function isAccepted({ side, security = 'NULL' }: Facts): boolean {
  return security === 'NULL' ? side !== 'dialler' : security === 'PLAIN-server'
}

/** Where nobody introduces himself there is no mechanism: no transport lets it come to that. */
function fitting(facts: Facts): Facts {
  const { dialect = '' } = facts
  if (dialect !== 'raw' && !dialect.startsWith('zws-id')) return facts
  return { ...facts, security: 'NULL', judge: 'nobody' }
}

/** Others than the peer have a word in the handshake, or the mechanism is loaded first. */
function isJudged({ judge: judged = 'nobody', security = 'NULL' }: Facts): boolean {
  return security !== 'NULL' || judged !== 'nobody'
}

/** What was to be loaded is there, and what waited for it has happened. */
async function loaded(): Promise<void> {
  await import('../../../src/security/secure.js')
  await import('../../../src/socket/authentication.js')
  await nextTurn()
  await nextTurn()
}

interface Played {
  readonly trace: string[]
  readonly written: Buffer
}

/** One conversation from its beginning to its end. */
async function play(facts: Facts, script: readonly Step[], way: Way): Promise<Played> {
  const clock = new Clock().install()
  try {
    const trace: string[] = []
    const events: (Event | DropEvent)[] = []
    const local = localEnd(
      definitionOf(numbers.get(typeNamed(facts['type']))).type,
      optionsOf(facts),
      servicesOf(context),
      (event) => {
        events.push(event)
        const { error } = event as { error?: Error }
        trace.push(
          `* ${event.type} ${error instanceof ZmqError ? `${error.code} ${error.reason ?? ''}` : ''}`,
        )
      },
    )
    const { speak, inside } = DIALECTS[facts['dialect'] ?? 'zmtp'] ?? { speak: undefined }
    if (speak === undefined) return { trace, written: Buffer.alloc(0) }
    const stream = new ScriptedStream()
    const recorder = new Recorder(trace, Number(facts['capacity'] ?? 'Infinity'))
    const accepted = isAccepted(facts)
    const connection = {
      endpoint: 'tcp://here:1',
      remoteAddress: 'tcp://there:2',
      connection: 1,
      accepted,
    }
    const session = new StreamSession(inside?.(stream) ?? stream, local, connection, speak)
    let done = false
    session.handshake().then(
      () => {
        done = true
        recorder.start(session)
      },
      (error: unknown) => expectEnding(error),
    )
    const stage = { stream, session, recorder, clock }
    const settle = isJudged(facts) ? loaded : nextTurn
    await settle()
    for (const step of script) {
      if ('bytes' in step) await feed(stage, step.bytes, way, settle)
      else (ACTIONS as Record<string, (stage: Stage) => void>)[step.what]?.(stage)
      await settle()
    }
    await leave(stage)
    judge(events, done, stage)
    if (done && facts['judge'] === 'refuses' && accepted)
      throw new Violation('let in against the will')
    const written = Buffer.concat(stream.written)
    if (facts['dialect'] === 'zmtp') expectAccounts(recorder, written)
    return { trace, written }
  } finally {
    clock.remove()
  }
}

function expectEnding(error: unknown): void {
  if (error instanceof ZmqError && (PROTOCOL_CODES.test(error.code) || ENDINGS.test(error.code)))
    return
  throw new Violation(`a handshake ended with ${String(error)}`, { cause: error })
}

/** Between what is read in one go and the next, promises settle. */
async function feed(
  { stream, recorder }: Stage,
  bytes: Buffer,
  { cut, gently }: Way,
  settle: () => Promise<void>,
): Promise<void> {
  const before = memoryTaken()
  const pieces = cut(bytes)
  const slowly = gently && pieces.length <= MOST_TURNS
  for (const piece of pieces) {
    stream.feed([piece])
    if (slowly || recorder.trace.length === 0) await settle()
  }
  expectModest(bytes.length, before)
}

/** Whoever still has something to read reads it; then the peer leaves, and after it we do. */
async function leave({ stream, session, recorder }: Stage): Promise<void> {
  stream.flow()
  const readAll = async (): Promise<void> => {
    do {
      recorder.read()
      await nextTurn()
    } while (recorder.blocked && recorder.ends === 0)
  }
  await readAll()
  stream.finish()
  await readAll()
  session.destroy()
  await nextTurn()
}

function judge(
  events: readonly (Event | DropEvent)[],
  done: boolean,
  { recorder, clock }: Stage,
): void {
  const types = events.map(({ type }) => type)
  const begun = types.filter((type) => type.startsWith('handshake'))
  if (begun.length !== 1) throw new Violation('not one end of the handshake', { facts: types })
  if (types.filter((type) => type === 'disconnect').length !== 1 || types.at(-1) !== 'disconnect') {
    throw new Violation('not one ending', { facts: types })
  }
  if (done !== (begun[0] === 'handshake') || recorder.ends !== (done ? 1 : 0)) {
    throw new Violation('the pipe heard something else than the events say', { facts: types })
  }
  for (const event of events) {
    if ('error' in event && event.error !== undefined) expectEnding(event.error)
  }
  const first = recorder.trace.findIndex((line) => !line.startsWith('*'))
  const handshake = recorder.trace.findIndex((line) => line.startsWith('* handshake'))
  if (first >= 0 && (first < handshake || !done)) {
    throw new Violation('something was delivered before the handshake was done')
  }
  clock.expectNone()
}

/** Sent is written, lost with the connection or refused; in order, each once. */
function expectAccounts({ accepted, lost, discards }: Recorder, written: Buffer): void {
  const { items } = slowDecode(written.subarray(64), zmtpHeader, -1)
  const sent = items.filter((item) => item.startsWith('sent-')).map((item) => item.split('|')[0])
  expectSame(
    'messages on the wire',
    Array.from(sent, (_, index) => `sent-${index}`),
    sent,
  )
  if (accepted !== sent.length + lost + discards) {
    throw new Violation('messages went missing', {
      facts: { accepted, written: sent.length, lost, discards },
    })
  }
}

/** How bytes come that are written in one go. */
interface Way {
  cut(bytes: Buffer): Buffer[]
  /** The event loop turns between the pieces. */
  readonly gently: boolean
}

/** So many pieces come in turns of their own. */
const MOST_TURNS = 64

const WAYS: readonly Way[] = [
  { cut: (bytes) => [bytes], gently: false },
  {
    cut: (bytes) =>
      bytes.length <= BYTEWISE ? Array.from(bytes, (byte) => Buffer.of(byte)) : randomly(bytes),
    gently: false,
  },
  { cut: randomly, gently: true },
]

async function run({ facts: said, nodes }: Input): Promise<string> {
  const facts = fitting(said)
  const script = stepsOf(nodes)
  const actions = script.flatMap((step) => ('what' in step ? [step.what] : []))
  // Any byte is a sign of life; and what is lost depends on what had come.
  const ways = actions.some((what) => what === 'wait' || what === 'lose') ? WAYS.slice(0, 1) : WAYS
  const played: Played[] = []
  for (const way of ways) played.push(await play(facts, script, way))
  const [first, ...others] = played
  if (first === undefined) return ''
  // Without frames, a message is what was read together.
  const same = facts['dialect'] === 'raw' || isOvertaken(facts) ? [] : others
  for (const { trace } of same) {
    expectSame('it depends on how bytes are split', told(facts, first.trace), told(facts, trace))
  }
  if (facts['dialect'] === 'zmtp' && actions.length === 0 && !isJudged(facts))
    expectHandshake(facts, script, first.trace)
  return summary(facts, first.trace)
}

/**
 * While somebody is asked about the peer nothing of ZMTP is heard of it, but what had come by then on
 * the level of WebSocket is, and may end the conversation first.
 */
function isOvertaken(facts: Facts): boolean {
  return isJudged(facts) && facts['dialect'] !== 'zmtp'
}

/**
 * What must be the same. While somebody is asked about the peer nothing more is read of it, but what
 * had come by then may be found to be wrong first.
 */
function told(facts: Facts, trace: readonly string[]): readonly string[] {
  if (!isJudged(facts)) return trace
  return trace.map((line) => {
    const [mark = '', event = ''] = line.split(' ')
    return mark === '*' ? `* ${event.replace(/^(handshake:error):.*/, '$1')}` : line
  })
}

/** Who is let in is who should be. */
function expectHandshake(facts: Facts, script: readonly Step[], trace: readonly string[]): void {
  const bytes = Buffer.concat(
    script.map((step) => ('bytes' in step ? step.bytes : Buffer.alloc(0))),
  )
  const { type } = definitionOf(numbers.get(typeNamed(facts['type'])))
  const expected = slowHandshake(bytes, (peer) => (type.peers as readonly string[]).includes(peer))
  const actual = trace.some((line) => line.startsWith('* handshake '))
  if (expected !== actual) throw new Violation(`let in: ${actual}, where ${expected} is right`)
}

function summary({ dialect = '' }: Facts, trace: readonly string[]): string {
  const events = trace.filter((line) => line.startsWith('*')).map(blurred)
  return `${dialect} ${Math.min(trace.length - events.length, 4)} ${events.join(',')}`
}

export const session: Target = {
  name: 'session',
  facts: {
    type: TYPE_NAMES,
    dialect: Object.keys(DIALECTS),
    capacity: ['Infinity', '1', '3'],
    maxMessageSize: ['-1', '0', '10', '300'],
    heartbeat: ['0', '100'],
    minimum: ['3', '2', '1'],
    side: ['listener', 'dialler'],
    security: ['NULL', 'NULL', 'PLAIN-client', 'PLAIN-server'],
    judge: ['nobody', 'nobody', ...Object.keys(JUDGES)],
  },
  actions: Object.keys(ACTIONS),
  layouts: ['zmtp', 'zmtp', 'zmtp-long', 'u8', 'u32', 'v1', 'ws'],
  weight: 3,
  run,
  seeds: sessions('session'),
}
