import { describe, expect, it } from 'vitest'
import type { EventMap, EventType } from 'zerowire'
import { EventLog } from '../support/events.js'
import { RawListener, RawPeer } from '../support/raw-peer.js'
import { bindFresh } from '../support/transports.js'
import { isCommand, ping } from '../support/wire.js'
import { attacks, type Attack, type Outcome } from './attacks.js'
import { conversations, openCompany, type Company, type Conversation } from './healthy-peers.js'

const schemes = ['tcp', 'ipc'] as const
type Scheme = (typeof schemes)[number]

/** A stranger at a socket that has company. */
interface Scene extends Company {
  readonly log: EventLog
  readonly stranger: RawPeer
  /** The number of the stranger's connection. */
  readonly connection: number | undefined
}

/** The stranger comes to a bound socket. */
async function atListener(conversation: Conversation, scheme: Scheme): Promise<Scene> {
  const company = openCompany(conversation)
  const log = new EventLog(company.victim)
  const address = await bindFresh(company.victim, scheme)
  for (const peer of company.peers) peer.connect(address)
  await log.until('handshake', company.peers.length)
  const stranger = await RawPeer.connect(address)
  const { connection } = await log.until('accept', company.peers.length + 1)
  return { ...company, log, stranger, connection }
}

/** The socket dials, and a stranger answers. */
async function atDialler(conversation: Conversation, scheme: Scheme): Promise<Scene> {
  // A Pair that dials has no other peer.
  const alone = conversation.mostPeers === 1
  const company = openCompany(conversation, { immediate: true, alone })
  const log = new EventLog(company.victim)
  for (const peer of company.peers) company.victim.connect(await bindFresh(peer, scheme))
  if (!alone) await log.until('handshake', company.peers.length)
  const listener = await RawListener.listen(scheme)
  company.victim.connect(listener.address)
  const stranger = await listener.accept()
  const { connection } = await log.until('connect', company.peers.length + 1)
  return { ...company, log, stranger, connection }
}

interface Failure {
  readonly type: EventType
  readonly error: EventMap['bind:error']['error']
}

/** What the socket was told about a connection, errors only. */
function errorsOf(log: EventLog, connection: number | undefined): Failure[] {
  return log.events.flatMap((event) => {
    const { connection: of, error } = event as Partial<EventMap['disconnect']>
    return of === connection && error !== undefined ? [{ type: event.type, error }] : []
  })
}

/** The stranger still gets its answers. */
async function expectPresent(stranger: RawPeer): Promise<void> {
  stranger.write(ping(0, 'still there?'))
  for (let frame = await stranger.readFrame(); ; frame = await stranger.readFrame()) {
    if (isCommand(frame, 'PONG') && frame.body.includes('still there?')) return
  }
}

/** The one peer of a Pair keeps its place. */
function expected(
  outcome: Outcome,
  { introduced }: Attack,
  { mostPeers }: Conversation,
  { peers }: Scene,
): Outcome {
  if (!introduced || mostPeers === undefined || peers.length < mostPeers) return outcome
  return { event: 'disconnect', code: 'EBUSY' }
}

async function play(scene: Scene, attack: Attack, conversation: Conversation): Promise<void> {
  const { log, stranger, connection } = scene
  const { exchange, answers, peerWireName } = conversation
  const outcome = expected(attack.outcome, attack, conversation, scene)
  await exchange(scene, 'before')

  if (attack.introduced) await stranger.handshake(peerWireName)
  attack.act(stranger)
  // A Request that has asked the stranger would wait for its answer.
  if (!(attack.introduced && answers === 'peers')) await exchange(scene, 'meanwhile')

  if (outcome === 'tolerated') {
    if (attack.unfinished !== true) await expectPresent(stranger)
    expect(log.types).not.toContain('disconnect')
    stranger.end()
  } else if (outcome.event === 'handshake:error:other') stranger.end()
  else await stranger.closed

  expect((await log.until('disconnect')).connection).toBe(connection)
  await exchange(scene, 'afterwards')
  const errors = errorsOf(log, connection)
  if (outcome === 'tolerated') expect(errors).toEqual([])
  else {
    const { event: type, code } = outcome
    expect(errors[0]).toMatchObject({ type, error: { code } })
    expect(errors[0]?.error.reason).toBeTypeOf('string')
    expect(new Set(errors.map(({ error }) => error)).size).toBe(1)
  }
  expect(log.types.filter((type) => type === 'disconnect')).toHaveLength(1)
}

describe.each(schemes)('over %s', (scheme) => {
  describe.each(conversations)('at a bound $name', (conversation) => {
    it.each(attacks)('$title', async (attack) => {
      await play(await atListener(conversation, scheme), attack, conversation)
    })
  })

  describe.each(conversations)('at the other end of a $name that dials', (conversation) => {
    it.each(attacks)('$title', async (attack) => {
      await play(await atDialler(conversation, scheme), attack, conversation)
    })
  })
})
