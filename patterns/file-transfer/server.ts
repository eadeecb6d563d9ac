import { Router, type BindOptions, type SocketOptions } from 'zerowire'
import { ZmqError, type Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { milliseconds, whole } from '../common/checks.js'
import { Life } from '../common/life.js'
import { crc32 } from './crc32.js'
import { Lane } from './lane.js'
import { TransferError, type Source, type Store } from './store.js'
import { decodeRequest, encodeReply, LONGEST_NAME, type Reply, type Request } from './wire.js'

/** What {@link TransferServer} can be told. */
export interface TransferServerOptions {
  /**
   * Options for its socket, such as keys. Those that bound its memory are set by the server.
   * @default {}
   */
  readonly socket?: SocketOptions<Router>
  /** Requests that a client may have unanswered; more are dropped, and counted. @default 32 */
  readonly credit?: number
  /** The longest chunk that it sends, in bytes. @default 1,048,576 */
  readonly largestChunk?: number
  /** Chunks that are read at a time, of all clients together. @default 4 */
  readonly readers?: number
  /** Checksums of whole files that are made at a time, of all clients together. @default 2 */
  readonly hashers?: number
  /** Clients that may have requests waiting; those of others are dropped, and counted. @default 1000 */
  readonly clients?: number
  /** How often clients hear that their checksum is being made, in milliseconds. @default 1000 */
  readonly waitInterval?: number
  /** The time that it lives by; a test gives a `ManualClock`. @default systemClock */
  readonly clock?: Clock
}

/** What a server has done, in messages but for the bytes. */
export interface TransferServerStats {
  /** Chunks that were read and sent. */
  readonly chunks: number
  /** Bytes of them. */
  readonly bytes: number
  /** Checksums that were made and sent. */
  readonly digests: number
  /** Requests that were answered by an error. */
  readonly errors: number
  /** Messages that were no requests. */
  readonly malformed: number
  /** Requests beyond the credit of a client, or of too many clients. */
  readonly beyondCredit: number
  /** Answers that a client did not take, because it left or asked for more than it read. */
  readonly undelivered: number
}

type Fetch = Extract<Request, { command: 'FETCH' }>
type Digest = Extract<Request, { command: 'DIGEST' }>
type Quick = Exclude<Request, Digest>

/** How many answers may wait in a client's queue beside the chunks it has credit for. */
const OTHER_ANSWERS = 8

/**
 * Gives away what is in a store, in chunks that clients ask for. It keeps nothing of a transfer:
 * after a restart clients go on where they were.
 *
 * ```ts
 * const server = new TransferServer(filesBelow('/srv/files'))
 * console.log(await server.bind('tcp://127.0.0.1:*'))
 * ```
 */
export class TransferServer {
  readonly #store: Store
  readonly #socket: Router
  readonly #life: Life
  readonly #credit: number
  readonly #largestChunk: number
  /** Two, so that a checksum of a large file lets nobody wait for a chunk. */
  readonly #quick: Lane<Quick>
  readonly #slow: Lane<Digest>
  readonly #stats = { chunks: 0, bytes: 0, digests: 0, errors: 0, malformed: 0, beyondCredit: 0 }

  /** @throws RangeError on an option that is out of range. */
  constructor(store: Store, options: TransferServerOptions = {}) {
    const { credit = 32, largestChunk = 2 ** 20, readers = 4, hashers = 2 } = options
    const { clients = 1000, waitInterval = 1000, clock = systemClock } = options
    this.#store = store
    this.#credit = whole('credit', credit)
    this.#largestChunk = whole('largestChunk', largestChunk)
    const peers = whole('clients', clients)
    this.#quick = new Lane(
      { workers: whole('readers', readers), perPeer: credit, peers },
      (...job) => this.#answer(...job),
    )
    this.#slow = new Lane({ workers: whole('hashers', hashers), perPeer: 1, peers }, (...job) =>
      this.#answer(...job),
    )
    this.#life = new Life(clock)
    this.#socket = this.#life.own(
      new Router({
        linger: 0,
        ...options.socket,
        // What a client does not read is dropped, before it fills the memory.
        sendHighWaterMark: credit + OTHER_ANSWERS,
        receiveHighWaterMark: credit + OTHER_ANSWERS,
        maxMessageSize: LONGEST_NAME,
        routerNotify: 2,
      }),
    )
    this.#life.run(() => this.#listen())
    for (const loop of [...this.#quick.loops, ...this.#slow.loops]) this.#life.run(loop)
    this.#life.every(milliseconds('waitInterval', waitInterval), () => {
      for (const id of this.#slow.ids()) this.#reply(id, { command: 'WAIT' })
    })
  }

  /** Counts from the beginning. */
  get stats(): TransferServerStats {
    return { ...this.#stats, undelivered: this.#socket.stats.dropped.total }
  }

  /**
   * Listens on an endpoint, as `Socket.bind()` does. A server has one; for more of them, give several
   * servers the same store.
   * @returns the endpoint, wildcards resolved.
   * @throws ZmqError those of `Socket.bind()`, `EBUSY` when it has an endpoint.
   */
  async bind(address: string, options?: BindOptions): Promise<string> {
    // A socket that binds can do nothing else meanwhile, not even answer.
    if (this.#socket.lastEndpoint !== null) {
      throw new ZmqError('EBUSY', { message: `already bound to ${this.#socket.lastEndpoint}` })
    }
    await this.#socket.bind(address, options)
    return this.#socket.lastEndpoint ?? address
  }

  /** Ends all transfers. Their clients wait for another server at the same endpoint. */
  close(): Promise<void> {
    return this.#life.end()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #listen(): Promise<void> {
    try {
      for await (const message of this.#socket) this.#take(message)
    } finally {
      this.#quick.end()
      this.#slow.end()
    }
  }

  #take(message: Message[]): void {
    const [id, ...parts] = message
    if (!id) return
    // The socket's word for a client that has gone.
    if (parts.length === 1 && parts[0]?.length === 0) {
      this.#quick.drop(id)
      this.#slow.drop(id)
      return
    }
    const request = decodeRequest(parts)
    if (!request) {
      this.#stats.malformed++
      return
    }
    const taken =
      request.command === 'DIGEST' ? this.#slow.add(id, request) : this.#quick.add(id, request)
    if (!taken) this.#stats.beyondCredit++
  }

  async #answer(id: Uint8Array, request: Request, gone: AbortSignal): Promise<void> {
    let reply: Reply
    try {
      const source = await this.#store.open(request.name)
      try {
        reply = await this.#make(source, request, gone)
      } finally {
        await source.close()
      }
    } catch (error) {
      // What the system says of our files is no client's business.
      reply = { command: 'ERROR', code: error instanceof TransferError ? error.code : 'EIO' }
    }
    if (gone.aborted) return
    if (reply.command === 'ERROR') this.#stats.errors++
    if (reply.command === 'DIGEST') this.#stats.digests++
    if (reply.command === 'CHUNK') {
      this.#stats.chunks++
      this.#stats.bytes += reply.bytes.length
    }
    this.#reply(id, reply)
  }

  async #make(source: Source, request: Request, gone: AbortSignal): Promise<Reply> {
    const { version, size } = source
    if (request.command === 'STAT') {
      const { command } = request
      return { command, version, size, credit: this.#credit, largestChunk: this.#largestChunk }
    }
    if (request.version !== version) throw new TransferError('ESTALE', 'of another version')
    if (request.command === 'FETCH') return this.#chunk(source, request)
    const { command, length } = request
    if (length > size) throw new TransferError('EINVAL', 'beyond the end')
    return { command, length, digest: await source.digest(length, gone) }
  }

  async #chunk(source: Source, { offset, length }: Fetch): Promise<Reply> {
    if (length === 0 || length > this.#largestChunk || offset + length > source.size) {
      throw new TransferError('EINVAL', 'no chunk of it')
    }
    const bytes = await source.read(offset, length)
    return { command: 'CHUNK', offset, checksum: crc32(bytes), bytes }
  }

  #reply(id: Uint8Array, reply: Reply): void {
    if (this.#life.over) return
    // Settles at once: a ROUTER drops, and counts, what cannot be delivered.
    this.#socket.send([id, ...encodeReply(reply)]).catch(() => undefined)
  }
}
