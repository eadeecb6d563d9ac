import { ZmqError } from '../errors.js'
import type { DropReason } from '../events.js'
import type { Parts, Subscription } from '../message.js'
import type { OptionValues } from '../options.js'
import type { Pipe } from '../routing/pipe.js'
import { copyOf } from '../util/bytes.js'
import type { Gate } from './gate.js'

/** What a pattern may ask of its socket. */
export interface PatternHost {
  readonly options: OptionValues
  readonly gate: Pick<Gate, 'borrower'>
  drop(reason: DropReason, count?: number): void
  /** Ends the conversation with a peer for good, after what is queued for it has left. */
  retire(pipe: Pipe): void
}

/**
 * What makes a socket type: where messages go and where they are taken from. The methods here are
 * those of a type that does nothing; each type replaces what it does.
 */
export abstract class Pattern {
  /** Messages from peers pass `intake()` before they are queued; otherwise all are queued as they come. */
  readonly judges: boolean = true
  protected readonly host: PatternHost

  constructor(host: PatternHost) {
    this.host = host
  }

  /** A peer is there, or is being connected to. @throws ZmqError when the type has no place for it. */
  abstract attach(pipe: Pipe): void

  /** The pipe is gone for good. What was received through it can still be read. */
  abstract detach(pipe: Pipe): void

  /** A session has begun on the pipe. @returns why it must end at once, if it must. */
  opened(_pipe: Pipe): ZmqError | undefined {
    return undefined
  }

  /** The session has ended, though not by our own hand; the pipe may get another one. */
  lost(_pipe: Pipe): void {
    // for types that tell the user
  }

  /** The first message of each connection, if the socket has one to say (`helloMessage`). */
  protected greet(pipe: Pipe): void {
    const { helloMessage } = this.host.options
    if (helloMessage !== null) pipe.writeFirst([copyOf(helloMessage)])
  }

  /** There is something to read. */
  readable(_pipe: Pipe): void {
    // for types that receive
  }

  /** There is room again. */
  writable(_pipe: Pipe): void {
    // for types that wait
  }

  /** Judges a message before it is queued: false when it is not for the queue. */
  intake(_pipe: Pipe, _message: Parts): boolean {
    this.host.drop('unexpected')
    return false
  }

  /** A peer changes its subscriptions. */
  subscription(_pipe: Pipe, _change: Subscription): void {
    // for publishers
  }

  /** The user subscribes to a topic, or no longer. @throws ZmqError `EINVAL` when the type has no topics. */
  setTopic(_topic: Uint8Array, _on: boolean): void {
    throw new ZmqError('EINVAL', { reason: 'only SUB, and XPUB with manual, can subscribe' })
  }

  /** @returns false when the sender has to wait. @throws ZmqError when it need not wait. */
  send(_message: Parts): boolean {
    throw new ZmqError('ENOTSUP')
  }

  /** The next message for the user, if there is one. @throws ZmqError when there can be none. */
  receive(): Parts | undefined {
    throw new ZmqError('ENOTSUP')
  }

  /** The pipe that the last message was received from. */
  get source(): Pipe | undefined {
    return undefined
  }

  /** How many topics are subscribed to, as far as the type has topics. */
  get topicsCount(): number {
    return 0
  }

  /** Whether `send()` would not wait. */
  get canSend(): boolean {
    return false
  }

  /** Whether `receive()` would not wait. */
  get canReceive(): boolean {
    return false
  }
}

/** Makes the pattern of a socket. */
export type PatternFactory = (host: PatternHost) => Pattern
