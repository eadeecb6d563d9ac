import type { ByteStream, ByteStreamHandler } from '../../src/session/byte-stream.js'
import { nextTurn } from './turn.js'

/** The far end has said goodbye. */
const END = Symbol('end')

/**
 * One end of a connection in memory. It behaves as the system does, as slowly as a test wants it to:
 * `stall()` takes no more bytes, `pieces` cuts what arrives.
 */
export class MemoryStream implements ByteStream {
  /** Bytes that arrive here at once, at most. */
  pieces = Infinity
  /** What waited arrives before `resume()` returns, as in a browser. */
  eager = false
  /** What the owner has done with the stream. */
  readonly log: string[] = []
  paused = false
  closed = false
  /** The way to the other end. */
  #send: (arrival: Buffer | typeof END) => void = () => undefined
  #handler: ByteStreamHandler | undefined
  #stalled = false
  #ending = false
  /** Written here and not yet on its way; not copied, as the system would not. */
  #outbox: Uint8Array[] = []
  /** On its way to here. */
  readonly #inbox: (Buffer | typeof END)[] = []
  /** Counts whatever happens at either end. */
  #life = { events: 0 }

  /** Both ends of a new connection. */
  static pair(): [MemoryStream, MemoryStream] {
    const near = new MemoryStream()
    const far = new MemoryStream()
    near.#send = (arrival) => far.#receive(arrival)
    far.#send = (arrival) => near.#receive(arrival)
    far.#life = near.#life
    return [near, far]
  }

  /** Settles when nothing has happened at either end for a few turns. */
  async quiet(): Promise<void> {
    for (let idle = 0; idle < 4; idle++) {
      const { events } = this.#life
      await nextTurn()
      if (this.#life.events !== events) idle = -1
    }
  }

  // --- what the system does

  /** The system takes no more bytes. */
  stall(): void {
    this.#stalled = true
  }

  /** The system takes bytes again, first those that waited. */
  flow(): void {
    const waited = this.backlog > 0
    this.#stalled = false
    this.#transmit()
    if (waited && !this.closed) this.#handler?.onDrain()
  }

  /** The connection is lost, even for a reader that has paused. */
  lose(error?: Error): void {
    this.#close(error)
  }

  // --- what its owner does

  get backlog(): number {
    return this.#outbox.reduce((sum, chunk) => sum + chunk.length, 0)
  }

  attach(handler: ByteStreamHandler): void {
    this.#handler = handler
    this.#deliverSoon()
  }

  write(chunks: readonly Uint8Array[]): void {
    if (this.closed || this.#ending || chunks.length === 0) return
    this.#outbox.push(...chunks)
    this.#transmit()
  }

  pause(): void {
    this.log.push('pause')
    this.paused = true
  }

  resume(): void {
    this.log.push('resume')
    this.paused = false
    if (this.eager) this.#deliverAll()
    else this.#deliverSoon()
  }

  end(): void {
    this.log.push('end')
    this.#ending = true
    this.#transmit()
  }

  destroy(): void {
    if (this.closed) return
    this.log.push('destroy')
    this.closed = true
    this.#outbox = []
    this.#send(END)
    this.#soon(() => this.#handler?.onClose(undefined))
  }

  // --- the way between

  #receive(arrival: Buffer | typeof END): void {
    this.#inbox.push(arrival)
    this.#deliverSoon()
  }

  #transmit(): void {
    if (this.#stalled || this.closed) return
    for (const chunk of this.#outbox.splice(0)) this.#send(Buffer.from(chunk))
    if (this.#ending) this.#send(END)
  }

  #soon(work: () => void): void {
    setImmediate(() => {
      this.#life.events++
      work()
    })
  }

  #deliverSoon(): void {
    this.#soon(() => {
      this.#deliverAll()
    })
  }

  #deliverAll(): void {
    while (this.#handler !== undefined && !this.paused && !this.closed) {
      const arrival = this.#inbox.shift()
      if (arrival === undefined) return
      if (arrival === END) {
        this.#handler.onEnd()
        this.#close(undefined)
      } else this.#deliver(this.#handler, arrival)
    }
  }

  /** Hands over the first piece of what arrived, and puts the rest back. */
  #deliver(handler: ByteStreamHandler, arrival: Buffer): void {
    const target = handler.target()
    const size = Math.min(arrival.length, this.pieces, target?.length ?? Infinity)
    if (size < arrival.length) this.#inbox.unshift(arrival.subarray(size))
    const piece = arrival.subarray(0, size)
    if (target === undefined) {
      handler.onData(Buffer.from(piece))
      return
    }
    target.set(piece)
    handler.onFilled(size)
  }

  #close(error: Error | undefined): void {
    if (this.closed) return
    this.closed = true
    this.#outbox = []
    this.#send(END)
    this.#life.events++
    this.#handler?.onClose(error)
  }
}
