import type { Dealer, SocketOptions } from 'zerowire'
import { systemClock, type Clock } from '../clock/index.js'
import { milliseconds, whole } from '../common/checks.js'
import { Attempt } from './attempt.js'
import { crc32 } from './crc32.js'
import { linked, type Linked } from './linked.js'
import { TransferError, type Sink, type TransferErrorCode } from './store.js'
import { LONGEST_NAME, type Reply } from './wire.js'

/** What {@link TransferClient} can be told. */
export interface TransferClientOptions {
  /**
   * Options for its sockets, such as keys or heartbeats. Those that bound its memory are set by the
   * client.
   * @default {}
   */
  readonly socket?: SocketOptions<Dealer>
  /** Bytes to ask for at a time; less if the server gives less. @default 250,000 */
  readonly chunk?: number
  /** Chunks to ask for before the first has been written; less if the server gives less. @default 10 */
  readonly pipeline?: number
  /** Milliseconds of silence after which a server is given up, and asked anew. @default 5000 */
  readonly timeout?: number
  /** How often to ask anew without a single byte arriving in between. @default 10 */
  readonly retries?: number
  /** Milliseconds to wait before asking anew. @default 250 */
  readonly retryInterval?: number
  /** How often to begin with other content, because it changed or did not match its checksum. @default 3 */
  readonly restarts?: number
  /** The most bytes to take of one source. @default 1,099,511,627,776 */
  readonly largest?: number
  /** The time that it lives by; a test gives a `ManualClock`. @default systemClock */
  readonly clock?: Clock
}

/** How far a transfer is: what `onProgress` is told. */
export interface Progress {
  /** Bytes that are in the sink. */
  readonly received: number
  /** Bytes when it is done. */
  readonly total: number
  /** Bytes that were there already. */
  readonly resumed: number
}

/** What one transfer can be told. */
export interface FetchOptions {
  /** Called when it begins, also anew, and after each chunk. What it throws ends the transfer. */
  readonly onProgress?: (progress: Progress) => void
  /** Ends the transfer, which rejects with the signal's reason; what has arrived stays in the sink. */
  readonly signal?: AbortSignal
}

/** What `fetch()` gives when a transfer is done. */
export interface Fetched {
  /** Bytes in all. */
  readonly size: number
  /** SHA-256 of the content, at the server as in the sink. */
  readonly digest: Uint8Array
  /** Bytes that were in the sink before, and need not be fetched. */
  readonly resumed: number
  /** How often a server was asked anew. */
  readonly retries: number
  /** How often it began with other content. */
  readonly restarts: number
  /** Messages that were no answer to anything. */
  readonly malformed: number
}

type State = Extract<Reply, { command: 'STAT' }>

/** What a transfer knows from one attempt to the next. */
interface Transfer {
  readonly name: string
  readonly sink: Sink
  readonly onProgress: (progress: Progress) => void
  /** What the bytes in the sink are of, once that is known. */
  version?: string
  resumed: number
  retries: number
  /** Retries since a byte has arrived. */
  inVain: number
  restarts: number
  malformed: number
}

/** Errors after which the same question may be answered. */
const PASSING: readonly TransferErrorCode[] = [
  ...(['ETIMEDOUT', 'ECONNRESET', 'EBADMSG', 'EPROTO', 'EIO', 'ESTALE'] as const),
]

/** Checks options, and gives those that are not there their defaults. */
function complete(options: TransferClientOptions): Required<TransferClientOptions> {
  return {
    socket: options.socket ?? {},
    chunk: whole('chunk', options.chunk ?? 250_000),
    pipeline: whole('pipeline', options.pipeline ?? 10),
    timeout: milliseconds('timeout', options.timeout ?? 5000),
    retries: whole('retries', options.retries ?? 10, 0),
    retryInterval: milliseconds('retryInterval', options.retryInterval ?? 250),
    restarts: whole('restarts', options.restarts ?? 3, 0),
    largest: whole('largest', options.largest ?? 2 ** 40),
    clock: options.clock ?? systemClock,
  }
}

/**
 * Fetches what a {@link TransferServer} has, any number of them at a time, each over a connection of
 * its own.
 *
 * ```ts
 * const client = new TransferClient('tcp://127.0.0.1:5670')
 * await using sink = await fileSink('film.mkv')
 * await client.fetch('film.mkv', sink, { onProgress: ({ received }) => console.log(received) })
 * ```
 */
export class TransferClient {
  readonly #address: string
  readonly #options: Required<TransferClientOptions>
  /** Transfers under way, and what ends them. */
  readonly #running = new Map<Linked, Promise<unknown>>()
  #closed = false

  /**
   * @param address what the server is bound to.
   * @throws RangeError on an option that is out of range.
   */
  constructor(address: string, options: TransferClientOptions = {}) {
    this.#address = address
    this.#options = complete(options)
  }

  /**
   * Fetches into the sink what is not there yet, and commits it when all of it is right. What is
   * there is checked first, and thrown away if it is no beginning of what the server has.
   *
   * @param name what the store of the server knows the source by.
   * @throws TransferError as its code says; whatever the sink throws; the reason of the signal.
   */
  fetch(name: string, sink: Sink, options: FetchOptions = {}): Promise<Fetched> {
    if (this.#closed) throw new TransferError('ECANCELED', 'the client was closed')
    const { onProgress = () => undefined, signal } = options
    const bytes = new TextEncoder().encode(name).length
    if (bytes === 0 || bytes > LONGEST_NAME) {
      throw new RangeError(`a name has 1 to ${LONGEST_NAME} bytes, not ${bytes}`)
    }
    const transfer = { name, sink, onProgress, resumed: 0, ...NOTHING_YET }
    const over = linked(signal)
    const running = this.#run(transfer, over.signal).finally(() => {
      over.release()
      this.#running.delete(over)
    })
    this.#running.set(over, running)
    return running
  }

  /** Ends all transfers, which reject with `ECANCELED`; what has arrived stays in their sinks. */
  async close(): Promise<void> {
    this.#closed = true
    for (const over of this.#running.keys()) {
      over.abort(new TransferError('ECANCELED', 'the client was closed'))
    }
    await Promise.allSettled(this.#running.values())
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Attempts, until one of them gets to the end. */
  async #run(transfer: Transfer, signal: AbortSignal): Promise<Fetched> {
    const { chunk, pipeline, timeout, socket, clock } = this.#options
    for (;;) {
      const rest = { address: this.#address, silence: timeout, chunk, pipeline, socket, clock }
      const attempt = new Attempt({ ...rest, signal })
      try {
        const { size, digest } = await this.#fetch(attempt, transfer)
        const { resumed, retries, restarts } = transfer
        const malformed = transfer.malformed + attempt.malformed
        return { size, digest, resumed, retries, restarts, malformed }
      } catch (error) {
        this.#judge(transfer, error)
      } finally {
        transfer.malformed += attempt.malformed
        await attempt.close()
      }
      await this.#pause(signal)
    }
  }

  /** Throws the error unless the next attempt may fare better. */
  #judge(transfer: Transfer, error: unknown): void {
    if (!(error instanceof TransferError) || !PASSING.includes(error.code)) throw error
    transfer.retries++
    if (++transfer.inVain > this.#options.retries) throw error
    if (transfer.restarts > this.#options.restarts) throw error
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const { clock, retryInterval } = this.#options
    signal.throwIfAborted()
    await new Promise<void>((resolve) => {
      const stop = (): void => {
        timer.cancel()
        resolve()
      }
      const timer = clock.after(retryInterval, () => {
        signal.removeEventListener('abort', stop)
        resolve()
      })
      signal.addEventListener('abort', stop, { once: true })
    })
    signal.throwIfAborted()
  }

  async #fetch(
    attempt: Attempt,
    transfer: Transfer,
  ): Promise<{ size: number; digest: Uint8Array }> {
    const { name, sink } = transfer
    await attempt.ask({ command: 'STAT', name })
    const state = await attempt.answer('STAT')
    const { size, version } = state
    if (size > this.#options.largest) {
      throw new TransferError('EFBIG', `${size} bytes, of ${this.#options.largest} at most`)
    }
    if (transfer.version !== version) {
      if (transfer.version !== undefined && ++transfer.restarts > this.#options.restarts) {
        throw new TransferError('ESTALE', 'it keeps changing, or never matches its checksum')
      }
      if (!(await this.#isBeginning(attempt, transfer, state))) await sink.clear()
      transfer.resumed = sink.size
      transfer.version = version
    }
    transfer.onProgress({ received: sink.size, total: size, resumed: transfer.resumed })
    await this.#pump(attempt, transfer, state)
    const digest = await this.#check(attempt, transfer, state)
    if (!digest) {
      await sink.clear()
      transfer.version = NO_VERSION
      throw new TransferError('ESTALE', 'the checksum is not that of what was sent')
    }
    await sink.commit()
    return { size, digest }
  }

  /** Whether the source begins with what is in the sink. */
  async #isBeginning(attempt: Attempt, transfer: Transfer, state: State): Promise<boolean> {
    const { size } = transfer.sink
    if (size === 0 || size > state.size) return size === 0
    return (await this.#check(attempt, transfer, state)) !== undefined
  }

  /** The checksum of what is in the sink; undefined if the server has another. */
  async #check(
    attempt: Attempt,
    { name, sink }: Transfer,
    { version }: State,
  ): Promise<Uint8Array | undefined> {
    const length = sink.size
    await attempt.ask({ command: 'DIGEST', name, version, length })
    const [theirs, ours] = await Promise.all([attempt.answer('DIGEST'), sink.digest()])
    if (theirs.length !== length) throw new TransferError('EPROTO', 'a checksum of something else')
    return ours.every((byte, at) => byte === theirs.digest[at]) ? ours : undefined
  }

  /** Asks ahead for chunks, and writes them one after the other. */
  async #pump(attempt: Attempt, transfer: Transfer, state: State): Promise<void> {
    const { name, sink, resumed } = transfer
    const { version, size } = state
    const longest = Math.min(this.#options.chunk, state.largestChunk)
    const ahead = Math.min(this.#options.pipeline, state.credit) * longest
    for (let asked = sink.size; sink.size < size;) {
      while (asked < size && asked + longest <= sink.size + ahead) {
        const length = Math.min(longest, size - asked)
        await attempt.ask({ command: 'FETCH', name, version, offset: asked, length })
        asked += length
      }
      const { offset, checksum, bytes } = await attempt.answer('CHUNK')
      if (offset !== sink.size || bytes.length !== Math.min(longest, size - offset)) {
        throw new TransferError('EPROTO', 'a chunk that nobody asked for')
      }
      if (crc32(bytes) !== checksum) throw new TransferError('EBADMSG', 'a chunk is damaged')
      await sink.write(bytes)
      transfer.inVain = 0
      transfer.onProgress({ received: sink.size, total: size, resumed })
    }
  }
}

/** That of no source: whatever comes next is other content. */
const NO_VERSION = ''

const NOTHING_YET = { retries: 0, inVain: 0, restarts: 0, malformed: 0 }
