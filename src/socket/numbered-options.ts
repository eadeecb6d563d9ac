import { ZmqError } from '../errors.js'
import { toText } from '../util/bytes.js'
import { toTopic } from './topic.js'
import type { OptionName } from '../options.js'
import { core, RECEIVING, SENDING, Socket } from './socket.js'

/*
 * The reference's `get…Option` and `set…Option` by libzmq's numbers, for programs that use them
 * instead of the properties.
 */
type Kind = 'Bool' | 'Int32' | 'Uint32' | 'Int64' | 'Uint64' | 'String'

/** The property of each number, and the C type that libzmq keeps it in. */
const NUMBERS: Readonly<Record<number, readonly [property: string, kind: Kind]>> = {
  4: ['affinity', 'Uint64'],
  5: ['routingId', 'String'],
  8: ['rate', 'Int32'],
  9: ['recoveryInterval', 'Int32'],
  11: ['sendBufferSize', 'Int32'],
  12: ['receiveBufferSize', 'Int32'],
  16: ['type', 'Int32'],
  17: ['linger', 'Int32'],
  18: ['reconnectInterval', 'Int32'],
  19: ['backlog', 'Int32'],
  21: ['reconnectMaxInterval', 'Int32'],
  22: ['maxMessageSize', 'Int64'],
  23: ['sendHighWaterMark', 'Int32'],
  24: ['receiveHighWaterMark', 'Int32'],
  25: ['multicastHops', 'Int32'],
  27: ['receiveTimeout', 'Int32'],
  28: ['sendTimeout', 'Int32'],
  32: ['lastEndpoint', 'String'],
  33: ['mandatory', 'Bool'],
  34: ['tcpKeepalive', 'Int32'],
  35: ['tcpKeepaliveCount', 'Int32'],
  36: ['tcpKeepaliveIdle', 'Int32'],
  37: ['tcpKeepaliveInterval', 'Int32'],
  38: ['tcpAcceptFilter', 'String'],
  39: ['immediate', 'Bool'],
  42: ['ipv6', 'Bool'],
  44: ['plainServer', 'Bool'],
  45: ['plainUsername', 'String'],
  46: ['plainPassword', 'String'],
  47: ['curveServer', 'Bool'],
  48: ['curvePublicKey', 'String'],
  49: ['curveSecretKey', 'String'],
  50: ['curveServerKey', 'String'],
  51: ['probeRouter', 'Bool'],
  52: ['correlate', 'Bool'],
  53: ['relaxed', 'Bool'],
  54: ['conflate', 'Bool'],
  55: ['zapDomain', 'String'],
  56: ['handover', 'Bool'],
  57: ['typeOfService', 'Uint32'],
  66: ['handshakeInterval', 'Int32'],
  68: ['socksProxy', 'String'],
  69: ['noDrop', 'Bool'],
  71: ['manual', 'Bool'],
  72: ['welcomeMessage', 'String'],
  73: ['notify', 'Bool'],
  74: ['invertMatching', 'Bool'],
  75: ['heartbeatInterval', 'Int32'],
  76: ['heartbeatTimeToLive', 'Int32'],
  77: ['heartbeatTimeout', 'Int32'],
  79: ['connectTimeout', 'Int32'],
  80: ['tcpMaxRetransmitTimeout', 'Int32'],
  81: ['threadSafe', 'Bool'],
  84: ['multicastMaxTransportDataUnit', 'Int32'],
  92: ['interface', 'String'],
  93: ['zapEnforceDomain', 'Bool'],
  94: ['loopbackFastPath', 'Bool'],
  97: ['routerNotify', 'Int32'],
  98: ['manualLastValue', 'Bool'],
  108: ['onlyFirstSubscribe', 'Bool'],
  109: ['reconnectStop', 'Int32'],
  110: ['helloMessage', 'String'],
  111: ['disconnectMessage', 'String'],
  114: ['hiccupMessage', 'String'],
  115: ['verboseUnsubscribe', 'Bool'],
  116: ['topicsCount', 'Int32'],
}

/** SUBSCRIBE and UNSUBSCRIBE, which are methods here. */
const TOPICS: Readonly<Record<number, boolean>> = { 6: true, 7: false }

/** XPUB_VERBOSE and XPUB_VERBOSER, which are one property here. */
const VERBOSITY: Readonly<Record<number, string>> = { 40: 'allSubs', 78: 'allSubsUnsubs' }

/** ZMQ_METADATA, which adds to what was set before. */
const METADATA = 95

/** What libzmq has on every socket, though here only some have it as a property. */
const EVERYWHERE: ReadonlySet<string> = new Set([...SENDING, ...RECEIVING, 'routingId', 'conflate'])

function propertyOf(socket: Socket, number: number, kind: Kind): string {
  const [property, kept] = NUMBERS[number] ?? []
  if (property !== undefined && kept === kind) {
    if (property in socket || EVERYWHERE.has(property)) return property
  }
  const reason = `a ${core(socket).type.name} socket has no ${kind} option ${String(number)}`
  throw new ZmqError('EINVAL', { reason })
}

function get(socket: Socket, number: number, kind: Kind): unknown {
  const property = propertyOf(socket, number, kind)
  if (EVERYWHERE.has(property)) return core(socket).getOption(property as OptionName)
  return Reflect.get(socket, property)
}

function set(socket: Socket, number: number, value: unknown, kind: Kind): void {
  const subscribes = TOPICS[number]
  const verbosity = VERBOSITY[number]
  if (kind === 'String' && subscribes !== undefined) {
    core(socket).setTopic(toTopic(value), subscribes)
  } else if (kind === 'Bool' && verbosity !== undefined && 'verbosity' in socket) {
    Reflect.set(socket, 'verbosity', value === true ? verbosity : null)
  } else if (kind === 'String' && number === METADATA) {
    addMetadata(socket, toText(toTopic(value)))
  } else {
    const property = propertyOf(socket, number, kind)
    if (EVERYWHERE.has(property)) core(socket).setOption(property as OptionName, value)
    else Reflect.set(socket, property, value)
  }
}

/** libzmq takes one `name:value` at a time. */
function addMetadata(socket: Socket, property: string): void {
  const [name = '', ...value] = property.split(':')
  const metadata = { ...core(socket).options.metadata, [name]: value.join(':') }
  core(socket).setOption('metadata', metadata)
}

for (const kind of ['Bool', 'Int32', 'Uint32', 'Int64', 'Uint64', 'String'] as const) {
  Object.defineProperties(Socket.prototype, {
    [`get${kind}Option`]: {
      configurable: true,
      value(this: Socket, number: number) {
        return get(this, number, kind)
      },
    },
    [`set${kind}Option`]: {
      configurable: true,
      value(this: Socket, number: number, value: unknown) {
        set(this, number, value, kind)
      },
    },
  })
}
