import { ZmqError } from '../errors.js'
import type { OptionName, OptionValues } from '../options.js'
import { core, type Socket } from '../socket/socket.js'
import * as zmq from './constants.js'

/** What `getsockopt()` gives. */
export type OptionValue = string | number | boolean | null

/** The short name of an option. */
export type ShortOption =
  | '_fd'
  | '_ioevents'
  | '_receiveMore'
  | '_subscribe'
  | '_unsubscribe'
  | 'affinity'
  | 'backlog'
  | 'identity'
  | 'linger'
  | 'rate'
  | 'rcvbuf'
  | 'last_endpoint'
  | 'reconnect_ivl'
  | 'recovery_ivl'
  | 'sndbuf'
  | 'mechanism'
  | 'plain_server'
  | 'plain_username'
  | 'plain_password'
  | 'curve_server'
  | 'curve_publickey'
  | 'curve_secretkey'
  | 'curve_serverkey'
  | 'zap_domain'
  | 'heartbeat_ivl'
  | 'heartbeat_ttl'
  | 'heartbeat_timeout'
  | 'connect_timeout'

/** The options that have a short name, which is a property of every socket as well. */
const shortOptions: Record<ShortOption, number> = {
  _fd: zmq.ZMQ_FD,
  _ioevents: zmq.ZMQ_EVENTS,
  _receiveMore: zmq.ZMQ_RCVMORE,
  _subscribe: zmq.ZMQ_SUBSCRIBE,
  _unsubscribe: zmq.ZMQ_UNSUBSCRIBE,
  affinity: zmq.ZMQ_AFFINITY,
  backlog: zmq.ZMQ_BACKLOG,
  identity: zmq.ZMQ_IDENTITY,
  linger: zmq.ZMQ_LINGER,
  rate: zmq.ZMQ_RATE,
  rcvbuf: zmq.ZMQ_RCVBUF,
  last_endpoint: zmq.ZMQ_LAST_ENDPOINT,
  reconnect_ivl: zmq.ZMQ_RECONNECT_IVL,
  recovery_ivl: zmq.ZMQ_RECOVERY_IVL,
  sndbuf: zmq.ZMQ_SNDBUF,
  mechanism: zmq.ZMQ_MECHANISM,
  plain_server: zmq.ZMQ_PLAIN_SERVER,
  plain_username: zmq.ZMQ_PLAIN_USERNAME,
  plain_password: zmq.ZMQ_PLAIN_PASSWORD,
  curve_server: zmq.ZMQ_CURVE_SERVER,
  curve_publickey: zmq.ZMQ_CURVE_PUBLICKEY,
  curve_secretkey: zmq.ZMQ_CURVE_SECRETKEY,
  curve_serverkey: zmq.ZMQ_CURVE_SERVERKEY,
  zap_domain: zmq.ZMQ_ZAP_DOMAIN,
  heartbeat_ivl: zmq.ZMQ_HEARTBEAT_IVL,
  heartbeat_ttl: zmq.ZMQ_HEARTBEAT_TTL,
  heartbeat_timeout: zmq.ZMQ_HEARTBEAT_TIMEOUT,
  connect_timeout: zmq.ZMQ_CONNECT_TIMEOUT,
}

export { shortOptions as options }

interface Option {
  readonly get?: (socket: Socket) => OptionValue
  readonly set?: (socket: Socket, value: unknown) => void
}

/** One that every socket has here, as in libzmq, whether or not its type has a use for it. */
function plain<K extends OptionName>(
  name: OptionValues[K] extends OptionValue | Uint8Array ? K : never,
): Required<Option> {
  return {
    get: (socket) => core(socket).settings.get(name) as OptionValue,
    set: (socket, value) => {
      core(socket).settings.set(name, value)
    },
  }
}

/** A yes or no, which is a number in zeromq 5. */
function flag(
  name: 'immediate' | 'ipv6' | 'plainServer' | 'curveServer' | 'mandatory' | 'handover',
): Required<Option> {
  const { get, set } = plain(name)
  return {
    get: (socket) => (get(socket) === true ? 1 : 0),
    set: (socket, value) => {
      set(socket, Boolean(value))
    },
  }
}

/** Only for socket types that have the property. */
function only(name: OptionName, set: Required<Option>['set']): Required<Option>['set'] {
  return (socket, value) => {
    if (!(name in socket)) {
      const reason = `a ${core(socket).type.name} socket has no option ${name}`
      throw new ZmqError('EINVAL', { reason })
    }
    set(socket, value)
  }
}

function refused(reason: string): () => never {
  return () => {
    throw new Error(reason)
  }
}

const MECHANISMS = { plain: 1, curve: 2, gssapi: 3 } as const

const routerMandatory = flag('mandatory')
const ipv6 = flag('ipv6')
const routerRaw = refused('ZMQ_ROUTER_RAW is not supported in compatibility mode')

const NUMBERED: Readonly<Record<number, Option>> = {
  [zmq.ZMQ_AFFINITY]: plain('affinity'),
  [zmq.ZMQ_IDENTITY]: plain('routingId'),
  [zmq.ZMQ_RATE]: plain('rate'),
  [zmq.ZMQ_RECOVERY_IVL]: plain('recoveryInterval'),
  [zmq.ZMQ_SNDBUF]: plain('sendBufferSize'),
  [zmq.ZMQ_RCVBUF]: plain('receiveBufferSize'),
  [zmq.ZMQ_RCVMORE]: { get: refused('ZMQ_RCVMORE is not supported in compatibility mode') },
  [zmq.ZMQ_FD]: { get: refused('ZMQ_FD is not supported in compatibility mode') },
  [zmq.ZMQ_EVENTS]: {
    get: (socket) =>
      (socket.readable ? zmq.ZMQ_POLLIN : 0) | (socket.writable ? zmq.ZMQ_POLLOUT : 0),
  },
  [zmq.ZMQ_TYPE]: { get: (socket) => socket.type },
  [zmq.ZMQ_LINGER]: plain('linger'),
  [zmq.ZMQ_RECONNECT_IVL]: plain('reconnectInterval'),
  [zmq.ZMQ_BACKLOG]: plain('backlog'),
  [zmq.ZMQ_RECONNECT_IVL_MAX]: plain('reconnectMaxInterval'),
  [zmq.ZMQ_MAXMSGSIZE]: plain('maxMessageSize'),
  [zmq.ZMQ_SNDHWM]: plain('sendHighWaterMark'),
  [zmq.ZMQ_RCVHWM]: plain('receiveHighWaterMark'),
  [zmq.ZMQ_MULTICAST_HOPS]: plain('multicastHops'),
  [zmq.ZMQ_RCVTIMEO]: plain('receiveTimeout'),
  [zmq.ZMQ_SNDTIMEO]: plain('sendTimeout'),
  [zmq.ZMQ_IPV4ONLY]: {
    get: (socket) => ipv6.get(socket) === 0,
    set: (socket, value) => {
      ipv6.set(socket, !value)
    },
  },
  [zmq.ZMQ_LAST_ENDPOINT]: { get: (socket) => socket.lastEndpoint },
  [zmq.ZMQ_ROUTER_MANDATORY]: { ...routerMandatory, set: only('mandatory', routerMandatory.set) },
  [zmq.ZMQ_TCP_KEEPALIVE]: plain('tcpKeepalive'),
  [zmq.ZMQ_TCP_KEEPALIVE_CNT]: plain('tcpKeepaliveCount'),
  [zmq.ZMQ_TCP_KEEPALIVE_IDLE]: plain('tcpKeepaliveIdle'),
  [zmq.ZMQ_TCP_KEEPALIVE_INTVL]: plain('tcpKeepaliveInterval'),
  [zmq.ZMQ_TCP_ACCEPT_FILTER]: { set: plain('tcpAcceptFilter').set },
  [zmq.ZMQ_DELAY_ATTACH_ON_CONNECT]: flag('immediate'),
  [zmq.ZMQ_XPUB_VERBOSE]: {
    get: refused('Reading ZMQ_XPUB_VERBOSE is not supported'),
    set: only('verbosity', (socket, value) => {
      core(socket).settings.set('verbosity', value ? 'allSubs' : null)
    }),
  },
  [zmq.ZMQ_ROUTER_RAW]: { get: routerRaw, set: routerRaw },
  [zmq.ZMQ_IPV6]: ipv6,
  [zmq.ZMQ_MECHANISM]: {
    get: ({ securityMechanism }) =>
      securityMechanism === null ? 0 : MECHANISMS[securityMechanism],
  },
  [zmq.ZMQ_PLAIN_SERVER]: flag('plainServer'),
  [zmq.ZMQ_PLAIN_USERNAME]: plain('plainUsername'),
  [zmq.ZMQ_PLAIN_PASSWORD]: plain('plainPassword'),
  [zmq.ZMQ_CURVE_SERVER]: flag('curveServer'),
  [zmq.ZMQ_CURVE_PUBLICKEY]: plain('curvePublicKey'),
  [zmq.ZMQ_CURVE_SECRETKEY]: plain('curveSecretKey'),
  [zmq.ZMQ_CURVE_SERVERKEY]: plain('curveServerKey'),
  [zmq.ZMQ_ZAP_DOMAIN]: plain('zapDomain'),
  [zmq.ZMQ_ROUTER_HANDOVER]: { set: only('handover', flag('handover').set) },
  [zmq.ZMQ_HEARTBEAT_IVL]: plain('heartbeatInterval'),
  [zmq.ZMQ_HEARTBEAT_TTL]: plain('heartbeatTimeToLive'),
  [zmq.ZMQ_HEARTBEAT_TIMEOUT]: plain('heartbeatTimeout'),
  [zmq.ZMQ_CONNECT_TIMEOUT]: plain('connectTimeout'),
}

/** The number of an option that is given by number or by short name. */
export function numberOf(option: unknown): number | undefined {
  if (typeof option === 'number') return option
  return typeof option === 'string' && Object.hasOwn(shortOptions, option)
    ? shortOptions[option as ShortOption]
    : undefined
}

/** @throws ZmqError `EINVAL` when there is none such, or none that can be read. */
export function getOption(socket: Socket, option: unknown): OptionValue {
  const get = NUMBERED[numberOf(option) ?? 0]?.get
  if (get === undefined) throw unknown(option, 'read')
  return get(socket)
}

/** @throws ZmqError `EINVAL` when there is none such, or none that can be set. */
export function setOption(socket: Socket, option: unknown, value: unknown): void {
  const set = NUMBERED[numberOf(option) ?? 0]?.set
  if (set === undefined) throw unknown(option, 'set')
  set(socket, value)
}

function unknown(option: unknown, use: string): ZmqError {
  const reason = `there is no option ${String(option)} to ${use}`
  return new ZmqError('EINVAL', { message: 'Unknown option', reason })
}
