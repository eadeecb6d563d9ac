import {
  Observer,
  type ConnectionFacts,
  type Event,
  type EventAddress,
  type EventError,
  type EventInterval,
  type EventPeer,
  type EventType,
  type Socket,
} from 'zerowire'
import type { PeerInfo } from 'zerowire/extra'
import type { Run } from './run.js'

/** What happens to the connections of a socket. */
const TYPES = [
  ...(['bind', 'bind:error', 'accept', 'accept:error', 'connect', 'connect:delay'] as const),
  ...(['connect:retry', 'close', 'close:error', 'disconnect', 'handshake'] as const),
  ...(['handshake:error:protocol', 'handshake:error:auth', 'handshake:error:other'] as const),
] satisfies EventType[]

/** What an event may say, whichever it is. */
type Facts = Partial<EventAddress & ConnectionFacts & EventInterval & EventPeer & EventError>

/** Calls `listener` with every event of a socket, from now on. */
function onEvents(socket: Socket, listener: (event: Event) => void): void {
  const observer = new Observer(socket)
  for (const type of TYPES) observer.on(type, listener)
}

/**
 * Says on stderr what happens to the connections: all of it when that was asked for, and otherwise the first
 * time that an endpoint has a certain trouble, because it is tried again for as long as it takes.
 */
export function tellTrouble(socket: Socket, run: Run): void {
  const told = new Set<string>()
  onEvents(socket, (event) => {
    if (run.verbose) run.note(eventText(event))
    const { address = '', error } = event as Facts
    // Who leaves before the handshake is a scanner of ports, or nobody in particular.
    if (run.verbose || error === undefined || event.type === 'disconnect') return
    const trouble = `${address} ${event.type} ${error.code}`
    if (told.has(trouble)) return
    told.add(trouble)
    const again = event.type === 'close' ? ', trying again' : ''
    const what = event.type === 'close' ? 'cannot connect' : event.type
    run.note(
      `${address}: ${what}${again}: ${error.code} (${error.reason ?? error.message}); ` +
        `see docs/troubleshooting.md#${error.code.toLowerCase()}`,
    )
  })
}

/** Settles when so many peers have come, from now on. */
export function untilMet(socket: Socket, count: number = 1): Promise<void> {
  let left = count
  return new Promise((resolve) => {
    new Observer(socket).on('handshake', () => {
      if (--left === 0) resolve()
    })
  })
}

/** An event in a line. */
export function eventText(event: Event): string {
  const { address = '', remoteAddress, interval, peer, error } = event as Facts
  const words: string[] = [event.type, address]
  if (remoteAddress !== undefined && remoteAddress !== address) words.push(`from ${remoteAddress}`)
  if (peer !== undefined && event.type === 'handshake') words.push(...peerWords(peer))
  if (interval !== undefined) words.push(`in ${String(interval)} ms`)
  if (error !== undefined) words.push(`${error.code} (${error.reason ?? error.message})`)
  return words.join(' ')
}

function peerWords({ socketType, protocol, routingId, userId, metadata }: PeerInfo): string[] {
  const words = [socketType, protocol]
  if (routingId.length > 0) words.push(`id=${Buffer.from(routingId).toString()}`)
  if (userId !== '') words.push(`user=${userId}`)
  return [...words, ...Object.entries(metadata).map(([name, value]) => `${name}=${value}`)]
}

/** An event as one line of JSON. */
export function eventJson(event: Event): string {
  const { address, connection, remoteAddress, interval, peer, error } = event as Facts
  return JSON.stringify({
    time: new Date().toISOString(),
    type: event.type,
    address,
    connection,
    remoteAddress,
    interval,
    peer: peer && { ...peer, routingId: Buffer.from(peer.routingId).toString() },
    error: error && { code: error.code, message: error.message, reason: error.reason },
  })
}
