import { Queue } from '#queue'
import type { DropReason, PeerInfo } from '../events.js'
import { ownParts, type Parts, type Subscription } from '../message.js'
import type { Batch, Session, Traffic } from '../session/session.js'

/** The options of a socket that its pipes heed; changes apply to pipes that exist. */
export interface PipeOptions {
  readonly sendHighWaterMark: number
  readonly receiveHighWaterMark: number
  readonly conflate: boolean
}

/** The socket, as its pipes see it. */
export interface PipeOwner {
  readonly options: PipeOptions
  /** A message is there to read where none was. */
  readable(pipe: Pipe): void
  /** There is room again in a pipe that was full. */
  writable(pipe: Pipe): void
  /** Messages are judged before they are queued. */
  readonly judges: boolean
  /** @returns false when the message is not for the queue. */
  intake(pipe: Pipe, message: Parts): boolean
  subscription(pipe: Pipe, change: Subscription): void
  drop(reason: DropReason, count: number): void
  /** A session ended; the owner closes the pipe or finds it another session. */
  disconnected(pipe: Pipe, error: Error | undefined): void
  /** The queue of messages to send began, or ceased, to hold something. */
  outgoing(pipe: Pipe, queued: boolean): void
  /** A closed pipe has been read to the end. */
  exhausted(pipe: Pipe): void
}

/** Bytes of announcements that may be unread. */
const MOST_ANNOUNCED = 16_777_216

/**
 * One peer as the socket sees it: a bounded queue out, a bounded queue in, and at most one live
 * session. On the connecting side it outlives the session, so that what was queued survives a reconnect.
 */
export class Pipe implements Traffic {
  readonly #owner: PipeOwner
  readonly #outgoing: Queue
  readonly #incoming: Queue
  #session: Session | undefined
  #peer: PeerInfo | undefined
  /** Bytes announced since the queue was last empty. */
  #announced = 0
  /** A message was refused: the owner waits to hear of room. */
  #full = false
  /** The session waits to hear of room. */
  #backedUp = false
  #closed = false
  /** What was sent is on its way out, and nothing will follow it. */
  #leaving = false
  /** What the local side wants to call the peer, if it said so when connecting. */
  readonly peerId: Uint8Array | undefined
  /** For the fair queue: this pipe is in it. */
  listed = false
  /** For the fan-out: the last message that this pipe has been given. */
  mark = 0

  constructor(
    owner: PipeOwner,
    peerId?: Uint8Array,
    outgoing: Queue = new Queue(),
    incoming: Queue = new Queue(),
  ) {
    this.#owner = owner
    this.#outgoing = outgoing
    this.#incoming = incoming
    this.peerId = peerId
  }

  get session(): Session | undefined {
    return this.#session
  }

  /** The peer of the current or the last session. */
  get peer(): PeerInfo | undefined {
    return this.#peer
  }

  /** Nothing more can be sent through it. */
  get closed(): boolean {
    return this.#closed || this.#leaving
  }

  /** Messages in the queue, which a session would still have to take. */
  get queued(): number {
    return this.#outgoing.length
  }

  /** Messages that wait to be sent, those included that the system has not taken yet. */
  get outgoing(): number {
    return this.#outgoing.length + (this.#session?.unwritten ?? 0)
  }

  /** Messages that wait to be received. */
  get incoming(): number {
    return this.#incoming.length
  }

  /** Whether another message may be written. */
  get hasRoom(): boolean {
    if (this.closed) return false
    const { sendHighWaterMark, conflate } = this.#owner.options
    return conflate || sendHighWaterMark === 0 || this.outgoing < sendHighWaterMark
  }

  /**
   * Puts a message on its way to the peer.
   * @param shared the same message goes to other pipes as well, right now.
   * @returns false when there is no room.
   */
  write(message: Parts, shared = false): boolean {
    const { options } = this.#owner
    if (options.conflate) return this.#replace(message)
    if (!this.hasRoom) {
      this.#full = true
      return false
    }
    const session = this.#session
    if (session === undefined || this.#outgoing.length > 0 || !session.send(message, shared)) {
      this.#queue(message)
    }
    // The mark is reached: what the system takes now makes room at once.
    if (session !== undefined && this.outgoing === options.sendHighWaterMark) session.flush()
    return true
  }

  /** Puts a message before all that are queued, whatever the mark; for a session that has yet to start. */
  writeFirst(message: Parts): void {
    this.#outgoing.unshift(message)
    if (this.#outgoing.length === 1) this.#owner.outgoing(this, true)
  }

  /** The next message from the peer. */
  read(): Parts | undefined {
    const message = this.#incoming.shift()
    if (this.#backedUp && this.#incoming.length <= this.#owner.options.receiveHighWaterMark >> 1) {
      this.#backedUp = false
      this.#session?.resume()
    }
    if (this.#closed && this.#incoming.length === 0) this.#owner.exhausted(this)
    return message
  }

  /**
   * Queues something the peer did not send, or sent as a command: it does not count against the
   * mark. Beyond `most` unread messages, or 16 MiB of them, it is dropped.
   */
  announce(message: Uint8Array, most: number): void {
    if (this.#incoming.length === 0) this.#announced = 0
    this.#announced += message.length
    if (this.#incoming.length >= most || this.#announced > MOST_ANNOUNCED) {
      this.discarded('full')
      return
    }
    this.#incoming.push([message])
    if (this.#incoming.length === 1) this.#owner.readable(this)
  }

  /** The high water marks have changed. */
  reconsider(): void {
    if (this.#full && this.hasRoom) this.drained()
    if (this.#backedUp && this.room > 0) {
      this.#backedUp = false
      this.#session?.resume()
    }
  }

  /** A session has begun; messages flow once the owner starts it. */
  adopt(session: Session): void {
    this.#session = session
    this.#peer = session.peer
    this.#backedUp = this.room === 0
  }

  /** The session was refused before it started. */
  orphan(): void {
    this.#session = undefined
  }

  /** Whether another message may be written; if not, the owner will hear when it may. */
  expectRoom(): boolean {
    if (this.hasRoom) return true
    this.#full = true
    return false
  }

  /** No more messages: what is queued to be sent is dropped, what was received can still be read. */
  close(reason: DropReason): void {
    if (this.#closed) return
    this.#closed = true
    const session = this.#session
    this.#session = undefined
    session?.destroy()
    this.dropQueued(reason, session?.unwritten)
    if (this.#incoming.length === 0) this.#owner.exhausted(this)
  }

  /** Forgets what is queued to be sent. */
  dropQueued(reason: DropReason, unwritten = 0): void {
    const count = this.#outgoing.length + unwritten
    const queued = this.#outgoing.length > 0
    this.#outgoing.clear()
    if (count > 0) this.discarded(reason, count)
    if (queued) this.#owner.outgoing(this, false)
  }

  /** Ends the conversation in good order; called when nothing is queued to be sent. */
  async finish(): Promise<void> {
    this.#leaving = true
    await this.#session?.close()
    this.close('closed')
  }

  /** Forgets what was received and not read. */
  discardIncoming(reason: DropReason): void {
    if (this.#incoming.length > 0) this.discarded(reason, this.#incoming.length)
    this.#incoming.clear()
    if (this.#backedUp) {
      this.#backedUp = false
      this.#session?.resume()
    }
    if (this.#closed) this.#owner.exhausted(this)
  }

  // --- Traffic: the session's side

  pull(): Parts | undefined {
    const message = this.#outgoing.shift()
    if (message !== undefined && this.#outgoing.length === 0) this.#owner.outgoing(this, false)
    return message
  }

  get room(): number {
    const { receiveHighWaterMark, conflate } = this.#owner.options
    if (conflate || receiveHighWaterMark === 0) return Infinity
    return Math.max(receiveHighWaterMark - this.#incoming.length, 0)
  }

  deliver(message: Parts): boolean {
    const owner = this.#owner
    if (owner.judges && !owner.intake(this, message)) return true
    const incoming = this.#incoming
    if (owner.options.conflate && incoming.length > 0) {
      this.discarded('conflated', incoming.length)
      incoming.clear()
    }
    incoming.push(message)
    return this.#delivered(1)
  }

  deliverBatch(batch: Batch): boolean {
    const owner = this.#owner
    if (!owner.judges && !owner.options.conflate) {
      const { count } = batch
      this.#incoming.pushBatch(batch)
      return this.#delivered(count)
    }
    // One of them may be the end of it all.
    while (batch.count > 0 && !this.#closed) this.deliver(batch.next())
    return !this.#backedUp
  }

  /** @returns whether there is room for more. */
  #delivered(count: number): boolean {
    if (this.#incoming.length === count) this.#owner.readable(this)
    if (this.room > 0) return true
    this.#backedUp = true
    return false
  }

  subscription(change: Subscription): void {
    this.#owner.subscription(this, change)
  }

  /** Messages for the peer, or from it, reach nobody. */
  discarded(reason: DropReason, count = 1): void {
    this.#owner.drop(reason, count)
  }

  drained(): void {
    if (!this.#full || !this.hasRoom) return
    this.#full = false
    this.#owner.writable(this)
  }

  ended(error: Error | undefined): void {
    const session = this.#session
    if (session === undefined) return
    this.#session = undefined
    if (session.unwritten > 0) this.discarded('disconnected', session.unwritten)
    this.#owner.disconnected(this, error)
    // What was under way is gone and has made room.
    this.drained()
  }

  #queue(message: Parts): void {
    this.#outgoing.push(ownParts(message))
    if (this.#outgoing.length === 1) this.#owner.outgoing(this, true)
  }

  /** A queue of one in which the newest wins. */
  #replace(message: Parts): boolean {
    if (this.closed) return false
    const queued = this.#outgoing.length
    if (queued > 0) {
      this.#outgoing.clear()
      this.#outgoing.push(ownParts(message))
      this.discarded('conflated', queued)
    } else this.#queue(message)
    this.#session?.wake()
    return true
  }
}
