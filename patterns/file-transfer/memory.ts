import { whole } from '../common/checks.js'
import { TransferError, type Sink, type Source, type Store } from './store.js'

/** SHA-256 as Node and browsers have it (in these only on pages of `https:`, and of this machine). */
async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

/**
 * Bytes in memory, by their names. Put others in and take them out as you like; those that are in it
 * must not change.
 */
export class MemoryStore extends Map<string, Uint8Array<ArrayBuffer>> implements Store {
  /** Those of before are still being read while others have their name. */
  readonly #versions = new WeakMap<Uint8Array, string>()
  /** Those of another process, or another store, are other versions. */
  readonly #origin = crypto.randomUUID()
  #next = 0

  /** @internal */
  async open(name: string): Promise<Source> {
    const bytes = this.get(name)
    if (!bytes) throw new TransferError('ENOENT', 'nothing of this name')
    const version = this.#versions.get(bytes) ?? `${this.#origin} ${this.#next++}`
    this.#versions.set(bytes, version)
    return Promise.resolve({
      size: bytes.length,
      version,
      read: (offset, length) => Promise.resolve(bytes.slice(offset, offset + length)),
      digest: (length) => sha256(bytes.subarray(0, length)),
      close: () => Promise.resolve(),
    })
  }
}

/** A sink that keeps what arrives in memory, up to a limit. */
export class MemorySink implements Sink {
  readonly #limit: number
  #chunks: Uint8Array[] = []
  #size = 0

  /** @param limit how many bytes it takes; more are a RangeError. @default 268,435,456 */
  constructor(limit: number = 2 ** 28) {
    this.#limit = whole('limit', limit)
  }

  get size(): number {
    return this.#size
  }

  /** A copy of all that is there. */
  get bytes(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#size)
    let at = 0
    for (const chunk of this.#chunks) {
      bytes.set(chunk, at)
      at += chunk.length
    }
    return bytes
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#size + bytes.length > this.#limit) {
      return Promise.reject(new RangeError(`more than ${this.#limit} bytes`))
    }
    this.#chunks.push(bytes)
    this.#size += bytes.length
    return Promise.resolve()
  }

  digest(): Promise<Uint8Array> {
    return sha256(this.bytes)
  }

  clear(): Promise<void> {
    this.#chunks = []
    this.#size = 0
    return Promise.resolve()
  }

  commit(): Promise<void> {
    return Promise.resolve()
  }
}
