import { Dealer, type MessageLike, type SocketOptions } from 'zerowire'
import type { Message } from 'zerowire/extra'
import { opened } from './frames.js'
import type { Handling } from './handling.js'
import type { Life } from './life.js'

/** How long the last replies may take to leave when a worker is closed, in milliseconds. */
const LINGER_MS = 1000

/** What a worker has done so far. */
export interface WorkerStats {
  /** From the queue, well formed. */
  readonly requests: number
  /** Given to the queue. */
  readonly replies: number
  /** Not done because the handler failed. */
  readonly failed: number
  /** Not done because too many others waited. */
  readonly refused: number
  /** Replies for which the queue was gone or had no room, and requests that waited meanwhile. */
  readonly lost: number
  /** Other words for which the queue had no room: that the worker is ready, or alive. */
  readonly unsaid: number
  /** Messages of the queue that were no requests. */
  readonly malformed: number
  /** Sockets it has had. */
  readonly conversations: number
}

/** What is to be known of a worker's end of the line to its queue. */
export interface DeskOptions {
  readonly life: Life
  readonly endpoint: string
  readonly socket: SocketOptions<Dealer> | undefined
  /** What precedes all frames, both ways. */
  readonly header: readonly MessageLike[]
  readonly handling: Handling
}

/**
 * A worker's end of the line to its queue: one DEALER after another, each with its own conversation.
 * A reply goes to the conversation of its request, or nowhere. Where there is none, the queue is sent
 * the envelope alone, so that it knows that the worker is free.
 */
export class Desk {
  readonly #options: DeskOptions
  readonly #counts = { requests: 0, replies: 0, lost: 0, unsaid: 0, malformed: 0, conversations: 0 }
  #socket: Dealer | undefined

  constructor(options: DeskOptions) {
    this.#options = options
  }

  get stats(): WorkerStats {
    return { ...this.#counts, ...this.#options.handling.counts }
  }

  /** Begins a conversation. @throws what `connect()` throws. */
  open(hear: (message: Message[]) => void): Dealer {
    const { life, endpoint, socket: options } = this.#options
    const socket = life.own(new Dealer({ ...options, sendTimeout: 0, linger: 0 }))
    socket.connect(endpoint)
    this.#counts.conversations++
    this.#socket = socket
    life.read(socket, hear)
    return socket
  }

  /** Ends the conversation: nothing of it is left to be sent. */
  leave(): void {
    if (this.#socket) this.#options.life.release(this.#socket)
    this.#socket = undefined
  }

  /** Says something that is no reply, if there is room. */
  async say(...frames: MessageLike[]): Promise<void> {
    if (this.#socket && !(await this.#send(frames))) this.#counts.unsaid++
  }

  /** @returns false when there is no room, or nobody to send it to. */
  async #send(frames: MessageLike[]): Promise<boolean> {
    const socket = this.#socket
    if (!socket || socket.closed) return false
    try {
      await socket.send([...this.#options.header, ...frames])
      return true
    } catch {
      return false
    }
  }

  /** Does what a message without its header asks for. @returns false when it is no request. */
  take(message: Message[]): boolean {
    const letter = opened(message)
    if (!letter) {
      this.#counts.malformed++
      return false
    }
    this.#counts.requests++
    this.#options.life.begin(() => this.#work(letter.envelope, letter.body))
    return true
  }

  async #work(envelope: Message[], body: Message[]): Promise<void> {
    const socket = this.#socket
    const wanted = (): boolean => socket === this.#socket && socket?.closed === false
    const reply = await this.#options.handling.run(body, wanted)
    const sent = wanted() && (await this.#send([...envelope, ...(reply ?? [])]))
    if (!sent) this.#counts.lost++
    else if (reply) this.#counts.replies++
  }

  /** To be called before its life ends: the last replies have some time to leave. */
  close(): void {
    const socket = this.#socket
    if (socket && !socket.closed && socket.stats.peers > 0) socket.linger = LINGER_MS
  }
}
