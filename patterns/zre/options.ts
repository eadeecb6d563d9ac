import type { Clock } from '../clock/index.js'
import type { Beacon } from './beacon.js'
import { checkName } from './codec.js'

/** What a node is told when it is made. */
export interface ZreOptions {
  /** What others call it, up to 255 bytes. @default the first 6 digits of its UUID */
  readonly name?: string
  /** What else others are told of it: names of up to 255 bytes, values of any length. @default none */
  readonly headers?: Readonly<Record<string, string>>
  /** How nodes learn of each other. @default UDP beacons, port 5670 */
  readonly beacon?: Beacon
  /** Where its inbox is bound. @default `tcp://`, the host of the beacon, a free port of 49152 to 65535 */
  readonly bind?: string
  /** Where others are told to connect to, when that is not where it is bound. @default the bound endpoint */
  readonly endpoint?: string
  /** Its 16 bytes, no two nodes with the same. @default random */
  readonly uuid?: Uint8Array
  /** Milliseconds from beacon to beacon, and from one look at who is silent to the next. @default 1000 */
  readonly interval?: number
  /** Milliseconds of silence after which a node is asked. @default 5000 */
  readonly evasive?: number
  /** Milliseconds of silence after which a node is gone. @default 30000 */
  readonly expired?: number
  /** Nodes at a time, those included that have not introduced themselves yet. @default 1000 */
  readonly maxPeers?: number
  /** Groups that another node may be in. @default 1000 */
  readonly maxGroups?: number
  /** Bytes of the HELLO of another node: its name, groups and headers. @default 65536 */
  readonly maxHelloBytes?: number
  /** Bytes of one part of a message that another node may send; a longer one ends the connection. @default 16777216 */
  readonly maxMessageSize?: number
  /** Messages that may wait for one node; with one more it is gone. @default 3000 */
  readonly sendHighWaterMark?: number
  /** Milliseconds that what is queued may take to leave at `close()`. @default 1000 */
  readonly linger?: number
  /** The time that it lives by; a test gives a `ManualClock`. @default systemClock */
  readonly clock?: Clock
}

const NUMBERS = {
  interval: 1000,
  evasive: 5000,
  expired: 30_000,
  maxPeers: 1000,
  maxGroups: 1000,
  maxHelloBytes: 65_536,
  maxMessageSize: 16_777_216,
  sendHighWaterMark: 3000,
  linger: 1000,
} as const

type Checked = Record<keyof typeof NUMBERS, number> &
  Pick<ZreOptions, 'name' | 'bind' | 'endpoint'> & { readonly headers: ReadonlyMap<string, string> }

/** The options with their defaults. @throws RangeError. */
export function checked(options: ZreOptions): Checked {
  const { name, bind, endpoint, headers = {} } = options
  const numbers = Object.fromEntries(
    Object.entries(NUMBERS).map(([key, standard]) => {
      const value = options[key as keyof typeof NUMBERS] ?? standard
      const least = key === 'linger' ? 0 : 1
      if (Number.isSafeInteger(value) && value >= least) return [key, value]
      throw new RangeError(`${key} must be a whole number from ${least} on, not ${String(value)}`)
    }),
  ) as Record<keyof typeof NUMBERS, number>
  if (numbers.expired <= numbers.evasive) {
    throw new RangeError(`expired must be more than evasive, which is ${numbers.evasive}`)
  }
  if (name !== undefined) checkName('name', name)
  if (endpoint !== undefined) checkName('endpoint', endpoint)
  for (const header of Object.keys(headers)) checkName('header', header)
  return {
    ...numbers,
    headers: new Map(Object.entries(headers)),
    ...(name !== undefined && { name }),
    ...(bind !== undefined && { bind }),
    ...(endpoint !== undefined && { endpoint }),
  }
}
