import { Dealer, type MessageLike, type SocketOptions } from 'zerowire'
import type { Message } from 'zerowire/extra'
import { systemClock, type Clock, type Timer } from '../clock/index.js'
import { milliseconds } from '../common/checks.js'
import { Life } from '../common/life.js'
import {
  begin,
  checkService,
  commandOf,
  dialectFor,
  dialectOf,
  EMPTY,
  MANAGEMENT,
  toFrames,
  WORKER,
  type Body,
  type Dialect,
  type Version,
} from './protocol.js'
import { Pulse, rhythmOf, type HeartbeatOptions, type Rhythm } from './pulse.js'

/** What a worker does with a request; see {@link Worker}. */
export type Handler = (request: Message[], signal: AbortSignal) => Answer | Promise<Answer>

/** Replies in part, and the last one where the iteration returns it; an empty one if it returns nothing. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- what a generator returns that returns nothing
export type Parts = AsyncIterable<Body, Body | undefined | void>

/** A reply; or, in 0.2, replies in part and the last one. */
export type Answer = Body | undefined | Parts

/** What {@link Worker} may be told. */
export interface WorkerOptions extends HeartbeatOptions {
  /** The version of the protocol that it speaks: `'0.1'` is RFC 7, `'0.2'` RFC 18. @default '0.2' */
  readonly version?: Version
  /**
   * How long to wait before a new socket, in milliseconds, when the last one was of no use: doubled
   * each time. After a conversation that went on for an interval it does not wait. @default 1000
   */
  readonly reconnectInterval?: number
  /** The longest of these waits. @default 32000 */
  readonly reconnectMaxInterval?: number
  /**
   * Told when the function has failed. What it returns is the reply; without one the worker leaves
   * the broker and comes back, and the client gets no reply. @default tells the console, no reply
   */
  readonly onError?: (error: unknown, request: Message[]) => Body | undefined
  /** Options of its sockets, such as keys. None by default. */
  readonly socket?: Omit<SocketOptions<Dealer>, 'linger'>
  /** The time that it lives by; a test gives a `ManualClock`. @default the system's */
  readonly clock?: Clock
}

/** What a {@link Worker} has done so far. */
export interface WorkerStats {
  /** Sockets that said READY. */
  readonly conversations: number
  /** Conversations that the broker ended with DISCONNECT. */
  readonly disconnected: number
  /** Conversations in which the broker was silent for too long. */
  readonly silent: number
  /** Requests that came from the broker. */
  readonly requests: number
  /** Last or only replies that were sent. */
  readonly final: number
  /** Replies in part that were sent. */
  readonly partials: number
  /** Requests at which the function has failed. */
  readonly failed: number
  /** Requests whose conversation had ended before the reply. */
  readonly abandoned: number
  /** Messages that are not of the protocol; a second request at a time as well, which ends the conversation. */
  readonly malformed: number
}

/** How long the last words may take, in milliseconds. */
const LINGER_MS = 1000

/** One socket, from its READY on. */
interface Conversation {
  readonly socket: Dealer
  readonly pulse: Pulse
  readonly began: number
  /** Ends with the conversation. */
  readonly user: AbortController
  timer: Timer | undefined
}

/**
 * Offers one service at a broker, and handles one request at a time (RFC 7, RFC 18). When the broker
 * says DISCONNECT, or nothing for too long, it begins anew on a new socket.
 *
 * ```ts
 * await using worker = new Worker('tcp://127.0.0.1:5555', 'echo', (request) => request)
 * ```
 */
export class Worker {
  readonly #endpoint: string
  readonly #service: string
  readonly #handler: Handler
  readonly #dialect: Dialect
  readonly #rhythm: Rhythm
  readonly #reconnect: { readonly first: number; readonly most: number }
  readonly #onError: NonNullable<WorkerOptions['onError']>
  readonly #options: SocketOptions<Dealer>
  readonly #clock: Clock
  readonly #life: Life
  readonly #counts = {
    ...{ conversations: 0, disconnected: 0, silent: 0, requests: 0, final: 0, partials: 0 },
    ...{ failed: 0, abandoned: 0, malformed: 0 },
  }
  #conversation: Conversation | undefined
  /** The request that is being handled. */
  #job: Promise<void> | undefined
  /** Conversations since the last that was heard of an interval after its beginning. */
  #vain = 0
  #closing = false

  /**
   * Connects, and says READY.
   *
   * @param endpoint of the broker.
   * @param service any name of 1 to 255 bytes that does not begin with `mmi.`.
   * @param handler gets the frames of a request, and a signal that is given when the reply is of no
   * use any more, because the broker has gone. The next request comes when it is done with this one.
   * @throws RangeError on a wrong name, version or number, and what a DEALER and its `connect()` throw.
   */
  constructor(endpoint: string, service: string, handler: Handler, options: WorkerOptions = {}) {
    this.#endpoint = endpoint
    this.#service = checkService(service)
    if (service.startsWith(MANAGEMENT)) {
      throw new RangeError(`services that begin with ${MANAGEMENT} are the broker's: ${service}`)
    }
    this.#handler = handler
    this.#dialect = dialectFor(WORKER, options.version)
    this.#rhythm = rhythmOf(options)
    this.#reconnect = {
      first: milliseconds('reconnectInterval', options.reconnectInterval ?? 1000),
      most: milliseconds('reconnectMaxInterval', options.reconnectMaxInterval ?? 32_000),
    }
    this.#onError = options.onError ?? warn
    this.#options = { ...options.socket, linger: 0 }
    this.#clock = options.clock ?? systemClock
    this.#life = new Life(this.#clock)
    this.#open()
  }

  /** What it has done so far. */
  get stats(): WorkerStats {
    return { ...this.#counts }
  }

  /** Replies to the request that it handles, says DISCONNECT, and ends. It waits for the function. */
  async close(): Promise<void> {
    this.#closing = true
    await this.#job
    const conversation = this.#conversation
    if (conversation) {
      const { socket } = conversation
      this.#send(conversation, begin(this.#dialect, 'disconnect'))
      socket.linger = socket.stats.peers > 0 ? LINGER_MS : 0
    }
    this.#conversation = undefined
    await this.#life.end()
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  // --- conversations

  #open(): void {
    const socket = this.#life.own(new Dealer(this.#options))
    const began = this.#clock.now()
    const pulse = new Pulse(this.#rhythm, began)
    const conversation = { socket, pulse, began, user: new AbortController(), timer: undefined }
    socket.connect(this.#endpoint)
    this.#conversation = conversation
    this.#counts.conversations++
    this.#vain++
    this.#send(conversation, [...begin(this.#dialect, 'ready'), this.#service])
    this.#life.read(socket, (message) => this.#take(conversation, message))
    this.#look(conversation)
  }

  /** Begins anew: a conversation that has ended cannot be taken up again. */
  #again(conversation: Conversation): void {
    if (conversation !== this.#conversation) return
    this.#conversation = undefined
    conversation.timer?.cancel()
    conversation.user.abort()
    this.#life.release(conversation.socket)
    this.#life.run(async () => {
      // One request at a time, also when nobody wants the reply of the last.
      await this.#job
      if (this.#closing) return
      const { first, most } = this.#reconnect
      if (this.#vain === 0) this.#open()
      else this.#life.after(Math.min(first * 2 ** (this.#vain - 1), most), () => this.#open())
    })
  }

  /** Sends a heartbeat if it is time, and looks whether the broker is silent. */
  #look(conversation: Conversation): void {
    const { pulse } = conversation
    const now = this.#clock.now()
    if (pulse.isOver(now)) {
      this.#counts.silent++
      this.#again(conversation)
      return
    }
    if (pulse.isDue(now)) this.#send(conversation, begin(this.#dialect, 'heartbeat'))
    conversation.timer = this.#life.after(pulse.next - now, () => this.#look(conversation))
  }

  #send({ socket, pulse }: Conversation, message: MessageLike[]): void {
    pulse.said = this.#clock.now()
    this.#life.run(async () => {
      await socket.send(message).catch((error: unknown) => {
        // What waited for room goes with its socket.
        if (!socket.closed) throw error
      })
    })
  }

  // --- what the broker says

  #take(conversation: Conversation, message: Message[]): void {
    if (conversation !== this.#conversation) return
    const at = this.#dialect.head.length
    const isOurs = dialectOf(message, 0) === this.#dialect
    const command = isOurs ? commandOf(this.#dialect, message[at]) : undefined
    if (command === 'disconnect') {
      this.#counts.disconnected++
      this.#again(conversation)
      return
    }
    if (command === 'request' && isRequest(message, at + 1)) {
      this.#takeRequest(conversation, message[at + 1] as Message, message.slice(at + 3))
    } else if (command !== 'heartbeat') {
      this.#counts.malformed++
      return
    }
    const now = this.#clock.now()
    conversation.pulse.heard = now
    // Not at once: a broker that says a word before it ends each of them is not to be run down.
    if (now - conversation.began >= this.#rhythm.interval) this.#vain = 0
  }

  #takeRequest(conversation: Conversation, client: Message, request: Message[]): void {
    if (this.#job) {
      this.#counts.malformed++
      this.#again(conversation)
      return
    }
    this.#counts.requests++
    const job = this.#handle(conversation, client, request).finally(() => (this.#job = undefined))
    this.#job = job
    this.#life.run(() => job)
  }

  // --- what we say

  async #handle(conversation: Conversation, client: Message, request: Message[]): Promise<void> {
    const isOver = (): boolean => conversation !== this.#conversation
    let last: Body | undefined
    try {
      const answer = await this.#handler(request, conversation.user.signal)
      last = isIterable(answer)
        ? await this.#replyInParts(conversation, client, answer)
        : (answer ?? EMPTY)
    } catch (error) {
      this.#counts.failed++
      last = this.#onError(error, request)
    }
    if (isOver()) this.#counts.abandoned++
    else if (last === undefined) this.#giveUp(conversation)
    else await this.#reply(conversation, 'final', client, last)
  }

  /** Sends the parts, and gives what is to be the last. */
  async #replyInParts(conversation: Conversation, client: Message, answer: Parts): Promise<Body> {
    if (this.#dialect.version === '0.1') throw new TypeError('MDP 0.1 has no replies in part')
    const parts = answer[Symbol.asyncIterator]()
    for (;;) {
      const { done, value } = await parts.next()
      if (done) return value ?? EMPTY
      if (conversation !== this.#conversation) {
        await parts.return?.()
        return EMPTY
      }
      await this.#reply(conversation, 'partial', client, value)
    }
  }

  async #reply(
    { socket, pulse }: Conversation,
    command: 'partial' | 'final',
    client: Message,
    body: Body,
  ): Promise<void> {
    this.#counts[command === 'final' ? 'final' : 'partials']++
    pulse.said = this.#clock.now()
    try {
      await socket.send([...begin(this.#dialect, command), client, EMPTY, ...toFrames(body)])
    } catch (error) {
      if (!socket.closed) throw error
    }
  }

  /** There is no reply: the broker is not to wait for it. */
  #giveUp(conversation: Conversation): void {
    this.#send(conversation, begin(this.#dialect, 'disconnect'))
    conversation.socket.linger = LINGER_MS
    this.#again(conversation)
  }
}

function isRequest(message: Message[], at: number): boolean {
  return message.length > at + 2 && message[at]?.length !== 0 && message[at + 1]?.length === 0
}

function isIterable(answer: Answer): answer is Parts {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer
}

function warn(error: unknown): undefined {
  console.warn(error)
}
