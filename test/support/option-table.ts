import { native, ours, type Implementation, type SocketName } from './implementations.js'

/** Both libraries, for tests that hold for each of them. */
export const libraries: { library: 'zeromq' | 'zerowire'; lib: Implementation }[] = [
  { library: 'zeromq', lib: native },
  { library: 'zerowire', lib: ours },
]

export const socketTypes: readonly SocketName[] = [
  ...(['Pair', 'Publisher', 'Subscriber', 'Request', 'Reply', 'Dealer', 'Router'] as const),
  ...(['Pull', 'Push', 'XPublisher', 'XSubscriber', 'Stream'] as const),
]

export const INT_MAX = 0x7fffffff
const TOO_LARGE = 2 ** 31

/** What a value has to be; the reference names it in its TypeErrors. */
export type ValueKind = 'number' | 'boolean' | 'string or buffer'

export interface OptionRow {
  readonly name: string
  readonly kind: ValueKind
  readonly types: readonly SocketName[]
  readonly initial: unknown
  /** Values that are taken, and then read as they are: the least and the most are among them. */
  readonly good: readonly unknown[]
  /** Values of the right type that are `EINVAL`. */
  readonly bad: readonly unknown[]
  /** Values that are taken, and what is then read. */
  readonly changed?: readonly (readonly [given: unknown, read: unknown])[]
  /** What the reference does instead of telling the value; zerowire tells it. */
  readonly reading?: 'undefined' | 'EINVAL'
  /** Good values that the reference refuses with `EINVAL`, against its own types. */
  readonly mended?: readonly unknown[]
  /** Set too late without a warning: it takes effect at once. */
  readonly immediate?: true
}

type More = Partial<OptionRow>

function integer(
  name: string,
  initial: number,
  least: number,
  most = INT_MAX,
  more: More = {},
): OptionRow {
  const good = [...new Set([least, least + 1, most])]
  const bad = [least - 1, most === INT_MAX ? TOO_LARGE : most + 1]
  return { name, kind: 'number', types: socketTypes, initial, good, bad, ...more }
}

function flag(name: string, more: More = {}): OptionRow {
  const row = { name, types: socketTypes, initial: false, good: [true, false], bad: [] }
  return { ...row, kind: 'boolean', ...more }
}

function text(name: string, least: number, most: number, more: More = {}): OptionRow {
  const good = ['x'.repeat(least || 1), 'x'.repeat(most), null]
  const bad = ['x'.repeat(most + 1), ...(least > 0 ? [''] : [])]
  const row = { name, types: socketTypes, initial: null, good, bad }
  return { ...row, kind: 'string or buffer', ...more }
}

const immediate = { immediate: true } as const
const writeOnly = { reading: 'undefined' } as const

const sending = socketTypes.filter((type) => !['Subscriber', 'Pull'].includes(type))
const receiving = socketTypes.filter((type) => !['Publisher', 'Push'].includes(type))

const ZERO_LINGER: readonly SocketName[] = ['Subscriber', 'XSubscriber']
const withLinger = socketTypes.filter((type) => !ZERO_LINGER.includes(type))

/** The options of `zeromq` that are read and written as properties. */
export const optionRows: readonly OptionRow[] = [
  {
    ...integer('affinity', 0, 0, Number.MAX_SAFE_INTEGER, { bad: [] }),
    changed: [[-1, 0]],
  },
  integer('rate', 100, 1),
  integer('recoveryInterval', 10_000, 0),
  integer('linger', -1, -1, INT_MAX, { types: withLinger, ...immediate }),
  integer('linger', 0, -1, INT_MAX, { types: ZERO_LINGER, ...immediate }),
  integer('reconnectInterval', 100, -1),
  integer('backlog', 100, 0),
  integer('reconnectMaxInterval', 0, 0),
  integer('maxMessageSize', -1, -5, Number.MAX_SAFE_INTEGER, { bad: [] }),
  integer('tcpKeepalive', -1, -1, 1),
  integer('tcpKeepaliveCount', -1, -1),
  integer('tcpKeepaliveIdle', -1, -1),
  integer('tcpKeepaliveInterval', -1, -1),
  {
    ...text('tcpAcceptFilter', 1, 255, { reading: 'EINVAL' }),
    good: ['127.0.0.1', null, '10.0.0.0/8', null, '192.168.0.0/0'],
    bad: ['', 'nonsense', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/x', '*', 'x'.repeat(256)],
  },
  flag('immediate'),
  flag('ipv6'),
  integer('typeOfService', 0, 0),
  integer('handshakeInterval', 30_000, 0),
  integer('heartbeatInterval', 0, 0),
  {
    ...integer('heartbeatTimeToLive', 0, 0, 6_553_500),
    good: [0, 100, 6_553_500],
    bad: [-100, 6_553_600],
    changed: [
      [-99, 0],
      [99, 0],
      [1250, 1200],
      [6_553_599, 6_553_500],
    ],
  },
  integer('heartbeatTimeout', -1, 0),
  integer('connectTimeout', 0, 0),
  integer('tcpMaxRetransmitTimeout', 0, 0),
  integer('multicastMaxTransportDataUnit', 1500, 1),
  text('interface', 1, 16),
  flag('loopbackFastPath'),
  integer('sendHighWaterMark', 1000, 0, INT_MAX, { types: sending, ...immediate }),
  integer('sendTimeout', -1, -1, INT_MAX, { types: sending, ...immediate }),
  integer('sendBufferSize', -1, -1, INT_MAX, { types: sending }),
  integer('multicastHops', 1, 1, INT_MAX, { types: sending }),
  integer('receiveHighWaterMark', 1000, 0, INT_MAX, { types: receiving, ...immediate }),
  integer('receiveTimeout', -1, -1, INT_MAX, { types: receiving, ...immediate }),
  integer('receiveBufferSize', -1, -1, INT_MAX, { types: receiving }),
  text('routingId', 1, 255, {
    types: ['Request', 'Reply', 'Dealer', 'Router'],
    mended: [null],
  }),
  flag('mandatory', { types: ['Router'], reading: 'EINVAL', ...immediate }),
  flag('probeRouter', { types: ['Router', 'Dealer', 'Request'], ...writeOnly, ...immediate }),
  flag('correlate', { types: ['Request'], ...writeOnly, ...immediate }),
  flag('relaxed', { types: ['Request'], ...writeOnly, ...immediate }),
  flag('conflate', {
    types: ['Pull', 'Push', 'Subscriber', 'Publisher', 'Dealer'],
    ...writeOnly,
  }),
  flag('handover', { types: ['Router'], ...writeOnly, ...immediate }),
  flag('notify', { types: ['Stream'], initial: true, ...writeOnly }),
  flag('noDrop', { types: ['Publisher', 'XPublisher'], ...writeOnly }),
  flag('manual', { types: ['XPublisher'], ...writeOnly }),
  {
    ...text('welcomeMessage', 0, 1000, { types: ['XPublisher'], ...writeOnly, bad: [] }),
    changed: [['', null]],
  },
  flag('invertMatching', { types: ['Publisher', 'Subscriber', 'XPublisher'] }),
  flag('plainServer'),
  // What null does to them is a matter of its own.
  text('plainUsername', 1, 255, { good: ['x', 'x'.repeat(255)] }),
  text('plainPassword', 1, 255, { good: ['x', 'x'.repeat(255)] }),
  flag('curveServer'),
  text('zapDomain', 1, 255, { mended: [null] }),
  flag('zapEnforceDomain'),
]

/** What is no value of a kind. */
export const wrong: Readonly<Record<ValueKind, readonly unknown[]>> = {
  number: ['5', true, null, undefined, 5n, {}, [5], Symbol('5')],
  boolean: [0, 1, 'true', null, undefined, {}],
  'string or buffer': [5, true, undefined, {}, ['a'], new ArrayBuffer(1), Symbol('a')],
}

/** How a call ended, in words that can be compared. */
export function outcome(work: () => unknown): string {
  try {
    const value = work()
    return value === undefined ? 'done' : JSON.stringify(value)
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    return `${code ?? (error as Error).name}: ${message}`
  }
}
