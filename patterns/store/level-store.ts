import type { ClassicLevel } from 'classic-level'
import { ZmqError } from 'zerowire/extra'
import { deferred, type Deferred } from '../common/deferred.js'
import {
  checkChanges,
  closedError,
  limitOf,
  type Change,
  type Entry,
  type RangeOptions,
  type Store,
} from './store.js'

type Database = ClassicLevel<Uint8Array, Uint8Array>

/** Read at once at most, so that large values do not fill the memory before anybody sees them. */
const MOST_READ = 1024 * 1024

/** How a store on a disk is opened. */
export interface LevelStoreOptions {
  /**
   * Whether a write waits until the disk has it (fsync). Without that, it survives the end of the
   * process, but not of the machine. Default: true.
   */
  readonly sync?: boolean
  /** How many bytes LevelDB gathers in memory, and in its log, before it sorts them. Default: 16 MiB. */
  readonly writeBufferSize?: number
  /** How many bytes of what was read LevelDB keeps in memory. Default: 8 MiB. */
  readonly cacheSize?: number
}

/** Writes that go to the disk together. */
interface Group {
  readonly batch: ReturnType<Database['batch']>
  readonly written: Deferred<undefined>
}

/**
 * A store in a directory, by the package `classic-level` (LevelDB), which is to be installed beside
 * this one. One process at a time can have it open.
 *
 * ```ts
 * await using store = await LevelStore.open('/var/lib/orders')
 * ```
 */
export class LevelStore implements Store {
  readonly #db: Database
  readonly #sync: boolean
  /** Has not been handed to the disk yet. */
  #next: Group | undefined
  #committing: Promise<void> | undefined
  #failure: { readonly error: unknown } | undefined
  #closing: Promise<void> | undefined

  /** @internal */
  constructor(db: Database, sync: boolean) {
    this.#db = db
    this.#sync = sync
  }

  /**
   * Opens a directory, and makes it if there is none.
   * @throws ZmqError ENOTSUP when the package `classic-level` is not installed; EBUSY when the
   * directory is open already, here or in another process; the error of the platform when it cannot
   * be used.
   */
  static async open(directory: string, options: LevelStoreOptions = {}): Promise<LevelStore> {
    const { sync = true, writeBufferSize = 16 * 1024 * 1024, cacheSize = 8 * 1024 * 1024 } = options
    const { ClassicLevel } = await load()
    const encodings = { keyEncoding: 'view', valueEncoding: 'view' }
    const db: Database = new ClassicLevel(directory, { ...encodings, writeBufferSize, cacheSize })
    try {
      await db.open()
    } catch (error) {
      throw reasonOf(error, directory)
    }
    return new LevelStore(db, sync)
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    this.#check()
    return this.#db.get(key)
  }

  async range(from: Uint8Array, to: Uint8Array, options: RangeOptions = {}): Promise<Entry[]> {
    const limit = limitOf(options)
    this.#check()
    const { reverse = false, bytes = Infinity } = options
    const bounds = { gte: from, lt: to, reverse, limit, highWaterMarkBytes: MOST_READ }
    const found: Entry[] = []
    let room = bytes
    const iterator = this.#db.iterator(bounds)
    try {
      for (;;) {
        const some = await iterator.nextv(limit - found.length)
        for (const [key, value] of some) {
          found.push({ key, value })
          room -= value.length
          if (room <= 0) return found
        }
        if (some.length === 0 || found.length === limit) return found
      }
    } finally {
      await iterator.close()
    }
  }

  async write(changes: readonly Change[]): Promise<void> {
    this.#check()
    checkChanges(changes)
    if (this.#failure) throw this.#failure.error
    this.#next ??= { batch: this.#db.batch(), written: deferred() }
    const { batch, written } = this.#next
    for (const { key, value } of changes) {
      if (value) batch.put(key, value)
      else batch.del(key)
    }
    this.#committing ??= this.#commit()
    return written.promise
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #check(): void {
    if (this.#closing) throw closedError()
  }

  async #close(): Promise<void> {
    await this.#committing
    await this.#db.close()
  }

  /** Writes group after group, until there is none. What is asked for in this turn is in the first. */
  async #commit(): Promise<void> {
    await Promise.resolve()
    for (let group = this.#next; group; group = this.#next) {
      this.#next = undefined
      try {
        if (this.#failure) throw this.#failure.error
        await group.batch.write({ sync: this.#sync })
        group.written.resolve(undefined)
      } catch (error) {
        // What the log of LevelDB has of it is not known, so nothing may follow.
        this.#failure ??= { error }
        group.written.reject(error)
      }
    }
    this.#committing = undefined
  }
}

/** By a parameter, because bundlers would want to have what is named, and it is optional. */
const optional = (name: string): Promise<unknown> => import(name)

async function load(): Promise<typeof import('classic-level')> {
  try {
    return (await optional('classic-level')) as typeof import('classic-level')
  } catch (error) {
    if (!['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(codeOf(error))) throw error
    const message = 'LevelStore needs a package that is not there: npm install classic-level'
    throw new ZmqError('ENOTSUP', { message, cause: error })
  }
}

/** What made the opening fail, which LevelDB has inside its own error. */
function reasonOf(error: unknown, directory: string): unknown {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (codeOf(cause) !== 'LEVEL_LOCKED') return cause
  const message = `Store is open already, here or in another process: ${directory}`
  return new ZmqError('EBUSY', { message, cause })
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code)
}
