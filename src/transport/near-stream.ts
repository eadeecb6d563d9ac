import type { ByteStream, ByteStreamHandler } from '../session/byte-stream.js'
import { atEndOfTurn, type TurnTask } from '../util/turn.js'

/**
 * One end of a stream of bytes that does not leave the program: to another thread, or from a page to its
 * workers. It looks at what has come when it is called, or at the end of a turn.
 */
export abstract class NearStream implements ByteStream, TurnTask {
  protected handler: ByteStreamHandler | undefined
  /** Bytes that did not find room. */
  protected waiting = 0
  protected paused = false
  protected ending = false
  protected closed = false
  #scheduled = false

  get backlog(): number {
    return this.waiting
  }

  attach(handler: ByteStreamHandler): void {
    this.handler = handler
    // The other end may have written already.
    this.lookLater()
  }

  abstract write(chunks: readonly Uint8Array[]): void

  pause(): void {
    this.paused = true
  }

  resume(): void {
    if (!this.paused) return
    this.paused = false
    this.lookLater()
  }

  end(): void {
    this.ending = true
    if (this.waiting === 0) this.sayGoodbye()
  }

  destroy(): void {
    if (this.closed) return
    this.closed = true
    this.waiting = 0
    this.sayGoodbye()
    this.release()
    queueMicrotask(() => {
      this.handler?.onClose(undefined)
    })
  }

  endTurn(): void {
    this.#scheduled = false
    this.look()
  }

  protected lookLater(): void {
    if (this.#scheduled || this.closed) return
    this.#scheduled = true
    atEndOfTurn(this)
  }

  /** What was waiting has found room. */
  protected emptied(): void {
    if (this.ending) this.sayGoodbye()
    else this.handler?.onDrain()
  }

  /** Reads, and says what there is to say. */
  protected abstract look(): void
  protected abstract sayGoodbye(): void
  /** Lets go of what it is made of. */
  protected abstract release(): void
}
