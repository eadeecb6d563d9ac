import {
  make,
  ours,
  type AnySocket,
  type Options,
  type SocketName,
} from '../support/implementations.js'
import { texts } from '../support/messages.js'
import { track } from '../support/scope.js'

/** A socket that is going to be attacked, and those who rely on it meanwhile. */
export interface Company {
  readonly victim: AnySocket
  readonly peers: readonly AnySocket[]
}

/** How a socket type and its peers prove to each other that they still work. */
export interface Conversation {
  readonly name: SocketName
  /** The name of the type on the wire. */
  readonly wireName: string
  readonly peer: SocketName
  readonly peerWireName: string
  /** How many peers it can have. */
  readonly mostPeers?: number
  /** Who sends back what it receives. */
  readonly answers?: 'victim' | 'peers'
  /** Returns when every peer has had its message, or its answer. */
  exchange(company: Company, marker: string): Promise<void>
}

/** Whoever has not heard the marker reads on; older messages are passed over. */
async function hear(socket: AnySocket, marker: string): Promise<void> {
  for (;;) {
    const message = texts(await socket.receive())
    if (message.at(-1) === marker) return
  }
}

/** Sends until all have heard: a stranger among them may get some of it. */
async function tellAll(
  sender: AnySocket,
  hearers: readonly AnySocket[],
  marker: string,
): Promise<void> {
  let heard = false
  const all = Promise.all(hearers.map((hearer) => hear(hearer, marker))).then(() => {
    heard = true
  })
  while (!heard) {
    await sender.send(marker)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await all
}

async function tellPeers({ victim, peers }: Company, marker: string): Promise<void> {
  if (peers.length > 0) await tellAll(victim, peers, marker)
}

async function tellVictim({ victim, peers }: Company, marker: string): Promise<void> {
  for (const [index, peer] of peers.entries()) await tellAll(peer, [victim], `${marker} ${index}`)
}

/** The victim answers each in the background. */
async function askVictim({ peers }: Company, marker: string): Promise<void> {
  for (const peer of peers) {
    await peer.send(marker)
    await hear(peer, marker)
  }
}

/** The peers answer in the background, with their names: asks until it knows them all. */
async function askPeers({ victim, peers }: Company, marker: string): Promise<void> {
  const names = new Set<string>()
  while (names.size < peers.length) {
    await victim.send(marker)
    names.add(String((await victim.receive())[0]))
  }
}

export const conversations: readonly Conversation[] = [
  { name: 'Push', wireName: 'PUSH', peer: 'Pull', peerWireName: 'PULL', exchange: tellPeers },
  { name: 'Pull', wireName: 'PULL', peer: 'Push', peerWireName: 'PUSH', exchange: tellVictim },
  {
    name: 'Publisher',
    wireName: 'PUB',
    peer: 'Subscriber',
    peerWireName: 'SUB',
    exchange: tellPeers,
  },
  {
    name: 'Subscriber',
    wireName: 'SUB',
    peer: 'Publisher',
    peerWireName: 'PUB',
    exchange: tellVictim,
  },
  {
    name: 'XPublisher',
    wireName: 'XPUB',
    peer: 'Subscriber',
    peerWireName: 'SUB',
    exchange: tellPeers,
  },
  {
    name: 'XSubscriber',
    wireName: 'XSUB',
    peer: 'Publisher',
    peerWireName: 'PUB',
    exchange: tellVictim,
  },
  {
    name: 'Request',
    wireName: 'REQ',
    peer: 'Reply',
    peerWireName: 'REP',
    answers: 'peers',
    exchange: askPeers,
  },
  {
    name: 'Reply',
    wireName: 'REP',
    peer: 'Request',
    peerWireName: 'REQ',
    answers: 'victim',
    exchange: askVictim,
  },
  {
    name: 'Dealer',
    wireName: 'DEALER',
    peer: 'Dealer',
    peerWireName: 'DEALER',
    exchange: tellPeers,
  },
  {
    name: 'Router',
    wireName: 'ROUTER',
    peer: 'Dealer',
    peerWireName: 'DEALER',
    answers: 'victim',
    exchange: askVictim,
  },
  {
    name: 'Pair',
    wireName: 'PAIR',
    peer: 'Pair',
    peerWireName: 'PAIR',
    mostPeers: 1,
    exchange: tellPeers,
  },
]

const PEERS = 2

/** A tracked socket, subscribed to everything where that is a word. */
function openSocket(name: SocketName, options: Options = {}): AnySocket {
  const socket = track(make(ours, name, { linger: 0, reconnectInterval: -1, ...options }))
  if (name === 'Subscriber') socket.subscribe()
  if (name === 'XSubscriber') void socket.send('\x01')
  return socket
}

/** Sends back what comes, and says who did. */
async function answer(socket: AnySocket, name: string): Promise<void> {
  for await (const message of socket) await socket.send(name === '' ? message : [name, ...message])
}

/** The victim and its peers, before anybody has connected. */
export function openCompany(
  conversation: Conversation,
  { immediate = false, alone = false } = {},
): Company {
  const { name, peer, answers, mostPeers = PEERS } = conversation
  const victim = openSocket(name, { immediate })
  const count = alone ? 0 : mostPeers
  const peers = Array.from({ length: count }, () => openSocket(peer))
  if (answers === 'victim') void answer(victim, '')
  if (answers === 'peers')
    for (const [index, each] of peers.entries()) void answer(each, `${index}`)
  return { victim, peers }
}
