import { ZmqError } from 'zerowire/extra'

/** A key and what is kept under it. The bytes are not to be changed. */
export interface Entry {
  /** Compared byte by byte, as unsigned numbers; a key that another one begins with comes first. */
  readonly key: Uint8Array
  /** What is kept under the key. */
  readonly value: Uint8Array
}

/** What a write does to one key. */
export interface Change {
  /** Which key: at least one byte. */
  readonly key: Uint8Array
  /** What is kept under the key from now on. Without it, nothing is. */
  readonly value?: Uint8Array | undefined
}

/** How much a range shows, and in which order. */
export interface RangeOptions {
  /** How many entries at most. @default 1000 */
  readonly limit?: number
  /** No more entries once their values have so many bytes together. @default Infinity */
  readonly bytes?: number
  /** From the end of the range to its beginning. @default false */
  readonly reverse?: boolean
}

/**
 * Ordered keys of bytes. All that a pattern asks of whatever keeps its state: in memory, on a disk,
 * or on many.
 *
 * A store does not bound how much it keeps, nor how many writes are under way: whoever writes waits
 * for them. Every method rejects with EBADF when the store is closed.
 */
export interface Store extends AsyncDisposable {
  /** What is kept under the key, if anything. */
  get(key: Uint8Array): Promise<Uint8Array | undefined>

  /**
   * The entries whose keys are at least `from` and less than `to`, as they are at one moment: all of
   * them, unless they are more than the limit, or than the bytes.
   * @throws RangeError when the limit is no whole number above 0.
   */
  range(from: Uint8Array, to: Uint8Array, options?: RangeOptions): Promise<Entry[]>

  /**
   * Makes all of the changes or none of them, in their order, and resolves when they will still be
   * there after a crash. Writes take effect in the order of the calls; those that are made while one
   * is under way go to the disk together. Keys and values belong to the store from the call on.
   *
   * When it rejects for a fault of the disk, whether the changes are there is known only after the
   * store has been opened again; until then, every other write rejects too.
   * @throws TypeError when a key is empty, or a key or value no Uint8Array: nothing is changed.
   */
  write(changes: readonly Change[]): Promise<void>

  /** Waits for the writes that are under way. Without effect when it is closed already. */
  close(): Promise<void>
}

/** The entries of a range in their order, read part by part, each part as it is at its moment. */
export async function* pages(
  store: Store,
  from: Uint8Array,
  to: Uint8Array,
  limit: number = DEFAULT_LIMIT,
): AsyncGenerator<Entry[], void, undefined> {
  for (let next = from; ;) {
    const page = await store.range(next, to, { limit })
    if (page.length > 0) yield page
    const last = page.at(-1)
    if (page.length < limit || !last) return
    // The least key that is greater.
    next = new Uint8Array(last.key.length + 1)
    next.set(last.key)
  }
}

const DEFAULT_LIMIT = 1000

/** The limit that was asked for. */
export function limitOf({ limit = DEFAULT_LIMIT }: RangeOptions): number {
  if (Number.isSafeInteger(limit) && limit > 0) return limit
  throw new RangeError(`limit is ${String(limit)}, expected a whole number above 0`)
}

/** Before the first of them is made. */
export function checkChanges(changes: readonly Change[]): void {
  for (const { key, value } of changes) {
    if (!(key instanceof Uint8Array) || key.length === 0) {
      throw new TypeError('a key is no Uint8Array of at least one byte')
    }
    if (value !== undefined && !(value instanceof Uint8Array)) {
      throw new TypeError('a value is neither a Uint8Array nor left out')
    }
  }
}

export function closedError(): ZmqError {
  return new ZmqError('EBADF', { message: 'Store is closed' })
}
