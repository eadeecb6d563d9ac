import { ZmqError } from './errors.js'
import { copyOf, fromText, toText } from './util/bytes.js'

/**
 * How `wss://` proves who is who: what `tls.createServer()` and `tls.connect()` of Node take. A
 * listener needs `key` and `cert`. Browsers take no such options.
 */
export interface TlsOptions {
  /** The private key, PEM. */
  readonly key?: string | Uint8Array
  /** The certificate and those between it and an authority, PEM. */
  readonly cert?: string | Uint8Array
  /** Authorities to trust in place of the well-known ones, PEM. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[]
  /** What the private key is encrypted with. */
  readonly passphrase?: string
  /** Whether a peer without a valid certificate is refused. @default true */
  readonly rejectUnauthorized?: boolean
  /** The name that the peer's certificate must be for, if not the host of the endpoint. */
  readonly servername?: string
  /** Whether a listener asks those who connect for a certificate. @default false */
  readonly requestCert?: boolean
  /** Whatever else Node takes. */
  readonly [name: string]: unknown
}

/** Every option of a socket by its name, with the type of its value. */
export interface OptionValues {
  // of all sockets
  affinity: number
  rate: number
  recoveryInterval: number
  linger: number
  reconnectInterval: number
  backlog: number
  reconnectMaxInterval: number
  maxMessageSize: number
  tcpKeepalive: number
  tcpKeepaliveCount: number
  tcpKeepaliveIdle: number
  tcpKeepaliveInterval: number
  tcpAcceptFilter: string | null
  immediate: boolean
  ipv6: boolean
  plainServer: boolean
  plainUsername: string | null
  plainPassword: string | null
  curveServer: boolean
  curvePublicKey: string | null
  curveSecretKey: string | null
  curveServerKey: string | null
  zapDomain: string | null
  typeOfService: number
  handshakeInterval: number
  socksProxy: string | null
  heartbeatInterval: number
  heartbeatTimeToLive: number
  heartbeatTimeout: number
  connectTimeout: number
  tcpMaxRetransmitTimeout: number
  multicastMaxTransportDataUnit: number
  interface: string | null
  zapEnforceDomain: boolean
  loopbackFastPath: boolean
  maxPendingOperations: number
  maxPendingHandshakes: number
  minimumZmtpVersion: number
  tls: TlsOptions | null
  allowedOrigins: readonly string[] | null
  metadata: Readonly<Record<string, string>> | null
  reconnectStop: number
  // of sockets that send
  multicastHops: number
  sendBufferSize: number
  sendHighWaterMark: number
  sendTimeout: number
  // of sockets that receive
  receiveBufferSize: number
  receiveHighWaterMark: number
  receiveTimeout: number
  messagePeers: boolean
  // of some socket types
  routingId: Uint8Array | null
  mandatory: boolean
  probeRouter: boolean
  handover: boolean
  correlate: boolean
  relaxed: boolean
  conflate: boolean
  noDrop: boolean
  manual: boolean
  welcomeMessage: Uint8Array | null
  invertMatching: boolean
  verbosity: 'allSubs' | 'allSubsUnsubs' | null
  manualLastValue: boolean
  onlyFirstSubscribe: boolean
  verboseUnsubscribe: boolean
  routerNotify: number
  helloMessage: Uint8Array | null
  disconnectMessage: Uint8Array | null
  hiccupMessage: Uint8Array | null
  notify: boolean
  maxGroups: number
}

/** The name of an option. */
export type OptionName = keyof OptionValues

/** Options each of which, if set, asks for authentication or encryption. */
export type SecurityOption =
  | 'plainServer'
  | 'plainUsername'
  | 'plainPassword'
  | 'curveServer'
  | 'curvePublicKey'
  | 'curveSecretKey'
  | 'curveServerKey'
  | 'zapDomain'

type Kind = 'int' | 'bool' | 'string' | 'bytes' | 'verbosity' | 'record' | 'strings' | 'metadata'

interface OptionSpec<V> {
  readonly kind: Kind
  readonly initial: V
  /** Of a number; of a string, its length in bytes. */
  readonly min?: number
  readonly max?: number
  /** Values below this are rounded down to a multiple of it. */
  readonly step?: number
  /** It takes effect at once, also on endpoints that exist. */
  readonly immediate?: true
  /** Other values than the initial one are refused: nothing here could heed them. */
  readonly fixed?: true
}

const INT_MAX = 0x7fffffff

/** RFC 37: what applications say of themselves begins with X-. */
const METADATA_NAME = /^X-[\w.+-]+$/i

const flag = (extra: { immediate?: true; fixed?: true } = {}): OptionSpec<boolean> => ({
  kind: 'bool',
  initial: false,
  ...extra,
})

const integer = (
  initial: number,
  min: number,
  extra: { max?: number; immediate?: true; step?: number } = {},
): OptionSpec<number> => ({ kind: 'int', initial, min, max: INT_MAX, ...extra })

const text = (
  extra: { min?: number; max?: number; fixed?: true } = {},
): OptionSpec<string | null> => ({
  kind: 'string',
  initial: null,
  ...extra,
})

/** The one table of options: kind, initial value, range. */
const OPTIONS: { readonly [K in OptionName]: OptionSpec<OptionValues[K]> } = {
  affinity: integer(0, 0, { max: 2 ** 64 }),
  rate: integer(100, 1),
  recoveryInterval: integer(10_000, 0),
  linger: integer(-1, -1, { immediate: true }),
  reconnectInterval: integer(100, -1),
  backlog: integer(100, 0),
  reconnectMaxInterval: integer(0, 0),
  maxMessageSize: integer(-1, -1, { max: Number.MAX_SAFE_INTEGER }),
  tcpKeepalive: integer(-1, -1, { max: 1 }),
  tcpKeepaliveCount: integer(-1, -1),
  tcpKeepaliveIdle: integer(-1, -1),
  tcpKeepaliveInterval: integer(-1, -1),
  tcpAcceptFilter: text({ max: 255 }),
  immediate: flag(),
  ipv6: flag(),
  plainServer: flag({ fixed: true }),
  plainUsername: text({ fixed: true }),
  plainPassword: text({ fixed: true }),
  curveServer: flag({ fixed: true }),
  curvePublicKey: text({ fixed: true }),
  curveSecretKey: text({ fixed: true }),
  curveServerKey: text({ fixed: true }),
  zapDomain: text({ fixed: true }),
  typeOfService: integer(0, 0),
  handshakeInterval: integer(30_000, 0),
  socksProxy: text({ fixed: true }),
  heartbeatInterval: integer(0, 0),
  heartbeatTimeToLive: integer(0, 0, { max: 6_553_599, step: 100 }),
  heartbeatTimeout: integer(-1, 0),
  connectTimeout: integer(0, 0),
  tcpMaxRetransmitTimeout: integer(0, 0),
  multicastMaxTransportDataUnit: integer(1500, 1),
  interface: text({ max: 15 }),
  zapEnforceDomain: flag({ fixed: true }),
  loopbackFastPath: flag(),
  maxPendingOperations: integer(1, 1, { immediate: true }),
  maxPendingHandshakes: integer(4096, 1, { immediate: true }),
  minimumZmtpVersion: integer(3, 1, { max: 3 }),
  tls: { kind: 'record', initial: null },
  allowedOrigins: { kind: 'strings', initial: null, immediate: true },
  metadata: { kind: 'metadata', initial: null },
  reconnectStop: integer(0, 0, { max: 7, immediate: true }),
  multicastHops: integer(1, 1),
  sendBufferSize: integer(-1, -1),
  sendHighWaterMark: integer(1000, 0, { immediate: true }),
  sendTimeout: integer(-1, -1, { immediate: true }),
  receiveBufferSize: integer(-1, -1),
  receiveHighWaterMark: integer(1000, 0, { immediate: true }),
  receiveTimeout: integer(-1, -1, { immediate: true }),
  messagePeers: flag({ immediate: true }),
  routingId: { kind: 'bytes', initial: null, min: 1, max: 255 },
  mandatory: { ...flag({ immediate: true }) },
  probeRouter: flag({ immediate: true }),
  handover: flag({ immediate: true }),
  correlate: flag({ immediate: true }),
  relaxed: flag({ immediate: true }),
  conflate: flag(),
  noDrop: flag(),
  manual: flag(),
  welcomeMessage: { kind: 'bytes', initial: null },
  invertMatching: flag(),
  verbosity: { kind: 'verbosity', initial: null, immediate: true },
  manualLastValue: flag(),
  onlyFirstSubscribe: flag(),
  verboseUnsubscribe: flag({ immediate: true }),
  routerNotify: integer(0, 0, { max: 3, immediate: true }),
  helloMessage: { kind: 'bytes', initial: null, immediate: true },
  disconnectMessage: { kind: 'bytes', initial: null, immediate: true },
  hiccupMessage: { kind: 'bytes', initial: null, immediate: true },
  notify: { kind: 'bool', initial: true },
  maxGroups: integer(65_536, 1, { immediate: true }),
}

const INITIAL = Object.fromEntries(
  Object.entries(OPTIONS).map(([name, { initial }]) => [name, initial]),
) as unknown as OptionValues

/** The options of a new socket. */
export function initialOptions(changes: Partial<OptionValues>): OptionValues {
  return { ...INITIAL, ...changes }
}

/** Whether a change takes effect only at the next bind or connect. */
export function isLate(name: OptionName): boolean {
  return OPTIONS[name].immediate !== true
}

/**
 * The one validator of options.
 * @returns the value as it is kept.
 * @throws TypeError when it is of the wrong type, in the reference's words.
 * @throws ZmqError `EINVAL` when it is out of range, `ENOTSUP` when nothing could heed it.
 */
export function checkOption<K extends OptionName>(name: K, value: unknown): OptionValues[K] {
  const spec: OptionSpec<OptionValues[K]> = OPTIONS[name]
  const checked = CHECKS[spec.kind](value, spec, name)
  if (spec.fixed === true && checked !== spec.initial) {
    throw new ZmqError('ENOTSUP', { reason: `option ${name} is not supported yet` })
  }
  return checked as OptionValues[K]
}

const CHECKS: Record<Kind, (value: unknown, spec: OptionSpec<unknown>, name: string) => unknown> = {
  int(value, { min = 0, max = INT_MAX, step = 1 }, name) {
    if (typeof value !== 'number') throw new TypeError('Option value must be a number')
    const number = Math.trunc(value)
    if (!(number >= min && number <= max))
      throw outOfRange(name, value, `${String(min)} to ${String(max)}`)
    return number - (number % step)
  },
  bool(value) {
    if (typeof value !== 'boolean') throw new TypeError('Option value must be a boolean')
    return value
  },
  string(value, spec, name) {
    const bytes = CHECKS.bytes(value, spec, name)
    return bytes instanceof Uint8Array ? toText(bytes) : null
  },
  bytes(value, { min = 0, max = INT_MAX }, name) {
    if (value === null || value === undefined) return null
    if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
      throw new TypeError('Option value must be a string or buffer')
    }
    const bytes = typeof value === 'string' ? fromText(value) : copyOf(value)
    if (bytes.length >= min && bytes.length <= max) return bytes
    throw outOfRange(name, toText(bytes), `${String(min)} to ${String(max)} bytes`)
  },
  record(value, _spec, name) {
    if (value === null || value === undefined) return null
    if (typeof value === 'object' && !Array.isArray(value)) return { ...value }
    throw new TypeError(`Option ${name} must be an object or null`)
  },
  strings(value, _spec, name) {
    if (value === null || value === undefined) return null
    if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return [...value]
    throw new TypeError(`Option ${name} must be an array of strings or null`)
  },
  metadata(value, spec, name) {
    const record = CHECKS.record(value, spec, name) as Record<string, unknown> | null
    for (const [key, text] of Object.entries(record ?? {})) {
      if (!METADATA_NAME.test(key) || key.length > 255 || typeof text !== 'string') {
        throw outOfRange(name, { [key]: text }, 'texts by names such as X-Version')
      }
    }
    return record
  },
  /** Values that mean nothing are ignored, as in the reference. */
  verbosity(value) {
    return value === 'allSubs' || value === 'allSubsUnsubs' ? value : null
  },
}

function outOfRange(name: string, value: unknown, expected: string): ZmqError {
  return new ZmqError('EINVAL', {
    reason: `option ${name} is ${expected}, not ${JSON.stringify(value)}`,
  })
}
