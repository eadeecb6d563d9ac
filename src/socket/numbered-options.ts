import { ZmqError } from '../errors.js'
import {
  BOOL,
  BYTES,
  checkKind,
  INT,
  isLate,
  OPTIONS,
  toBytes,
  type OptionName,
} from '../options.js'
import { EMPTY, fromText, toText } from '../util/bytes.js'
import { checkNumber, FLAG_RANGE, NUMBERS, ONLY_ON } from './option-numbers.js'
import { core, Socket } from './socket.js'

/*
 * The reference's `get…Option` and `set…Option` by libzmq's numbers, for programs that use them
 * instead of the properties. To libzmq every value is memory and its length, so that some options
 * can be had as several kinds: a flag as a number, a number below zero as a large one.
 */
type Kind = 'Bool' | 'Int32' | 'Uint32' | 'Int64' | 'Uint64' | 'String'

/** The memory that the reference gives libzmq to read and write. */
const SIZE: Readonly<Record<Kind, number>> = {
  ...{ Bool: 4, Int32: 4, Uint32: 4 },
  ...{ Int64: 8, Uint64: 8 },
  String: 1024,
}

const NAMES: ReadonlyMap<number, OptionName> = new Map(
  (Object.entries(NUMBERS) as [OptionName, number][]).map(([name, number]) => [number, name]),
)

/** SUBSCRIBE and UNSUBSCRIBE, which are methods here. */
const TOPICS: Readonly<Record<number, boolean>> = { 6: true, 7: false }

/** XPUB_VERBOSE and XPUB_VERBOSER, which are one property here. */
const VERBOSITY: Readonly<Record<number, string>> = { 40: 'allSubs', 78: 'allSubsUnsubs' }

/** Kept in 8 bytes: affinity and maxMessageSize. */
const WIDE = new Set([4, 22])

const ROUTING_ID = 5
const IPV4ONLY = 31
const CONNECT_ROUTING_ID = 61
const METADATA = 95

const ROUNDED =
  'Value is larger than Number.MAX_SAFE_INTEGER and may have been rounded inaccurately.'

/** FD, ROUTER_RAW, IPC_FILTER_PID, _UID and _GID: what JavaScript cannot have. */
const BEYOND = new Set([14, 41, 58, 59, 60])

/** libzmq has nothing of this number and kind for this type of socket. */
function unknown(socket: Socket, number: number, kind: Kind): ZmqError {
  const reason = `a ${core(socket).type.name} socket has no ${kind} option ${String(number)}`
  return new ZmqError(BEYOND.has(number) ? 'ENOTSUP' : 'EINVAL', { reason })
}

function nameOf(socket: Socket, number: number): OptionName | undefined {
  const name = NAMES.get(number)
  const on = name && ONLY_ON[name]
  return on === undefined || on.split(' ').includes(core(socket).type.name) ? name : undefined
}

/** As libzmq keeps it, low bytes first; what is too large for 8 bytes is the largest there is. */
function toMemory(value: number, size: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(size))
  const fitting = size === 8 && value >= 2 ** 64 ? -1 : value
  view.setInt32(0, fitting, true)
  if (size === 8) view.setInt32(4, Math.floor(fitting / 2 ** 32), true)
  return new Uint8Array(view.buffer)
}

function fromMemory(memory: Uint8Array, kind: Kind): unknown {
  if (kind === 'String') {
    const end = memory.indexOf(0)
    if (memory.length === 0 || (end === 0 && memory.length === 1)) return null
    return toText(end < 0 ? memory : memory.subarray(0, end))
  }
  const view = new DataView(new ArrayBuffer(8))
  new Uint8Array(view.buffer).set(memory)
  const low = view.getUint32(0, true)
  if (kind === 'Bool') return low !== 0
  if (kind === 'Uint32') return low
  if (kind === 'Int32') return low | 0
  return view[`get${kind === 'Int64' ? 'Int' : 'Uint'}32`](4, true) * 2 ** 32 + low
}

/** RCVMORE, EVENTS, THREAD_SAFE and TOPICS_COUNT, which libzmq also puts into more memory than they need. */
const LOOSE = new Set([13, 15, 81, 116])

/** The value of an option: undefined when there is none of this number. */
function valueOf(socket: Socket, number: number): unknown {
  const { options, pattern, type } = core(socket)
  switch (number) {
    case 13: // Messages are received whole.
      return 0
    case 15:
      return Number(socket.readable) + 2 * Number(socket.writable)
    case 16:
      return type.number
    case IPV4ONLY:
      return !options.ipv6
    case 32:
      return socket.lastEndpoint
    case 43:
      return ['plain', 'curve'].indexOf(String(socket.securityMechanism)) + 1
    case 81:
      return socket.threadSafe
    case 116:
      return type.name.endsWith('UB') ? pattern.topicsCount : undefined
  }
  const name = nameOf(socket, number)
  return name && options[name]
}

/** As libzmq keeps it: text ends with a zero, though the routing id does not. */
function memoryOf(value: unknown, number: number): Uint8Array {
  if (typeof value === 'number' || typeof value === 'boolean')
    return toMemory(Number(value), WIDE.has(number) ? 8 : 4)
  if (value instanceof Uint8Array) return value
  return number === ROUTING_ID && value === null ? EMPTY : fromText(`${(value ?? '') as string}\0`)
}

function get(socket: Socket, number: unknown, kind: Kind): unknown {
  const id = checkNumber(number)
  core(socket).settings.demand()
  const value = valueOf(socket, id)
  if (value !== undefined) {
    const memory = memoryOf(value, id)
    const size = SIZE[kind]
    const loose = LOOSE.has(id) || typeof value === 'string' || typeof value === 'object'
    if (loose ? memory.length <= size : memory.length === size) return fromMemory(memory, kind)
  }
  throw unknown(socket, id, kind)
}

/** What a caller gives, as the reference hands it to libzmq. @throws TypeError in the reference's words. */
function given(value: unknown, kind: Kind, warn: (message: string) => void): Uint8Array | null {
  if (kind === 'String') {
    checkKind(BYTES, value)
    return value === null ? null : toBytes(value as string)
  }
  checkKind(kind === 'Bool' ? BOOL : INT, value)
  const number = Number(value)
  if (kind !== 'Uint64') return toMemory(number, SIZE[kind])
  if (number > Number.MAX_SAFE_INTEGER) warn(ROUNDED)
  return toMemory(Math.max(0, number), 8)
}

/** The option that a value is for, and the value as its property takes it, if it is for any. */
function meant(
  socket: Socket,
  number: number,
  memory: Uint8Array | null,
): readonly [OptionName, unknown] | undefined {
  const { type, options } = core(socket)
  const int = memory?.length === 4 ? Number(fromMemory(memory, 'Int32')) : NaN
  const verbosity = VERBOSITY[number]
  if (verbosity !== undefined && type.name.endsWith('PUB') && int >= 0)
    return ['verbosity', int > 0 ? verbosity : null]
  if (number === IPV4ONLY && (int === 0 || int === 1)) return ['ipv6', int === 0]
  if (number === METADATA && memory !== null) {
    // One `name:value` at a time, beside those that were set before.
    const [, name, value] = /^(.+?):(.+)$/s.exec(toText(memory)) ?? []
    return name === undefined ? undefined : ['metadata', { ...options.metadata, [name]: value }]
  }
  const name = nameOf(socket, number)
  if (name === undefined) return undefined
  const { kind, min = 0 } = OPTIONS[name]
  const [least, most] = FLAG_RANGE[name] ?? [0, 1]
  if (kind === BOOL) return int >= least && int <= most ? [name, int !== 0] : undefined
  if (kind !== INT) return [name, memory]
  if (!WIDE.has(number)) return isNaN(int) ? undefined : [name, int]
  if (memory?.length !== 8) return undefined
  return [name, fromMemory(memory, min < 0 ? 'Int64' : 'Uint64')]
}

function set(socket: Socket, number: unknown, value: unknown, kind: Kind): void {
  const id = checkNumber(number)
  const inner = core(socket)
  const memory = given(value, kind, (message) => {
    inner.services.warn(message)
  })
  const topic = TOPICS[id]
  if (topic !== undefined && inner.type.groups !== true) {
    inner.setTopic(memory ?? EMPTY, topic)
    return
  }
  const [name, meaning] = meant(socket, id, memory) ?? []
  if (name !== undefined) {
    inner.settings.set(name, meaning)
    return
  }
  const known = VERBOSITY[id] === undefined ? NAMES.get(id) : 'verbosity'
  inner.settings.changing(topic === undefined && (known === undefined || isLate(known)))
  const routes = ['ROUTER', 'STREAM'].includes(inner.type.name)
  if (id !== CONNECT_ROUTING_ID || !routes || !memory?.length) throw unknown(socket, id, kind)
  inner.nextPeerId = memory
}

for (const kind of Object.keys(SIZE) as Kind[]) {
  Object.defineProperties(Socket.prototype, {
    [`get${kind}Option`]: {
      configurable: true,
      value(this: Socket, number: unknown) {
        return get(this, number, kind)
      },
    },
    [`set${kind}Option`]: {
      configurable: true,
      value(this: Socket, number: unknown, value: unknown) {
        set(this, number, value, kind)
      },
    },
  })
}

/** What libzmq takes more of than other numbers say, and what it has for VMware only. */
for (const [name, number, kind] of [
  ['affinity', 4, 'Uint64'],
  ['vmciBufferSize', 85, 'Uint64'],
  ['vmciBufferMinSize', 86, 'Uint64'],
  ['vmciBufferMaxSize', 87, 'Uint64'],
  ['vmciConnectTimeout', 88, 'Int32'],
] as const) {
  Object.defineProperty(Socket.prototype, name, {
    get(this: Socket) {
      return get(this, number, kind)
    },
    set(this: Socket, value: unknown) {
      set(this, number, value, kind)
    },
  })
}
