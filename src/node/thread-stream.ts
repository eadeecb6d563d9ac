import { BroadcastChannel } from 'node:worker_threads'
import type { CountingStream } from '../transport/counted-session.js'
import { NearStream } from '../transport/near-stream.js'
import { copy, copyOfShared } from './shared-bytes.js'
import { isGone } from '../util/transfer.js'
import { Gifts } from './thread-gifts.js'
import type { Link } from './thread-link.js'

/** Bytes that are read at once, and those where few frames are to be cut in two. */
const READ_SIZE = 65_536
const LARGE_READ_SIZE = 262_144

/** What a stream needs besides its memory. */
export interface ThreadStreamHost {
  /** A name for the bell of the connection, which both ends know. */
  readonly bell: string
  /** The stream has been closed. */
  closed(): void
}

/**
 * A stream of bytes between two threads, through memory that they share; large chunks are moved beside it. The
 * other end is called by a message of one number, and only if it has not been called since it last looked.
 */
export class ThreadStream extends NearStream implements CountingStream {
  readonly #link: Link
  onCredit: (() => void) | undefined
  readonly #host: ThreadStreamHost
  readonly #bell: BroadcastChannel
  readonly #gifts: Gifts
  /** What did not find room. */
  readonly #chunks: Uint8Array[] = []
  /** The other end's thread is no more. */
  #orphaned = false

  constructor(link: Link, host: ThreadStreamHost) {
    super()
    this.#link = link
    this.#host = host
    this.#bell = new BroadcastChannel(host.bell)
    this.#bell.onmessage = () => {
      this.look()
    }
    this.#bell.unref()
    this.#gifts = new Gifts(link, host.bell)
  }

  creditFor(sent: number): number {
    const link = this.#link
    link.set('starved', 1)
    const limit = link.theirs('limit')
    if (limit !== sent) link.set('starved', 0)
    return limit
  }

  grant(limit: number): void {
    this.#link.set('limit', limit)
    if (this.#link.swap('starved', 0) === 1) this.#call()
  }

  took(count: number): void {
    this.#link.set('taken', count)
  }

  get takenByLeft(): number | undefined {
    return this.#left ? this.#link.theirs('taken') : undefined
  }

  /** Whether the other end has said goodbye, or has died. */
  get #left(): boolean {
    return this.#orphaned || this.#link.theirs('closed') === 1
  }

  write(chunks: readonly Uint8Array[]): void {
    if (this.closed || this.ending) return
    for (const chunk of chunks) {
      if (isGone(chunk)) {
        this.destroy()
        // It counts as not written.
        this.waiting = 1
        return
      }
      // Once it has been moved, nothing is left of it here.
      const { length } = chunk
      const count = this.waiting > 0 ? 0 : this.#put(chunk)
      if (count < length) {
        this.#chunks.push(count === 0 ? chunk : chunk.subarray(count))
        this.waiting += length - count
      }
    }
    if (this.waiting > 0) {
      // What has been taken on is delivered before the thread ends, as a system would see to.
      this.#bell.ref()
      this.#push()
    }
    this.#call()
  }

  /** The other end's thread has died: what it has written can still be read. */
  orphan(): void {
    this.#orphaned = true
    this.lookLater()
  }

  /** Makes the other end look. */
  #call(): void {
    if (this.#link.swap('called', 1) === 0) this.#bell.postMessage(0)
  }

  protected override release(): void {
    this.#chunks.length = 0
    this.#bell.close()
    this.#gifts.close()
    this.#host.closed()
  }

  protected override look(): void {
    if (this.closed) return
    this.#link.set('called', 0)
    this.onCredit?.()
    if (this.waiting > 0) {
      this.#push()
      this.#call()
      if (this.waiting === 0) this.emptied()
    }
    this.#pull()
  }

  /** Writes what waits, as far as there is room. */
  #push(): void {
    const link = this.#link
    let refused = false
    while (this.#chunks[0] !== undefined) {
      const [chunk] = this.#chunks
      if (isGone(chunk)) {
        this.destroy()
        return
      }
      const { length } = chunk
      const count = this.#put(chunk)
      this.waiting -= count
      if (count === length) this.#chunks.shift()
      else this.#chunks[0] = chunk.subarray(count)
      if (count > 0) continue
      // Room may have been made before the other end could know that it is waited for.
      if (refused) return
      refused = true
      link.set('cramped', 1)
    }
    link.set('cramped', 0)
    this.#bell.unref()
  }

  /** @returns how many of the bytes are on their way. */
  #put(chunk: Uint8Array): number {
    const { length } = chunk
    return this.#gifts.give(chunk) ? length : this.#link.write(chunk)
  }

  /** Reads what was there when it began: what is written meanwhile has to wait for another turn. */
  #pull(): void {
    const link = this.#link
    // Asked first: what was written before it is then there to be read. So is what was moved before that.
    const left = this.#left
    let rest = link.readable
    let gifts = link.fetchable
    while (this.#isReading) {
      const before = gifts > 0 ? link.beforeNext : rest
      if (gifts > 0 && before === 0) {
        gifts--
        this.#fetch()
      } else if (rest > 0) rest -= this.#read(Math.min(rest, before))
      else break
    }
    if (!this.#isReading) return
    if (link.readable > 0 || link.fetchable > 0) this.lookLater()
    else if (left) {
      this.handler?.onEnd()
      this.destroy()
    }
  }

  #fetch(): void {
    const memory = this.#gifts.fetch()
    if (memory === undefined) this.destroy()
    else {
      this.#uncramp()
      this.handler?.onData(memory)
    }
  }

  get #isReading(): boolean {
    return !this.paused && !this.closed && this.handler !== undefined
  }

  /** Reads some bytes, `most` at most. */
  #read(most: number): number {
    const link = this.#link
    const target = this.handler?.target()
    const size = this.handler?.largeFrames === true ? LARGE_READ_SIZE : READ_SIZE
    const bytes = link.peek(Math.min(most, target?.length ?? size, size))
    const { length } = bytes
    if (target === undefined) {
      const chunk = copyOfShared(bytes)
      this.#consumed(length)
      this.handler?.onData(chunk)
    } else {
      copy(bytes, target, bytes)
      this.#consumed(length)
      this.handler?.onFilled(length)
    }
    return length
  }

  /** The other end writes on while we deal with what has been read. */
  #consumed(count: number): void {
    this.#link.consumed(count)
    this.#uncramp()
  }

  #uncramp(): void {
    if (this.#link.swap('cramped', 0) === 1) this.#call()
  }

  protected override sayGoodbye(): void {
    this.#link.set('closed', 1)
    this.#call()
  }
}
