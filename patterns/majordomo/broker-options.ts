import type { Router, SocketOptions } from 'zerowire'
import type { Clock } from '../clock/index.js'
import { milliseconds, whole } from '../common/checks.js'
import type { HeartbeatOptions } from './pulse.js'

/** What bounds a {@link Broker}. */
export interface BrokerLimits {
  /** Requests that may wait for the workers of one service; further ones are dropped. @default 10000 */
  readonly queueLimit?: number
  /** Bytes that all waiting requests may have together, and 64 for each part; further ones are dropped. @default 67108864 */
  readonly queueBytes?: number
  /** How long a request may wait for a worker, in milliseconds. @default 30000 */
  readonly requestExpiry?: number
  /** Services that may be known, because they have workers or waiting requests. @default 1000 */
  readonly services?: number
  /** Workers that may be registered. @default 10000 */
  readonly workers?: number
  /**
   * How many more workers get a request after one that went away with it before the client was told
   * anything. With 0 no request is handed out twice; the client asks again. @default 0
   */
  readonly resends?: number
}

/** What {@link Broker} may be told. */
export interface BrokerOptions extends HeartbeatOptions, BrokerLimits {
  /** Options of its ROUTER, such as keys, or how much of a reply may wait for a slow client. */
  readonly socket?: Omit<SocketOptions<Router>, 'mandatory' | 'routerNotify' | 'sendTimeout'>
  /** The time that it lives by; a test gives a `ManualClock`. @default the system's */
  readonly clock?: Clock
}

/** What a {@link Broker} holds, and has done so far. */
export interface BrokerStats {
  /** Services that have workers or waiting requests. */
  readonly services: number
  /** Workers that are registered. */
  readonly workers: number
  /** Requests that wait for a worker. */
  readonly waiting: number
  /** Bytes in the bodies of these, and 64 for each part. */
  readonly waitingBytes: number
  /** Requests that a worker has. */
  readonly working: number
  /** Accepted from clients: each is waiting, with a worker, or counted once as final, expired or lost. */
  readonly requests: number
  /** Whose last or only reply came from a worker. */
  readonly final: number
  /** That waited for too long. */
  readonly expired: number
  /** Whose worker went away before its last reply, and which nobody else got. */
  readonly lost: number
  /** Not accepted: there was no room for them. */
  readonly dropped: number
  /** Handed to another worker after one that went away. */
  readonly resent: number
  /** Replies in part that came from workers. */
  readonly partials: number
  /** Replies, whole or in part, that their client could not be given: it has gone, is too slow, or speaks 0.1. */
  readonly undelivered: number
  /** Questions about the broker itself (RFC 8). */
  readonly managed: number
  /** Messages that are not of the protocol. */
  readonly malformed: number
  /** Workers that were sent DISCONNECT. */
  readonly disconnected: number
  /** Workers whose connection ended, or that were silent for too long. */
  readonly vanished: number
}

/** @throws RangeError */
export function limitsOf(options: BrokerLimits): Required<BrokerLimits> {
  return {
    queueLimit: whole('queueLimit', options.queueLimit ?? 10_000, 0),
    queueBytes: whole('queueBytes', options.queueBytes ?? 67_108_864, 0),
    requestExpiry: milliseconds('requestExpiry', options.requestExpiry ?? 30_000),
    services: whole('services', options.services ?? 1000),
    workers: whole('workers', options.workers ?? 10_000),
    resends: whole('resends', options.resends ?? 0, 0),
  }
}
