import { ours, type AnyName } from '../support/drafts.js'
import { make, type AnySocket, type Options } from '../support/implementations.js'
import { texts } from '../support/messages.js'
import { track } from '../support/scope.js'
import { nextTurn } from '../support/turn.js'

/** A socket that is going to be attacked, and those who rely on it meanwhile. */
export interface Company {
  readonly victim: AnySocket
  readonly peers: readonly AnySocket[]
}

/** How a socket type and its peers prove to each other that they still work. */
export interface Conversation {
  readonly name: AnyName
  /** The name of the type on the wire. */
  readonly wireName: string
  readonly peer: AnyName
  readonly peerWireName: string
  /** How many peers it can have. */
  readonly mostPeers?: number
  /** Who sends back what it receives. */
  readonly answers?: 'victim' | 'peers'
  /** Returns when every peer has had its message, or its answer. */
  readonly exchange: (company: Company, marker: string) => Promise<void>
}

const GROUP = 'friends'

/** Whoever has not heard the marker reads on; older messages are passed over. */
async function hear(socket: AnySocket, marker: string): Promise<void> {
  for (;;) {
    // Messages of draft types say more than their bytes.
    const parts = (await socket.receive()).filter((part) => part instanceof Uint8Array)
    if (texts(parts).at(-1) === marker) return
  }
}

/** Sends until all have heard: a stranger among them may get some of it. */
async function tellAll(
  sender: AnySocket,
  hearers: readonly AnySocket[],
  marker: string,
  routingId?: number,
): Promise<void> {
  let heard = false
  const all = Promise.all(hearers.map((hearer) => hear(hearer, marker))).then(() => {
    heard = true
  })
  while (!heard) {
    await sender.send(marker, { group: GROUP, ...(routingId === undefined ? {} : { routingId }) })
    await nextTurn()
  }
  await all
}

async function tellPeers({ victim, peers }: Company, marker: string): Promise<void> {
  if (peers.length > 0) await tellAll(victim, peers, marker)
}

async function tellVictim({ victim, peers }: Company, marker: string): Promise<void> {
  for (const [index, peer] of peers.entries()) await tellAll(peer, [victim], `${marker} ${index}`)
}

/** The numbers of those that a socket has connected to, where it needs to know them. */
const connectedTo = new WeakMap<AnySocket, number[]>()

/** Only who has connected knows the other before it has spoken. */
async function tellEquals({ victim, peers }: Company, marker: string): Promise<void> {
  for (const [index, peer] of peers.entries()) {
    const own = connectedTo.get(victim)?.[index]
    const text = `${marker} ${index}`
    if (own !== undefined) await tellAll(victim, [peer], text, own)
    else await tellAll(peer, [victim], text, connectedTo.get(peer)?.[0])
  }
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

/** Two types that can talk, under the names of their classes, and how they do. */
function conversation(
  name: AnyName,
  peer: AnyName,
  exchange: Conversation['exchange'],
  more: Pick<Conversation, 'mostPeers' | 'answers'> = {},
): Conversation {
  return { name, wireName: onWire(name), peer, peerWireName: onWire(peer), exchange, ...more }
}

const SHORT: Partial<Record<AnyName, string>> = {
  ...{ Publisher: 'PUB', Subscriber: 'SUB', XPublisher: 'XPUB', XSubscriber: 'XSUB' },
  ...{ Request: 'REQ', Reply: 'REP' },
}

function onWire(name: AnyName): string {
  return SHORT[name] ?? name.toUpperCase()
}

/** Every socket type but those that speak no protocol of ours. */
export const conversations: readonly Conversation[] = [
  conversation('Push', 'Pull', tellPeers),
  conversation('Pull', 'Push', tellVictim),
  conversation('Publisher', 'Subscriber', tellPeers),
  conversation('Subscriber', 'Publisher', tellVictim),
  conversation('XPublisher', 'Subscriber', tellPeers),
  conversation('XSubscriber', 'Publisher', tellVictim),
  conversation('Request', 'Reply', askPeers, { answers: 'peers' }),
  conversation('Reply', 'Request', askVictim, { answers: 'victim' }),
  conversation('Dealer', 'Dealer', tellPeers),
  conversation('Router', 'Dealer', askVictim, { answers: 'victim' }),
  conversation('Pair', 'Pair', tellPeers, { mostPeers: 1 }),
  conversation('Client', 'Server', tellPeers),
  conversation('Server', 'Client', askVictim, { answers: 'victim' }),
  conversation('Radio', 'Dish', tellPeers),
  conversation('Dish', 'Radio', tellVictim),
  conversation('Scatter', 'Gather', tellPeers),
  conversation('Gather', 'Scatter', tellVictim),
  conversation('Peer', 'Peer', tellEquals),
  conversation('Channel', 'Channel', tellPeers, { mostPeers: 1 }),
]

/** Those whose messages go in, out, and both ways. */
export const some: readonly Conversation[] = conversations.filter(({ name }) =>
  ['Pull', 'XPublisher', 'Router'].includes(name),
)

/** For what is the same whoever is attacked. */
export const [pull] = some as [Conversation]

const PEERS = 2

/** A tracked socket that wants all there is. */
function openSocket(name: AnyName, options: Options): AnySocket {
  const socket = track(make(ours, name, { linger: 0, reconnectInterval: -1, ...options }))
  if (name === 'Subscriber') socket.subscribe()
  if (name === 'XSubscriber') void socket.send('\x01')
  if (name === 'Dish') socket.join(GROUP)
  return socket
}

/** Sends back what comes, and says who did. */
async function answer(socket: AnySocket, name: string): Promise<void> {
  for await (const message of socket) {
    const last: unknown = message.at(-1)
    if (last instanceof Uint8Array) await socket.send(name === '' ? message : [name, ...message])
    // Who has no envelopes tells by the side whom a message is from.
    else await socket.send(message[0] ?? '', last as { routingId: number })
  }
}

/** What sockets on both sides of an attack are made with. */
export interface Equipment {
  readonly victim?: Options
  readonly peers?: Options
}

/** The victim and its peers, before anybody has connected. */
export function openCompany(
  { name, peer, answers, mostPeers = PEERS }: Conversation,
  equipment: Equipment = {},
  alone = false,
): Company {
  const victim = openSocket(name, equipment.victim ?? {})
  const count = alone ? 0 : mostPeers
  const peers = Array.from({ length: count }, () => openSocket(peer, equipment.peers ?? {}))
  if (answers === 'victim') void answer(victim, '')
  if (answers === 'peers')
    for (const [index, each] of peers.entries()) void answer(each, `${index}`)
  return { victim, peers }
}

/** Connects, and remembers what the other is called where that is needed. */
export function connectTo(socket: AnySocket, address: string): void {
  if (!('connectPeer' in socket)) {
    socket.connect(address)
    return
  }
  const { connectPeer } = socket as { connectPeer(address: string): number }
  const numbers = connectedTo.get(socket) ?? []
  connectedTo.set(socket, [...numbers, connectPeer.call(socket, address)])
}
