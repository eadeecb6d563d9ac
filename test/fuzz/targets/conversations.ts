import { nextTurn } from '../../support/turn.js'
import { Violation } from '../oracle.js'
import { TYPES, type TypeName } from './types.js'

/** Any socket, as far as a script needs it: what a type lacks is an error that is caught. */
export interface AnySocket {
  send(message: unknown, options?: object): Promise<void>
  receive(): Promise<unknown[]>
  subscribe(topic?: string): void
  unsubscribe(topic?: string): void
  join(group: string): void
  bindSync(address: string): void
  connect(address: string): void
  close(): Promise<void>
  readonly lastEndpoint: string | null
  readonly events: { on(type: string, listener: (event: { type: string }) => void): void }
  readonly stats: {
    readonly peers: number
    readonly dropped: Readonly<Record<string, number>>
    readonly queued: { readonly outgoing: number; readonly incoming: number }
  }
}

const BASE = { linger: 0, sendTimeout: 0, receiveTimeout: 0 }

/** A socket of that type; options that it has not are left out. */
export function make(type: TypeName, options: Readonly<Record<string, unknown>> = {}): AnySocket {
  const socket = new TYPES[type].make() as unknown as AnySocket
  for (const [name, value] of Object.entries({ ...BASE, ...options })) {
    if (name in socket) Object.assign(socket, { [name]: value })
  }
  if (type === 'SUB') socket.subscribe('')
  if (type === 'XSUB') attempt(() => socket.send('\x01'))
  if (type === 'DISH') socket.join('group')
  return socket
}

/** Does it if it can be done, and at once. */
export function attempt(work: () => unknown): void {
  try {
    const result = work()
    if (result instanceof Promise) result.catch(() => undefined)
  } catch {
    // A type that cannot do this, or a state in which it cannot be done.
  }
}

/** Which of the two speaks, so that a stranger cannot take what is said; undefined where one can. */
const SPEAKERS: Partial<Record<TypeName, 'victim' | 'peer'>> = {
  ...{ PAIR: 'peer', SUB: 'peer', REP: 'peer', DEALER: 'peer', ROUTER: 'peer', PULL: 'peer' },
  ...{ XSUB: 'peer', SERVER: 'peer', DISH: 'peer', GATHER: 'peer', CHANNEL: 'peer' },
  ...{ PUB: 'victim', PUSH: 'victim', XPUB: 'victim', CLIENT: 'victim', RADIO: 'victim' },
  SCATTER: 'victim',
}

const MARKER = 'the healthy peer hears this'

function say(type: TypeName, socket: AnySocket): Promise<void> {
  // A peer that talks to a ROUTER is a DEALER, one that talks to a DEALER a ROUTER, which is asked first.
  if (type === 'RADIO') return socket.send(MARKER, { group: 'group' })
  return socket.send(MARKER)
}

/** Whose peers are these: what talks to a type and can speak first. */
export function companionOf(type: TypeName): TypeName | undefined {
  if (SPEAKERS[type] === undefined) return undefined
  return type === 'DEALER' ? 'DEALER' : (TYPES[type].peer as TypeName)
}

/** How long one waits for the other: in memory it is a matter of a few turns. */
const PATIENCE_MS = 10_000

/** @throws Violation when what one says no longer reaches the other. */
export async function expectWorks(
  type: TypeName,
  victim: AnySocket,
  peer: AnySocket,
): Promise<void> {
  const companion = companionOf(type)
  if (companion === undefined) return
  const peerSpeaks = SPEAKERS[type] === 'peer'
  const [speaker, hearer] = peerSpeaks ? [peer, victim] : [victim, peer]
  const end = performance.now() + PATIENCE_MS
  for (let turn = 0; performance.now() < end; turn++) {
    if (turn % 16 === 0) attempt(() => say(peerSpeaks ? companion : type, speaker))
    await nextTurn()
    // A REP that has heard a stranger answers first.
    if (type === 'REP') attempt(() => victim.send('answer'))
    if (await hears(hearer, type === 'REP' ? victim : undefined)) {
      if (type === 'REP') while ((await receive(peer)) === undefined) await nextTurn()
      return
    }
  }
  throw new Violation(`a healthy peer is not heard any more by ${type}`)
}

/** Whether what is there to be received is what was said. @param answering answers whatever it hears. */
async function hears(hearer: AnySocket, answering: AnySocket | undefined): Promise<boolean> {
  for (;;) {
    const message = await receive(hearer)
    if (message === undefined) return false
    if (answering !== undefined) attempt(() => answering.send('answer'))
    if (message.some((part) => String(part) === MARKER)) return true
  }
}

/** What is there to be received. */
export async function receive(socket: AnySocket): Promise<unknown[] | undefined> {
  try {
    return await socket.receive()
  } catch {
    return undefined
  }
}
