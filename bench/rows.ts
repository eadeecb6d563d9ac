/** What is measured. */
export interface Row {
  readonly name: string
  /** `stream`: PUSH to PULL, in messages a second. `round-trip`: REQ to REP, in microseconds. */
  readonly kind: 'stream' | 'round-trip'
  /** Bytes of a message. */
  readonly size: number
  /** Messages of one run for each library: as many as take it some seconds, so that starting up does not count. */
  readonly count: Readonly<Record<'zerowire' | 'native', number>>
  readonly endpoint: string
  /** The ratio that must be reached. */
  readonly floor: number
}

const TCP = 'tcp://127.0.0.1:*'

export const ROWS: readonly Row[] = [
  {
    name: 'tcp-16',
    kind: 'stream',
    size: 16,
    count: { zerowire: 6_000_000, native: 800_000 },
    endpoint: TCP,
    floor: 6,
  },
  {
    name: 'tcp-1k',
    kind: 'stream',
    size: 1024,
    count: { zerowire: 1_200_000, native: 500_000 },
    endpoint: TCP,
    floor: 2,
  },
  {
    name: 'tcp-64k',
    kind: 'stream',
    size: 65_536,
    count: { zerowire: 50_000, native: 50_000 },
    endpoint: TCP,
    floor: 0.9,
  },
  {
    name: 'req-rep-16',
    kind: 'round-trip',
    size: 16,
    count: { zerowire: 20_000, native: 12_000 },
    endpoint: TCP,
    floor: 1,
  },
]
