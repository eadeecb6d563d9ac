import type { ByteStream, ByteStreamHandler } from '../../src/session/byte-stream.js'

/** A connection whose far end does what a script says, at once. */
export class ScriptedStream implements ByteStream {
  /** All that was written, as the far end would get it. */
  readonly written: Buffer[] = []
  destroyed = false
  ended = false
  #handler: ByteStreamHandler | undefined
  #paused = false
  #stalled = false
  #closed = false
  /** Written and not taken: not copied, as the system would not. */
  #outbox: Uint8Array[] = []
  /** Sent to here and not read. */
  #inbox: Buffer[] = []
  #over: { error: Error | undefined } | undefined

  // --- what the far end and the system do

  /** Bytes come, one piece after the other. */
  feed(pieces: readonly Buffer[]): void {
    this.#inbox.push(...pieces)
    this.#deliver()
  }

  /** The system takes no more bytes. */
  stall(): void {
    this.#stalled = true
  }

  /** It takes them again. */
  flow(): void {
    if (!this.#stalled) return
    this.#stalled = false
    const waited = this.#outbox.length > 0
    this.#take()
    if (waited && !this.#closed && !this.ended) this.#handler?.onDrain()
  }

  /** The far end says goodbye, after what it has sent. */
  end(): void {
    this.ended = true
    this.#leave(undefined)
  }

  /** The far end leaves. */
  finish(): void {
    this.#leave(undefined)
  }

  /** The connection is lost, and with it what has not been read. */
  lose(error: Error): void {
    this.#inbox = []
    this.#leave(error)
  }

  // --- what its owner does

  get backlog(): number {
    return this.#outbox.reduce((sum, { length }) => sum + length, 0)
  }

  attach(handler: ByteStreamHandler): void {
    this.#handler = handler
    this.#deliver()
  }

  write(chunks: readonly Uint8Array[]): void {
    if (this.#closed || this.ended || this.destroyed) return
    this.#outbox.push(...chunks)
    if (!this.#stalled) this.#take()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    // As from the event loop, not from within the call.
    queueMicrotask(() => {
      this.#deliver()
    })
  }

  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.#inbox = []
    this.#outbox = []
    // The system takes at least a turn.
    setImmediate(() => {
      this.#close(undefined)
    })
  }

  // --- the way between

  #take(): void {
    for (const chunk of this.#outbox.splice(0)) this.written.push(Buffer.from(chunk))
  }

  #leave(error: Error | undefined): void {
    this.#over ??= { error }
    this.#concludeSoon()
  }

  #deliver(): void {
    const handler = this.#handler
    if (handler === undefined) return
    while (!this.#paused && !this.destroyed && !this.#closed) {
      const piece = this.#inbox.shift()
      if (piece === undefined) break
      this.#hand(handler, piece)
    }
    if (this.#over !== undefined) this.#concludeSoon()
  }

  /** The system takes at least a turn for it. */
  #concludeSoon(): void {
    setImmediate(() => {
      const over = this.#over
      const handler = this.#handler
      if (over === undefined || handler === undefined || this.#inbox.length > 0) return
      // Who does not read does not see the end, unless it is the end of all.
      if (this.#paused && over.error === undefined) return
      if (!this.#closed && over.error === undefined) handler.onEnd()
      this.#close(over.error)
    })
  }

  #hand(handler: ByteStreamHandler, piece: Buffer): void {
    const target = handler.target()
    if (target === undefined) {
      handler.onData(Buffer.from(piece))
      return
    }
    const taken = piece.subarray(0, target.length)
    if (taken.length < piece.length) this.#inbox.unshift(piece.subarray(taken.length))
    target.set(taken)
    handler.onFilled(taken.length)
  }

  #close(error: Error | undefined): void {
    if (this.#closed) return
    this.#closed = true
    this.#outbox = []
    this.#handler?.onClose(error)
  }
}
