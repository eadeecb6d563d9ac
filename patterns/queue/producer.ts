import { ZmqError } from 'zerowire/extra'
import { whole } from '../common/checks.js'
import { deferred, type Deferred } from '../common/deferred.js'
import { later, Link, type Frames, type LinkOptions } from './link.js'
import {
  headText,
  isProperties,
  MOST_BYTES,
  MOST_TOGETHER,
  name,
  WINDOW,
  type Head,
  type Properties,
} from './protocol.js'

/** What can be said of a message. */
export interface SendOptions {
  /**
   * What it is known by: what is sent again with the same id, to the same queue and under the same
   * name of the producer, is not taken twice. 1 to 128 characters of ASCII without spaces.
   * Default: one that nobody else has.
   */
  readonly id?: string
  /** For how many milliseconds nobody receives it. Default: 0. */
  readonly delay?: number
  /** After how many milliseconds nobody receives it any more. Default: never. */
  readonly ttl?: number
  /** Travel with it. At most 64 KiB, together with the id. */
  readonly properties?: Properties
}

/** A message and what is said of it. */
export interface Outgoing extends SendOptions {
  /** What is sent. */
  readonly body: string | Uint8Array
}

/** What a producer is like. */
export interface ProducerOptions extends LinkOptions {
  /** Under which its ids are remembered; give one to repeat after a crash what was sent before. Default: a random one. */
  readonly name?: string
  /** How many messages may be with the broker without its answer, 1024 at most. Default: 1024. */
  readonly inFlight?: number
  /** How many messages may be without answer in all; `send()` refuses more. Default: 100,000. */
  readonly maxPending?: number
}

interface Pending {
  readonly head: string
  /** What is sent. */
  readonly body: string | Uint8Array
  readonly call: Call
}

/** One call, which ends when all of its messages have an answer. */
interface Call extends Deferred<undefined> {
  left: number
  error: ZmqError | undefined
}

/** Why a message was refused, in words. */
const REFUSALS = {
  ENOBUFS: 'The queue is full',
  EMSGSIZE: 'The message is too large for the broker',
  EMFILE: 'The broker has too many queues already',
  EINVAL: 'The broker does not understand what is said of the message',
} as const

/**
 * Sends messages to queues of a broker. What `send()` has resolved for is in the broker's store.
 *
 * ```ts
 * const producer = new Producer('tcp://127.0.0.1:5580')
 * await producer.send('orders', 'a book', { ttl: 60_000 })
 * ```
 */
export class Producer implements AsyncDisposable {
  readonly #link: Link
  readonly #name: string
  readonly #inFlight: number
  readonly #maxPending: number
  /** Begins the ids of those that are given none. */
  readonly #origin = randomName()
  /** By queue, in the order of the calls. */
  readonly #waiting = new Map<string, Pending[]>()
  #ids = 0
  #pending = 0
  #unanswered = 0
  #willFlush = false
  #closed = false

  /** @throws RangeError or TypeError on an option that is none; as `connect()` of a socket on the address. */
  constructor(endpoint: string, options: ProducerOptions = {}) {
    const { inFlight = WINDOW, maxPending = 100_000 } = options
    this.#name = name('the name of a producer', options.name ?? this.#origin)
    this.#inFlight = whole('inFlight', inFlight)
    if (inFlight > WINDOW) throw new RangeError(`inFlight is at most ${WINDOW}, not ${inFlight}`)
    this.#maxPending = whole('maxPending', maxPending)
    this.#link = new Link(endpoint, options, { heard: () => undefined, connected: () => undefined })
  }

  /** How many messages have no answer yet. */
  get pending(): number {
    return this.#pending
  }

  /**
   * Sends a message, and resolves when the broker has it in its store. Messages to the same queue are
   * there in the order of the calls.
   * @throws ZmqError EBUSY when too many have no answer yet; ENOBUFS when the queue is full,
   * EMSGSIZE, EMFILE or EINVAL when the broker refuses it otherwise: it is not there then. ETIMEDOUT
   * or EBADF when there was no answer before the time was over or the producer closed: it may be there.
   * TypeError or RangeError on what cannot be sent.
   */
  send(queue: string, body: string | Uint8Array, options: SendOptions = {}): Promise<void> {
    return this.sendAll(queue, [{ ...options, body }])
  }

  /**
   * The same for many, which cost less together; settles when all have an answer.
   * @throws ZmqError, TypeError, RangeError as `send()`: the first error of any of them; the others may be there.
   */
  async sendAll(queue: string, messages: readonly Outgoing[]): Promise<void> {
    if (this.#closed) throw new ZmqError('EBADF', { message: 'Producer is closed' })
    name('a queue', queue)
    if (this.#pending + messages.length > this.#maxPending) {
      throw new ZmqError('EBUSY', { message: `${this.#pending} messages have no answer yet` })
    }
    if (messages.length === 0) return
    const call: Call = { ...deferred<undefined>(), left: messages.length, error: undefined }
    const entries = messages.map((message) => ({
      head: this.#head(message),
      body: message.body,
      call,
    }))
    const waiting = this.#waiting.get(queue)
    if (waiting) for (const entry of entries) waiting.push(entry)
    else this.#waiting.set(queue, entries)
    this.#pending += entries.length
    this.#flushLater()
    return call.promise
  }

  /** Ends at once; rejects what has no answer. */
  async close(): Promise<void> {
    this.#closed = true
    const error = new ZmqError('EBADF', { message: 'Closed before there was an answer' })
    for (const entries of this.#waiting.values())
      for (const entry of entries) this.#answer(entry, error)
    this.#waiting.clear()
    await this.#link.close()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #head(options: SendOptions): string {
    const {
      id = `${this.#origin}-${(++this.#ids).toString(36)}`,
      delay = 0,
      ttl,
      properties,
    } = options
    if (options.id !== undefined) name('an id', id)
    for (const time of [delay, ttl ?? 0]) {
      if (Number.isFinite(time) && time >= 0) continue
      throw new RangeError(`delay and ttl are times in milliseconds, not ${String(time)}`)
    }
    if (properties !== undefined && !isProperties(properties)) {
      throw new TypeError('properties are names and texts')
    }
    const whole: Head = {
      id,
      delay: Math.ceil(delay),
      ttl: ttl === undefined ? ttl : Math.ceil(ttl),
    }
    return headText(whole, properties)
  }

  #flushLater(): void {
    if (this.#willFlush) return
    this.#willFlush = true
    later(() => {
      this.#willFlush = false
      this.#flush()
    })
  }

  #flush(): void {
    for (const [queue, entries] of this.#waiting) {
      let begin = 0
      while (begin < entries.length && this.#unanswered < this.#inFlight) {
        const end = this.#endOf(entries, begin)
        this.#sendTogether(queue, entries.slice(begin, end))
        begin = end
      }
      if (begin === entries.length) this.#waiting.delete(queue)
      else if (begin > 0) this.#waiting.set(queue, entries.slice(begin))
    }
  }

  /** How far one message of the socket goes. */
  #endOf(entries: readonly Pending[], begin: number): number {
    const most = Math.min(MOST_TOGETHER, this.#inFlight - this.#unanswered)
    let bytes = 0
    let end = begin
    while (end < entries.length && end - begin < most && bytes < MOST_BYTES) {
      bytes += entries[end++]?.body.length ?? 0
    }
    return end
  }

  #sendTogether(queue: string, entries: readonly Pending[]): void {
    this.#unanswered += entries.length
    const frames: Frames = [queue, this.#name]
    for (const { head, body } of entries) frames.push(head, body)
    this.#link.request('SEND', frames, (error, answer) => {
      this.#unanswered -= entries.length
      const refused = answer === '' ? undefined : refusalsOf(answer)
      for (const [index, entry] of entries.entries()) {
        const why = refused && (refused.get(String(index)) ?? refused.get('*'))
        this.#answer(entry, error ?? why)
      }
      if (this.#waiting.size > 0) this.#flushLater()
    })
  }

  #answer({ call }: Pending, error: ZmqError | undefined): void {
    this.#pending--
    call.error ??= error
    if (--call.left > 0) return
    if (call.error) call.reject(call.error)
    else call.resolve(undefined)
  }
}

/** By index; `*` is for all. */
function refusalsOf(answer: string): Map<string, ZmqError> {
  const refused = new Map<string, ZmqError>()
  for (const line of answer.split('\n')) {
    const [index = '', code = ''] = line.split(' ')
    const known = code in REFUSALS ? (code as keyof typeof REFUSALS) : 'EINVAL'
    refused.set(index, new ZmqError(known, { message: REFUSALS[known] }))
  }
  return refused
}

function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(9))
  return Array.from(bytes, (byte) => byte.toString(36).padStart(2, '0')).join('')
}
