import { Dealer, type SocketOptions } from 'zerowire'
import { ZmqError, type Message } from 'zerowire/extra'
import { systemClock, type Clock } from '../clock/index.js'
import { milliseconds } from '../common/checks.js'
import { isText } from '../common/frames.js'
import { Life } from '../common/life.js'
import { VERSION, type ANSWERS } from './protocol.js'

/** How a producer or consumer speaks to its broker. */
export interface LinkOptions {
  /**
   * After how many milliseconds without an answer it connects anew, and asks again.
   * Default: 2500.
   */
  readonly retry?: number
  /** After how many milliseconds it gives up what has not been answered. Default: 60,000. */
  readonly timeout?: number
  /** Options of its sockets, such as keys. None by default. */
  readonly socket?: Omit<SocketOptions<Dealer>, 'linger' | 'sendHighWaterMark'>
  /** Whose time it is. Default: that of the system. */
  readonly clock?: Clock
}

export type Frames = (string | Uint8Array)[]

type Command = keyof typeof ANSWERS

interface Request {
  readonly number: number
  readonly frames: (oldest: number) => Frames
  readonly deadline: number
  /** When it was sent for the last time. */
  sent: number
  readonly done: (error: ZmqError | undefined, answer: string) => void
}

/** What a link tells. */
interface Events {
  /** What is no answer. */
  readonly heard: (command: string, frames: Message[]) => void
  /** There is a new connection, over which everything unanswered has been sent again. */
  readonly connected: () => void
}

/** What is done behind all that is to be done in this turn of the event loop. */
export const later: (call: () => void) => unknown =
  (globalThis as { setImmediate?: (call: () => void) => unknown }).setImmediate ?? setTimeout

/**
 * Requests to a broker, each with a number, many at a time: asked again in their order, over a new
 * connection, when one is not answered in time.
 */
export class Link {
  readonly life: Life
  readonly clock: Clock
  readonly #endpoint: string
  readonly #options: SocketOptions<Dealer>
  readonly #retry: number
  readonly #timeout: number
  readonly #events: Events
  readonly #requests = new Map<number, Request>()
  #socket: Dealer
  #next = 1
  /** When the broker last said something, or had a new chance to. */
  #heard = 0
  #malformed = 0

  constructor(endpoint: string, options: LinkOptions, events: Events) {
    const { retry = 2500, timeout = 60_000, clock = systemClock } = options
    this.#endpoint = endpoint
    // What is under way is bounded by whoever asks.
    this.#options = { ...options.socket, sendHighWaterMark: 0, linger: 0 }
    this.#retry = milliseconds('retry', retry)
    this.#timeout = milliseconds('timeout', timeout)
    this.#events = events
    this.clock = clock
    this.life = new Life(clock)
    this.life.ended.catch(() => undefined)
    this.#socket = this.#connect()
    this.life.every(retry / 5, () => this.#check())
  }

  /** How many requests are not answered yet. */
  get pending(): number {
    return this.#requests.size
  }

  /** Messages of the broker that mean nothing. */
  get malformed(): number {
    return this.#malformed
  }

  /**
   * Asks, and asks again.
   * @param frames follow number and command; they may depend on the oldest number without answer.
   * @param done has an error when the time is over, or the link has been closed.
   */
  request(command: Command, frames: Frames, done: Request['done']): void {
    const now = this.clock.now()
    const number = this.#next++
    const withNumber = (oldest: number): Frames => [
      ...[VERSION, command, command === 'SEND' ? `${number} ${oldest}` : String(number)],
      ...frames,
    ]
    const request = { number, frames: withNumber, deadline: now + this.#timeout, sent: now, done }
    this.#requests.set(number, request)
    this.#send(request)
  }

  /** Says something that needs no number. */
  post(command: Command, ...frames: Frames): void {
    this.#post([VERSION, command, ...frames])
  }

  /** Whether the broker has been silent for so many milliseconds. */
  isSilent(milliseconds: number): boolean {
    return this.clock.now() - this.#heard >= milliseconds
  }

  /** Asks everything again that has no answer, over a new connection. */
  reconnect(): void {
    this.life.release(this.#socket)
    this.#socket = this.#connect()
    const now = this.clock.now()
    for (const request of this.#requests.values()) {
      request.sent = now
      this.#send(request)
    }
    this.#events.connected()
  }

  async close(): Promise<void> {
    await this.life.end()
    this.#giveUp(
      () => true,
      new ZmqError('EBADF', { message: 'Closed before there was an answer' }),
    )
  }

  #connect(): Dealer {
    this.#heard = this.clock.now()
    const socket = this.life.own(new Dealer(this.#options))
    socket.connect(this.#endpoint)
    this.life.readMany(socket, (messages) => {
      this.#heard = this.clock.now()
      for (const message of messages) this.#take(message)
    })
    return socket
  }

  #send(request: Request): void {
    const [oldest = request.number] = this.#requests.keys()
    this.#post(request.frames(oldest))
  }

  #post(frames: Frames): void {
    // Closed is what it can be at most, and then there is nobody to tell.
    if (!this.#socket.closed) this.#socket.send(frames).catch(() => undefined)
  }

  #take([version, command, ...frames]: Message[]): void {
    const text = String(command)
    if (!isText(version, VERSION)) this.#malformed++
    else if (text !== 'SENT' && text !== 'DONE') this.#events.heard(text, frames)
    else {
      const number = Number(frames[0])
      const request = this.#requests.get(number)
      // The answer to what was asked twice may come twice.
      this.#requests.delete(number)
      request?.done(undefined, String(frames[1] ?? ''))
    }
  }

  #check(): void {
    const now = this.clock.now()
    const message = 'The broker has not answered in time'
    this.#giveUp(({ deadline }) => deadline <= now, new ZmqError('ETIMEDOUT', { message }))
    const [oldest] = this.#requests.values()
    if (oldest && now - oldest.sent >= this.#retry) this.reconnect()
  }

  #giveUp(isOver: (request: Request) => boolean, error: ZmqError): void {
    for (const request of this.#requests.values()) {
      if (!isOver(request)) continue
      this.#requests.delete(request.number)
      request.done(error, '')
    }
  }
}
