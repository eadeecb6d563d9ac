import type { DropReason, Emit, PeerInfo } from '../events.js'
import type { OptionValues, SecurityOption } from '../options.js'
import type { Authenticator } from '../security/authenticator.js'
import type { Parts } from '../message.js'
import type { Subscription } from '../message.js'
import { EMPTY } from '../util/bytes.js'
import type { Batch } from '../wire/decoder.js'
import type { Flow } from './flow.js'

export type { Batch }

/** The options of a socket that its conversations heed. Read when they are needed. */
export interface SessionOptions extends Pick<OptionValues, SecurityOption> {
  readonly maxMessageSize: number
  readonly handshakeInterval: number
  readonly heartbeatInterval: number
  readonly heartbeatTimeout: number
  readonly heartbeatTimeToLive: number
  readonly metadata: Readonly<Record<string, string>> | null
  readonly minimumZmtpVersion: number
}

/** Whether anybody may come: nobody has to prove who he is, and nobody is asked about him. */
export function isOpen({ mechanism, zapDomain, authenticate }: SessionOptions): boolean {
  return mechanism === 'NULL' && zapDomain === null && authenticate === null
}

/** What is known of a connection before its handshake. */
export interface Connection {
  /** The endpoint at this end, for events. */
  readonly endpoint: string
  readonly remoteAddress: string
  readonly connection: number
  /** The peer came to us; otherwise we went to it. */
  readonly accepted: boolean
}

/** What this end says of itself, and wants, in a handshake. */
export interface LocalPeer {
  readonly socketType: string
  /** Sent to peers of the types that have a use for it; undefined for socket types that send none. */
  readonly routingId: Uint8Array | undefined
  readonly options: SessionOptions
  /** Its peers tell of groups, or are told of them, where others tell of topics. */
  readonly groups?: boolean
  /** Whether this socket type can talk to one of that name. */
  accepts(socketType: string): boolean
  readonly emit: Emit
  /**
   * Whom to ask about the peer at the other end of a connection; undefined when everybody may come in.
   * @param gone gives what is aborted when nobody waits for the answer any more.
   */
  authenticator?(connection: Connection, gone: () => AbortSignal): Authenticator | undefined
}

/** The other side of a session: the pipe, which holds what is queued for and from the peer. */
export interface Traffic {
  /** The next message to send; undefined when none is queued. */
  pull(): Parts | undefined
  /** Messages that may be delivered; when there is no room for any, wait for `resume()`. */
  readonly room: number
  /** Takes a message in. @returns false when there is no room for another. */
  deliver(message: Parts): boolean
  /** Takes messages in, for which there must be room. @returns false when there is none for another. */
  deliverBatch(batch: Batch): boolean
  /** The peer wants a topic (or a group), or no longer wants it. */
  subscription(subscription: Subscription): void
  /** A message that was pulled will not arrive: it is longer than the peer can take, say. */
  discarded(reason: DropReason): void
  /** The system has taken what it had refused: there may be room again. */
  drained(): void
  /** The conversation is over. Called once, after the last message has been delivered. */
  ended(error: Error | undefined): void
}

/** A conversation with one peer after its handshake: whole messages in and out, never bytes. */
export interface Session {
  readonly peer: PeerInfo
  /** Tells connections of this process apart. */
  readonly connection: number
  /** Both ends are in this thread, and end with it. */
  readonly isInternal?: boolean
  /** Messages that were taken from the pipe and that the system has not yet taken from us. */
  readonly unwritten: number
  /** What has crossed it; undefined where nobody counts. */
  readonly flow: Flow | undefined
  /** Lets messages flow. Called once, by the pipe that the session belongs to. */
  start(traffic: Traffic): void
  /**
   * Sends now, or says no: the message then belongs in the queue, from which it will be pulled.
   * @param shared the same message goes to other sessions as well, right now.
   * @throws ZmqError `EMSGSIZE` when the peer could not take it.
   */
  send(message: Parts, shared?: boolean): boolean
  /** Something was queued: pull at the end of this turn. */
  wake(): void
  /** Pulls and writes as much as the system takes, now. */
  flush(): void
  /** The pipe has room again for what comes in. */
  resume(): void
  /** Tells the peer what we want. Never refused, never lost, and before later messages. */
  subscribe(subscription: Subscription): void
  /** Ends the conversation after what was sent has left. Settles when the connection is gone. */
  close(): Promise<unknown>
  /** Ends it at once. */
  destroy(error?: Error): void
}

/** What is known of a peer that has not said anything of itself. */
export const NOTHING_SAID: Omit<PeerInfo, 'address' | 'protocol'> = {
  socketType: '',
  routingId: EMPTY,
  userId: '',
  metadata: {},
}

let connections = 0

/** A number that no other connection of this process has. */
export function nextConnection(): number {
  return ++connections
}
