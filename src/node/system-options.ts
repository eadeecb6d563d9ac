import {
  addOptions,
  BYTES,
  flag,
  type Given,
  immediate,
  INT_MAX,
  integer,
  type Kind,
  noKey,
  RECORD,
  STRING,
  text,
  toBytes,
  toOwnText,
} from '../options.js'
import { EMPTY, toLatin1 } from '../util/bytes.js'
import { decodeZ85, encodeZ85 } from '../util/z85.js'
import { addFilter } from './tcp-options.js'

const TEXTS: Kind = {
  expected: 'an array of strings or null',
  is: (value) =>
    (value ?? null) === null ||
    (Array.isArray(value) && value.every((each) => typeof each === 'string')),
  kept: (value: readonly string[] | null | undefined) => (value ? [...value] : null),
}

/** A key of CURVE, of which a program in Node hears at once when it is none, and which is kept as Z85. */
const Z85: Kind = {
  ...BYTES,
  kept(value: Given, spec, name) {
    const bytes = value === null ? EMPTY : toBytes(value)
    // As 40 characters it may end in a zero, as a string in C does.
    const z85 = bytes.length === 32 ? encodeZ85(bytes) : toLatin1(bytes).replace(/\0$/, '')
    if (z85.length === 40 && decodeZ85(z85) !== undefined) return z85
    throw noKey(value, spec, name)
  },
}
const key = { kind: Z85, initial: null } as const

/** One more with each that is set. */
const FILTERS: Kind = {
  ...STRING,
  kept: (value: string | ArrayBufferView | null, spec, name, before: string | null) =>
    addFilter(before, toOwnText(value, spec, name)),
}

/*
 * Options that mean something where a program opens ports, or that are there because the reference
 * has them. Others have no use for them.
 */
addOptions(
  {
    affinity: integer(0, 0, { max: 2 ** 64 }),
    rate: integer(100, 1),
    recoveryInterval: integer(10_000, 0),
    backlog: integer(100, 0),
    tcpKeepalive: integer(-1, -1, { max: 1 }),
    tcpKeepaliveCount: integer(-1, -1),
    tcpKeepaliveIdle: integer(-1, -1),
    tcpKeepaliveInterval: integer(-1, -1),
    tcpAcceptFilter: text({ kind: FILTERS }),
    typeOfService: integer(0, 0),
    socksProxy: text({ max: INT_MAX }),
    useFileDescriptor: integer(-1, -1),
    socksUsername: text({ min: 0, max: 255 }),
    socksPassword: text({ min: 0, max: 255, secret: true }),
    tcpMaxRetransmitTimeout: integer(0, 0),
    multicastMaxTransportDataUnit: integer(1500, 1),
    interface: text({ max: 16 }),
    loopbackFastPath: flag(),
    maxPendingHandshakes: integer(4096, 1, immediate),
    minimumZmtpVersion: integer(3, 1, { max: 3 }),
    tls: { kind: RECORD, initial: null },
    allowedOrigins: { kind: TEXTS, initial: null, immediate: true },
  },
  {
    curvePublicKey: key,
    curveSecretKey: { ...key, secret: true },
    curveServerKey: key,
    notify: flag({}, true),
    multicastLoop: flag({}, true),
    inBatchSize: integer(8192, 1),
    outBatchSize: integer(8192, 1),
    priority: integer(0, 0),
    busyPoll: integer(0, -INT_MAX - 1),
  },
)
