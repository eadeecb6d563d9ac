import type { DraftTypeName, SocketType } from './socket-type.js'

const threadSafe = true

/** Where messages travel in sessions, and where in datagrams. */
const EVERYWHERE = ['tcp', 'ipc', 'inproc', 'ws', 'wss', 'udp'] as const

const TYPES: Record<DraftTypeName, Omit<SocketType, 'name'>> = {
  SERVER: { number: 12, peers: ['CLIENT'], threadSafe },
  CLIENT: { number: 13, peers: ['SERVER'], threadSafe },
  RADIO: { number: 14, peers: ['DISH'], threadSafe, groups: true, schemes: EVERYWHERE },
  DISH: { number: 15, peers: ['RADIO'], threadSafe, groups: true, schemes: EVERYWHERE, linger: 0 },
  GATHER: { number: 16, peers: ['SCATTER'], threadSafe },
  SCATTER: { number: 17, peers: ['GATHER'], threadSafe },
  DGRAM: { number: 18, peers: [], schemes: ['udp'] },
  PEER: { number: 19, peers: ['PEER'], threadSafe },
  CHANNEL: { number: 20, peers: ['CHANNEL'], threadSafe },
}

/** What tells a draft type from the others; apart from the table of the main entry, which need not know it. */
export function draftType(name: DraftTypeName): SocketType {
  return { name, ...TYPES[name] }
}
