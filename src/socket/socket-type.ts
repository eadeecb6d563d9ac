/** The name of a socket type on the wire. */
type SocketTypeName = StableTypeName | DraftTypeName | 'STREAM'

/** Those of the main entry, STREAM apart. */
export type StableTypeName =
  'PAIR' | 'PUB' | 'SUB' | 'REQ' | 'REP' | 'DEALER' | 'ROUTER' | 'PULL' | 'PUSH' | 'XPUB' | 'XSUB'

/** Those of `zerowire/draft`. */
export type DraftTypeName =
  'SERVER' | 'CLIENT' | 'RADIO' | 'DISH' | 'GATHER' | 'SCATTER' | 'DGRAM' | 'PEER' | 'CHANNEL'

/** What tells socket types apart before any message flows. */
export interface SocketType {
  readonly name: SocketTypeName
  /** libzmq's number. */
  readonly number: number
  /** Whom it can talk to (RFC 28, 29, 30, 31). */
  readonly peers: readonly SocketTypeName[]
  /** It tells its routing id to its peers. */
  readonly named?: true
  /** A second connect to the same endpoint is ignored. */
  readonly once?: true
  /** What `linger` is at first, in milliseconds; -1 without end. */
  readonly linger?: 0
  /** Its peers speak no protocol of ours. */
  readonly raw?: true
  /** Groups (RFC 48) are what others call topics. */
  readonly groups?: true
  /** In libzmq several threads may use it. */
  readonly threadSafe?: true
  /** The schemes of its endpoints; undefined for every one but `udp`. */
  readonly schemes?: readonly string[]
}

const TYPES: Record<StableTypeName, Omit<SocketType, 'name'>> = {
  PAIR: { number: 0, peers: ['PAIR'] },
  PUB: { number: 1, peers: ['SUB', 'XSUB'], once: true },
  SUB: { number: 2, peers: ['PUB', 'XPUB'], once: true, linger: 0 },
  REQ: { number: 3, peers: ['REP', 'ROUTER'], named: true, once: true },
  REP: { number: 4, peers: ['REQ', 'DEALER'] },
  DEALER: { number: 5, peers: ['REP', 'DEALER', 'ROUTER'], named: true, once: true },
  ROUTER: { number: 6, peers: ['REQ', 'DEALER', 'ROUTER'], named: true },
  PULL: { number: 7, peers: ['PUSH'] },
  PUSH: { number: 8, peers: ['PULL'] },
  XPUB: { number: 9, peers: ['SUB', 'XSUB'] },
  XSUB: { number: 10, peers: ['PUB', 'XPUB'], linger: 0 },
}

export function socketType(name: StableTypeName): SocketType {
  return { name, ...TYPES[name] }
}
