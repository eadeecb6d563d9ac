import { ZmqError } from './errors.js'
import { copyOf, EMPTY, fromText, toLatin1, toText } from './util/bytes.js'
import { decodeZ85, encodeZ85 } from './util/z85.js'
import type { OptionName, OptionValues } from './option-values.js'

// By name: TypeScript 4.9 reads the declarations, and has no other way for types.
export type {
  Authenticate,
  Authenticated,
  AuthenticationRequest,
  TlsOptions,
  OptionValues,
  OptionName,
  SecurityOption,
} from './option-values.js'

type Kind =
  | 'int'
  | 'bool'
  | 'string'
  | 'bytes'
  | 'key'
  | 'verbosity'
  | 'record'
  | 'strings'
  | 'metadata'
  | 'function'

interface OptionSpec<V> {
  /** libzmq's number; none for what only zerowire has. */
  readonly id?: number | undefined
  /** The socket types that take it by number, where not all do. */
  readonly on?: string
  readonly kind: Kind
  readonly initial: V
  /** Of a number, also one given for a boolean; of a string, its length in bytes. */
  readonly min?: number
  readonly max?: number
  /** Values below this are rounded down to a multiple of it. */
  readonly step?: number
  /** It takes effect at once, also on endpoints that exist. */
  readonly immediate?: true
  /** Not for others to read in an error. */
  readonly secret?: true
}

type Specs = { readonly [K in OptionName]: OptionSpec<OptionValues[K]> }
type Extra = Omit<OptionSpec<unknown>, 'id' | 'kind' | 'initial'>

/** The most that libzmq keeps in 4 bytes; options that can be more have 8. */
export const INT_MAX = 0x7fffffff
export const INT_MIN: number = -INT_MAX - 1

/** RFC 37: what applications say of themselves begins with X-. */
const METADATA_NAME = /^X-[\w.+-]+$/i

export const flag = (id: number | undefined, extra: Extra = {}): OptionSpec<boolean> => ({
  ...{ id, kind: 'bool', initial: false, min: 0, max: 1 },
  ...extra,
})

/** A flag of some socket types: by number, everything from 1 on is true. */
const flagOf = (on: string, id: number, immediate?: true): OptionSpec<boolean> => ({
  ...flag(id, { on, max: INT_MAX }),
  ...(immediate && { immediate }),
})

export const integer = (
  id: number | undefined,
  initial: number,
  min: number,
  extra: Extra = {},
): OptionSpec<number> => ({
  ...{ id, kind: 'int', initial, min, max: INT_MAX },
  ...extra,
})

export const text = (id: number, extra: Extra = {}): OptionSpec<string | null> => ({
  ...{ id, kind: 'string', initial: null, min: 1, max: 255 },
  ...extra,
})

const bytes = (id: number, extra: Extra = {}): OptionSpec<Uint8Array | null> => ({
  ...{ id, kind: 'bytes', initial: null },
  ...extra,
})

export const any: Extra = { min: INT_MIN, max: INT_MAX }
export const immediate: Extra = { immediate: true }

/** A key of CURVE. */
const key = (id: number, extra: Extra = {}): OptionSpec<string | null> => ({
  ...{ id, kind: 'key', initial: null },
  ...extra,
})

/** Options that every socket has as properties, on every platform. */
const common = {
  linger: integer(17, -1, -1, immediate),
  reconnectInterval: integer(18, 100, -1),
  reconnectMaxInterval: integer(21, 0, 0),
  maxMessageSize: integer(22, -1, -(2 ** 63), { max: 2 ** 63 }),
  immediate: flag(39),
  ipv6: flag(42),
  handshakeInterval: integer(66, 30_000, 0),
  heartbeatInterval: integer(75, 0, 0),
  // What rounds to nothing may be negative.
  heartbeatTimeToLive: integer(76, 0, -99, { max: 6_553_599, step: 100 }),
  heartbeatTimeout: integer(77, -1, 0),
  connectTimeout: integer(79, 0, 0),
  maxPendingOperations: integer(undefined, 1, 1, immediate),
  metadata: { kind: 'metadata', initial: null },
  reconnectStop: integer(109, 0, 0, { max: 7, immediate: true }),
  plainServer: flag(44),
  plainUsername: text(45),
  plainPassword: text(46, { secret: true }),
  curveServer: flag(47),
  curvePublicKey: key(48),
  curveSecretKey: key(49, { secret: true }),
  curveServerKey: key(50),
  zapDomain: text(55),
  zapEnforceDomain: flag(93, any),
  authenticate: { kind: 'function', initial: null },
} satisfies Partial<Specs>

const sending = {
  multicastHops: integer(25, 1, 1),
  sendBufferSize: integer(11, -1, -1),
  sendHighWaterMark: integer(23, 1000, 0, immediate),
  sendTimeout: integer(28, -1, -1, immediate),
} satisfies Partial<Specs>

const receiving = {
  receiveBufferSize: integer(12, -1, -1),
  receiveHighWaterMark: integer(24, 1000, 0, immediate),
  receiveTimeout: integer(27, -1, -1, immediate),
  messagePeers: flag(undefined, immediate),
} satisfies Partial<Specs>

/** The one table of options: number, kind, initial value, range. A platform adds those of its own. */
export const OPTIONS: Specs = {
  ...common,
  ...sending,
  ...receiving,
  mechanism: { kind: 'string', initial: 'NULL' },
  asServer: flag(undefined),
  remembersPeers: flag(undefined),
  routingId: bytes(5, { min: 1, max: 255 }),
  mandatory: flagOf('ROUTER', 33, true),
  probeRouter: flagOf('ROUTER DEALER REQ', 51, true),
  handover: flagOf('ROUTER', 56, true),
  correlate: flagOf('REQ', 52, true),
  relaxed: flagOf('REQ', 53, true),
  conflate: flag(54),
  noDrop: flagOf('PUB XPUB', 69),
  manual: flagOf('PUB XPUB', 71),
  welcomeMessage: bytes(72, { on: 'PUB XPUB' }),
  invertMatching: flag(74, any),
  verbosity: { kind: 'verbosity', initial: null, immediate: true },
  manualLastValue: flagOf('PUB XPUB', 98),
  onlyFirstSubscribe: flagOf('PUB XPUB XSUB', 108),
  verboseUnsubscribe: flag(115, { on: 'XSUB', ...any, ...immediate }),
  routerNotify: integer(97, 0, 0, { on: 'ROUTER', max: 3, immediate: true }),
  helloMessage: bytes(110, immediate),
  disconnectMessage: bytes(111, immediate),
  hiccupMessage: bytes(114, immediate),
  maxGroups: integer(undefined, 65_536, 1, immediate),
} satisfies Partial<Specs> as Specs

/** Options of every socket. */
export const COMMON: OptionName[] = Object.keys(common) as OptionName[]
/** Options of sockets that send. */
export const SENDING: readonly OptionName[] = Object.keys(sending) as OptionName[]
/** Options of sockets that receive. */
export const RECEIVING: readonly OptionName[] = Object.keys(receiving) as OptionName[]

let initial: OptionValues | undefined

/** Adds what a platform has in addition: `shared` by all sockets, and others. To be called before there is a socket. */
export function addOptions(shared: Partial<Specs>, others: Partial<Specs>): void {
  Object.assign(OPTIONS, shared, others)
  COMMON.push(...(Object.keys(shared) as OptionName[]))
}

/** The options of a new socket. */
export function initialOptions(changes: Partial<OptionValues>): OptionValues {
  initial ??= Object.fromEntries(
    Object.entries(OPTIONS).map(([name, spec]) => [name, spec.initial]),
  ) as unknown as OptionValues
  return { ...initial, ...changes }
}

/** Whether a change takes effect only at the next bind or connect. */
export function isLate(name: OptionName): boolean {
  return OPTIONS[name].immediate !== true
}

/** What a value must be: of what the reference has, in its words. */
const EXPECTED: Partial<Record<Kind, string>> = {
  int: 'a number',
  bool: 'a boolean',
  string: 'a string or buffer',
  bytes: 'a string or buffer',
  key: 'a string or buffer',
  strings: 'an array of strings or null',
  function: 'a function or null',
}

/** @throws TypeError when a value is of the wrong type. */
export function checkKind(kind: Kind, value: unknown): void {
  if (!IS[kind](value))
    throw new TypeError(`Option value must be ${EXPECTED[kind] ?? 'an object or null'}`)
}

/** @throws TypeError when a value is of the wrong type for an option. */
export function checkType(name: OptionName, value: unknown): void {
  checkKind(OPTIONS[name].kind, value)
}

const isBytes = (value: unknown): boolean =>
  value === null || typeof value === 'string' || ArrayBuffer.isView(value)
const isNothing = (value: unknown): boolean => value === null || value === undefined

const isRecord = (value: unknown): boolean =>
  isNothing(value) || (typeof value === 'object' && !Array.isArray(value))

const IS: Record<Kind, (value: unknown) => boolean> = {
  int: (value) => typeof value === 'number',
  bool: (value) => typeof value === 'boolean',
  string: isBytes,
  bytes: isBytes,
  key: isBytes,
  record: isRecord,
  metadata: isRecord,
  strings: (value) =>
    isNothing(value) || (Array.isArray(value) && value.every((each) => typeof each === 'string')),
  verbosity: () => true,
  function: (value) => isNothing(value) || typeof value === 'function',
}

/**
 * The one validator of options.
 * @returns the value as it is kept.
 * @throws TypeError when it is of the wrong type, in the reference's words.
 * @throws ZmqError `EINVAL` when it is out of range.
 */
export function checkOption<K extends OptionName>(name: K, value: unknown): OptionValues[K] {
  checkType(name, value)
  const spec: OptionSpec<OptionValues[K]> = OPTIONS[name]
  return KEPT[spec.kind](value as never, spec, name) as OptionValues[K]
}

const same = (value: unknown): unknown => value

/** Of values whose type is right. */
const KEPT: Record<Kind, (value: never, spec: OptionSpec<unknown>, name: string) => unknown> = {
  int(value: number, { min = 0, max = INT_MAX, step = 1 }, name) {
    const number = Math.trunc(value)
    if (!(number >= min && number <= max))
      throw outOfRange(name, value, `${String(min)} to ${String(max)}`)
    return number - (number % step)
  },
  bool: same,
  string(value, spec, name) {
    const bytes = KEPT.bytes(value, spec, name)
    return bytes instanceof Uint8Array ? toText(bytes) : null
  },
  bytes(value: string | ArrayBufferView | null, { min = 0, max = INT_MAX, secret }, name) {
    if (value === null) return null
    const bytes = toBytes(value)
    // Of nothing to say there is nothing to send.
    if (bytes.length === 0 && min === 0) return null
    if (bytes.length >= min && bytes.length <= max) return bytes
    throw outOfRange(
      name,
      secret ? bytes.length : toText(bytes),
      `${String(min)} to ${String(max)} bytes`,
    )
  },
  /** 32 bytes, or 40 characters of Z85, which may end in a zero as a string in C does. Kept as Z85. */
  key(value: string | ArrayBufferView | null, { secret }, name) {
    const bytes = value === null ? EMPTY : toBytes(value)
    const z85 = bytes.length === 32 ? encodeZ85(bytes) : toLatin1(bytes).replace(/\0$/, '')
    if (z85.length === 40 && decodeZ85(z85) !== undefined) return z85
    throw outOfRange(name, secret ? bytes.length : value, '32 bytes or 40 characters of Z85')
  },
  record: (value: object | null | undefined) => (value ? { ...value } : null),
  metadata(value: object | null | undefined, _spec, name) {
    for (const [key, text] of Object.entries(value ?? {}) as [string, unknown][]) {
      if (!METADATA_NAME.test(key) || key.length > 255 || typeof text !== 'string') {
        throw outOfRange(name, { [key]: text }, 'texts by names such as X-Version')
      }
    }
    return value ? { ...value } : null
  },
  strings: (value: readonly string[] | null | undefined) => (value ? [...value] : null),
  function: (value: unknown) => value ?? null,
  /** Words that mean nothing are none. */
  verbosity: (value: unknown) => (value === 'allSubs' || value === 'allSubsUnsubs' ? value : null),
}

/** Text or bytes as bytes of our own: the caller may go on using its own. */
export function toBytes(value: string | ArrayBufferView): Uint8Array {
  if (typeof value === 'string') return fromText(value)
  return copyOf(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
}

function outOfRange(name: string, value: unknown, expected: string): ZmqError {
  return new ZmqError('EINVAL', {
    reason: `option ${name} is ${expected}, not ${JSON.stringify(value)}`,
  })
}
