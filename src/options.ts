import { ZmqError } from './errors.js'
import { copyOf, EMPTY, fromText, toLatin1, toText } from './util/bytes.js'
import type { OptionName, OptionValues } from './option-values.js'

// By name: TypeScript 4.9 reads the declarations, and has no other way for types.
export type {
  Authenticate,
  Authenticated,
  AuthenticationAnswer,
  AuthenticationRequest,
  TlsOptions,
  OptionValues,
  OptionName,
  SecurityOption,
} from './option-values.js'

/** A kind of value. */
export interface Kind {
  /** What a value must be: of what the reference has, in its words. */
  readonly expected: string
  /** Whether the type of a value is right. */
  readonly is: (value: unknown) => boolean
  /** What is kept of a value whose type is right. @throws ZmqError `EINVAL` when it is out of range. */
  kept?(value: never, spec: OptionSpec<unknown>, name: string, before: unknown): unknown
}

export interface OptionSpec<V> {
  readonly kind: Kind
  readonly initial: V
  /** Of a number; of a string, its length in bytes. */
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
type Extra = Partial<Omit<OptionSpec<unknown>, 'initial'>>

/** The most that libzmq keeps in 4 bytes; options that can be more have 8. */
export const INT_MAX = 0x7fffffff

/** RFC 37: what applications say of themselves begins with X-. */
const METADATA_NAME = /^X-[\w.+-]+$/i

const isNothing = (value: unknown): boolean => value === null || value === undefined

export const BOOL: Kind = { expected: 'a boolean', is: (value) => typeof value === 'boolean' }

export const INT: Kind = {
  expected: 'a number',
  is: (value) => typeof value === 'number',
  kept(value: number, { min = 0, max = INT_MAX, step = 1 }, name) {
    const number = Math.trunc(value)
    if (!(number >= min && number <= max))
      throw outOfRange(name, value, `${String(min)} to ${String(max)}`)
    return number - (number % step)
  },
}

export type Given = string | ArrayBufferView | null

export const BYTES: Kind = {
  expected: 'a string or buffer',
  is: (value) => value === null || typeof value === 'string' || ArrayBuffer.isView(value),
  kept: toOwnBytes,
}

export const STRING: Kind = { ...BYTES, kept: toOwnText }

function toOwnBytes(
  value: Given,
  { min = 0, max = INT_MAX, secret }: OptionSpec<unknown>,
  name: string,
): Uint8Array | null {
  if (value === null) return null
  const bytes = toBytes(value)
  // Of nothing to say there is nothing to send.
  if (bytes.length === 0 && min === 0) return null
  if (bytes.length >= min && bytes.length <= max) return bytes
  const shown = secret ? bytes.length : toText(bytes)
  throw outOfRange(name, shown, `${String(min)} to ${String(max)} bytes`)
}

/** @throws ZmqError `EINVAL` when it is too long or too short. */
export function toOwnText(value: Given, spec: OptionSpec<unknown>, name: string): string | null {
  const bytes = toOwnBytes(value, spec, name)
  return bytes && toText(bytes)
}

/**
 * A key of CURVE: 32 bytes, or 40 characters of Z85, kept as a text as long. Whether these are Z85 is
 * found out with the mechanism that needs them, unless a platform knows at once.
 */
const KEY: Kind = {
  ...BYTES,
  kept(value: Given, spec, name) {
    const bytes = value === null ? EMPTY : toBytes(value)
    if (bytes.length === 32 || bytes.length === 40) return toLatin1(bytes)
    throw noKey(value, spec, name)
  },
}

export function noKey(value: Given, { secret }: OptionSpec<unknown>, name: string): ZmqError {
  const shown = secret ? '(a secret)' : value
  return outOfRange(name, shown, '32 bytes or 40 characters of Z85')
}

/** Things by names. */
export const RECORD: Kind = {
  expected: 'an object or null',
  is: (value) => isNothing(value) || (typeof value === 'object' && !Array.isArray(value)),
  kept: (value: object | null | undefined) => (value ? { ...value } : null),
}

const METADATA: Kind = {
  expected: RECORD.expected,
  is: RECORD.is,
  kept(value: object | null | undefined, _spec, name) {
    for (const [key, text] of Object.entries(value ?? {}) as [string, unknown][]) {
      if (!METADATA_NAME.test(key) || key.length > 255 || typeof text !== 'string') {
        throw outOfRange(name, { [key]: text }, 'texts by names such as X-Version')
      }
    }
    return value ? { ...value } : null
  },
}

const FUNCTION: Kind = {
  expected: 'a function or null',
  is: (value) => isNothing(value) || typeof value === 'function',
  kept: (value: unknown) => value ?? null,
}

/** Words that mean nothing are none. */
const VERBOSITY: Kind = {
  expected: '',
  is: () => true,
  kept: (value: unknown) => (value === 'allSubs' || value === 'allSubsUnsubs' ? value : null),
}

export const flag = (extra: Extra = {}, initial = false): OptionSpec<boolean> => ({
  ...{ kind: BOOL, initial },
  ...extra,
})

export const integer = (initial: number, min: number, extra: Extra = {}): OptionSpec<number> => ({
  ...{ kind: INT, initial, min, max: INT_MAX },
  ...extra,
})

export const text = (extra: Extra = {}): OptionSpec<string | null> => ({
  ...{ kind: STRING, initial: null, min: 1, max: 255 },
  ...extra,
})

const bytes = (extra: Extra = {}): OptionSpec<Uint8Array | null> => ({
  ...{ kind: BYTES, initial: null },
  ...extra,
})

export const immediate: Extra = { immediate: true }

const key = (extra: Extra = {}): OptionSpec<string | null> => ({
  ...{ kind: KEY, initial: null },
  ...extra,
})

/** Options that every socket has as properties, on every platform. */
const common = {
  linger: integer(-1, -1, immediate),
  reconnectInterval: integer(100, -1),
  reconnectMaxInterval: integer(0, 0),
  maxMessageSize: integer(-1, -(2 ** 63), { max: 2 ** 63 }),
  immediate: flag(),
  ipv6: flag(),
  handshakeInterval: integer(30_000, 0),
  heartbeatInterval: integer(0, 0),
  // What rounds to nothing may be negative.
  heartbeatTimeToLive: integer(0, -99, { max: 6_553_599, step: 100 }),
  heartbeatTimeout: integer(-1, 0),
  connectTimeout: integer(0, 0),
  maxPendingOperations: integer(1, 1, immediate),
  metadata: { kind: METADATA, initial: null },
  reconnectStop: integer(0, 0, { max: 7, immediate: true }),
  plainServer: flag(),
  plainUsername: text(),
  plainPassword: text({ secret: true }),
  curveServer: flag(),
  curvePublicKey: key(),
  curveSecretKey: key({ secret: true }),
  curveServerKey: key(),
  zapDomain: text(),
  zapEnforceDomain: flag(),
  authenticate: { kind: FUNCTION, initial: null, immediate: true },
} satisfies Partial<Specs>

const sending = {
  multicastHops: integer(1, 1),
  sendBufferSize: integer(-1, -1),
  sendHighWaterMark: integer(1000, 0, immediate),
  sendTimeout: integer(-1, -1, immediate),
} satisfies Partial<Specs>

const receiving = {
  receiveBufferSize: integer(-1, -1),
  receiveHighWaterMark: integer(1000, 0, immediate),
  receiveTimeout: integer(-1, -1, immediate),
  messagePeers: flag(immediate),
} satisfies Partial<Specs>

/** The one table of options: kind, initial value, range. A platform adds those of its own. */
export const OPTIONS: Specs = {
  ...common,
  ...sending,
  ...receiving,
  mechanism: { kind: STRING, initial: 'NULL' },
  asServer: flag(),
  remembersPeers: flag(),
  routingId: bytes({ min: 1, max: 255 }),
  mandatory: flag(immediate),
  probeRouter: flag(immediate),
  handover: flag(immediate),
  correlate: flag(immediate),
  relaxed: flag(immediate),
  conflate: flag(),
  noDrop: flag(),
  manual: flag(),
  welcomeMessage: bytes(),
  invertMatching: flag(),
  verbosity: { kind: VERBOSITY, initial: null, immediate: true },
  manualLastValue: flag(),
  onlyFirstSubscribe: flag(),
  verboseUnsubscribe: flag(immediate),
  routerNotify: integer(0, 0, { max: 3, immediate: true }),
  helloMessage: bytes(immediate),
  disconnectMessage: bytes(immediate),
  hiccupMessage: bytes(immediate),
  maxGroups: integer(65_536, 1, immediate),
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
  initial ??= initialOf(OPTIONS)
  return { ...initial, ...changes }
}

/** What options are at first. */
export function initialOf<V extends object>(specs: {
  readonly [K in keyof V]: OptionSpec<V[K]>
}): V {
  const entries = Object.entries<OptionSpec<unknown>>(specs)
  return Object.fromEntries(entries.map(([name, spec]) => [name, spec.initial])) as V
}

/**
 * The options as an endpoint has them from now on: of those that take effect only at the next bind or
 * connect what they are now, so that nobody comes in because the next endpoint is a more open one.
 */
export function settled(options: OptionValues): OptionValues {
  const names = (Object.keys(options) as OptionName[]).filter(isLate)
  const now = Object.fromEntries(names.map((name) => [name, options[name]]))
  return Object.assign(Object.create(options), now) as OptionValues
}

/** Whether a change takes effect only at the next bind or connect. */
export function isLate(name: OptionName): boolean {
  return OPTIONS[name].immediate !== true
}

/** @throws TypeError when a value is of the wrong type. */
export function checkKind(kind: Kind, value: unknown): void {
  if (!kind.is(value)) throw new TypeError(`Option value must be ${kind.expected}`)
}

/** @throws TypeError when a value is of the wrong type for an option. */
export function checkType(name: OptionName, value: unknown): void {
  checkKind(OPTIONS[name].kind, value)
}

/**
 * The one validator of options.
 * @param before what was kept until now.
 * @returns the value as it is kept.
 * @throws TypeError when it is of the wrong type, in the reference's words.
 * @throws ZmqError `EINVAL` when it is out of range.
 */
export function keep<V>(
  spec: OptionSpec<V>,
  name: string,
  value: unknown,
  before: V = spec.initial,
): V {
  const { kind } = spec
  checkKind(kind, value)
  return (kind.kept ? kind.kept(value as never, spec, name, before) : value) as V
}

/** `keep()` for an option of sockets. */
export function checkOption<K extends OptionName>(
  name: K,
  value: unknown,
  before?: OptionValues[K],
): OptionValues[K] {
  const spec: OptionSpec<OptionValues[K]> = OPTIONS[name]
  return keep(spec, name, value, before)
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
