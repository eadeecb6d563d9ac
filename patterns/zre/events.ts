import type { Message } from 'zerowire'
import { ZmqError } from 'zerowire/extra'
import { whole } from '../common/checks.js'
import { deferred, type Deferred } from '../common/deferred.js'

/** Another node, as it has introduced itself. */
export interface ZrePeer {
  /** Its UUID: 32 digits, hexadecimal. */
  readonly id: string
  /** What people call it; need not be unique. */
  readonly name: string
  /** The endpoint of its inbox, to which we are connected. */
  readonly endpoint: string
  /** What it says of itself, as texts by names. */
  readonly headers: ReadonlyMap<string, string>
}

/** Why a node is gone. */
export type ExitReason =
  /** It said so. */
  | 'left'
  /** It was silent for too long. */
  | 'expired'
  /** Nobody listens at its endpoint any more: its process has ended. */
  | 'refused'
  /** A message is missing, or came twice: it has to introduce itself again. */
  | 'sequence'
  /** It has introduced itself again. */
  | 'restarted'
  /** It was silent, and now another one is at its endpoint. */
  | 'replaced'
  /** It does not take what we send. */
  | 'full'

/** An event of one type: something that another node does. */
export interface Happening<T extends string> {
  /** What the node does. */
  readonly type: T
  /** The node that does it. */
  readonly peer: ZrePeer
}

/** What an event in a group has besides. */
export interface InGroup {
  /** The name of the group. */
  readonly group: string
}

/** What an event has besides with which something is said. */
export interface Said {
  /** The parts of the message. */
  readonly content: readonly Message[]
}

/** What the event has besides with which a node is gone. */
export interface Gone {
  /** Why it is gone, as far as this node can know. */
  readonly reason: ExitReason
}

/** What happens among nodes: what a watch of a node gives, one after the other. */
export type ZreEvent =
  | Happening<'enter'>
  /** It has left all its groups, too. */
  | (Happening<'exit'> & Gone)
  | (Happening<'join' | 'leave'> & InGroup)
  | (Happening<'whisper'> & Said)
  | (Happening<'shout'> & InGroup & Said)
  /** Nothing was heard of it for a while, and it is asked; or it has not answered. */
  | Happening<'evasive' | 'silent'>

interface WatchLimits {
  readonly maxUnread: number
  readonly maxUnreadBytes: number
}

/** What a part of a message takes beside its own bytes, about: empty ones are not for nothing. */
const PART_BYTES = 64

/**
 * Events in their order, for one reader. When it does not keep up the watch ends with `ENOBUFS`, after
 * the events that there was room for: nothing is left out in between.
 */
export class ZreWatch implements AsyncIterableIterator<ZreEvent, undefined> {
  readonly #unread: ZreEvent[] = []
  #unreadBytes = 0
  readonly #limits: WatchLimits
  readonly #left: (watch: ZreWatch) => void
  readonly #waiting: Deferred<IteratorResult<ZreEvent, undefined>>[] = []
  #failure: ZmqError | undefined
  #over = false

  /** @internal */
  constructor(limits: WatchLimits, left: (watch: ZreWatch) => void) {
    whole('maxUnread', limits.maxUnread)
    whole('maxUnreadBytes', limits.maxUnreadBytes)
    this.#limits = limits
    this.#left = left
  }

  /** The next event. @throws ZmqError `ENOBUFS` when there was no room for it (rejected). */
  next(): Promise<IteratorResult<ZreEvent, undefined>> {
    const value = this.#unread.shift()
    if (value) {
      this.#unreadBytes -= sizeOf(value)
      return Promise.resolve({ done: false, value })
    }
    const failure = this.#failure
    this.#failure = undefined
    if (failure) return Promise.reject(failure)
    if (this.#over) return Promise.resolve({ done: true, value: undefined })
    const waiting = deferred<IteratorResult<ZreEvent, undefined>>()
    this.#waiting.push(waiting)
    return waiting.promise
  }

  /** Ends the watch; what is unread is forgotten. */
  return(): Promise<IteratorResult<ZreEvent, undefined>> {
    this.#unread.length = 0
    this.end()
    return Promise.resolve({ done: true, value: undefined })
  }

  /** Itself, for `for await`. */
  [Symbol.asyncIterator](): this {
    return this
  }

  /** @internal */
  push(event: ZreEvent): void {
    if (this.#over) return
    const waiting = this.#waiting.shift()
    const { maxUnread, maxUnreadBytes } = this.#limits
    const bytes = this.#unreadBytes + sizeOf(event)
    if (waiting) waiting.resolve({ done: false, value: event })
    else if (this.#unread.length < maxUnread && bytes <= maxUnreadBytes) {
      this.#unread.push(event)
      this.#unreadBytes = bytes
    } else {
      const reason = `${this.#unread.length} events are unread`
      this.end(new ZmqError('ENOBUFS', { reason }))
    }
  }

  /** @internal */
  end(failure?: ZmqError): void {
    if (this.#over) return
    this.#over = true
    this.#failure = failure
    this.#left(this)
    for (const each of this.#waiting.splice(0)) each.resolve({ done: true, value: undefined })
  }
}

function sizeOf(event: ZreEvent): number {
  const content = 'content' in event ? event.content : []
  return content.reduce((sum, { length }) => sum + length + PART_BYTES, 0)
}
