import { Dealer, type MessageLike } from 'zerowire'
import { ZmqError, type Message } from 'zerowire/extra'
import type { Clock } from '../clock/index.js'
import { deferred, type Deferred } from '../common/deferred.js'
import type { Life } from '../common/life.js'
import { MOST_IN_FLIGHT, STATUS } from './words.js'

interface Request extends Deferred<Message[]> {
  readonly build: () => MessageLike[]
  sent: number
}

/**
 * Requests to the server, each repeated until it is answered: when the oldest has waited for too long,
 * all of them are sent again, in their order, on a connection of its own. So each must be one that may
 * come twice.
 */
export class Link {
  readonly #life: Life
  readonly #clock: Clock
  readonly #timeout: number
  /** By their numbers, the oldest first. */
  readonly #requests = new Map<string, Request>()
  #address: string | undefined
  #dealer: Dealer | undefined
  #numbers = 0
  /** Messages that are no reply, and replies to what was answered before. */
  malformed = 0
  late = 0
  /** How often all of them were sent again. */
  retries = 0

  constructor(life: Life, clock: Clock, timeout: number) {
    this.#life = life
    this.#clock = clock
    this.#timeout = timeout
    life.every(timeout / 2, () => this.#check())
  }

  connect(address: string): void {
    this.#address = address
    this.#open()
  }

  /** How many requests wait for a reply. */
  get pending(): number {
    return this.#requests.size
  }

  /**
   * Asks, and resolves with what follows the status of the reply.
   * @param build makes the frames of the request, each time that it is sent.
   * @throws ZmqError (rejected) `EINVAL` when the server says that it will never do it, `EACCES` when
   * it belongs to another, `EBADF` when all of this has ended.
   */
  request(build: () => MessageLike[]): Promise<Message[]> {
    if (this.#life.over) return Promise.reject(new ZmqError('EBADF'))
    const request = { build, sent: this.#clock.now(), ...deferred<Message[]>() }
    const number = String(++this.#numbers)
    this.#requests.set(number, request)
    this.#send(number, request)
    return request.promise
  }

  /** Nobody will answer any more. */
  end(): void {
    for (const { reject } of this.#requests.values()) reject(new ZmqError('EBADF'))
    this.#requests.clear()
  }

  #open(): void {
    if (this.#address === undefined) return
    if (this.#dealer) this.#life.release(this.#dealer)
    const dealer = new Dealer({ linger: 0, sendHighWaterMark: 2 * MOST_IN_FLIGHT })
    this.#dealer = this.#life.own(dealer)
    dealer.connect(this.#address)
    this.#life.readMany(dealer, (messages) => messages.forEach((message) => this.#take(message)))
    for (const [number, request] of this.#requests) this.#send(number, request)
  }

  #send(number: string, request: Request): void {
    request.sent = this.#clock.now()
    // Where there is no room for it, its time will be up.
    this.#dealer?.send([number, ...request.build()], { timeout: 0 }).catch(() => undefined)
  }

  #take([number, status, ...reply]: Message[]): void {
    const [, code, text = ''] = /^(\d{3})(?: (.*))?$/s.exec(status?.toString() ?? '') ?? []
    const request = this.#requests.get(number?.toString() ?? '')
    if (code === undefined) this.malformed++
    else if (!request) this.late++
    else if (code !== STATUS.early && code !== STATUS.busy) {
      this.#requests.delete(number?.toString() ?? '')
      if (code === STATUS.ok) request.resolve(reply)
      else request.reject(refusal(code, text))
    }
  }

  #check(): void {
    const [oldest] = this.#requests.values()
    if (!oldest || this.#clock.now() - oldest.sent < this.#timeout) return
    this.retries++
    this.#open()
  }
}

function refusal(code: string, reason: string): ZmqError {
  return new ZmqError(code === STATUS.foreign ? 'EACCES' : 'EINVAL', { reason })
}
