import type { Status, ZmqError } from './errors.js'

/** Why messages did not reach anybody; each is counted in `stats.dropped`. */
export type DropReason =
  /** The queue for that peer was full and the socket type does not wait. */
  | 'full'
  /** No peer has the routing id, or the requester has left. */
  | 'unroutable'
  /** No subscription matched: none of a peer's, or none of ours any more. */
  | 'unsubscribed'
  /** Queued for, or on the way to, a peer that went and will not come back. */
  | 'disconnected'
  /** Still queued when the socket was closed and its linger had ended. */
  | 'closed'
  /** Received where the protocol of the socket type has no use for it. */
  | 'unexpected'
  /** Longer than the peer can take, which was not known when it was queued. */
  | 'oversize'
  /** Replaced by a newer message, as `conflate` asks. */
  | 'conflated'

/** What is known of the other end of a connection. */
export interface PeerInfo {
  /** Its address as this end sees it, such as `tcp://192.0.2.7:49152`. */
  readonly address: string
  /** Its socket type, such as `DEALER`; empty where it did not say. */
  readonly socketType: string
  /** The routing id it chose; empty where it chose none. */
  readonly routingId: Uint8Array
  /** Who it has proved to be, in the words of whoever let it in (ZAP's user id); empty where nobody was asked. */
  readonly userId: string
  /** What it speaks on this connection, such as `ZMTP/3.1`, `UDP`, or `raw` to a Stream. */
  readonly protocol: string
  /**
   * What else it said of itself (option `metadata`), and what those who let it in said of it, which
   * comes first: names in lower case, such as `x-version`.
   */
  readonly metadata: Readonly<Record<string, string>>
}

/** Facts that libzmq does not give; on every event of a connection. */
export interface ConnectionFacts {
  /** Tells connections of this process apart; counts up. */
  readonly connection?: number
  /** The other end's address, once there is one. */
  readonly remoteAddress?: string
}

/** An event about an endpoint. */
export interface EventAddress {
  /** The endpoint, as it was given to `bind()` or `connect()`, wildcards resolved. */
  readonly address: string
}

/**
 * An error in an event. Its code may be any that the system has, so programs can compare it with
 * names that this library does not know.
 */
export interface EventFailure extends Omit<ZmqError, 'code'> {
  /** What went wrong, such as `ECONNREFUSED`. */
  readonly code: string
}

/** What the error of a peer that refused us, or was refused, says besides. */
export interface EventStatus {
  /** As ZAP has it: 300 for a temporary error, 400 for wrong credentials, 500 for an internal error. */
  readonly status: Status
}

/** An event about a failure. */
export interface EventError<E = EventFailure> {
  /** What went wrong; its `reason` says it in words. */
  readonly error: E
}

/** The last failure of a socket, or of an endpoint. */
export interface LastError extends EventError {
  /** When it was, in milliseconds since 1970 as `Date.now()` has it. */
  readonly at: number
}

/** An event about a connection whose peer is known. */
export interface EventPeer {
  /** The other end. */
  readonly peer: PeerInfo
}

/** An event about a wait. */
export interface EventInterval {
  /** Milliseconds until the next attempt. */
  readonly interval: number
}

/** An event about messages that reached nobody. */
export interface EventDrop {
  /** Why they reached nobody. */
  readonly reason: DropReason
  /** How many since the last such event of the same reason. */
  readonly count: number
}

/** What each type of event carries. */
export interface EventMap {
  /** A listener took a connection; `address` is the listener's own, `remoteAddress` the stranger's. */
  accept: EventAddress & ConnectionFacts
  /** A listener could not take, or did not want, a connection. */
  'accept:error': EventAddress & EventError & ConnectionFacts
  /** An endpoint is bound. */
  bind: EventAddress
  /** An endpoint could not be bound. */
  'bind:error': EventAddress & EventError
  /** The transport is connected; the handshake comes next. */
  connect: EventAddress & ConnectionFacts
  /** An attempt to connect has begun. */
  'connect:delay': EventAddress
  /** The next attempt comes after `interval` milliseconds. */
  'connect:retry': EventAddress & EventInterval
  /** An attempt to connect failed, or a listener was closed. */
  close: EventAddress & Partial<EventError>
  /** Never emitted: closing a listener does not fail here. There for programs that handle every type. */
  'close:error': EventAddress & EventError
  /** A connection ended; `error` says why when it was not the peer's orderly leave. */
  disconnect: EventAddress & ConnectionFacts & Partial<EventError & EventPeer>
  /** The socket was closed. The last event. */
  end: object
  /** The handshake is done: messages can flow. */
  handshake: EventAddress & ConnectionFacts & EventPeer
  /** The peer broke the protocol, or is of a socket type that this one cannot talk to. */
  'handshake:error:protocol': EventAddress & EventError & ConnectionFacts
  /** The peer was refused by, or refuses, our credentials. */
  'handshake:error:auth': EventAddress & EventError<EventFailure & EventStatus> & ConnectionFacts
  /** The connection ended, or timed out, before the handshake was done. */
  'handshake:error:other': EventAddress & EventError & ConnectionFacts
  /** Never emitted; there for programs that handle every type. */
  unknown: object
}

/** The name of an event. */
export type EventType = keyof EventMap

/** What every event has. */
export interface TypedEvent<E extends EventType> {
  /** The name of the event. */
  readonly type: E
}

/** The event of one type, as observers get it. */
export type EventOfType<E extends EventType = EventType> = E extends EventType
  ? Readonly<TypedEvent<E> & EventMap[E]>
  : never

/** Any event that the reference has as well. */
export type Event = EventOfType

/**
 * Messages were dropped since the last such event of the same reason; at most one a turn. Only for
 * observers that ask for it.
 */
export interface DropEvent extends EventDrop {
  /** The name of the event, by which observers ask for it. */
  readonly type: 'drop'
}

/** What calls out events; an observer does. */
export interface EventSubscriber {
  /** Calls `listener` with every event of a type. */
  on<E extends EventType>(type: E, listener: (event: EventOfType<E>) => void): EventSubscriber
  /** Undoes `on()`, for that type and that listener. */
  off<E extends EventType>(type: E, listener: (event: EventOfType<E>) => void): EventSubscriber
}

/** Takes events in; what the layers below tell a socket. */
export type Emit = (event: Event) => void
