import { Duplex } from 'node:stream'
import type { Socket } from 'node:net'

/** The end of a connection that code takes for a socket of node:net: what comes in is what a script says. */
export class WireEnd extends Duplex {
  readonly written: Buffer[] = []

  constructor() {
    super({ allowHalfOpen: false })
    this.on('error', () => undefined)
  }

  get asSocket(): Socket {
    return this as unknown as Socket
  }

  override _read(): void {
    // Whatever comes is pushed.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written.push(chunk)
    done()
  }

  // --- what a socket has beside

  destroySoon(): void {
    if (this.writable) this.end()
    if (this.writableFinished) this.destroy()
    else this.once('finish', () => this.destroy())
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  setTimeout(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}
