import { PATTERNS } from './patterns/index.js'
import { rowOf } from './patterns/pattern.js'
import { COMMON, type Counts, type Goal, type Row } from './row.js'

const native = (least: number): readonly Goal[] => [{ against: 'native', least }]

/** The stream rows of one transport. */
interface Sizes {
  readonly id: string
  readonly title: string
  readonly size: number
  readonly parts?: number
  /** The same for tcp and ipc. */
  readonly wire: Counts
  readonly inproc: Counts
  readonly floors: Readonly<Partial<Record<Row['transport'], number>>>
}

const SIZES: readonly Sizes[] = [
  {
    id: '16',
    title: '16 B',
    size: 16,
    wire: { zerowire: 8_000_000, native: 800_000 },
    inproc: { zerowire: 6_000_000, native: 600_000 },
    floors: { tcp: 10, ipc: 10, inproc: 8 },
  },
  {
    id: '256',
    title: '256 B',
    size: 256,
    wire: { zerowire: 4_000_000, native: 700_000 },
    inproc: { zerowire: 6_000_000, native: 600_000 },
    floors: { tcp: 8, ipc: 8 },
  },
  {
    id: '1k',
    title: '1 KiB',
    size: 1024,
    wire: { zerowire: 1_500_000, native: 600_000 },
    inproc: { zerowire: 6_000_000, native: 600_000 },
    floors: { tcp: 2.5, ipc: 2.5 },
  },
  {
    id: '64k',
    title: '64 KiB',
    size: 65_536,
    wire: { zerowire: 40_000, native: 40_000, raw: 40_000 },
    inproc: { zerowire: 6_000_000, native: 120_000 },
    floors: { tcp: 1, ipc: 1 },
  },
  {
    id: '1m',
    title: '1 MiB',
    size: 1_048_576,
    wire: { zerowire: 3000, native: 4000, raw: 4000 },
    inproc: { zerowire: 6_000_000, native: 12_000 },
    floors: { tcp: 0.8, ipc: 0.8 },
  },
  {
    id: 'parts',
    title: '10 parts of 16 B',
    size: 16,
    parts: 10,
    wire: { zerowire: 1_000_000, native: 200_000 },
    inproc: { zerowire: 2_000_000, native: 200_000 },
    floors: {},
  },
]

function streams(transport: Row['transport']): Row[] {
  return SIZES.map(({ id, title, size, parts = 1, wire, inproc, floors }) => ({
    ...COMMON,
    name: `${transport}-${id}`,
    group: `PUSH to PULL, ${transport}`,
    title,
    scenario: transport === 'inproc' ? 'inproc' : 'stream',
    transport,
    size,
    parts,
    counts: transport === 'inproc' ? inproc : wire,
    goals: floors[transport] === undefined ? [] : native(floors[transport]),
  }))
}

const THREADS = {
  ...COMMON,
  group: 'PUSH to PULL, between two threads',
  scenario: 'threads',
  transport: 'inproc',
} as const

const BETWEEN_THREADS: readonly Row[] = [
  {
    ...THREADS,
    name: 'threads-16',
    title: '16 B',
    counts: { zerowire: 4_000_000, native: 800_000 },
    goals: native(2),
  },
  {
    ...THREADS,
    name: 'threads-64k',
    title: '64 KiB',
    size: 65_536,
    // The native binding corrupts the memory of the process: what it sent uncopied outlives the thread.
    counts: { zerowire: 40_000 },
  },
]

/** Given and taken by the batch: the native binding has nothing like it. */
const BATCHES: readonly Row[] = [
  {
    ...COMMON,
    name: 'tcp-16-many',
    group: 'PUSH to PULL, tcp',
    title: '16 B, sendMany() and receiveMany()',
    scenario: 'many',
    counts: { zerowire: 12_000_000 },
    goals: [{ row: 'tcp-16', least: 1.5 }],
  },
]

const WEBSOCKET = {
  ...COMMON,
  group: 'PUSH to PULL, ws',
  scenario: 'stream',
  transport: 'ws',
} as const

const OVER_WEBSOCKET: readonly Row[] = [
  {
    ...WEBSOCKET,
    name: 'ws-16',
    title: '16 B',
    counts: { zerowire: 6_000_000, native: 600_000, jszmq: 200_000, raw: 800_000 },
    goals: [...native(2), { against: 'jszmq', least: 4 }],
  },
  {
    ...WEBSOCKET,
    name: 'ws-1k',
    title: '1 KiB',
    size: 1024,
    counts: { zerowire: 1_500_000, native: 300_000, jszmq: 150_000, raw: 500_000 },
    goals: native(1.3),
  },
  {
    ...WEBSOCKET,
    name: 'ws-64k',
    title: '64 KiB',
    size: 65_536,
    counts: { zerowire: 30_000, native: 20_000, jszmq: 20_000, raw: 30_000 },
  },
  {
    ...WEBSOCKET,
    name: 'ws-parts',
    title: '10 parts of 16 B',
    parts: 10,
    counts: { zerowire: 800_000, native: 100_000, jszmq: 20_000 },
  },
]

const CURVE = {
  ...COMMON,
  group: 'PUSH to PULL, tcp, CURVE',
  scenario: 'stream',
  security: 'CURVE',
} as const

const SEALED: readonly Row[] = [
  {
    ...CURVE,
    name: 'curve-16',
    title: '16 B',
    counts: { zerowire: 1_500_000, native: 700_000 },
    goals: native(2),
  },
  {
    ...CURVE,
    name: 'curve-1k',
    title: '1 KiB',
    size: 1024,
    counts: { zerowire: 400_000, native: 350_000 },
    goals: native(1),
  },
  {
    ...CURVE,
    name: 'curve-64k',
    title: '64 KiB',
    size: 65_536,
    counts: { zerowire: 8000, native: 16_000 },
    goals: native(0.4),
  },
  {
    ...CURVE,
    name: 'curve-64k-fast',
    title: '64 KiB, with sodium-native',
    size: 65_536,
    security: 'CURVE, accelerated',
    counts: { zerowire: 24_000, native: 16_000 },
    goals: native(1),
  },
]

const REQUESTS: readonly Row[] = [
  {
    ...COMMON,
    name: 'req-rep',
    group: 'Requests, tcp',
    title: 'REQ/REP, round trip',
    scenario: 'round-trip',
    figure: 'p50',
    counts: { zerowire: 20_000, native: 12_000, nats: 8000, raw: 25_000 },
    goals: [
      { against: 'native', least: 1.6 },
      { against: 'raw', least: 1 / 1.2 },
    ],
  },
  {
    ...COMMON,
    name: 'in-flight',
    group: 'Requests, tcp',
    title: 'DEALER/ROUTER, 100 in flight',
    scenario: 'in-flight',
    counts: { zerowire: 800_000, native: 150_000 },
  },
]

const PUBLISH = {
  ...COMMON,
  group: 'PUB to SUB, tcp, 16 B',
  scenario: 'publish',
} as const

const PUBLISHING: readonly Row[] = [
  {
    ...PUBLISH,
    name: 'pub-1',
    title: '1 subscriber',
    counts: { zerowire: 5_000_000, native: 600_000, nats: 1_000_000 },
  },
  {
    ...PUBLISH,
    name: 'pub-10',
    title: '10 subscribers, deliveries',
    peers: 10,
    counts: { zerowire: 800_000, native: 60_000, nats: 200_000 },
    goals: native(8),
  },
  {
    ...PUBLISH,
    name: 'pub-1000',
    title: '1,000 subscribers, deliveries',
    peers: 1000,
    counts: { zerowire: 2000, native: 400, nats: 2000 },
  },
  {
    ...PUBLISH,
    name: 'pub-topics',
    title: '1 subscriber, 100,000 topics',
    topics: 100_000,
    counts: { zerowire: 5_000_000, native: 600_000, nats: 1_000_000 },
    goals: [{ row: 'pub-1', least: 0.8 }],
  },
]

/** What happens for a message is the same in both; only the number of peers is not. */
const IN_TURN = {
  ...COMMON,
  group: 'Many peers, tcp',
  scenario: 'peers',
  counts: { zerowire: 3_000_000 },
} as const

const PEERS: readonly Row[] = [
  {
    ...COMMON,
    name: 'pushers',
    group: 'Many peers, tcp',
    title: '1,000 PUSH to one PULL',
    scenario: 'stream',
    peers: 1000,
    counts: { zerowire: 3_000_000, native: 500_000 },
    goals: native(5),
  },
  {
    ...IN_TURN,
    name: 'peers-10',
    title: 'a ROUTER with 10 DEALER in turn, 100 messages a write',
    peers: 10,
  },
  {
    ...IN_TURN,
    name: 'peers-10000',
    title: 'a ROUTER with 10,000 DEALER in turn, 100 messages a write',
    peers: 10_000,
    goals: [{ row: 'peers-10', least: 0.5 }],
  },
  {
    ...COMMON,
    name: 'connect',
    group: 'Many peers, tcp',
    title: 'connect, ask, close',
    scenario: 'connect',
    peers: 50,
    counts: { zerowire: 8000, native: 5000 },
  },
  {
    ...COMMON,
    name: 'idle',
    group: 'Many peers, tcp',
    title: 'memory of an idle connection',
    scenario: 'idle',
    figure: 'resident',
    counts: { zerowire: 10_000, native: 10_000 },
    goals: [{ figure: 'heap', most: 10_240 }],
  },
  {
    ...COMMON,
    name: 'timer',
    group: 'Many peers, tcp',
    title: 'a 10 ms timer under flood, p99',
    scenario: 'flood',
    figure: 'timer',
    counts: { zerowire: 12_000_000, native: 1_000_000 },
    goals: [{ figure: 'timer', most: 20 }],
  },
]

export const ROWS: readonly Row[] = [
  ...streams('tcp'),
  ...BATCHES,
  ...streams('ipc'),
  ...OVER_WEBSOCKET,
  ...SEALED,
  ...streams('inproc'),
  ...BETWEEN_THREADS,
  ...REQUESTS,
  ...PUBLISHING,
  ...PEERS,
  ...PATTERNS.map(rowOf),
]
