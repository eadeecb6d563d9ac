import { ZmqError } from '../errors.js'
import { noDescriptorLeft } from './descriptors.js'

/** A connection whose handshake is not done. */
interface Stranger {
  destroy(error?: Error): unknown
}

/** Strangers, the oldest first; one too many costs the oldest its place. */
export class Strangers {
  readonly #all = new Set<Stranger>()
  readonly #exhausted: ((error: ZmqError) => void) | undefined

  /**
   * @param exhausted hears when the process has no file descriptor left: Node tells nobody, and hangs up
   * on whoever comes next.
   */
  constructor(exhausted?: (error: ZmqError) => void) {
    this.#exhausted = exhausted
  }

  admit(stranger: Stranger, limit: number): void {
    this.#all.add(stranger)
    if (this.#all.size > limit) {
      const reason = `more than ${String(limit)} connections have not finished their handshake`
      this.#dismiss(new ZmqError('EBUSY', { reason }))
    } else if (this.#exhausted !== undefined && noDescriptorLeft()) {
      const error = new ZmqError('EMFILE', { reason: 'the process can open nothing more' })
      this.#exhausted(error)
      // Whoever is next may be honest.
      if (this.#all.size > 1) this.#dismiss(error)
    }
  }

  delete(stranger: Stranger): void {
    this.#all.delete(stranger)
  }

  destroyAll(): void {
    for (const stranger of this.#all) stranger.destroy()
  }

  #dismiss(error: ZmqError): void {
    const [oldest] = this.#all
    if (oldest === undefined) return
    this.#all.delete(oldest)
    oldest.destroy(error)
  }
}
