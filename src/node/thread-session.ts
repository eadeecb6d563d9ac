import type { DropReason, PeerInfo } from '../events.js'
import type { Parts, Subscription } from '../message.js'
import type { Batch, Session, Traffic } from '../session/session.js'
import type { StreamSession } from '../session/stream-session.js'
import type { ThreadStream } from './thread-stream.js'

/** Messages that may be under way where the receiver's mark is 0, so that there is none. */
const UNLIMITED = 2 ** 30

/**
 * A conversation with a socket of another thread. Between a stream of bytes and the pipe it counts
 * messages: no more are sent than the receiver has room for, so that those which wait are bounded by
 * the marks of both sockets, and by nothing else.
 */
export class ThreadSession implements Session, Traffic {
  readonly #inner: StreamSession
  readonly #stream: ThreadStream
  #traffic: Traffic | undefined
  /** Messages sent, and how many the peer takes in all. */
  #sent = 0
  #limit = 0
  #starved = false
  /** Messages received, and how many we have said that we take. */
  #taken = 0
  #granted = 0
  /** Messages that the peer has not taken, and will not. */
  #lost: number | undefined

  constructor(inner: StreamSession, stream: ThreadStream) {
    this.#inner = inner
    this.#stream = stream
    stream.onCall = () => {
      if (this.#starved) this.#inner.flush()
    }
  }

  get peer(): PeerInfo {
    return { ...this.#inner.peer, protocol: 'inproc' }
  }

  get connection(): number {
    return this.#inner.connection
  }

  get unwritten(): number {
    return this.#lost ?? this.#inner.unwritten
  }

  start(traffic: Traffic): void {
    this.#traffic = traffic
    // Before anything is sent: whoever answers it may have nothing to wait for.
    this.#grant()
    this.#inner.start(this)
  }

  send(message: Parts, shared?: boolean): boolean {
    if (this.#sent === this.#limit && !this.#mayGoOn()) return false
    if (!this.#inner.send(message, shared)) return false
    this.#sent = (this.#sent + 1) | 0
    return true
  }

  wake(): void {
    this.#inner.wake()
  }

  flush(): void {
    this.#inner.flush()
  }

  resume(): void {
    this.#inner.resume()
    this.#grant()
  }

  subscribe(subscription: Subscription): void {
    this.#inner.subscribe(subscription)
  }

  close(): Promise<unknown> {
    return this.#inner.close()
  }

  destroy(error?: Error): void {
    this.#inner.destroy(error)
  }

  /** The peer's limit is reached: has it risen? If not, we will be called when it does. */
  #mayGoOn(): boolean {
    const { link } = this.#stream
    link.set('starved', 1)
    this.#limit = link.theirs('limit')
    this.#starved = this.#sent === this.#limit
    if (!this.#starved) link.set('starved', 0)
    return !this.#starved
  }

  /** Says how many messages there is room for. */
  #grant(): void {
    const limit = (this.#taken + Math.min(this.room, UNLIMITED)) | 0
    // What has been said cannot be taken back.
    if (((limit - this.#granted) | 0) <= 0) return
    this.#granted = limit
    const { link } = this.#stream
    link.set('limit', limit)
    if (link.swap('starved', 0) === 1) this.#stream.call()
  }

  #received(count: number): void {
    this.#taken = (this.#taken + count) | 0
    this.#stream.link.set('taken', this.#taken)
    this.#grant()
  }

  // --- Traffic: what the conversation sees instead of the pipe

  pull(): Parts | undefined {
    if (this.#sent === this.#limit && !this.#mayGoOn()) return undefined
    const message = this.#traffic?.pull()
    if (message !== undefined) this.#sent = (this.#sent + 1) | 0
    return message
  }

  get room(): number {
    return this.#traffic?.room ?? 0
  }

  deliver(message: Parts): boolean {
    const room = this.#traffic?.deliver(message) ?? false
    this.#received(1)
    return room
  }

  deliverBatch(batch: Batch): boolean {
    const { count } = batch
    const room = this.#traffic?.deliverBatch(batch) ?? false
    this.#received(count)
    return room
  }

  subscription(subscription: Subscription): void {
    this.#traffic?.subscription(subscription)
  }

  discarded(reason: DropReason): void {
    this.#traffic?.discarded(reason)
  }

  drained(): void {
    this.#traffic?.drained()
  }

  ended(error: Error | undefined): void {
    const { left, link } = this.#stream
    this.#lost = left ? (this.#sent - link.theirs('taken')) | 0 : this.#inner.unwritten
    this.#traffic?.ended(error)
  }
}
