import type { DropReason, PeerInfo } from '../events.js'
import type { Parts, Subscription } from '../message.js'
import { initialOptions } from '../options.js'
import type { ByteStream } from '../session/byte-stream.js'
import type { Flow } from '../session/flow.js'
import type { Batch, LocalPeer, Session, Traffic } from '../session/session.js'
import type { StreamSession } from '../session/stream-session.js'
import type { LocalEnd } from './transport.js'

/** Messages that may be under way where the receiver's mark is 0, so that there is none. */
const UNLIMITED = 2 ** 30

/** A stream of bytes whose ends tell each other what messages they take. The counts wrap. */
export interface CountingStream extends ByteStream {
  /** Is told that the other end may take more, by whoever has found that it took no more. */
  onCredit: (() => void) | undefined
  /** Messages that the other end takes in all. Where that is as many as were sent, `onCredit` follows. */
  creditFor(sent: number): number
  /** We take so many messages in all. */
  grant(limit: number): void
  /** We have taken so many. */
  took(count: number): void
  /** Messages that the other end has taken, when it has left before us. */
  readonly takenByLeft: number | undefined
}

/**
 * A conversation with a socket of another thread. Between a stream of bytes and the pipe it counts
 * messages: no more are sent than the receiver has room for, so that those which wait are bounded by
 * the marks of both sockets, and by nothing else.
 */
export class CountedSession implements Session, Traffic {
  readonly #inner: StreamSession
  readonly #stream: CountingStream
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

  constructor(inner: StreamSession, stream: CountingStream) {
    this.#inner = inner
    this.#stream = stream
    stream.onCredit = () => {
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

  get flow(): Flow | undefined {
    return this.#inner.flow
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
    this.#limit = this.#stream.creditFor(this.#sent)
    this.#starved = this.#sent === this.#limit
    return !this.#starved
  }

  /** Says how many messages there is room for. */
  #grant(): void {
    const limit = (this.#taken + Math.min(this.room, UNLIMITED)) | 0
    // What has been said cannot be taken back.
    if (((limit - this.#granted) | 0) <= 0) return
    this.#granted = limit
    this.#stream.grant(limit)
  }

  #received(count: number): void {
    this.#taken = (this.#taken + count) | 0
    this.#stream.took(this.#taken)
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
    const { takenByLeft } = this.#stream
    const { unwritten } = this.#inner
    this.#lost = takenByLeft === undefined ? unwritten : (this.#sent - takenByLeft) | 0
    if (this.flow !== undefined) this.flow.sent -= this.#lost - unwritten
    this.#traffic?.ended(error)
  }
}

/** What is of use between processes only: no limits, nobody is in a hurry, and nobody has to prove who he is. */
const PLAIN = initialOptions({ handshakeInterval: 0 })

/** A socket as a conversation between threads needs to know it. */
export function plain(local: LocalEnd): LocalPeer {
  const { socketType, routingId, emit, options, groups = false } = local
  return {
    ...{ socketType, routingId, emit, groups },
    accepts: (type) => local.accepts(type),
    options: { ...PLAIN, metadata: options.metadata },
  }
}
