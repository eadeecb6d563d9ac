/**
 * ZeroMQ in pure TypeScript, for browsers: what of the main entry means something there.
 *
 * @packageDocumentation
 */
export { capability, Context, context, version, type ContextOptions } from './context.js'
export { curveKeyPair, type CurveKeyPair } from './curve-key-pair.js'
export type { ErrorCode, ErrorDetails, Status, ZmqError } from './errors.js'
export type {
  ConnectionFacts,
  DropEvent,
  DropReason,
  Event,
  EventAddress,
  EventDrop,
  EventError,
  EventFailure,
  EventInterval,
  EventMap,
  EventOfType,
  EventPeer,
  EventStatus,
  EventSubscriber,
  EventType,
  LastError,
  PeerInfo,
  TypedEvent,
} from './events.js'
export type { Frame, Message, MessageLike } from './message.js'
export type {
  Authenticate,
  Authenticated,
  AuthenticationAnswer,
  AuthenticationRequest,
  TlsOptions,
} from './options.js'
export {
  Proxy,
  type ProxyEnd,
  type ProxyOptions,
  type ProxyStatistics,
  type ProxyTraffic,
} from './proxy.js'
export { Dealer } from './socket/dealer.js'
export type { DuplexSocket, ReceivingSocket, SendingSocket } from './socket/directions.js'
export { Observer, type Observable } from './socket/observer.js'
export { Pair } from './socket/pair.js'
export { Publisher } from './socket/publisher.js'
export { Pull } from './socket/pull.js'
export { Push } from './socket/push.js'
export { Reply } from './socket/reply.js'
export { Request } from './socket/request.js'
export { Router, type RouterConnectOptions } from './socket/router.js'
export { Socket, type BindOptions, type SocketOptions } from './socket/socket.js'
export type {
  DropStats,
  MeasuredStats,
  PeerStats,
  SocketStats,
  TrafficStats,
} from './socket/stats.js'
export { Subscriber } from './socket/subscriber.js'
export type { Readable, Writable } from './socket/traits.js'
export type { OperationOptions } from './socket/waiting.js'
export type { UpgradeServer } from './transport/transport.js'
export { XPublisher } from './socket/xpublisher.js'
export { XSubscriber } from './socket/xsubscriber.js'
