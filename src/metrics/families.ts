import type { MeasuredStats, PeerStats, SocketStats } from '../socket/stats.js'
import type { Measured } from './sockets.js'

/** A number, and what tells it from others of the same family and socket. */
export type Value = readonly [labels: Readonly<Record<string, string>>, value: number]

/** What is measured, by the names that Prometheus has for it. */
export type FamilyName =
  | `${'sent' | 'received'}_${'messages' | 'bytes'}`
  | `${'queued' | 'dropped'}_messages`
  | `queue_${'wait_seconds' | 'waits'}`
  | 'peers'
  | 'connections'
  | 'reconnects'
  | 'handshake_failures'
  | 'last_error_timestamp_seconds'

/** Numbers that mean the same, of all sockets. */
export interface Family {
  readonly name: FamilyName
  /** What only grows; what comes and goes, and can be added up; what cannot. */
  readonly kind: 'counter' | 'level' | 'gauge'
  /** As UCUM has it; numbers of times are in seconds. */
  readonly unit: 's' | 'By' | '{message}' | '{peer}' | '{connection}'
  readonly help: string
  /** Of a socket, where it has such a number. */
  of(stats: SocketStats): readonly Value[]
  /** Of a peer, where it has such a number. */
  ofPeer?(stats: PeerStats): readonly Value[]
}

const one = (value: number | undefined): readonly Value[] =>
  value === undefined ? [] : [[{}, value]]

const drops = ({ dropped }: Pick<SocketStats, 'dropped'>): readonly Value[] =>
  Object.entries(dropped).flatMap(([reason, count]) =>
    reason === 'total' ? [] : [[{ reason }, count] as const],
  )

const both = ({ outgoing, incoming }: SocketStats['queued']): readonly Value[] => [
  [{ direction: 'outgoing' }, outgoing],
  [{ direction: 'incoming' }, incoming],
]

const queues = ({ queued }: Pick<SocketStats, 'queued'>): readonly Value[] => both(queued)

const waits = ({ measured }: Partial<MeasuredStats>): readonly Value[] =>
  measured === undefined ? [] : both(measured)

/** Seconds that messages have waited, all together. */
const waited = ({ meanWait, measured }: Partial<MeasuredStats>): readonly Value[] => {
  if (meanWait === undefined || measured === undefined) return []
  return both({
    outgoing: (meanWait.outgoing * measured.outgoing) / 1000,
    incoming: (meanWait.incoming * measured.incoming) / 1000,
  })
}

/** What is measured. */
export const FAMILIES: readonly Family[] = [
  {
    ...{ name: 'sent_messages', kind: 'counter', unit: '{message}' },
    help: 'Messages accepted by send(); of a peer, those that the system has taken',
    of: ({ sent }) => one(sent),
    ofPeer: ({ sent }) => one(sent),
  },
  {
    ...{ name: 'received_messages', kind: 'counter', unit: '{message}' },
    help: 'Messages handed over by receive() or the iterator',
    of: ({ received }) => one(received),
    ofPeer: ({ received }) => one(received),
  },
  {
    ...{ name: 'sent_bytes', kind: 'counter', unit: 'By' },
    help: 'Bytes written to connections, framing and handshakes included',
    of: ({ bytes }) => one(bytes?.sent),
    ofPeer: ({ bytes }) => one(bytes.sent),
  },
  {
    ...{ name: 'received_bytes', kind: 'counter', unit: 'By' },
    help: 'Bytes read from connections, framing and handshakes included',
    of: ({ bytes }) => one(bytes?.received),
    ofPeer: ({ bytes }) => one(bytes.received),
  },
  {
    ...{ name: 'queued_messages', kind: 'level', unit: '{message}' },
    help: 'Messages in queues at this moment',
    of: queues,
    ofPeer: queues,
  },
  {
    ...{ name: 'queue_wait_seconds', kind: 'counter', unit: 's' },
    help: 'Time that measured messages were in a queue, all of them together',
    of: waited,
    ofPeer: waited,
  },
  {
    ...{ name: 'queue_waits', kind: 'counter', unit: '{message}' },
    help: 'Messages whose time in a queue was measured',
    of: waits,
    ofPeer: waits,
  },
  {
    ...{ name: 'dropped_messages', kind: 'counter', unit: '{message}' },
    help: 'Messages that reached nobody, by reason',
    of: drops,
    ofPeer: drops,
  },
  {
    ...{ name: 'peers', kind: 'level', unit: '{peer}' },
    help: 'Peers connected at this moment',
    of: ({ peers }) => one(peers),
  },
  {
    ...{ name: 'connections', kind: 'counter', unit: '{connection}' },
    help: 'Connections established so far',
    of: ({ connections }) => one(connections),
  },
  {
    ...{ name: 'reconnects', kind: 'counter', unit: '{connection}' },
    help: 'Connections made anew after one had been lost',
    of: ({ reconnects }) => one(reconnects),
    ofPeer: ({ reconnects }) => one(reconnects),
  },
  {
    ...{ name: 'handshake_failures', kind: 'counter', unit: '{connection}' },
    help: 'Connections that ended before the handshake was done',
    of: ({ handshakeFailures }) => one(handshakeFailures),
    ofPeer: ({ handshakeFailures }) => one(handshakeFailures),
  },
  {
    ...{ name: 'last_error_timestamp_seconds', kind: 'gauge', unit: 's' },
    help: 'When something went wrong last, in seconds since 1970',
    of: ({ lastError }) =>
      lastError === undefined ? [] : [[{ code: lastError.error.code }, lastError.at / 1000]],
  },
]

/** All values of a family, of sockets and then of peers, each with its labels. */
export function valuesOf(family: Family, measured: readonly Measured[]): Value[] {
  return measured.flatMap(({ labels, stats }) =>
    family.of(stats).map(([own, value]): Value => [{ ...labels, ...own }, value]),
  )
}

/** The same of peers. */
export function peerValuesOf(family: Family, measured: readonly Measured[]): Value[] {
  return measured.flatMap(({ labels: { id }, peers }) =>
    peers.flatMap(({ labels, stats }) =>
      (family.ofPeer?.(stats) ?? []).map(([own, value]): Value => [
        { id, ...labels, ...own },
        value,
      ]),
    ),
  )
}
