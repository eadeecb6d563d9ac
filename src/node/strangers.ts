import { ZmqError } from '../errors.js'

/** A connection whose handshake is not done. */
interface Stranger {
  destroy(error?: Error): unknown
}

/** Strangers, the oldest first; one too many costs the oldest its place. */
export class Strangers {
  readonly #all = new Set<Stranger>()

  admit(stranger: Stranger, limit: number): void {
    this.#all.add(stranger)
    const [oldest] = this.#all
    if (this.#all.size <= limit || oldest === undefined) return
    const reason = `more than ${String(limit)} connections have not finished their handshake`
    oldest.destroy(new ZmqError('EBUSY', { reason }))
    this.#all.delete(oldest)
  }

  delete(stranger: Stranger): void {
    this.#all.delete(stranger)
  }

  destroyAll(): void {
    for (const stranger of this.#all) stranger.destroy()
  }
}
