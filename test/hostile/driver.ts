import { describe, expect, it } from 'vitest'
import type { EventMap, EventType } from 'zerowire'
import { EventLog } from '../support/events.js'
import { RawListener, RawPeer } from '../support/raw-peer.js'
import { bindFresh, type Scheme } from '../support/transports.js'
import { nextTurn } from '../support/turn.js'
import { outcomeAt, type Attack, type Outcome, type Speaker } from './attack.js'
import {
  connectTo,
  openCompany,
  type Company,
  type Conversation,
  type Equipment,
} from './company.js'

/** A stranger, and the way to where an attack begins. */
export interface Stranger extends Speaker {
  /** Settles when the other side has closed the connection. */
  readonly closed: Promise<void>
  /** Does what comes before the stage, as somebody who means well. */
  reach(stage: Attack['stage'], socketType: string): Promise<void>
  /** Reads what is said to it in a handshake that it has already done its part of. */
  admitted(): Promise<void>
  /** Asks for a sign of life, and gets it. */
  expectPresent(): Promise<void>
}

/** A protocol that strangers speak, or do not, and what sockets need in order to speak it. */
export interface Layer {
  /** @param victim which side the socket is at. */
  equipment?(victim: 'listener' | 'dialler'): Equipment
  /** @param side which one of the connection it is. */
  stranger(raw: RawPeer, side: 'client' | 'server'): Stranger
}

/** A socket that has company. */
export interface Talk extends Company {
  readonly conversation: Conversation
  readonly log: EventLog
}

/** A stranger comes to it, or is dialled. */
interface Scene extends Talk {
  readonly stranger: Stranger
}

/** The socket is bound, and its peers have come. */
export async function atListener(
  conversation: Conversation,
  scheme: Scheme,
  equipment?: Equipment,
): Promise<Talk & { address: string }> {
  const company = openCompany(conversation, equipment)
  const log = new EventLog(company.victim)
  const address = await bindFresh(company.victim, scheme)
  for (const peer of company.peers) connectTo(peer, address)
  await log.until('handshake', company.peers.length)
  return { ...company, conversation, log, address }
}

/** The socket dials its peers, and a listener of bare bytes. */
export async function atDialler(
  conversation: Conversation,
  scheme: Scheme,
  equipment: Equipment = {},
): Promise<Talk & { raw: RawPeer }> {
  // A socket of one peer that dials has no other peer.
  const alone = conversation.mostPeers === 1
  // Who is not there shall get nothing; but a Peer needs its numbers at once.
  const immediate = conversation.name !== 'Peer'
  const victim = { immediate, ...equipment.victim }
  const company = openCompany(conversation, { ...equipment, victim }, alone)
  const log = new EventLog(company.victim)
  for (const peer of company.peers) connectTo(company.victim, await bindFresh(peer, scheme))
  if (!alone) await log.until('handshake', company.peers.length)
  const listener = await RawListener.listen(scheme)
  company.victim.connect(listener.address)
  return { ...company, conversation, log, raw: await listener.accept() }
}

interface Failure {
  readonly type: EventType
  readonly error: EventMap['bind:error']['error']
  readonly connection?: number
}

/** All that the socket was told of what went wrong. */
export function failuresOf(log: EventLog): Failure[] {
  return log.events.flatMap((event) => {
    const { connection, error } = event as Partial<EventMap['disconnect']>
    if (error === undefined) return []
    return [{ type: event.type, error, ...(connection === undefined ? {} : { connection }) }]
  })
}

/** One thing went wrong, and it is said why: once, and in the end of a connection once more. */
export function expectFailure(log: EventLog, type: EventType, code: string): void {
  const [first, ...more] = failuresOf(log)
  expect(first).toMatchObject({ type, error: { code } })
  expect(first?.error.reason).toMatch(/\w+ \w+/)
  expect(more.length).toBeLessThanOrEqual(type.startsWith('handshake:error') ? 1 : 0)
  for (const again of more) expect(again).toEqual({ ...first, type: 'disconnect' })
}

/** Healthy peers that do not cease to talk until they are told to. */
export function keepTalking(scene: Talk): { stop(): Promise<void> } {
  const { conversation } = scene
  let over = false
  const talk = async (): Promise<void> => {
    for (let round = 0; !over || round === 0; round += 1) {
      await conversation.exchange(scene, `meanwhile ${round}`)
      await nextTurn()
    }
  }
  const talking = talk()
  return {
    stop: () => {
      over = true
      return talking
    },
  }
}

/** A Request that has asked the stranger would wait for its answer: it asks its peers before. */
async function waitForAnswer({ victim }: Scene): Promise<{ stop(): Promise<void> }> {
  await victim.send('asked before')
  return {
    stop: async () => {
      expect(String((await victim.receive()).at(-1))).toBe('asked before')
    },
  }
}

/** The one peer of a Pair keeps its place. */
function expected(attack: Attack, { conversation, peers }: Scene): Outcome {
  const { mostPeers = Infinity, wireName } = conversation
  const outcome = outcomeAt(attack, wireName)
  const comesIn = attack.stage === 'traffic' || outcome === 'welcome'
  return comesIn && peers.length >= mostPeers ? { event: 'disconnect', code: 'EBUSY' } : outcome
}

/** The victim and its peers go on, whatever the stranger does; it alone pays, and it is said why. */
async function play(scene: Scene, attack: Attack): Promise<void> {
  const { conversation, log, stranger, victim, peers } = scene
  const { exchange, answers, peerWireName } = conversation
  const outcome = expected(attack, scene)
  await exchange(scene, 'before')

  const comesIn = attack.stage === 'traffic' || outcome === 'welcome'
  const silent = comesIn && answers === 'peers' && peers.length > 0
  const asked = silent ? await waitForAnswer(scene) : undefined
  await stranger.reach(attack.stage, peerWireName)
  const talk = asked ?? keepTalking(scene)
  attack.act(stranger, peerWireName)
  await settle(attack, outcome, scene)
  await talk.stop()

  const { connection } = await log.until('disconnect')
  const arrivals = log.events.filter(({ type }) => type === 'accept' || type === 'connect')
  expect(connection).toBe((arrivals.at(-1) as { connection?: number }).connection)
  await exchange(scene, 'afterwards')
  if (typeof outcome === 'string') expect(failuresOf(log)).toEqual([])
  else expectFailure(log, outcome.event, outcome.code)
  expect(log.types.filter((type) => type === 'disconnect')).toHaveLength(1)
  expect((victim as { stats?: unknown }).stats).toMatchObject({ peers: peers.length })
}

/** The stranger meets its end, or is let go. */
async function settle(attack: Attack, outcome: Outcome, scene: Scene): Promise<void> {
  const { stranger, log } = scene
  if (outcome === 'welcome') await stranger.admitted()
  if (outcome === 'welcome' || outcome === 'tolerated') {
    if (attack.unfinished !== true) await stranger.expectPresent()
    expect(log.types).not.toContain('disconnect')
    stranger.end()
  } else if (outcome !== 'gone' && outcome.event === 'handshake:error:other') stranger.end()
  else await stranger.closed
}

type Row = [stage: string, title: string, attack: Attack]

const rows = (attacks: readonly Attack[]): Row[] =>
  attacks.map((attack) => [attack.stage, attack.title, attack])

/** Tests of each attack on each socket, as it listens. */
export function attackListeners(
  layer: Layer,
  scheme: Scheme,
  conversations: readonly Conversation[],
  attacks: readonly Attack[],
): void {
  describe.each(conversations)('a stranger at a bound $name', (conversation) => {
    it.each(rows(attacks))('in %s: %s', async (_stage, _title, attack) => {
      const scene = await atListener(conversation, scheme, layer.equipment?.('listener'))
      const stranger = layer.stranger(await RawPeer.connect(scene.address), 'client')
      await play({ ...scene, stranger }, attack)
    })
  })
}

/** As it dials. */
export function attackDiallers(
  layer: Layer,
  scheme: Scheme,
  conversations: readonly Conversation[],
  attacks: readonly Attack[],
): void {
  describe.each(conversations)('a stranger that a $name dials', (conversation) => {
    it.each(rows(attacks))('in %s: %s', async (_stage, _title, attack) => {
      const scene = await atDialler(conversation, scheme, layer.equipment?.('dialler'))
      await play({ ...scene, stranger: layer.stranger(scene.raw, 'server') }, attack)
    })
  })
}

/** Both. */
export function attackAll(...what: Parameters<typeof attackListeners>): void {
  attackListeners(...what)
  attackDiallers(...what)
}
